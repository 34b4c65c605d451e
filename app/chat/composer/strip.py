"""A line above the composer: a sentence, and buttons behind it."""

from __future__ import annotations

import itertools

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QPushButton, QWidget

from app.widgets.labels import PlainLabel
from app.widgets.page import TurningRow

ABOVE_BELOW, LEFT, RIGHT, BETWEEN = 10, 14, 10, 8


class Strip(QFrame):
    """Not there until there is something to say. ``look`` names its colours in the style sheet."""

    def __init__(self, look: str, *buttons: QPushButton, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(look)
        self._sentence = PlainLabel()
        self._buttons = buttons
        row = TurningRow()
        self.setLayout(row)
        row.setContentsMargins(LEFT, ABOVE_BELOW, RIGHT, ABOVE_BELOW)
        row.setSpacing(BETWEEN)
        row.addWidget(self._sentence, 1)
        for each in buttons:
            row.addWidget(each)
        for before, after in itertools.pairwise(buttons):
            QWidget.setTabOrder(before, after)
        self.hide()

    @property
    def sentence(self) -> str:
        """What it says; "" while it is not there."""
        return self._sentence.text() if not self.isHidden() else ""

    def tell(self, sentence: str) -> None:
        """What it says from now on; "" takes it away."""
        self._sentence.setText(sentence)
        self.setAccessibleName(sentence)
        for each in self._buttons:
            each.setAccessibleDescription(sentence)
        self.setVisible(bool(sentence))


class StripToLeave(Strip):
    """Escape takes it away while a button here has the keyboard, and is nobody else's then."""

    def event(self, event: QEvent) -> bool:
        """Escape before all shortcuts."""
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() is QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() is QEvent.Type.KeyPress:
                self.leave()
                return True
        return super().event(event)

    def leave(self) -> None:
        """What Escape does."""
        self.tell("")
