"""Where models are kept, and the way to another disk."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.settings.rows import row
from app.widgets.buttons import button
from app.widgets.labels import PlainLabel
from app.widgets.page import Card


class ModelsPlaceCard(Card):
    """Shows the folder; what the buttons ask for is done elsewhere.

    Signals:
        change_requested, show_requested: the buttons.
    """

    change_requested = Signal()
    show_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder = PlainLabel(role="facts")
        self._note = PlainLabel(role="facts")
        self.change_button = button("Change…")
        self.change_button.setAccessibleName("Change the folder where models are kept")
        self.show_button = button("Show")
        self.show_button.setAccessibleName("Show the folder where models are kept")
        self.rows.addWidget(PlainLabel("Where models are kept", "subheading"))
        self.rows.addLayout(row("They can move to another disk, all together", self.show_button, self.change_button))
        self.rows.addWidget(self._folder)
        self.rows.addWidget(self._note)
        self.change_button.clicked.connect(self.change_requested)
        self.show_button.clicked.connect(self.show_requested)
        self.set_place("")

    def set_place(self, folder: str, note: str = "", *, can_change: bool = True) -> None:
        """The folder; ``note`` is said under it: a move that runs, a disk that is not connected."""
        self._folder.setText(folder)
        self._note.say(note)
        self.change_button.setEnabled(can_change)
