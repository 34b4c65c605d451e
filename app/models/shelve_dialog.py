"""Asks on which shelf a model is to be copied, and whether it may leave this computer then."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QDialog, QHBoxLayout, QRadioButton, QVBoxLayout, QWidget

from app.models.choosing import choose_folder
from app.models.face import in_one_line
from app.models.shown import HereModel, Shelf
from app.models.switch import Switch
from app.theme.theme import current_theme
from app.widgets.buttons import button
from app.widgets.saying import say, seen
from app.widgets.sure import shortened
from app.widgets.words import Words, breakable, path_words

ANOTHER = "Another folder…"
WIDTH = 480
WIDEST = 600


class ShelveDialog(QDialog):
    """The shelves that are connected, or a folder; and a box that is empty at first.

    Signals:
        agreed: the folder of the shelf, and whether the model is to be removed here afterwards.
    """

    agreed = Signal(str, bool)

    def __init__(self, model: HereModel, shelves: tuple[Shelf, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Copy to the shelf")
        self.setMinimumWidth(min(current_theme().px(WIDTH), WIDEST))
        self._folder = ""
        self._group = QButtonGroup(self)
        self.places: dict[str, QRadioButton] = {}
        self._chosen = Words(role="caption")
        self.other = QRadioButton(ANOTHER)
        self.choose_button = button("Choose…")
        self.choose_button.setAccessibleName("Choose another folder…")
        self.then_remove = Switch(f"Then remove it from this computer (frees {model.size})")
        self.copy_button = button("Copy", "primary")
        self.copy_button.setDefault(True)
        layout = self._build(model, shelves)
        self._group.buttonClicked.connect(self._on_place)
        self.choose_button.clicked.connect(self._choose)
        self.copy_button.clicked.connect(self._agree)
        first = next((each for each in self.places.values() if each.isEnabled()), self.other)
        first.setChecked(True)
        first.setFocus()
        self._show()
        self.resize(self.minimumWidth(), layout.totalHeightForWidth(self.minimumWidth()))

    def _build(self, model: HereModel, shelves: tuple[Shelf, ...]) -> QVBoxLayout:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 20)
        layout.setSpacing(8)
        layout.addWidget(Words(breakable(f"Copy “{shortened(model.title)}” to the shelf"), "heading"))
        words = "A copy of {size}, written and read back until every byte agrees. It works later without internet."
        layout.addWidget(Words(words.format(size=model.size or "all its files"), "facts"))
        layout.addSpacing(4)
        for shelf in shelves:
            layout.addLayout(self._place(shelf))
        other = QHBoxLayout()
        other.addWidget(self.other, 1)
        other.addWidget(self.choose_button)
        self._group.addButton(self.other)
        layout.addLayout(other)
        layout.addWidget(self._chosen)
        layout.addSpacing(4)
        layout.addWidget(self._then(model))
        layout.addStretch(1)
        cancel = button("Not now", "quiet")
        cancel.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(self.copy_button)
        layout.addSpacing(8)
        layout.addLayout(row)
        return layout

    def _then(self, model: HereModel) -> QWidget:
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self.then_remove)
        row.addWidget(Words(self.then_remove.accessibleName()), 1)
        made.setVisible(not model.kept_because)
        return made

    def _place(self, shelf: Shelf) -> QVBoxLayout:
        words = in_one_line(shortened(shelf.name), shelf.room if shelf.connected else "not connected")
        made = QRadioButton(words.replace("&", "&&"))
        made.setAccessibleName(words)
        made.setEnabled(shelf.connected)
        self._group.addButton(made)
        self.places[shelf.folder] = made
        place = Words(path_words(shelf.folder), "caption")
        place.setIndent(28)
        rows = QVBoxLayout()
        rows.setSpacing(0)
        rows.addWidget(made)
        rows.addWidget(place)
        return rows

    def folder(self) -> str:
        """The folder chosen, "" while none is."""
        known = next((folder for folder, each in self.places.items() if each.isChecked()), "")
        return known or self._folder

    def _on_place(self) -> None:
        if self.other.isChecked() and not self._folder:
            self._choose()
        self._show()

    def _choose(self) -> None:
        choose_folder(self, "Choose a folder for the shelf", self._take)

    def _take(self, folder: str) -> None:
        self._folder = folder
        self.other.setChecked(True)
        self._show()

    def _show(self) -> None:
        say(self._chosen, path_words(self._folder) if self.other.isChecked() else "")
        seen(self.choose_button, self.other.isChecked())
        self.copy_button.setEnabled(bool(self.folder()))

    def _agree(self) -> None:
        self.accept()
        self.agreed.emit(self.folder(), self.then_remove.isChecked())
