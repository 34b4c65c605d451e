"""The threads that read, recognise and learn: their lines, and whether they may go on now."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence

from runtime.cancel import Cancelled
from runtime.documents.learning_work import LearningWork, RestingEmbedder
from runtime.documents.overview import Now
from runtime.documents.queue_of_files import QueueOfFiles
from runtime.documents.reading_work import ReadingWork
from runtime.documents.standing import StandingIndex

# Reading costs some three times what the app's own part of it does; more of them would wait for that.
READERS = 2
READER_NICENESS = 5
RECOGNISER_NICENESS = 15


class Crew:
    """Owns the workers, from :meth:`start` to :meth:`close`, and the passwords they read with, in memory only.

    Any thread. ``changed`` hears of documents on the workers' threads; ``may_learn`` says whether all that is to be
    read is at least in line.
    """

    def __init__(
        self,
        index: StandingIndex,
        embedder: RestingEmbedder | None,
        changed: Callable[[int], None],
        may_learn: Callable[[], bool],
    ) -> None:
        self._index = index
        self._embedder = embedder
        self._changed = changed
        self._all_in_line = may_learn
        self.reads, self.recognises = QueueOfFiles(), QueueOfFiles()
        self.passwords: dict[int, str] = {}
        self._may_go_on = threading.Event()
        self._may_go_on.set()
        self._made_way = False
        # The log may hold traces that the last run could not clear.
        self._untidy = True
        self._works: list[ReadingWork] = []
        self._learning: LearningWork | None = None

    @property
    def started(self) -> bool:
        """Whether there are workers."""
        return bool(self._works)

    def start(self) -> None:
        """Let them begin."""
        for number in range(READERS):
            self._works.append(self._worker(self.reads, f"documents-reading-{number}", READER_NICENESS, False))
        self._works.append(self._worker(self.recognises, "documents-recognising", RECOGNISER_NICENESS, True))
        if self._embedder is not None:
            self._learning = LearningWork(self._index, self._embedder, self._may_learn, self._changed)

    def _worker(self, line: QueueOfFiles, name: str, niceness: int, recognises: bool) -> ReadingWork:
        return ReadingWork(
            self._index,
            line,
            name=name,
            niceness=niceness,
            recognises=recognises,
            password=lambda document: self.passwords.get(document, ""),
            tell=self._read,
            may_go_on=self._may_go_on,
            when_idle=(lambda: None) if recognises else self.tidy,
        )

    def close(self) -> None:
        """End them, the embedder and every child."""
        for work in self._works:
            work.close()
        if self._embedder is not None:
            self._embedder.close()
        if self._learning is not None:
            self._learning.close()

    # --- whether they may -------------------------------------------------------------------------------------------

    @property
    def paused(self) -> bool:
        """Whether the person holds everything still."""
        return not self._may_go_on.is_set()

    def pause(self, paused: bool) -> None:
        """Hold everything still, or go on."""
        (self._may_go_on.clear if paused else self._may_go_on.set)()
        self._hold_learning()

    def make_way(self, needed: bool) -> None:
        """Hold learning still, or go on."""
        self._made_way = needed
        self._hold_learning()

    def _hold_learning(self) -> None:
        with contextlib.suppress(Cancelled):
            if self._embedder is not None:
                (self._embedder.pause if self.paused or self._made_way else self._embedder.resume)()

    def _may_learn(self) -> bool:
        return not self.paused and not self._made_way and self.reads.idle and self._all_in_line()

    # --- what they do -----------------------------------------------------------------------------------------------

    def drop(self, documents: Sequence[int]) -> None:
        """Leave off what is being done with these, and do nothing more."""
        for line in (self.reads, self.recognises):
            line.drop(documents)
        for document in documents:
            self.passwords.pop(document, None)
            for work in self._works:
                work.cancel(document)

    def used(self) -> None:
        """A question was asked: the next one may come soon."""
        if self._learning is not None:
            self._learning.used()

    def tidy(self) -> None:
        """Clear the traces of what was forgotten. On a reading thread when nothing waits, so that it disturbs nobody;
        tried again while somebody reads the index."""
        if self._untidy or self._index.purge_is_due:
            self._untidy = True
            self._untidy = not self._index.purge()

    @property
    def is_reading(self) -> bool:
        """Whether anything is being read or recognised, or waits for it."""
        return not (self.reads.idle and self.recognises.idle)

    @property
    def is_learning(self) -> bool:
        """Whether something is left to learn, and can be."""
        if self._embedder is None or (self._learning is not None and self._learning.failed):
            return False
        return bool(self._index.pending(self._embedder.model_id, 1))

    def now(self, *, busy: bool) -> Now:
        """What is under way."""
        return Now(
            doing={document: doing for work in self._works for document, doing in list(work.doing.items())},
            reading=self.reads.known,
            recognising=self.recognises.known,
            busy=busy,
            paused=self.paused,
            passages_per_s=self._learning.passages_per_s if self._learning is not None else None,
        )

    def _read(self, document_id: int) -> None:
        if self._learning is not None:
            self._learning.look()
        self._changed(document_id)
