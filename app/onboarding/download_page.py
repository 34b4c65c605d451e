"""The model is on its way: how far, how fast, how long, what it waits for; and a place to type the first question."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from app.onboarding.arrival import Arrival
from app.onboarding.guide_card import GuideCard
from app.onboarding.moment import Moment
from app.widgets.buttons import button
from app.widgets.labels import PlainLabel
from app.widgets.layouts import empty
from app.widgets.page import ColumnPage, TurningRow

STEPS = 1000
BEAT_MS = 1000
GOES_ON = "You can close this window. The download goes on where it stopped when you open it again."
IS_KEPT = "What is already here is kept."


@dataclass(frozen=True)
class WayOn:
    """A button under a failed download: ``id`` comes back when it is pressed."""

    id: str
    text: str


@dataclass(frozen=True)
class DownloadView:
    """One moment of a download, in words. ``fraction`` None: the size is not known yet.

    ``state`` says how it is shown; PAUSED is also what ``paused`` makes of FLOWING. ``retry_in_s`` is counted down
    under the sentence, which should not name it. ``ways`` belong to FAILED, the likeliest first.
    """

    title: str
    fraction: float | None
    amount: str
    rate: str
    phase_sentence: str
    paused: bool
    problem_sentence: str = ""
    state: Arrival = Arrival.FLOWING
    retry_in_s: float | None = None
    ways: tuple[WayOn, ...] = ()


class DownloadPage(ColumnPage):
    """Follows one download and keeps the question that is typed meanwhile.

    Signals:
        pause_requested, resume_requested, cancel_requested: the buttons.
        anyway_requested: a held download shall run now.
        way_chosen: the id of a way on after a failure.
        question_changed: what is in the question field.
        guide_asked: a question for the built-in guide; the field is empty then.
    """

    pause_requested = Signal()
    resume_requested = Signal()
    cancel_requested = Signal()
    anyway_requested = Signal()
    way_chosen = Signal(str)
    question_changed = Signal(str)
    guide_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent=parent)
        self._title = PlainLabel("Getting your model ready", "title")
        self._sentence = PlainLabel(GOES_ON, "secondary")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, STEPS)
        self._amount = PlainLabel(role="facts", wrap=False)
        self._rate = PlainLabel(role="facts", wrap=False)
        self.moment = Moment(clock)
        self.anyway_button = button("Download anyway")
        self.pause_button = button("Pause")
        self.cancel_button = button("Cancel", "quiet")
        self._ways = TurningRow()
        self.guide_card = GuideCard(
            "While you wait: ask something now",
            "The built-in guide answers at once what it knows: Hearth and AI at home. Everything else is answered as "
            "soon as the model is ready.",
            "Type your first question. It is answered as soon as the model is ready.",
        )
        self.question = self.guide_card.field
        self._beat = QTimer(self)
        self._beat.setInterval(BEAT_MS)
        self._paused = False
        self._shown_ways: tuple[WayOn, ...] = ()
        self._fill()
        self._show_buttons(Arrival.FLOWING, ())
        self._connect()

    def _connect(self) -> None:
        self._beat.timeout.connect(self.moment.tick)
        self.pause_button.clicked.connect(self._pause_or_resume)
        self.cancel_button.clicked.connect(self.cancel_requested)
        self.anyway_button.clicked.connect(self.anyway_requested)
        self.question.textChanged.connect(self.question_changed)
        self.guide_card.asked.connect(self.guide_asked)

    def _fill(self) -> None:
        self.column.addWidget(self._title)
        self.column.addWidget(self._sentence)
        self.column.addSpacing(12)
        self.column.addWidget(self.bar)
        figures = TurningRow()
        figures.addWidget(self._amount, 1)
        figures.addWidget(self._rate)
        self.column.addLayout(figures)
        self.column.addWidget(self.moment)
        buttons = TurningRow()
        buttons.setSpacing(14)
        self._ways.setSpacing(14)
        buttons.addLayout(self._ways)
        usual = QHBoxLayout()
        usual.setSpacing(14)
        for control in (self.anyway_button, self.pause_button, self.cancel_button):
            usual.addWidget(control)
        usual.addStretch(1)
        buttons.addLayout(usual, 1)
        self.column.addSpacing(6)
        self.column.addLayout(buttons)
        self.column.addSpacing(18)
        self.column.addWidget(self.guide_card)

    def show_progress(self, view: DownloadView) -> None:
        """Bring the page up to date."""
        state = Arrival.PAUSED if view.paused else view.state
        failed = state is Arrival.FAILED
        name = view.title or "your model"
        self._title.setText(f"{view.title or 'Your model'} is not here yet" if failed else f"Getting {name} ready")
        self._sentence.setText(IS_KEPT if failed else GOES_ON)
        self._show_bar(None if view.fraction is None and not failed else view.fraction or 0.0)
        self._amount.setText(view.amount)
        self._rate.setText(view.rate)
        self._amount.setVisible(bool(view.amount))
        self._rate.setVisible(bool(view.rate))
        said = view.problem_sentence or view.phase_sentence
        self.moment.show_state(state, said, view.retry_in_s if state is Arrival.WAITING else None)
        self._paused = state is Arrival.PAUSED
        self._show_buttons(state, view.ways)
        self.bar.setAccessibleName("Download")
        self.bar.setAccessibleDescription(", ".join(part for part in (view.amount, view.rate, said) if part))

    def show_waking(self) -> None:
        """Everything is here; the model is being loaded."""
        self._show_bar(1.0)
        self._rate.setText("")
        self.moment.show_state(Arrival.WAITING, "Everything is here. Waking up the model …", None)
        for control in (self.pause_button, self.cancel_button, self.anyway_button):
            control.setVisible(False)
        self._show_ways(())

    def showEvent(self, event: QShowEvent) -> None:
        """Count only while somebody can see it."""
        super().showEvent(event)
        self.moment.tick()
        self._beat.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Rest."""
        super().hideEvent(event)
        self._beat.stop()

    def _show_bar(self, fraction: float | None) -> None:
        self.bar.setRange(0, 0 if fraction is None else STEPS)
        if fraction is not None:
            self.bar.setValue(round(fraction * STEPS))

    def _show_buttons(self, state: Arrival, ways: tuple[WayOn, ...]) -> None:
        failed = state is Arrival.FAILED
        at_hand = self.pause_button.hasFocus() or self.anyway_button.hasFocus()
        self._show_ways(ways if failed else ())
        self.pause_button.setText("Resume" if state is Arrival.PAUSED else "Pause")
        self.pause_button.setVisible(not failed)
        self.anyway_button.setVisible(state is Arrival.HELD)
        self.cancel_button.setVisible(True)
        if at_hand and self.cancel_button.hasFocus():
            # The button under the keyboard went away: the next one must not be what throws everything away.
            (self._first_way() or self.question if failed else self.pause_button).setFocus()

    def _first_way(self) -> QWidget | None:
        item = self._ways.itemAt(0)
        return item.widget() if item is not None else None

    def _show_ways(self, ways: tuple[WayOn, ...]) -> None:
        if ways == self._shown_ways:
            return
        self._shown_ways = ways
        empty(self._ways)
        for rank, way in enumerate(ways):
            act = button(way.text, "secondary" if rank else "primary")
            act.clicked.connect(lambda _checked=False, chosen=way.id: self.way_chosen.emit(chosen))
            self._ways.addWidget(act)
            act.setVisible(True)

    def _pause_or_resume(self) -> None:
        (self.resume_requested if self._paused else self.pause_requested).emit()
