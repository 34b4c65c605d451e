"""The field in which the question is typed: plain text that grows, and a door for what is pasted or dropped."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QKeyEvent, QTextOption
from PySide6.QtWidgets import QWidget

from app.widgets.drop_overlay import local_paths
from app.widgets.growing_text import GrowingText

LINES_AT_MOST = 6
# Beyond this the field is no longer quick on a small computer.
CHARACTERS_AT_MOST = 400_000
# Breaking a line between words takes time with the square of its length.
LONG_LINE = 10_000
_BY_WORDS = QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere
_ANYWHERE = QTextOption.WrapMode.WrapAnywhere


class QuestionField(GrowingText):
    """Plain text that grows to six lines.

    Signals:
        submitted: Return without Shift.
        files_dropped: local paths.
        image_pasted: a picture came that is neither a file nor text.
        text_cut: what came was longer than the field takes; its beginning is there.
        edit_last_requested: the up arrow, while nothing is typed.
    """

    submitted = Signal()
    files_dropped = Signal(list)
    image_pasted = Signal()
    text_cut = Signal()
    edit_last_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(LINES_AT_MOST, parent)
        self.setObjectName("question")
        self.setAccessibleName("Your question")
        self.fit()

    def set_text(self, text: str) -> None:
        """Replace what is typed, and forget how it was typed."""
        self.setWordWrapMode(_wrap_for(text))
        self.setPlainText(text)
        self.moveCursor(self.textCursor().MoveOperation.End)

    def fit(self) -> None:
        """As high as the text, up to the limit."""
        if self.document().isEmpty() and self.wordWrapMode() is _ANYWHERE:
            self.setWordWrapMode(_BY_WORDS)
        super().fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return sends, Shift+Return breaks the line; input methods get their Return first by themselves."""
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        plain = not modifiers & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.AltModifier)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain:
            self.submitted.emit()
        elif event.key() == Qt.Key.Key_Up and not modifiers and self.document().isEmpty():
            self.edit_last_requested.emit()
        else:
            super().keyPressEvent(event)

    # --- pasting and dropping -------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Text may be dropped here; files are left to the page, which takes them everywhere."""
        if local_paths(event.mimeData()):
            event.ignore()
        else:
            super().dragEnterEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """As on entering."""
        if local_paths(event.mimeData()):
            event.ignore()
        else:
            super().dragMoveEvent(event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Text, files, and pictures so that something can be said about them."""
        return source.hasText() or source.hasUrls() or source.hasImage()

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Pasted or dropped: files and pictures are reported, everything else is plain text."""
        paths = local_paths(source)
        if paths:
            self.files_dropped.emit(paths)
        elif source.hasText() and source.text():
            self._insert(source.text())
        elif source.hasImage():
            self.image_pasted.emit()

    def _insert(self, text: str) -> None:
        cursor = self.textCursor()
        replaced = cursor.selectionEnd() - cursor.selectionStart()
        room = max(CHARACTERS_AT_MOST - (self.document().characterCount() - 1) + replaced, 0)
        kept = text[:room]
        if _wrap_for(cursor.block().text() + kept) is _ANYWHERE:
            self.setWordWrapMode(_ANYWHERE)
        self.insertPlainText(kept)
        self.ensureCursorVisible()
        if len(kept) < len(text):
            self.text_cut.emit()


def _wrap_for(text: str) -> QTextOption.WrapMode:
    """Between words, unless a line is so long that looking for words would freeze the window."""
    longest = max((len(line) for line in text.split("\n")), default=0)
    return _ANYWHERE if longest > LONG_LINE else _BY_WORDS
