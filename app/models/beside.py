"""Words and what can be done with them: side by side, or one under the other where there is too little room."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLayout, QWidget

from app.theme.theme import current_theme

ROOM = 460
GAP = 16
GAP_BELOW = 8


class Beside(QWidget):
    """Turns by its own width, measured in the person's text size.

    Signals:
        turned: whether what can be done stands below now.
    """

    turned = Signal(bool)

    def __init__(self, words: QLayout, acts: QLayout, room: int = ROOM) -> None:
        super().__init__()
        self._room = room
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addLayout(words, 1)
        self._layout.addLayout(acts)
        current_theme().changed.connect(self._turn)
        self._turn()

    @property
    def below(self) -> bool:
        """Whether what can be done stands below."""
        return self._layout.direction() is QBoxLayout.Direction.TopToBottom

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width."""
        super().resizeEvent(event)
        self._turn()

    def _turn(self) -> None:
        below = self.width() < current_theme().px(self._room)
        wanted = QBoxLayout.Direction.TopToBottom if below else QBoxLayout.Direction.LeftToRight
        if self._layout.direction() != wanted or self._layout.spacing() < 0:
            self._layout.setDirection(wanted)
            self._layout.setSpacing(GAP_BELOW if below else GAP)
            self.turned.emit(below)
