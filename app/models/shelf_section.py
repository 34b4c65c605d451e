"""One shelf: its name and folder, whether its disk is there, and the copies on it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.models.banner import Banner
from app.models.card import under
from app.models.card_column import CardColumn
from app.models.face import LICENCES, Face, in_one_line, spoken
from app.models.menus import add, menu_of, open_at
from app.models.shown import Copy, CopyState, Licence, Shelf
from app.widgets.buttons import IconButton, button
from app.widgets.pictures import IconPicture
from app.widgets.saying import say
from app.widgets.words import Words, breakable, path_words

NO_COPIES = "No models here yet. Choose “Copy to the shelf…” in a model's menu."


class ShelfSection(QWidget):
    """Shows one Shelf.

    Signals:
        bring_back_requested, check_requested, reveal_requested: id of a copy.
        shelf_revealed, forget_requested: what its menu says.
        look_again_requested: its disk may be there now.
    """

    bring_back_requested = Signal(str)
    check_requested = Signal(str)
    reveal_requested = Signal(str)
    shelf_revealed = Signal()
    forget_requested = Signal()
    look_again_requested = Signal()

    def __init__(self, shelf: Shelf) -> None:
        super().__init__()
        self.shelf = shelf
        self._name = Words(role="subheading")
        self._room = Words(role="facts")
        self._folder = Words(role="caption")
        self.more = IconButton("ellipsis", "More")
        self.again_button = button("Look again")
        self._away = Banner("unplug", self.again_button)
        self._none = Words(role="facts")
        self.cards = CardColumn()
        self._build()
        self.more.clicked.connect(self._open_menu)
        self.again_button.clicked.connect(self.look_again_requested)
        self.cards.pressed.connect(self.bring_back_requested)
        self.cards.menu_requested.connect(self._open_copy_menu)
        self.show_shelf(shelf)

    def _build(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self._name)
        words.addWidget(self._room)
        words.addWidget(self._folder)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(IconPicture("hard-drive", "text2", 22))
        head.addLayout(words, 1)
        head.addWidget(self.more)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addLayout(head)
        for each in (self._away, self._none, self.cards):
            layout.addWidget(each)

    def show_shelf(self, shelf: Shelf) -> None:
        """Bring the section up to date."""
        self.shelf = shelf
        say(self._name, breakable(shelf.name))
        say(self._room, in_one_line(_count(shelf), shelf.room if shelf.connected else "not connected"))
        say(self._folder, path_words(shelf.folder))
        self.more.rename(f"More for the shelf {shelf.name}")
        self._away.say("" if shelf.connected else shelf.sentence or f"Connect “{shelf.name}” to use its models.")
        self.again_button.setAccessibleName(f"Look again: {shelf.name}")
        say(self._none, NO_COPIES if shelf.connected and not shelf.copies else "")
        self.cards.setAccessibleName(f"Models on {shelf.name}")
        self.cards.show_faces(tuple(_face(copy, shelf.connected) for copy in shelf.copies))
        self.setAccessibleName(spoken(f"Shelf {shelf.name}", self._room.text()))

    def _open_menu(self) -> None:
        menu = menu_of(self)
        add(menu, "Show in the folder", self.shelf_revealed.emit, enabled=self.shelf.connected)
        menu.addSeparator()
        add(menu, "Forget this shelf…", self.forget_requested.emit)
        open_at(menu, under(self.more))

    def _open_copy_menu(self, copy_id: str, where: QPoint) -> None:
        copy = next((copy for copy in self.shelf.copies if copy.id == copy_id), None)
        if copy is None:
            return
        view = self.cards.views[copy_id]
        there = self.shelf.connected
        menu = menu_of(self)
        add(menu, "Check every byte", lambda: self.check_requested.emit(copy_id), enabled=there and not copy.busy)
        add(menu, "Show in the folder", lambda: self.reveal_requested.emit(copy_id), enabled=there)
        words = "Hide the technical details" if view.unfolded else "Technical details"
        add(menu, words, lambda: view.unfold(not view.unfolded), enabled=bool(copy.details))
        open_at(menu, where)


def _face(copy: Copy, connected: bool) -> Face:
    here, damaged = copy.state is CopyState.HERE, copy.state is CopyState.DAMAGED
    busy = f"{copy.busy[:1].upper()}{copy.busy[1:]}"
    mark = busy or ("On this computer too" if here else "")
    pills = (("Damaged" if damaged else "", "bad"), (LICENCES[copy.licence], _kind(copy.licence)))
    return Face(
        id=copy.id,
        title=copy.title,
        pills=tuple(pill for pill in pills if pill[0]),
        facts=in_one_line(copy.name, copy.size, copy.copied, copy.checked),
        trouble=copy.trouble if damaged else "",
        mark=mark,
        mark_icon="hourglass" if busy else "circle-check" if mark else "",
        mark_token="text2" if busy else "ok",
        main="" if mark or damaged or not connected else "Bring back",
        main_name=f"Bring back {copy.title}",
        details=copy.details,
        spoken=spoken(copy.title, mark, copy.size, copy.checked, copy.trouble if damaged else ""),
    )


def _kind(licence: Licence) -> str:
    return "warning" if licence is Licence.NOT_FOR_BUSINESS else "plain"


def _count(shelf: Shelf) -> str:
    count = len(shelf.copies)
    return f"{count} {'model' if count == 1 else 'models'}" if count else ""
