"""A sentence on a coloured ground at the top of a place, with ways on."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout

from app.widgets.flow import Flow
from app.widgets.pictures import IconPicture
from app.widgets.saying import say, seen
from app.widgets.words import Words, breakable


class Banner(QFrame):
    """Without a sentence it is not there."""

    def __init__(self, icon: str, *buttons: QPushButton) -> None:
        super().__init__()
        self.setObjectName("banner")
        self._label = Words()
        words = QVBoxLayout()
        words.setSpacing(8)
        words.addWidget(self._label)
        ways = Flow()
        for each in buttons:
            ways.addWidget(each)
        words.addLayout(ways)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(12)
        layout.addWidget(IconPicture(icon, "warn", 20))
        layout.addLayout(words, 1)
        self.hide()

    def say(self, sentence: str) -> None:
        """Show a sentence, or go."""
        say(self._label, breakable(sentence))
        seen(self, bool(sentence))
        self.setAccessibleName(sentence)
