"""How downloads behave towards the rest of a person's life: how fast, when, on which connection."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app import sentences, wording
from app.settings.rows import choices, row
from app.settings.tick import Tick
from app.widgets.labels import PlainLabel
from app.widgets.page import Card

MB = 1_000_000
LIMITS = (0, 1 * MB, 2 * MB, 5 * MB, 10 * MB, 25 * MB, 50 * MB)


@dataclass(frozen=True)
class DownloadChoices:
    """What is in force. A limit of 0 is none."""

    limit_bytes_per_s: int = 0
    only_at_night: bool = False
    on_battery: bool = True
    on_metered: bool = False


class DownloadCard(Card):
    """One speed and three yes-or-noes.

    Signals:
        limit_chosen: bytes a second, 0 for no limit.
        only_at_night_chosen, on_battery_chosen, on_metered_chosen: whether.
    """

    limit_chosen = Signal(int)
    only_at_night_chosen = Signal(bool)
    on_battery_chosen = Signal(bool)
    on_metered_chosen = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._limits = list(LIMITS)
        begins, ends = sentences.NIGHT
        self.limit = choices("Speed limit of downloads", [_limit_words(limit) for limit in LIMITS])
        self.only_at_night = Tick(f"Only at night ({wording.hour(begins)} to {wording.hour(ends)})")
        self.on_battery = Tick("Also on battery")
        self.on_metered = Tick("Also over a connection that costs by the amount (a phone's hotspot)")
        self.rows.addWidget(PlainLabel("Downloads", "subheading"))
        self.rows.addLayout(row("Speed limit", self.limit))
        for tick in (self.only_at_night, self.on_battery, self.on_metered):
            self.rows.addWidget(tick)
        self.limit.activated.connect(lambda place: self.limit_chosen.emit(self._limits[place]))
        self.only_at_night.chosen.connect(self.only_at_night_chosen)
        self.on_battery.chosen.connect(self.on_battery_chosen)
        self.on_metered.chosen.connect(self.on_metered_chosen)

    def show_choices(self, chosen: DownloadChoices) -> None:
        """What is in force; a limit that is not in the list comes into it."""
        if chosen.limit_bytes_per_s not in self._limits:
            self._limits.append(chosen.limit_bytes_per_s)
            self.limit.addItem(_limit_words(chosen.limit_bytes_per_s))
        self.limit.setCurrentIndex(self._limits.index(chosen.limit_bytes_per_s))
        self.only_at_night.set_on(chosen.only_at_night)
        self.on_battery.set_on(chosen.on_battery)
        self.on_metered.set_on(chosen.on_metered)


def _limit_words(limit_bytes_per_s: int) -> str:
    return wording.rate(limit_bytes_per_s) if limit_bytes_per_s > 0 else "No limit"
