"""The fold "Removed lately": models that still can come back, and the space that they still take."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from app.models.beside import Beside
from app.models.face import in_one_line
from app.models.shown import RemovedModel
from app.widgets.buttons import FoldButton, button
from app.widgets.layouts import drop
from app.widgets.page import Card, TurningRow
from app.widgets.saying import restyle, say, seen
from app.widgets.sure import ask, shortened
from app.widgets.words import Words, breakable

GONE = "This can't be undone. To have it again, it must be downloaded again."
ALL_GONE = "This can't be undone. To have them again, they must be downloaded again."


class RemovedLine(QFrame):
    """One removed model.

    Signals:
        restore_requested, purge_requested: its buttons.
    """

    restore_requested = Signal()
    purge_requested = Signal()

    def __init__(self, model: RemovedModel) -> None:
        super().__init__()
        self.setObjectName("kept")
        self.model = model
        self._title = Words()
        self._detail = Words(role="facts")
        self.restore_button = button("Bring back", "quiet")
        self.purge_button = button("Free the space now", "quiet")
        self.restore_button.clicked.connect(self.restore_requested)
        self.purge_button.clicked.connect(self.purge_requested)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addWidget(self._detail)
        acts = TurningRow()
        acts.addWidget(self.restore_button)
        acts.addWidget(self.purge_button)
        acts.addStretch(0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 8)
        layout.addWidget(Beside(words, acts, room=520))
        self.say(model)

    def controls(self) -> tuple[QPushButton, QPushButton]:
        """In the order of the line."""
        return self.restore_button, self.purge_button

    def say(self, model: RemovedModel) -> None:
        """The same model in other words: a day has passed."""
        self.model = model
        say(self._title, breakable(model.title))
        say(self._detail, in_one_line(model.size, model.until))
        self.setAccessibleName(f"{model.title}. {model.size}. {model.until}.")
        for each in (self.restore_button, self.purge_button):
            each.setAccessibleName(f"{each.text()}: {model.title}")


class Removed(QWidget):
    """Without removed models it is not there. Nothing goes for good unasked.

    Signals:
        restore_requested, purge_requested: with the model's id.
        purge_all_requested: all of them.
    """

    restore_requested = Signal(str)
    purge_requested = Signal(str)
    purge_all_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[str, RemovedLine] = {}
        self._size = ""
        self.fold = FoldButton("Removed lately")
        self.all_button = button("Free all the space…", "quiet")
        self.all_button.clicked.connect(self._ask_for_all)
        self._body = Card()
        self._body.rows.setSpacing(0)
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        self._body.rows.addLayout(self._list)
        self._body.rows.addWidget(self.all_button)
        self.fold.toggled.connect(self._body.setVisible)
        self._body.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.fold)
        layout.addWidget(self._body)
        self.hide()

    def show_removed(self, models: tuple[RemovedModel, ...], size: str) -> None:
        """Show these, changing only what differs."""
        self._size = size
        keyboard = next(
            (line for line in self.lines.values() if any(each.hasFocus() for each in line.controls())), None
        )
        wanted = {model.id for model in models}
        for gone in [known for known in self.lines if known not in wanted]:
            line = self.lines.pop(gone)
            self._list.removeWidget(line)
            drop(line)
        for place, model in enumerate(models):
            self._show_line(place, model)
        words = in_one_line("Removed lately", size)
        if self.fold.text() != words:
            self.fold.setText(words)
        seen(self.all_button, len(models) > 1)
        seen(self, bool(models))
        if keyboard is not None and keyboard not in self.lines.values():
            self.fold.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_line(self, place: int, model: RemovedModel) -> None:
        line = self.lines.get(model.id)
        if line is None:
            line = self.lines[model.id] = RemovedLine(model)
            line.restore_requested.connect(lambda: self.restore_requested.emit(model.id))
            line.purge_requested.connect(lambda line=line: self._ask_for(line.model))
        else:
            line.say(model)
        if self._list.indexOf(line) != place:
            self._list.insertWidget(place, line)
        restyle(line, "first", place == 0)

    def _ask_for(self, model: RemovedModel) -> None:
        question = f"Delete “{shortened(model.title)}” for good?"
        ask(
            self,
            question,
            f"It frees {model.size}. {GONE}",
            "Free the space",
            lambda: self.purge_requested.emit(model.id),
        )

    def _ask_for_all(self) -> None:
        question = f"Delete {len(self.lines)} removed models for good?"
        ask(self, question, f"It frees {self._size}. {ALL_GONE}", "Free the space", self.purge_all_requested.emit)
