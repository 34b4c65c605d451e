"""What a place shows where there is nothing yet: kind words and one thing to do."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from app.widgets.flow import Flow
from app.widgets.page import Card
from app.widgets.pictures import IconPicture
from app.widgets.saying import say
from app.widgets.words import Words

PICTURE = 40


class Nothing(Card):
    """A picture, a heading, a sentence, and buttons, the likeliest first."""

    def __init__(self, icon: str, heading: str, sentence: str, *buttons: QPushButton) -> None:
        super().__init__()
        self.setProperty("card", "false")
        self.setObjectName("nothing")
        self.rows.setContentsMargins(24, 28, 24, 28)
        self.rows.setSpacing(8)
        self._heading = Words(heading, "heading")
        self._sentence = Words(sentence, "facts")
        self.rows.addWidget(IconPicture(icon, "accent", PICTURE), 0, Qt.AlignmentFlag.AlignLeading)
        self.rows.addSpacing(4)
        self.rows.addWidget(self._heading)
        self.rows.addWidget(self._sentence)
        if buttons:
            self.rows.addSpacing(8)
            ways = Flow()
            for each in buttons:
                ways.addWidget(each)
            self.rows.addLayout(ways)

    def say(self, heading: str, sentence: str) -> None:
        """Other words."""
        say(self._heading, heading)
        say(self._sentence, sentence)
