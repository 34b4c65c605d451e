"""The section "For your documents": what finds by meaning, and what would find in more languages."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.models.beside import Beside
from app.widgets.buttons import button
from app.widgets.page import Card
from app.widgets.saying import restyle, say, seen
from app.widgets.words import Figures, Words, facts


class BetterState(StrEnum):
    """Where the model for more languages stands."""

    OFFERED = "offered"
    COMING = "coming"
    PAUSED = "paused"
    LEARNING = "learning"
    HERE = "here"
    BROKEN = "broken"


@dataclass(frozen=True)
class ForDocuments:
    """``built_in`` says what there always is. ``title`` and ``size`` ("488 MB") are of the better model, ``sentence``
    what it is good for, or what is wrong with it. ``fraction`` (None: unknown) and ``amount`` belong to a download, or
    to the learning of the documents with it; there ``amount`` is how long that takes, or why it holds still."""

    built_in: str
    title: str
    size: str
    sentence: str = ""
    state: BetterState = BetterState.OFFERED
    fraction: float | None = None
    amount: str = ""


class ForDocumentsSection(QWidget):
    """Not there before it is told.

    Signals:
        download_requested, pause_requested, resume_requested, cancel_requested, remove_requested, mend_requested.
    """

    download_requested = Signal()
    pause_requested = Signal()
    resume_requested = Signal()
    cancel_requested = Signal()
    remove_requested = Signal()
    mend_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._shown: ForDocuments | None = None
        self._built_in = Words(role="facts")
        self._title = Words()
        self._sentence = Words(role="facts")
        self._amount = Figures()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.download_button = button("Download")
        self.pause_button = button("Pause", "quiet")
        self.resume_button = button("Resume")
        self.cancel_button = button("Cancel", "quiet")
        self.mend_button = button("Mend it")
        self.remove_button = button("Remove", "quiet")
        self._acts: dict[QPushButton, tuple[BetterState, ...]] = {
            self.download_button: (BetterState.OFFERED,),
            self.resume_button: (BetterState.PAUSED,),
            self.pause_button: (BetterState.COMING,),
            self.mend_button: (BetterState.BROKEN,),
            self.cancel_button: (BetterState.COMING, BetterState.PAUSED),
            self.remove_button: (BetterState.LEARNING, BetterState.HERE, BetterState.BROKEN),
        }
        self._build()
        for act, signal in zip(
            self._acts,
            (
                *(self.download_requested, self.resume_requested, self.pause_requested),
                *(self.mend_requested, self.cancel_requested, self.remove_requested),
            ),
            strict=True,
        ):
            act.clicked.connect(signal)
        self.hide()

    def _build(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(2)
        for each in (self._title, self._sentence, self._amount):
            words.addWidget(each)
        acts = QHBoxLayout()
        acts.setSpacing(8)
        for act in self._acts:
            acts.addWidget(act, 0, Qt.AlignmentFlag.AlignVCenter)
        acts.addStretch(0)
        card = Card()
        card.rows.setSpacing(10)
        card.rows.addWidget(self._built_in)
        card.rows.addWidget(Beside(words, acts, room=380))
        card.rows.addWidget(self.bar)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 16, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(Words("For your documents", "section"))
        layout.addWidget(card)

    def show_documents(self, shown: ForDocuments) -> None:
        """Bring it up to date; only what differs changes."""
        if shown == self._shown:
            return
        self._shown = shown
        say(self._built_in, shown.built_in)
        say(self._title, facts(f"{shown.title} · {shown.size}"))
        say(self._sentence, shown.sentence)
        restyle(self._sentence, "role", "warning" if shown.state is BetterState.BROKEN else "facts")
        moves = shown.state in (BetterState.COMING, BetterState.PAUSED, BetterState.LEARNING)
        self._amount.say(shown.amount if moves else "")
        seen(self.bar, moves)
        self.bar.setRange(0, 0 if moves and shown.fraction is None else 1000)
        self.bar.setValue(round(1000 * (shown.fraction or 0)))
        self.bar.setAccessibleName(shown.title)
        restyle(self.bar, "tone", "still" if shown.state is BetterState.PAUSED else "")
        self._show_acts(shown)
        seen(self, True)

    def _show_acts(self, shown: ForDocuments) -> None:
        wanted = [act for act, states in self._acts.items() if shown.state in states]
        had = any(act.hasFocus() for act in self._acts)
        for act in self._acts:
            seen(act, act in wanted)
            act.setAccessibleName(f"{act.text()}: {shown.title}")
        if had and wanted and not any(act.hasFocus() for act in wanted):
            wanted[0].setFocus(Qt.FocusReason.OtherFocusReason)
