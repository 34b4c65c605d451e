"""How documents are learnt: what waits for power."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.settings.tick import Tick
from app.widgets.labels import PlainLabel
from app.widgets.page import Card

ON_BATTERY = "Also on battery: learn what documents mean, and read the words in their pictures"


class DocumentsCard(Card):
    """One yes-or-no.

    Signals:
        on_battery_chosen: whether.
    """

    on_battery_chosen = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.on_battery = Tick(ON_BATTERY)
        self.rows.addWidget(PlainLabel("Documents", "subheading"))
        self.rows.addWidget(self.on_battery)
        self.rows.addWidget(
            PlainLabel("Words are always read at once and can be searched. The rest waits for power.", "facts")
        )
        self.on_battery.chosen.connect(self.on_battery_chosen)

    def show_on_battery(self, wanted: bool) -> None:
        """What is in force."""
        self.on_battery.set_on(wanted)
