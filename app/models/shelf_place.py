"""The place "Shelf": models kept for good on other disks, shelf by shelf."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.models.beside import Beside
from app.models.choosing import choose_folder
from app.models.nothing import Nothing
from app.models.shelf_section import ShelfSection
from app.models.shown import Shelf
from app.widgets.buttons import button
from app.widgets.layouts import drop
from app.widgets.saying import seen
from app.widgets.sure import ask, shortened
from app.widgets.words import Words

WHAT = "Keep a model for good: on another disk, checked to the byte, usable without internet."
EMPTY = "Nothing on a shelf yet"
EMPTY_MORE = (
    "A shelf is a folder on another disk. Choose one here, then “Copy to the shelf…” in a model's menu. "
    "If Hearth has put models there before, they appear at once."
)


class ShelfPlace(QWidget):
    """Shows the shelves. Where nothing is named, the signal carries the copy's id.

    Signals:
        bring_back_requested, check_requested, reveal_requested: with a copy.
        shelf_added: a folder that is to be a shelf, or is one already.
        shelf_forgotten: a shelf's folder that is not to be shown any more; the person has agreed.
        shelf_revealed: a shelf's folder to be shown in the file manager.
        look_again_requested: its disk may be there now.
    """

    bring_back_requested = Signal(str)
    check_requested = Signal(str)
    reveal_requested = Signal(str)
    shelf_added = Signal(str)
    shelf_forgotten = Signal(str)
    shelf_revealed = Signal(str)
    look_again_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.shelves: tuple[Shelf, ...] = ()
        self.sections: dict[str, ShelfSection] = {}
        self.add_button = button("Add a shelf…")
        self.first_button = button("Choose a folder for a shelf…", "primary")
        for each in (self.add_button, self.first_button):
            each.clicked.connect(lambda: choose_folder(self, "Choose a folder for the shelf", self.shelf_added.emit))
        self._nothing = Nothing("archive", EMPTY, EMPTY_MORE, self.first_button)
        words = QVBoxLayout()
        words.addWidget(Words(WHAT, "facts"))
        acts = QHBoxLayout()
        acts.addWidget(self.add_button)
        acts.addStretch(0)
        self._list = QVBoxLayout()
        self._list.setSpacing(28)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(Beside(words, acts))
        layout.addWidget(self._nothing)
        layout.addSpacing(4)
        layout.addLayout(self._list)
        self.show_shelves(())

    def show_shelves(self, shelves: tuple[Shelf, ...]) -> None:
        """Bring the place up to date; shelves are matched by their folder, copies by id."""
        self.shelves = shelves
        wanted = {shelf.folder for shelf in shelves}
        for gone in [known for known in self.sections if known not in wanted]:
            section = self.sections.pop(gone)
            had_keyboard = section.isAncestorOf(self.window().focusWidget() or self)
            self._list.removeWidget(section)
            drop(section)
            if had_keyboard:
                self.add_button.setFocus(Qt.FocusReason.OtherFocusReason)
        for place, shelf in enumerate(shelves):
            section = self.sections.get(shelf.folder) or self._made(shelf)
            section.show_shelf(shelf)
            if self._list.indexOf(section) != place:
                self._list.insertWidget(place, section)
        seen(self._nothing, not shelves)
        seen(self.add_button, bool(shelves))

    def _made(self, shelf: Shelf) -> ShelfSection:
        made = self.sections[shelf.folder] = ShelfSection(shelf)
        made.bring_back_requested.connect(self.bring_back_requested)
        made.check_requested.connect(self.check_requested)
        made.reveal_requested.connect(self.reveal_requested)
        made.shelf_revealed.connect(lambda: self.shelf_revealed.emit(shelf.folder))
        made.look_again_requested.connect(self.look_again_requested)
        made.forget_requested.connect(lambda: self._ask_to_forget(made.shelf))
        return made

    def _ask_to_forget(self, shelf: Shelf) -> None:
        ask(
            self,
            f"Forget the shelf “{shortened(shelf.name)}”?",
            f"It is only taken off this list. Everything in {shelf.folder} stays as it is, and you can add it again.",
            "Forget it",
            lambda: self.shelf_forgotten.emit(shelf.folder),
        )
