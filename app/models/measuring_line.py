"""A quiet line of the page: what the speeds rest on, and the way to the test of this computer."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QWidget

from app.sentences import OwnTestWords
from app.theme.theme import current_theme
from app.widgets.buttons import button
from app.widgets.flow import Flow
from app.widgets.saying import say, seen
from app.widgets.words import FlowingLabel

BAR_WIDTH = 140


class MeasuringLine(QWidget):
    """Not there before it is told how the test stands, nor where no speeds are shown.

    Signals:
        pressed: the button: begin, or stop what runs.
    """

    pressed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._told, self._belongs = False, True
        self._words = FlowingLabel(role="caption")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Testing this computer")
        self.act = button("", "link")
        self.act.clicked.connect(self.pressed)
        flow = Flow()
        for each in (self._words, self.bar, self.act):
            flow.addWidget(each)
        self.setLayout(flow)
        current_theme().changed.connect(self._resize)
        self._resize()
        self.bar.hide()
        self.hide()

    def show_words(self, words: OwnTestWords) -> None:
        """Bring the line up to date."""
        say(self._words, words.line)
        seen(self.bar, words.share is not None)
        self.bar.setValue(round(100 * (words.share or 0)))
        self.act.setText(words.act)
        self.act.setAccessibleName(f"{words.act}: {words.line}")
        self._told = True
        seen(self, self._belongs)

    def belong(self, wanted: bool) -> None:
        """Whether speeds are shown below."""
        self._belongs = wanted
        seen(self, wanted and self._told)

    def _resize(self) -> None:
        self.bar.setFixedWidth(current_theme().px(BAR_WIDTH))
