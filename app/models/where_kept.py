"""The foot of "On this computer": the room that models take, where they are kept, and those of other programs."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.models.beside import Beside
from app.models.choosing import choose_folder
from app.models.face import in_one_line
from app.models.shown import Here, OtherFolder
from app.models.switch import Switch
from app.widgets.buttons import IconButton, button
from app.widgets.layouts import drop
from app.widgets.page import Card
from app.widgets.saying import say, seen
from app.widgets.sure import ask, shortened
from app.widgets.words import Words, path_words

OTHERS = "Also use models of other programs"
OTHERS_MORE = "They stay where they are. Hearth never changes or deletes them."


class WhereKept(QWidget):
    """Says where things are, and what is to be another way.

    Signals:
        move_requested: the folder that the models are to be kept in from now on; the person has agreed.
        others_switched: whether models of other programs are used.
        folder_added: a folder of another program, or of a model that is here already.
        folder_forgotten: such a folder that is not to be used any more.
    """

    move_requested = Signal(str)
    others_switched = Signal(bool)
    folder_added = Signal(str)
    folder_forgotten = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._here = Here()
        self._folders: dict[str, QWidget] = {}
        self._room = Words(role="facts")
        self._folder = Words(role="facts")
        self.change_button = button("Change…")
        self.switch = Switch(OTHERS)
        self.add_button = button("Add a folder…")
        self.change_button.setAccessibleName("Change where models are kept…")
        self.add_button.setAccessibleName("Add a folder with models…")
        self._list = QVBoxLayout()
        self._list.setSpacing(10)
        self._build()
        self.change_button.clicked.connect(self._choose_place)
        self.add_button.clicked.connect(self._choose_other)
        self.switch.clicked.connect(self.others_switched)

    def _build(self) -> None:
        card = Card()
        card.rows.setSpacing(14)
        card.rows.addWidget(_way(Words("Where models are kept"), self._folder, self.change_button))
        others = QHBoxLayout()
        others.setSpacing(12)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(Words(OTHERS))
        words.addWidget(Words(OTHERS_MORE, "facts"))
        others.addLayout(words, 1)
        others.addWidget(self.switch)
        card.rows.addLayout(others)
        card.rows.addLayout(self._list)
        card.rows.addWidget(self.add_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 16, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._room)
        layout.addWidget(card)

    def show_here(self, here: Here) -> None:
        """Bring it up to date."""
        self._here = here
        say(self._room, here.room)
        say(self._folder, path_words(here.folder))
        if self.switch.isChecked() != here.others_used:
            self.switch.setChecked(here.others_used)
        seen(self.add_button, here.others_used)
        self._show_folders(here.others if here.others_used else ())

    def _show_folders(self, folders: tuple[OtherFolder, ...]) -> None:
        lines = {folder.folder: folder for folder in folders}
        for gone in list(self._folders):
            shown = self._folders[gone]
            if gone not in lines or shown.property("shown") != _words(lines[gone]):
                self._list.removeWidget(shown)
                drop(self._folders.pop(gone))
        for place, folder in enumerate(folders):
            if folder.folder not in self._folders:
                self._folders[folder.folder] = self._line(folder)
                self._list.insertWidget(place, self._folders[folder.folder])

    def _line(self, folder: OtherFolder) -> QWidget:
        made = QWidget()
        made.setProperty("shown", _words(folder))
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(Words(in_one_line(folder.name, folder.found), "facts"))
        words.addWidget(Words(path_words(folder.folder), "caption"))
        row.addLayout(words, 1)
        if folder.named:
            forget = IconButton("x", f"Do not use {folder.name} any more", size=16)
            forget.clicked.connect(lambda: self.folder_forgotten.emit(folder.folder))
            row.addWidget(forget)
        return made

    # --- questions ------------------------------------------------------------------------------------------------

    def _choose_place(self) -> None:
        choose_folder(self, "Choose where models are to be kept", self._ask_to_move, self._here.folder)

    def _ask_to_move(self, folder: str) -> None:
        if folder == self._here.folder:
            return
        if not any(not model.owner for model in self._here.models):
            self.move_requested.emit(folder)
            return
        ask(
            self,
            f"Move your models to “{shortened(folder.rstrip('/').rsplit('/', 1)[-1] or folder)}”?",
            f"{self._here.used or 'Everything'} goes to {folder}. Each model is copied and checked to the last byte "
            "before it is taken away here. You can go on chatting meanwhile.",
            "Move them",
            lambda: self.move_requested.emit(folder),
        )

    def _choose_other(self) -> None:
        choose_folder(self, "Choose a folder with models", self.folder_added.emit)


def _words(folder: OtherFolder) -> str:
    return f"{folder.name} {folder.found} {folder.named}"


def _way(words: Words, more: Words, control: QPushButton) -> Beside:
    rows = QVBoxLayout()
    rows.setSpacing(2)
    rows.addWidget(words)
    rows.addWidget(more)
    acts = QHBoxLayout()
    acts.addWidget(control)
    acts.addStretch(0)
    return Beside(rows, acts, room=340)
