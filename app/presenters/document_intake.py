"""Files and folders on their way to the documents, wherever in the window they were let go."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from app.controllers.documents import DocumentsController
from app.documents.page import DocumentsPage
from app.sentences import documents as sentences
from app.widgets.sure import shortened

GATHER_MS = 200
SHOW_DOCUMENTS = "show-documents"


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
        self._folders: list[str] = []
        self._gather = QTimer(page)  # it has nothing to tell once the page is gone
        self._gather.setSingleShot(True)
        self._gather.setInterval(GATHER_MS)
        self._gather.timeout.connect(self._tell)
        page.folders_agreed.connect(self._add_folders)

    def take(self, paths: Iterable[str]) -> None:
        """Files and folders of this computer."""
        wanted = tuple(paths)
        # A folder on a disk that is far away takes its time to say that it is one.
        self._documents.aside(
            lambda: tuple(Path(path).is_dir() for path in wanted), lambda are: self._sort(wanted, are)
        )

    def _sort(self, paths: tuple[str, ...], are_folders: tuple[bool, ...]) -> None:
        files = [path for path, folder in zip(paths, are_folders, strict=True) if not folder]
        self._folders += [path for path, folder in zip(paths, are_folders, strict=True) if folder]
        if files:
            self._documents.add(files)
        if not self._page.isVisible():  # in sight, it shows them itself
            self._files += files
        self._gather.start()

    def _tell(self) -> None:
        files, self._files = self._files, []
        folders, self._folders = self._folders, []
        if files:
            self._say(files, "file")
        if folders:
            self._page.ask_about_folders(list(dict.fromkeys(folders)))

    def _add_folders(self, folders: list[str], follow: bool) -> None:
        if follow:
            for folder in folders:
                self._documents.watch(folder)
        else:
            self._documents.add(folders)
        if not self._page.isVisible():
            self._say(folders, "folder")

    def _say(self, paths: list[str], what: str) -> None:
        names = [shortened(Path(path).name or path) for path in paths]
        self.toasted.emit(sentences.taken_line(names, what), sentences.SHOW, SHOW_DOCUMENTS)
