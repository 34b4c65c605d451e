"""A switch: on or off at once, with its words beside it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QWidget

from app.theme.theme import current_theme

TRACK = (36, 20)
KNOB_INSET = 4
RING = 3


class Switch(QCheckBox):
    """A check box in another coat: a screen reader and the keyboard find the check box. Its name is given, its words
    stand beside it as a label of their own."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        current_theme().changed.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        """The track with room for the ring of the keyboard."""
        theme = current_theme()
        return QSize(theme.px(TRACK[0]) + 2 * RING, theme.px(TRACK[1]) + 2 * RING)

    def minimumSizeHint(self) -> QSize:
        """It is never smaller."""
        return self.sizeHint()

    def hitButton(self, pos: QPoint) -> bool:
        """All of it can be pressed."""
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Track, knob, and the ring while it has the keyboard."""
        tokens = current_theme().tokens
        on = self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = QRectF(self.rect()).adjusted(RING, RING, -RING, -RING)
        painter.setPen(QPen(QColor(tokens.accent if on else tokens.control), 1.5))
        painter.setBrush(QColor(tokens.accent if on else tokens.raised))
        painter.drawRoundedRect(track.adjusted(0.75, 0.75, -0.75, -0.75), track.height() / 2, track.height() / 2)
        side = track.height() - 2 * KNOB_INSET
        right = on != (self.layoutDirection() is Qt.LayoutDirection.RightToLeft)
        x = track.right() - KNOB_INSET - side if right else track.left() + KNOB_INSET
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.on_accent if on else tokens.control))
        painter.drawEllipse(QRectF(x, track.top() + KNOB_INSET, side, side))
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            ring = QRectF(self.rect()).adjusted(1, 1, -1, -1)
            painter.drawRoundedRect(ring, ring.height() / 2, ring.height() / 2)
