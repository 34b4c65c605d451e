"""Read-only text as high as it is, that loads nothing and follows no link by itself."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QMimeData, QRectF, Qt, QUrl, Signal
from PySide6.QtGui import QColor, QFocusEvent, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextBrowser, QWidget

from app.chat.markdown.formats import CARD_PADDING, CODE_CARD
from app.chat.markdown.formula_pictures import selected_text
from app.theme.theme import current_theme

CARD_RADIUS = 10


class TextView(QTextBrowser):
    """Read-only text as high as it is, that loads nothing and follows no link by itself.

    Signals:
        height_changed: the document needs another height.
    """

    height_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setUndoRedoEnabled(False)
        for set_policy in (self.setVerticalScrollBarPolicy, self.setHorizontalScrollBarPolicy):
            set_policy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextBrowserInteraction | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setTabChangesFocus(True)
        self.viewport().setAutoFillBackground(False)
        self.document().setDocumentMargin(0)
        self.document().documentLayout().documentSizeChanged.connect(self._fit)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Rounded grounds under blocks of code, then the text."""
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = current_theme().tokens
        painter.setPen(QColor(tokens.line))
        painter.setBrush(QColor(tokens.code))
        for area in self._code_cards():
            if area.toAlignedRect().intersects(event.rect()):
                painter.drawRoundedRect(area, CARD_RADIUS, CARD_RADIUS)
        painter.end()
        super().paintEvent(event)

    def _code_cards(self) -> Iterator[QRectF]:
        layout = self.document().documentLayout()
        for frame in self.document().rootFrame().childFrames():
            if frame.frameFormat().boolProperty(CODE_CARD):
                first = layout.blockBoundingRect(frame.firstCursorPosition().block())
                last = layout.blockBoundingRect(frame.lastCursorPosition().block())
                top, bottom = first.top() - CARD_PADDING, last.bottom() + CARD_PADDING
                yield QRectF(0.5, top + 0.5, self.viewport().width() - 1.5, bottom - top - 1)

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Nothing is ever loaded; an empty answer would let Qt try for itself."""
        return QImage(1, 1, QImage.Format.Format_ARGB32)

    def createMimeDataFromSelection(self) -> QMimeData:
        """Copy as text and as rich text, without the places where pictures would be."""
        data = QMimeData()
        data.setText(selected_text(self.textCursor()))
        data.setHtml(self.textCursor().selection().toHtml())
        return data

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """A selection left behind in another message would be mistaken for the current one."""
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            cursor = self.textCursor()
            cursor.clearSelection()
            self.setTextCursor(cursor)

    def _fit(self) -> None:
        height = int(self.document().size().height()) + 1
        if height != self.height():
            self.setFixedHeight(height)
            self.height_changed.emit()
