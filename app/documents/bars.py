"""The parts above the list: what is under way, and which documents are listed."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.documents.shown import Group, Progress
from app.widgets.buttons import IconButton, button
from app.widgets.flow import Flow
from app.widgets.labels import PlainLabel
from app.widgets.page import Card

NAMES = {
    Group.ALL: "All",
    Group.READY: "Ready",
    Group.COMING: "Being read",
    Group.ASKING: "Need you",
    Group.UNREAD: "Not readable",
}
FULL = 1000


class ProgressStrip(Card):
    """One line and a bar over everything that is being read. Nothing under way: not there.

    Signals:
        pause_requested: True to pause, False to go on.
    """

    pause_requested = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.rows.setContentsMargins(16, 10, 10, 10)
        self._paused = False
        self.line = PlainLabel(role="facts")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, FULL)
        self.bar.setAccessibleName("How much is read")
        self.button = IconButton("pause", "Pause")
        words = QVBoxLayout()
        words.setSpacing(6)
        words.addWidget(self.line)
        words.addWidget(self.bar)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addLayout(words, 1)
        row.addWidget(self.button)
        self.rows.addLayout(row)
        self.button.clicked.connect(lambda: self.pause_requested.emit(not self._paused))
        self.hide()

    def show_progress(self, progress: Progress) -> None:
        """What is under way."""
        self._paused = progress.paused
        if self.line.text() != progress.line:
            self.line.setText(progress.line)
        self.bar.setVisible(progress.share is not None)
        self.bar.setValue(round((progress.share or 0.0) * FULL))
        tone = "still" if progress.paused else ""
        if self.bar.property("tone") != tone:
            self.bar.setProperty("tone", tone)
            self.bar.style().unpolish(self.bar)
            self.bar.style().polish(self.bar)
            self.button.show_icon("play" if progress.paused else "pause")
            self.button.rename("Go on" if progress.paused else "Pause")
        self.setVisible(bool(progress.line))


class GroupBar(QWidget):
    """A button for each group with the number of documents in it; the numbers add up to the first.

    Signals:
        chosen: a Group.
    """

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Which documents are listed")
        self.buttons: dict[Group, QPushButton] = {}
        self._together = QButtonGroup(self)
        row = Flow(parent=self)
        for group in Group:
            made = button(NAMES[group], "filter")
            made.setCheckable(True)
            made.clicked.connect(lambda _=False, group=group: self.chosen.emit(group))
            self._together.addButton(made)
            self.buttons[group] = made
            row.addWidget(made)
        self.buttons[Group.ALL].setChecked(True)
        self.show_counts({})

    def show_counts(self, counts: dict[Group, int]) -> None:
        """How many are in each; an empty group is not offered unless it is the one that is shown."""
        for group, made in self.buttons.items():
            number = counts.get(group, 0)
            text = f"{NAMES[group]}  {number:,}"
            if made.text() != text:
                made.setText(text)
                made.setAccessibleName(f"{NAMES[group]}: {number}")
            made.setVisible(bool(number) or group is Group.ALL or made.isChecked())

    def choose(self, group: Group) -> None:
        """Bring a group to the front."""
        self.buttons[group].setChecked(True)
        self.chosen.emit(group)
