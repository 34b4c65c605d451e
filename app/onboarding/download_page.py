"""The model is on its way: how far, how fast, how long; and a place to type the first question."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from app.onboarding.guide_card import GuideCard
from app.widgets.buttons import button
from app.widgets.labels import PlainLabel
from app.widgets.page import ColumnPage

STEPS = 1000


@dataclass(frozen=True)
class DownloadView:
    """One moment of a download, in words. ``fraction`` None: the size is not known yet."""

    title: str
    fraction: float | None
    amount: str
    rate: str
    phase_sentence: str
    paused: bool
    problem_sentence: str = ""


class DownloadPage(ColumnPage):
    """Follows one download and keeps the question that is typed meanwhile.

    Signals:
        pause_requested, resume_requested, cancel_requested: the buttons.
        question_changed: what is in the question field.
        guide_asked: a question for the built-in guide; the field is empty then.
    """

    pause_requested = Signal()
    resume_requested = Signal()
    cancel_requested = Signal()
    question_changed = Signal(str)
    guide_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._title = PlainLabel("Getting your model ready", "title")
        self._sentence = PlainLabel(
            "You can close this window. The download goes on where it stopped when you open it again.", "secondary"
        )
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, STEPS)
        self._amount = PlainLabel(role="facts", wrap=False)
        self._rate = PlainLabel(role="facts", wrap=False)
        self._phase = PlainLabel(role="facts")
        self.pause_button = button("Pause")
        self.cancel_button = button("Cancel", "quiet")
        self.guide_card = GuideCard(
            "While you wait: ask something now",
            "The built-in guide answers at once what it knows: Hearth and AI at home. Everything else is answered as "
            "soon as the model is ready.",
            "Type your first question. It is answered as soon as the model is ready.",
        )
        self.question = self.guide_card.field
        self._paused = False
        self._fill()
        self.pause_button.clicked.connect(self._pause_or_resume)
        self.cancel_button.clicked.connect(self.cancel_requested)
        self.question.textChanged.connect(self.question_changed)
        self.guide_card.asked.connect(self.guide_asked)

    def _fill(self) -> None:
        self.column.addWidget(self._title)
        self.column.addWidget(self._sentence)
        self.column.addSpacing(12)
        self.column.addWidget(self.bar)
        figures = QHBoxLayout()
        figures.addWidget(self._amount)
        figures.addStretch(1)
        figures.addWidget(self._rate)
        self.column.addLayout(figures)
        self.column.addWidget(self._phase)
        buttons = QHBoxLayout()
        buttons.setSpacing(14)
        buttons.addWidget(self.pause_button)
        buttons.addWidget(self.cancel_button)
        buttons.addStretch(1)
        self.column.addSpacing(6)
        self.column.addLayout(buttons)
        self.column.addSpacing(18)
        self.column.addWidget(self.guide_card)

    def show_progress(self, view: DownloadView) -> None:
        """Bring the page up to date."""
        self._title.setText(f"Getting {view.title} ready" if view.title else "Getting your model ready")
        if view.fraction is None:
            self.bar.setRange(0, 0)
        else:
            self.bar.setRange(0, STEPS)
            self.bar.setValue(round(view.fraction * STEPS))
        self._amount.setText(view.amount)
        self._rate.setText(view.rate)
        self._phase.say(view.problem_sentence or view.phase_sentence)
        self._paused = view.paused
        self.pause_button.setText("Resume" if view.paused else "Pause")
        self.pause_button.setVisible(True)
        self.cancel_button.setVisible(True)
        said = ", ".join(part for part in (view.amount, view.rate, view.phase_sentence) if part)
        self.bar.setAccessibleName("Download")
        self.bar.setAccessibleDescription(said)

    def show_waking(self) -> None:
        """Everything is here; the model is being loaded."""
        self.bar.setRange(0, STEPS)
        self.bar.setValue(STEPS)
        self._rate.setText("")
        self._phase.say("Everything is here. Waking up the model …")
        self.pause_button.setVisible(False)
        self.cancel_button.setVisible(False)

    def _pause_or_resume(self) -> None:
        (self.resume_requested if self._paused else self.pause_requested).emit()
