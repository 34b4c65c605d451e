"""What the page is given to show, and one line of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout

from app.widgets.buttons import button
from app.widgets.labels import ElidedLabel
from app.widgets.page import TurningRow


@dataclass(frozen=True)
class KeptRow:
    """Something put away. ``kind`` is "archived", "binned" (a chat in the bin) or "message" (a message in the bin).

    ``detail`` is its date, or how long it still lies in the bin; of a message also which chat it is from. The
    ``title`` of a message is an excerpt of it.
    """

    kind: str
    id: str
    title: str
    detail: str

    @property
    def name(self) -> str:
        """What a person calls it; words out of a message are in quotation marks."""
        return f"“{self.title}”" if self.kind == "message" else self.title


class KeptLine(QFrame):
    """Title and detail, and at the end what can be done with it."""

    def __init__(self, row: KeptRow, restore: Callable[[], None], away: Callable[[], None]) -> None:
        super().__init__()
        self.setObjectName("kept")
        self.row = row
        self._title = ElidedLabel(row.name)
        self._detail = ElidedLabel(row.detail, "facts")
        self.restore_button = button("Bring back", "quiet")
        self.away_button = button("Move to the bin" if row.kind == "archived" else "Delete for good", "quiet")
        for each in (self.restore_button, self.away_button):
            each.setAccessibleName(f"{each.text()}: {row.title}")
        self.restore_button.clicked.connect(restore)
        self.away_button.clicked.connect(away)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addWidget(self._detail)
        buttons = TurningRow()
        buttons.addWidget(self.restore_button)
        buttons.addWidget(self.away_button)
        layout = TurningRow()
        layout.setContentsMargins(0, 8, 0, 8)
        layout.setSpacing(8)
        layout.addLayout(words, 1)
        layout.addLayout(buttons)
        self.setLayout(layout)

    def buttons(self) -> tuple[QPushButton, QPushButton]:
        """In the order of the line."""
        return self.restore_button, self.away_button

    def set_first(self, first: bool) -> None:
        """The first line of a card has no line above it."""
        if self.property("first") != first:
            self.setProperty("first", first)
            self.style().unpolish(self)
            self.style().polish(self)

    def say(self, row: KeptRow) -> None:
        """The same thing in other words: a day has passed."""
        if row != self.row:
            self.row = row
            self._title.setText(row.name)
            self._detail.setText(row.detail)
