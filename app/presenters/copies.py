"""Copies of chats in files: where they go, where they come from, and what became of it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from app.chat.chat_page import ChatPage
from app.controllers.shelf import ShelfController
from runtime.api import ImportReport

COPY_KINDS = "Text that anybody can read (*.md);;A copy that Hearth can take back (*.json)"
ALL_KINDS = "A copy that Hearth can take back (*.json)"
IMPORT_KINDS = "Chats of Hearth or ChatGPT (*.json *.zip)"


class CopiesPresenter(QObject):
    """Asks for files over the window of the chat page.

    Signals:
        toasted: sentence, label of an undo button and what it undoes ("" for none).
    """

    toasted = Signal(str, str, str)

    def __init__(self, shelf: ShelfController, page: ChatPage, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shelf = shelf
        self._page = page
        shelf.exported.connect(lambda path: self.toasted.emit(f"Saved as {Path(path).name}", "", ""))
        shelf.imported.connect(self._on_imported)

    def export(self, conversation_id: str) -> None:
        """Ask where to, then write a copy of one conversation; "" is all of them."""
        title = self._shelf.title(conversation_id) or "Chat" if conversation_id else "All chats"
        name = "".join(c if c.isalnum() or c in " -_" else " " for c in title).strip()[:60] or "Chat"
        ending, kinds = (".md", COPY_KINDS) if conversation_id else (".json", ALL_KINDS)
        path, _kind = QFileDialog.getSaveFileName(
            self._page.window(), "Save a copy", str(Path.home() / f"{name}{ending}"), kinds
        )
        if path:
            known = Path(path).suffix.lower() in (".md", ".markdown", ".json")
            self._shelf.export(conversation_id, path if known else f"{path}{ending}")

    def import_file(self) -> None:
        """Ask which file, then take its conversations over."""
        path, _kind = QFileDialog.getOpenFileName(self._page.window(), "Import chats", str(Path.home()), IMPORT_KINDS)
        if path:
            self._shelf.import_file(path)

    def _on_imported(self, report: ImportReport) -> None:
        count = report.conversations
        sentence = f"{count} chat{'' if count == 1 else 's'} added" if count else "Nothing new in that file"
        if report.skipped:
            sentence += f", {report.skipped} could not be read"
        self.toasted.emit(sentence, "", "")
