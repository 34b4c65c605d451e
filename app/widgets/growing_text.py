"""A field of plain text that is as high as what is typed in it, up to a number of lines."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QResizeEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app.theme.theme import current_theme

MARGINS = 10


class GrowingText(QPlainTextEdit):
    """Plain text in which Tab leaves the field.

    Signals:
        height_changed: it is higher or lower now.
        focus_changed: whether it has the keyboard.
    """

    height_changed = Signal()
    focus_changed = Signal(bool)

    def __init__(self, lines_at_most: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines_at_most = lines_at_most
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(2)
        self.textChanged.connect(self.fit)
        current_theme().changed.connect(self.fit)

    def fit(self) -> None:
        """As high as the text, up to the limit."""
        self.ensurePolished()
        line = self.fontMetrics().lineSpacing()
        limit = self._lines_at_most * line
        layout = self.document().documentLayout()
        needed, block = 0.0, self.document().firstBlock()
        while block.isValid() and needed < limit:
            needed += max(layout.blockBoundingRect(block).height(), line)
            block = block.next()
        height = int(min(needed, limit)) + MARGINS
        if height != self.height():
            self.setFixedHeight(height)
            self.height_changed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width, other line breaks."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.fit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tell who paints the frame."""
        super().focusInEvent(event)
        self.focus_changed.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell who paints the frame."""
        super().focusOutEvent(event)
        self.focus_changed.emit(False)
