"""Files and folders on their way to the documents, wherever in the window they were let go."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from app.controllers.documents import DocumentsController
from app.documents.page import DocumentsPage
from app.sentences import documents as sentences
from app.widgets.sure import shortened
from runtime.api import DocumentScope

GATHER_MS = 200
SHOW_DOCUMENTS = "show-documents"
# Is told what was let go is known by: the files among it together, even if there are none, then each folder that the
# person agreed to, as a collection.
Known = Callable[[DocumentScope], None]


class DocumentIntake(QObject):
    """Files go in at once; about folders the person is asked. What comes within a moment is one question and one word:
    a desktop tells of each file that is let go on an icon by itself.

    Signals:
        toasted: a sentence, the label of a button and its id.
    """

    toasted = Signal(str, str, str)

    def __init__(self, documents: DocumentsController, page: DocumentsPage, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._documents, self._page = documents, page
        self._files: list[str] = []
        self._folders: dict[str, Known | None] = {}
        self._asked: dict[str, Known | None] = {}
        self._for_chat = False
        self._gather = QTimer(page)  # it has nothing to tell once the page is gone
        self._gather.setSingleShot(True)
        self._gather.setInterval(GATHER_MS)
        self._gather.timeout.connect(self._tell)
        page.folders_agreed.connect(self._add_folders)

    def take(self, paths: Iterable[str], known: Known | None = None) -> None:
        """Files and folders of this computer. ``known``: they were let go on a conversation, which is told."""
        wanted = tuple(paths)
        # A folder on a disk that is far away takes its time to say that it is one.
        self._documents.aside(
            lambda: tuple(Path(path).is_dir() for path in wanted), lambda are: self._sort(wanted, are, known)
        )

    def _sort(self, paths: tuple[str, ...], are_folders: tuple[bool, ...], known: Known | None) -> None:
        files = [path for path, folder in zip(paths, are_folders, strict=True) if not folder]
        self._folders |= {path: known for path, folder in zip(paths, are_folders, strict=True) if folder}
        if files and known is not None:
            self._documents.add_known(files, lambda ids: known(DocumentScope(documents=ids)))
        elif files:
            self._documents.add(files)
        elif known is not None:
            known(DocumentScope())
        if not self._page.isVisible():  # in sight, it shows them itself
            self._files += files
            self._for_chat = known is not None
        self._gather.start()

    def _tell(self) -> None:
        files, self._files = self._files, []
        folders, self._folders = self._folders, {}
        if files:
            self._say(files, "file", for_chat=self._for_chat)
        if folders:
            self._asked |= folders
            self._page.ask_about_folders(list(folders))

    def _add_folders(self, folders: list[str], follow: bool) -> None:
        for_chat = False
        for folder in folders:
            known = self._asked.pop(folder, None)
            if known is not None:
                for_chat = True
                self._documents.add_folder(folder, _as_scope(known), follow=follow)
            elif follow:
                self._documents.watch(folder)
            else:
                self._documents.add([folder])
        if not self._page.isVisible():
            self._say(folders, "folder", for_chat=for_chat)

    def _say(self, paths: list[str], what: str, *, for_chat: bool) -> None:
        names = [shortened(Path(path).name or path) for path in paths]
        line = sentences.taken_line(names, what, for_chat=for_chat)
        self.toasted.emit(line, sentences.SHOW, SHOW_DOCUMENTS)


def _as_scope(known: Known) -> Callable[[int], None]:
    return lambda collection: known(DocumentScope(collection=collection))
