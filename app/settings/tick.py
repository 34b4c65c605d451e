"""A choice that is on or off: a box to tick and its words, which wrap where a check box's own would be cut."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from app.theme.theme import current_theme
from app.widgets.labels import PlainLabel

SIDE = 18
ROOM = 4  # around the box, for the ring that shows where the keyboard is
RADIUS = 5.0


class Tick(QWidget):
    """One line of the settings. A click on the words counts, and so does the space bar.

    Signals:
        chosen: the person switched it on or off.
    """

    chosen = Signal(bool)

    def __init__(self, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = _Box(words)
        self._words = PlainLabel(words)
        self._words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 2)
        row.setSpacing(8)
        row.addWidget(self.box, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._words, 1)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusProxy(self.box)
        self.box.clicked.connect(self.chosen)

    def set_on(self, on: bool) -> None:
        """Show what is in force; says nothing."""
        self.box.setChecked(on)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Wait for the release."""
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The words are as good as the box."""
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.box.setFocus(Qt.FocusReason.MouseFocusReason)
            self.box.click()
        event.accept()


class _Box(QCheckBox):
    """The box itself, drawn in the colours of the theme at the size of the text."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        current_theme().changed.connect(self._resize)
        self._resize()

    def sizeHint(self) -> QSize:
        """The box and its ring."""
        side = current_theme().px(SIDE) + 2 * ROOM
        return QSize(side, side)

    def hitButton(self, _position: object) -> bool:
        """All of it."""
        return True

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Ground, edge, the tick, and the ring where the keyboard is."""
        theme = current_theme()
        tokens = theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(ROOM, ROOM, -ROOM, -ROOM)
        on = self.isChecked()
        painter.setPen(QPen(QColor(tokens.accent if on else tokens.control), 1.5))
        painter.setBrush(QColor(tokens.accent if on else tokens.raised))
        painter.drawRoundedRect(box.adjusted(0.75, 0.75, -0.75, -0.75), RADIUS, RADIUS)
        if on:
            side = round(box.width()) - 4
            place = box.center().toPoint()
            theme.icon("check", "on_accent", side).paint(
                painter, place.x() - side // 2 + 1, place.y() - side // 2 + 1, side, side
            )
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(tokens.accent), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS + 2, RADIUS + 2)
        painter.end()

    def _resize(self) -> None:
        self.setFixedSize(self.sizeHint())
        self.update()
