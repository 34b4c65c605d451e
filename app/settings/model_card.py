"""How long a model that nobody asks stays ready."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.settings.rows import choices, row
from app.widgets.labels import PlainLabel
from app.widgets.page import Card

ALWAYS = 0
MINUTES = (5, 15, 60, ALWAYS)
EXPLAINED = (
    "If nobody asks for that long, other programs get its memory back. It wakes up as soon as you begin to type, and "
    "nothing of your chats is lost."
)


class ModelCard(Card):
    """One choice.

    Signals:
        kept_chosen: minutes, 0 for as long as Hearth is open.
    """

    kept_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._minutes = list(MINUTES)
        self.keep = choices("Keep the model ready", [_words(minutes) for minutes in MINUTES])
        self.rows.addWidget(PlainLabel("Model", "subheading"))
        self.rows.addLayout(row("Keep the model ready", self.keep))
        self.rows.addWidget(PlainLabel(EXPLAINED, "facts"))
        self.keep.activated.connect(lambda place: self.kept_chosen.emit(self._minutes[place]))

    def show_kept(self, minutes: int) -> None:
        """What is in force; a time that is not in the list comes into it."""
        minutes = max(minutes, ALWAYS)
        if minutes not in self._minutes:
            self._minutes.append(minutes)
            self.keep.addItem(_words(minutes))
        self.keep.setCurrentIndex(self._minutes.index(minutes))


def _words(minutes: int) -> str:
    if minutes <= 0:
        return "While Hearth is open"
    if minutes % 60 == 0:
        return "1 hour" if minutes == 60 else f"{minutes // 60} hours"
    return "1 minute" if minutes == 1 else f"{minutes} minutes"
