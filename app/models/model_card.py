"""One model on the models page: a name, a lay sentence, a line of facts, and what can be done with it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.widgets.buttons import button
from app.widgets.details import Details
from app.widgets.labels import Pill, PlainLabel
from app.widgets.layouts import empty
from app.widgets.page import Card, TurningRow

STEPS = 1000
# What each state offers: (button text, kind, what it asks for).
ACTIONS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "available": (("Download", "secondary", "download"),),
    "downloading": (("Pause", "secondary", "pause"), ("Cancel", "quiet", "cancel")),
    "paused": (("Resume", "secondary", "resume"), ("Cancel", "quiet", "cancel")),
    "failed": (("Try again", "secondary", "resume"), ("Cancel", "quiet", "cancel")),
    "ready": (("Use", "secondary", "use"), ("Remove", "quiet", "remove")),
    "waking": (),
    "in_use": (("Remove", "quiet", "remove"),),
    "broken": (("Download again", "secondary", "download"), ("Remove", "quiet", "remove")),
    "too_large": (),
}
STATE_WORDS = {"in_use": "In use", "waking": "Waking up …"}


@dataclass(frozen=True)
class ModelCard:
    """A model in words. ``state`` is a key of ACTIONS; ``fraction`` and ``progress_text`` only while downloading."""

    id: str
    title: str
    badge: str
    badge_kind: str
    sentence: str
    facts: str
    state: str
    fraction: float | None = None
    progress_text: str = ""
    details: str = ""


class ModelCardView(Card):
    """Shows one ModelCard and changes only what differs.

    Signals:
        requested: what is asked for (use, download, pause, resume, cancel, remove) and the model's id.
    """

    requested = Signal(str, str)

    def __init__(self, card: ModelCard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.card: ModelCard | None = None
        self._title = PlainLabel(role="subheading")
        self._badge = Pill()
        self._sentence = PlainLabel()
        self._facts = PlainLabel(role="facts")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Download")
        self._progress = PlainLabel(role="facts")
        self._state = Pill()
        self._details = Details()
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(6)
        self._build()
        self.show_card(card)

    def _build(self) -> None:
        name = QHBoxLayout()
        name.setSpacing(10)
        name.addWidget(self._title)
        name.addWidget(self._badge)
        name.addStretch(1)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addLayout(name)
        words.addWidget(self._sentence)
        words.addWidget(self._facts)
        words.addWidget(self.bar)
        words.addWidget(self._progress)
        words.addStretch(1)
        row = TurningRow()
        row.setSpacing(16)
        row.addLayout(words, 1)
        row.addWidget(self._state)
        row.addLayout(self._buttons)
        self.rows.addLayout(row)
        self.rows.addWidget(self._details)

    def show_card(self, card: ModelCard) -> None:
        """Bring the view up to date."""
        if card == self.card:
            return
        before, self.card = self.card, card
        self._title.setText(card.title)
        self._badge.say(card.badge, card.badge_kind or "good")
        self._sentence.say(card.sentence)
        self._facts.say(card.facts)
        self._progress.say(card.progress_text)
        self._state.say(STATE_WORDS.get(card.state, ""))
        self._show_bar(card)
        self._details.say(card.details)
        if before is None or before.state != card.state:
            self._make_buttons(card)
        self.setAccessibleName(f"{card.title}. {card.sentence} {card.facts}")

    def _show_bar(self, card: ModelCard) -> None:
        self.bar.setVisible(card.state in ("downloading", "paused", "failed"))
        self.bar.setRange(0, STEPS if card.fraction is not None else 0)
        self.bar.setValue(round((card.fraction or 0) * STEPS))
        self.bar.setAccessibleDescription(card.progress_text)

    def _make_buttons(self, card: ModelCard) -> None:
        empty(self._buttons)
        for text, kind, request in ACTIONS[card.state]:
            self._buttons.addWidget(self._button(text, kind, request, card))

    def _button(self, text: str, kind: str, request: str, card: ModelCard) -> QPushButton:
        made = button(text, kind)
        made.setAccessibleName(f"{text} {card.title}")
        made.clicked.connect(lambda _checked=False: self.requested.emit(request, card.id))
        return made
