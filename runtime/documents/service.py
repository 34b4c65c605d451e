"""A person's documents, as the window and the command line ask for them."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Sequence

from runtime.documents.announcing import Announcer
from runtime.documents.asking import Asking
from runtime.documents.crew import Crew
from runtime.documents.embedders import Embedders, RestingEmbedder
from runtime.documents.embeddings.models import EmbeddingModel
from runtime.documents.followed import Unwanted
from runtime.documents.gathering import Gathering
from runtime.documents.keeping import Keeping, followed, root_of
from runtime.documents.opening import DocumentsLock, make_embedder, make_local_embedder, make_process, open_index
from runtime.documents.overview import Now, Overview
from runtime.documents.page_view import PageView
from runtime.documents.power import Power, never_on_battery
from runtime.documents.queue_of_files import Turn
from runtime.documents.reader_messages import Box, Places
from runtime.documents.reader_process import DrawnPage
from runtime.documents.readers.recognising import recogniser
from runtime.documents.rows import Collection, Hit, PageText
from runtime.documents.standing import FileStamp
from runtime.documents.views import DocumentsStatus, DocumentView
from runtime.documents.walking import settled, stamp_of, stored_path
from runtime.errors import RecognitionMissing
from runtime.events import Event
from runtime.paths import Paths
from runtime.sources import DocumentScope, Grounding, Source

DEFAULT_LIMIT = 20
_LOOK_EVERY_S = 0.02


class DocumentService:
    """Owns the index of a home, the threads that read, recognise, learn and keep in step with the disk, and
    their child processes; all of them begin with :meth:`start`, so that a command that only asks starts none.

    Any thread. No call takes longer than a write to the index, except where it is said to block. ``embedder`` makes the
    model that every Hearth has; ``better`` says where one is that was downloaded, and is asked every few seconds.
    ``on_battery`` asks whether this computer lives from its battery; ``works_on_battery``: meaning and recognition,
    which otherwise wait then, go on. ``forgotten`` is told, on any thread, when
    documents were forgotten.

    Raises (when made): StoreTooNew, StoreFull, HomeNotWritable.
    """

    def __init__(
        self,
        paths: Paths,
        on_event: Callable[[Event], None],
        *,
        embedder: Callable[[], RestingEmbedder | None] = make_embedder,
        better: Callable[[], EmbeddingModel | None] = lambda: None,
        on_battery: Callable[[], bool] = never_on_battery,
        works_on_battery: bool = False,
        forgotten: Callable[[], None] = lambda: None,
    ) -> None:
        self._index = open_index(paths.home / "documents.db")
        self._unwanted = Unwanted(paths.home / "documents.unwanted")
        self._lock = threading.Lock()
        self._started = self._closed = False
        self._embedders = Embedders(self._index, embedder(), better, make_process)
        self._power = Power(on_battery, allowed=works_on_battery)
        self._crew = Crew(
            self._index,
            self._embedders,
            self._power,
            self._changed,
            self._look,
            lambda: self._keeping.works_here and self._keeping.idle,
        )
        self._overview = Overview(self._index, self._embedders, self._now)
        self._asking = Asking(self._index, self._embedders)
        self._gathering = Gathering(self._index, self._asking)
        self._forgotten = forgotten
        self._pages = PageView()
        self._announcer: Announcer | None = None
        self._on_event = on_event
        self._keeping = Keeping(
            self._index,
            self._crew.reads,
            self._unwanted,
            DocumentsLock(paths),
            tell=self._changed,
            forget=self._forget_now,
            begun=self._crew.recognise_left,
        )

    # --- its life ---------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Go on with what was unfinished, look through followed folders, and follow them. May be called twice. While
        another process of the same home does this, this one waits for its turn."""
        with self._lock:
            if self._started or self._closed:
                return
            self._started = True
            self._announcer = Announcer(self._on_event, self._overview.state_name, self._overview.progress)
            self._crew.start()
        self._keeping.start()

    def close(self) -> None:
        """End every thread and child; what is unfinished goes on at the next start. May be called twice."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        self._keeping.close()
        self._crew.close()
        self._pages.close()
        if self._announcer is not None:
            self._announcer.close()
        self._index.close()

    @property
    def paused(self) -> bool:
        """Whether the person holds everything still."""
        return self._crew.paused

    def pause(self) -> None:
        """Read nothing and learn nothing until :meth:`resume`; what was read can be searched."""
        self._crew.pause(True)
        self._look()

    def resume(self) -> None:
        """Go on."""
        self._crew.pause(False)
        self._look()

    def make_way(self, needed: bool) -> None:
        """A chat is answering: meaning waits until it is done."""
        self._crew.make_way(needed)
        self._look()

    def work_on_battery(self, wanted: bool) -> None:
        """Whether meaning is learnt and pictures are read while the computer lives from its battery."""
        self._power.allowed = wanted
        self._crew.mind_power()

    def use_threads(self, threads: int | None) -> None:
        """How many threads may learn meaning; None: few, as long as somebody may want the computer for other things."""
        self._embedders.set_threads(threads)

    # --- what a person does -----------------------------------------------------------------------------------------

    def add(self, paths: Sequence[str], collection: int | None = None) -> None:
        """Take in files, and all files below folders; returns at once. Each file is a row at once, folders' files as
        soon as they were walked through."""
        places = [settled(path) for path in paths]
        folders = [place for place in places if os.path.isdir(place)]
        files = [stored_path(place) for place in places if not os.path.isdir(place)]
        if files:
            self._unwanted.remove(files)
            stamps = [(path, stamp_of(path) or FileStamp(0, 0)) for path in files]
            for document in self._keeping.take_in(stamps, collection):
                self._changed(document)
        for folder in folders:
            self._keeping.walk(folder, collection)

    def watch(self, folder: str) -> int:
        """Follow a folder from now on, as a collection of its own, whose id this is."""
        place = stored_path(settled(folder))
        known = self._index.collections.all()
        for one in known:
            if one.folder == place:
                return one.id
        taken = {one.name for one in known}
        name = base = os.path.basename(place) or place
        number = 2
        while name in taken:
            name, number = f"{base} ({number})", number + 1
        collection = self._index.collections.make(name, place)
        self._keeping.walk(place, collection)
        self._look()
        return collection

    def unwatch(self, collection: int) -> None:
        """Follow its folder no longer. The collection and its documents stay."""
        self._index.stop_following(collection)
        self._keeping.folders_changed()
        self._look()

    def make_collection(self, name: str) -> int:
        """The id of the collection of that name, made by hand if there is none."""
        return self._index.collections.make(name)

    def remove_collection(self, collection: int) -> None:
        """Take the set away; its documents stay, and are no longer followed."""
        self._index.collections.remove(collection)
        self._keeping.folders_changed()
        self._look()

    def forget(self, document_ids: Iterable[int]) -> None:
        """Delete documents from the index for good; the files stay, and those in followed folders are not taken in
        again. A moment later nothing of their words is left in any file of ours."""
        documents = list(document_ids)
        folders = followed(self._index.collections.all())
        rows = [row for row in map(self._index.documents.get, documents) if row is not None]
        self._unwanted.add(row.path for row in rows if root_of(row.path, folders) is not None)
        self._forget_now([row.id for row in rows])
        if not self._started:
            self._crew.tidy()

    def _forget_now(self, documents: Sequence[int]) -> None:
        self._crew.drop(documents)
        self._index.forget(documents)
        for document in documents:
            if self._announcer is not None:
                self._announcer.removed(document)
        self._crew.reads.wake()
        if documents:
            self._forgotten()

    def password(self, document_id: int, text: str) -> None:
        """Read a locked document with this password, which is kept in memory only."""
        self._crew.passwords[document_id] = text
        self.read_again(document_id)

    def read_again(self, document_id: int) -> None:
        """Read it once more, before all that waits."""
        self._crew.reads.add([document_id], Turn.ASKED, forced=True)
        self._changed(document_id)

    def recognise(self, document_id: int) -> None:
        """Read the words in the pictures of its pages, on battery too: a second each. Raises RecognitionMissing."""
        if not recogniser():
            raise RecognitionMissing()
        self._index.want_pictures(document_id)
        self._crew.recognises.add([document_id], Turn.ASKED, forced=True)
        self._changed(document_id)

    # --- what is there ----------------------------------------------------------------------------------------------

    def documents(self, collection: int | None = None) -> tuple[DocumentView, ...]:
        """Every document, or those of a collection, in the order they came."""
        return self._overview.documents(collection)

    def document(self, document_id: int) -> DocumentView | None:
        """One document; None if it is not there (any more)."""
        return self._overview.document(document_id)

    def document_at(self, path: str) -> DocumentView | None:
        """The document whose file is at a path."""
        row = self._index.documents.at_path(stored_path(settled(path)))
        return self.document(row.id) if row is not None else None

    def collections(self) -> tuple[Collection, ...]:
        """Every collection, by name."""
        return tuple(self._index.collections.all())

    def status(self) -> DocumentsStatus:
        """All documents together."""
        return self._overview.status()

    def page_text(self, document_id: int, page: int) -> PageText | None:
        """A page as it was indexed."""
        return self._index.documents.page(document_id, page)

    # --- what blocks: off the UI thread -----------------------------------------------------------------------------

    def search(
        self,
        query: str,
        *,
        collection: int | None = None,
        documents: Sequence[int] | None = None,
        limit: int = DEFAULT_LIMIT,
        typing: bool = False,
    ) -> tuple[Hit, ...]:
        """The passages that answer best, best first, by words and by meaning where it is known. ``typing``: the last
        word may be the beginning of one. Blocks some ms; the first question after a rest some 0.5 s more."""
        self._crew.used()
        return self._asking.search(query, collection=collection, documents=documents, limit=limit, typing=typing)

    def warm_up(self) -> None:
        """A question may come soon. Blocks some seconds: vectors are loaded, the commonest words are met."""
        self._crew.used()
        self._asking.warm_up()

    def gather(
        self, question: str, scope: DocumentScope, budget_tokens: int, whole_tokens: int | None = None
    ) -> Grounding:
        """What to answer a question from: all of the scope where it is at most ``whole_tokens`` (by default the
        budget), else its best passages within the budget, or NOTHING. Blocks as :meth:`search` does."""
        self._crew.used()
        whole = budget_tokens if whole_tokens is None else whole_tokens
        return self._gathering.gather(question, scope, budget_tokens, whole)

    def quotable(self, question: str, scope: DocumentScope, count: int) -> Grounding:
        """The passages to quote where no model answers, best first. Blocks as :meth:`search` does."""
        self._crew.used()
        return self._gathering.best(question, scope, count)

    def every_page(self, scope: DocumentScope) -> tuple[Source, ...]:
        """Every page with text of a scope, in order, numbered from 1. Blocks, about 0.3 ms a page."""
        return tuple(self._gathering.pages(scope))

    def size(self, scope: DocumentScope) -> tuple[int, int]:
        """Pages of a scope, and about how many tokens they are."""
        return self._gathering.size(scope)

    def forgotten(self) -> frozenset[int]:
        """Documents that were forgotten, while something of them may still be kept outside the index."""
        return self._index.forgotten()

    def forgotten_everywhere(self, documents: Iterable[int]) -> None:
        """Nothing of them is kept anywhere any more."""
        self._index.forgotten_everywhere(documents)

    def ask_here(self) -> None:
        """Turn questions into vectors in this process, which is sooner there than a child: for one that only asks."""
        self._asking.make_local = make_local_embedder

    def page_image(self, document_id: int, page: int, width_px: int) -> DrawnPage:
        """A page as a picture. Blocks up to 1 s. Raises DocumentUnopened, ReaderUnavailable."""
        row = self._index.documents.get(document_id)
        return self._pages.image(row, page, width_px, self._crew.passwords.get(document_id, ""))

    def passage_boxes(self, document_id: int, page: int, text: str) -> tuple[Box, ...]:
        """Where these words stand on a page: left, bottom, right, top in points. Blocks up to 1 s. Raises
        DocumentUnopened, ReaderUnavailable."""
        row = self._index.documents.get(document_id)
        return self._pages.boxes(row, page, text, self._crew.passwords.get(document_id, ""))

    def word_boxes(self, document_id: int, page: int, text: str, words: Places) -> tuple[Box, ...]:
        """Where words of a passage stand on a page, as :meth:`passage_boxes` tells of the passage. ``words`` are start
        and end of characters in ``text``. Blocks up to 1 s. Raises DocumentUnopened, ReaderUnavailable."""
        row = self._index.documents.get(document_id)
        return self._pages.boxes(row, page, text, self._crew.passwords.get(document_id, ""), words)

    def wait(self, *, meaning: bool = False, timeout_s: float | None = None) -> bool:
        """Block until all is read, pictures too, or also learnt; False when the time was not enough. Pictures that wait
        for power, or for another process of this home, are not waited for. After :meth:`start`."""
        end = None if timeout_s is None else time.monotonic() + timeout_s
        while (
            not self._keeping.idle
            or self._index.waiting() > 0
            or self._crew.is_reading_now
            or (meaning and self._crew.is_learning)
        ):
            if self._closed or (end is not None and time.monotonic() > end):
                return False
            time.sleep(_LOOK_EVERY_S)
        return True

    def wait_walked(self, timeout_s: float) -> bool:
        """Block until every file of added folders is a row; False when the time was not enough."""
        end = time.monotonic() + timeout_s
        while not self._keeping.idle and time.monotonic() < end:
            time.sleep(_LOOK_EVERY_S)
        return self._keeping.idle

    # --- inside -----------------------------------------------------------------------------------------------------

    def _now(self) -> Now:
        return self._crew.now(busy=self._reading_is_busy())

    def _reading_is_busy(self) -> bool:
        return self._crew.is_reading or not self._keeping.idle or self._index.waiting() > 0

    def _changed(self, document_id: int) -> None:
        if self._announcer is not None:
            self._announcer.note(document_id)

    def _look(self) -> None:
        if self._announcer is not None:
            self._announcer.look()
