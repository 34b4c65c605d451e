"""What can be done with the whole chat, behind the … of its header."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from app.theme.theme import current_theme
from app.widgets.buttons import IconButton

PINNED_AT_MOST = 20
EXCERPT_WIDTH = 300

_COPIES = (("copy", "Copy whole chat"), ("copy_markdown", "Copy as Markdown"), ("save", "Save a copy…"))
_ENDS = {
    "kept": (("archive", "Archive"), ("bin", "Move to the bin")),
    "private": (("forget", "Close and forget"),),
}


@dataclass(frozen=True)
class HeaderMenu:
    """What the menu offers, by the ``kind`` of chat: nothing for "none", all for "kept", little for "private".

    ``pinned_messages`` are pairs of a message's id and its first words.
    """

    kind: str = "none"
    pinned: bool = False
    pinned_messages: tuple[tuple[str, str], ...] = ()


class MoreButton(IconButton):
    """The … and its menu, which is made when it opens and so never changes under the mouse.

    Signals:
        chosen: pin, unpin, find, copy, copy_markdown, save, archive, bin or forget.
        pinned_message_chosen: the id of a message.
    """

    chosen = Signal(str)
    pinned_message_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("ellipsis", "More about this chat", parent=parent)
        self._offers = HeaderMenu()
        self.menu_shown = QMenu(self)
        self.menu_shown.setToolTipsVisible(True)
        self.clicked.connect(self.open_menu)
        self.hide()

    def set_menu(self, offers: HeaderMenu) -> None:
        """What the menu offers from its next opening on."""
        self._offers = offers
        self.setVisible(offers.kind != "none")

    def open_menu(self) -> None:
        """Show the menu under the button, its end at the button's end."""
        self._fill()
        right_to_left = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        x = 0 if right_to_left else self.width() - self.menu_shown.sizeHint().width()
        self.menu_shown.popup(self.mapToGlobal(QPoint(x, self.height() + 2)))

    def _fill(self) -> None:
        menu, offers = self.menu_shown, self._offers
        menu.clear()
        if offers.kind == "kept":
            self._add(menu, *(("unpin", "Unpin") if offers.pinned else ("pin", "Pin")))
            self._add_pinned(menu)
            menu.addSeparator()
        find_keys = QKeySequence(QKeySequence.StandardKey.Find).toString(QKeySequence.SequenceFormat.NativeText)
        self._add(menu, "find", f"Find in this chat\t{find_keys}")
        menu.addSeparator()
        for action_id, label in _COPIES:
            self._add(menu, action_id, label)
        menu.addSeparator()
        for action_id, label in _ENDS.get(offers.kind, ()):
            self._add(menu, action_id, label)

    def _add(self, menu: QMenu, action_id: str, label: str) -> None:
        menu.addAction(label).triggered.connect(lambda _checked=False: self.chosen.emit(action_id))

    def _add_pinned(self, menu: QMenu) -> None:
        if not self._offers.pinned_messages:
            return
        pinned = menu.addMenu("Pinned messages")
        room = current_theme().px(EXCERPT_WIDTH)
        for message_id, excerpt in self._offers.pinned_messages[:PINNED_AT_MOST]:
            words = " ".join(excerpt.split())
            shown = self.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, room)
            action = pinned.addAction(shown.replace("&", "&&"))
            action.setToolTip(words)
            action.triggered.connect(
                lambda _checked=False, message_id=message_id: self.pinned_message_chosen.emit(message_id)
            )
