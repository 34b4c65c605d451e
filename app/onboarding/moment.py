"""What a download is doing or waiting for, in a box whose colour says how serious it is."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.onboarding.arrival import Arrival, passing
from app.widgets.labels import PlainLabel

# Names of the style sheet: on the colour of a warning, on a quiet ground, on none.
GROUNDS = {Arrival.STALLED: "notice", Arrival.FAILED: "notice", Arrival.HELD: "news", Arrival.PAUSED: "news"}


class Moment(QFrame):
    """The sentence, and under it a line that changes as time passes. :meth:`tick` is called about once a second."""

    def __init__(self, clock: Callable[[], float], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._state = Arrival.FLOWING
        self._said = ""
        self._since = clock()
        self._retry_in_s: float | None = None
        self._sentence = PlainLabel(role="facts")
        self._passing = PlainLabel(role="facts")
        self._box = QVBoxLayout(self)
        self._box.setSpacing(3)
        self._box.addWidget(self._sentence)
        self._box.addWidget(self._passing)
        self._dress()
        self.setVisible(False)

    def show_state(self, state: Arrival, sentence: str, retry_in_s: float | None) -> None:
        """What is so now; time is counted from the moment when it began to be so."""
        if (state, sentence, retry_in_s) != (self._state, self._said, self._retry_in_s):
            self._since = self._clock()
        dressed = GROUNDS.get(state) == GROUNDS.get(self._state)
        self._state, self._said, self._retry_in_s = state, sentence, retry_in_s
        if not dressed:
            self._dress()
        self._sentence.say(sentence)
        self.setVisible(bool(sentence))
        self.tick()

    def tick(self) -> None:
        """Time has passed."""
        self._passing.say(passing(self._state, self._clock() - self._since, self._retry_in_s))

    def words(self) -> str:
        """Everything that is said now, line by line."""
        return "\n".join(label.text() for label in (self._sentence, self._passing) if label.text())

    def _dress(self) -> None:
        ground = GROUNDS.get(self._state, "")
        self.setObjectName(ground)
        margins = (14, 10, 14, 10) if ground else (0, 0, 0, 0)
        self._box.setContentsMargins(*margins)
        for widget in (self, self._sentence, self._passing):
            widget.style().unpolish(widget)
            widget.style().polish(widget)
