"""Documents: what was added, where each stands, and what is to be done with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import PurePath
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from app.bridge.events import EventBridge
from app.bridge.tasks import TaskRunner
from app.controllers.document_calls import DocumentCalls, Documents
from runtime.api import (
    Collection,
    DocumentChanged,
    DocumentRemoved,
    DocumentsProgress,
    DocumentsStatus,
    DocumentView,
    Event,
    Problem,
)

Result = TypeVar("Result")
GATHER_MS = 100
FEW = 40
NONE = 0
Everything = tuple[tuple[DocumentView, ...], tuple[Collection, ...], DocumentsStatus]
News = tuple[tuple[DocumentView | None, ...], DocumentsStatus]


class DocumentsController(QObject):
    """Knows all documents once :meth:`refresh` has been answered, and keeps up with what the engine tells.

    Signals:
        changed: documents came or went, or all are new.
        document_changed: a DocumentView that stands elsewhere now.
        status_changed: :attr:`status` is new.
        failed: a Problem with something that was asked for.
    """

    changed = Signal()
    document_changed = Signal(object)
    status_changed = Signal()
    failed = Signal(object)

    def __init__(
        self, documents: Documents, bridge: EventBridge, questions: TaskRunner, parent: QObject | None = None
    ) -> None:
        """``documents`` is called on the thread of ``questions``, as the engine's service may be made by it."""
        super().__init__(parent)
        self._documents = documents
        self._questions = questions
        self.views: dict[int, DocumentView] = {}
        self.collections: tuple[Collection, ...] = ()
        self.status: DocumentsStatus | None = None
        self._touched: set[int] = set()
        self._everything = False
        self._asking = False
        self._gather = QTimer(self)
        self._gather.setSingleShot(True)
        self._gather.timeout.connect(self._ask)
        bridge.event_arrived.connect(self._on_event)

    # --- what a person wants --------------------------------------------------------------------------------------

    def start(self) -> None:
        """After the first paint: go on with what was unfinished."""
        self._do(lambda documents: documents.start())

    def add(self, paths: Sequence[str], collection: int | None = None) -> None:
        """Read files, and what is in folders."""
        self._do(lambda documents: documents.add(tuple(paths), collection))

    def add_known(self, paths: Sequence[str], then: Callable[[tuple[int, ...]], None]) -> None:
        """Read files; ``then`` gets what they are known by now, without waiting until they are read. Of those that
        could not be taken in, nothing."""
        wanted = tuple(paths)

        def work() -> tuple[DocumentView, ...]:
            documents = self._documents()
            documents.add(wanted)
            found = (documents.document_at(path) for path in wanted)
            return tuple(view for view in found if view is not None)

        def done(views: tuple[DocumentView, ...]) -> None:
            self.views |= {view.id: view for view in views}
            self.changed.emit()
            then(tuple(view.id for view in views))
            self.refresh()

        def on_problem(problem: Problem) -> None:
            self.failed.emit(problem)
            then(())

        self._questions.run(work, done, on_problem)

    def add_folder(self, folder: str, then: Callable[[int], None], *, follow: bool) -> None:
        """Read a folder, and keep following it if so wished; ``then`` gets the collection that it is."""

        def work() -> tuple[int, tuple[Collection, ...]]:
            documents = self._documents()
            if follow:
                return documents.watch(folder), documents.collections()
            collection = documents.make_collection(_free_name(folder, documents.collections()))
            documents.add((folder,), collection)
            return collection, documents.collections()

        def done(found: tuple[int, tuple[Collection, ...]]) -> None:
            collection, self.collections = found
            self.changed.emit()
            then(collection)
            self.refresh()

        self._questions.run(work, done, self.failed.emit)

    def watch(self, folder: str) -> None:
        """Read a folder and keep following it."""
        self._do(lambda documents: documents.watch(folder))

    def unwatch(self, collection: int) -> None:
        """Follow a folder no more; what was read stays."""
        self._do(lambda documents: documents.unwatch(collection))

    def forget(self, document_ids: Sequence[int]) -> None:
        """Delete what was read of documents, for good."""
        wanted = tuple(document_ids)
        self._do(lambda documents: documents.forget(wanted))

    def password(self, document_id: int, text: str) -> None:
        """Try a password."""
        self._do(lambda documents: documents.password(document_id, text), document_id)

    def read_again(self, document_id: int) -> None:
        """Try once more."""
        self._do(lambda documents: documents.read_again(document_id), document_id)

    def recognise(self, document_id: int) -> None:
        """Read the text in its pictures."""
        self._do(lambda documents: documents.recognise(document_id), document_id)

    def pause(self, paused: bool) -> None:
        """Stop reading for now, or go on."""
        self._do(lambda documents: documents.pause() if paused else documents.resume(), NONE)

    def refresh(self) -> None:
        """Ask for everything anew."""
        self._everything = True
        self._wake()

    def aside(self, work: Callable[[], Result], on_done: Callable[[Result], None]) -> None:
        """Do something long off the UI thread, after what is being asked."""
        self._questions.run(work, on_done, self.failed.emit)

    # --- how it goes on -------------------------------------------------------------------------------------------

    def _do(self, action: Callable[[DocumentCalls], object], document_id: int | None = None) -> None:
        def done(_result: object) -> None:
            if document_id is None:
                self.refresh()
            else:
                self._touched.add(document_id)
                self._wake()

        self._questions.run(lambda: action(self._documents()), done, self.failed.emit)

    def _on_event(self, event: Event) -> None:
        if isinstance(event, DocumentRemoved):
            self._everything = True
        elif isinstance(event, DocumentChanged):
            # 0 stands for many at once.
            self._touched.add(event.document_id)
            self._everything |= event.document_id not in self.views
        elif not isinstance(event, DocumentsProgress):
            return
        self._wake()

    def _wake(self) -> None:
        if not self._gather.isActive():
            # Ten thousand documents take longer to look through than ten.
            self._gather.start(max(GATHER_MS, len(self.views) // 10) if self._everything else GATHER_MS)

    def _ask(self) -> None:
        """One question at a time: what is told meanwhile goes with the next."""
        if self._asking:
            return
        self._asking = True
        touched, self._touched = tuple(self._touched - {NONE}), set()
        everything, self._everything = self._everything or len(touched) > FEW, False
        if everything:
            self._questions.run(self._ask_everything, self._on_everything, self._on_problem)
        else:
            self._questions.run(lambda: self._ask_few(touched), self._on_few, self._on_problem)

    def _ask_everything(self) -> Everything:
        documents = self._documents()
        return documents.documents(), documents.collections(), documents.status()

    def _ask_few(self, ids: tuple[int, ...]) -> News:
        documents = self._documents()
        return tuple(documents.document(each) for each in ids), documents.status()

    def _on_everything(self, found: Everything) -> None:
        views, self.collections, self.status = found
        self.views = {view.id: view for view in views}
        self.changed.emit()
        self._answered()

    def _on_few(self, found: News) -> None:
        views, self.status = found
        for view in views:
            if view is None:
                self._everything = True
            elif self.views.get(view.id) != view:
                self.views[view.id] = view
                self.document_changed.emit(view)
        self._answered()

    def _on_problem(self, problem: Problem) -> None:
        self.failed.emit(problem)
        self._asking = False

    def _answered(self) -> None:
        self._asking = False
        self.status_changed.emit()
        if self._touched or self._everything:
            self._wake()


def _free_name(folder: str, known: tuple[Collection, ...]) -> str:
    """A folder's own name, for a collection that nobody follows: never that of one that is followed."""
    base = name = PurePath(folder).name or folder
    followed = {each.name for each in known if each.folder is not None}
    number = 2
    while name in followed:
        name, number = f"{base} ({number})", number + 1
    return name
