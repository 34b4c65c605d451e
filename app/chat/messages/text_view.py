"""Read-only text as high as it is, that loads nothing and follows no link by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt, QUrl, Signal
from PySide6.QtGui import QColor, QHelpEvent, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextBrowser, QTextEdit, QToolTip, QWidget

from app.chat.markdown.grounds import air_below, grounds
from app.chat.messages.message_copy import selected_data
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
        self._under: list[QTextEdit.ExtraSelection] = []
        self._over: list[QTextEdit.ExtraSelection] = []
        self.note_at: Callable[[int], str] = lambda _position: ""  # what is told of a place in the text
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
        """Grounds of code, bars of quotations and lines of tables where they are seen, then the text."""
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = current_theme().tokens
        painter.setPen(QColor(tokens.line))
        painter.setBrush(QColor(tokens.code))
        seen = grounds(self.document(), event.rect().top(), event.rect().bottom())
        for card in seen.cards:
            painter.drawRoundedRect(card, CARD_RADIUS, CARD_RADIUS)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for bar in (*seen.bars, *seen.lines):
            painter.fillRect(bar, QColor(tokens.line))
        painter.end()
        super().paintEvent(event)

    def setExtraSelections(self, selections: Sequence[QTextEdit.ExtraSelection]) -> None:
        """Marks of what was looked for; they lie over those of :meth:`mark_under`."""
        self._over = list(selections)
        super().setExtraSelections([*self._under, *self._over])

    def mark_under(self, selections: Sequence[QTextEdit.ExtraSelection]) -> None:
        """Marks that stay, whatever is looked for."""
        self._under = list(selections)
        super().setExtraSelections([*self._under, *self._over])

    def viewportEvent(self, event: QEvent) -> bool:
        """What is told of the place under the mouse; links tell of themselves."""
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip and not self.anchorAt(event.pos()):
            layout = self.document().documentLayout()
            place = layout.hitTest(QPointF(event.pos()), Qt.HitTestAccuracy.ExactHit)
            note = self.note_at(place) if place >= 0 else ""
            QToolTip.showText(event.globalPos(), note, self.viewport())
            return True
        return super().viewportEvent(event)

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Nothing is ever loaded; an empty answer would let Qt try for itself."""
        nothing = QImage(1, 1, QImage.Format.Format_ARGB32)
        nothing.fill(Qt.GlobalColor.transparent)
        return nothing

    def createMimeDataFromSelection(self) -> QMimeData:
        """Copy as text and as rich text, without what is only for the screen."""
        return selected_data(self.textCursor())

    def _fit(self) -> None:
        height = int(self.document().size().height() + air_below(self.document())) + 1
        if height != self.height():
            self.setFixedHeight(height)
            self.height_changed.emit()
