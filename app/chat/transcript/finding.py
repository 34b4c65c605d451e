"""Finding in the open conversation: the bar over its upper corner, and what it looks for."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from app.chat.transcript.column import MessageColumn
from app.chat.transcript.find_bar import FindBar
from app.chat.transcript.matches import Finder
from app.chat.transcript.slots import Slot
from app.theme.theme import current_theme

EDGE = 12


class Finding(QObject):
    """Joins the bar and the search, and remembers who had the keyboard before."""

    def __init__(self, column: MessageColumn, owner: QWidget) -> None:
        super().__init__(owner)
        self._column = column
        self._owner = owner
        self.bar = FindBar(owner)
        self.finder = Finder(column)
        self._focus_before: QWidget | None = None
        self.bar.words_changed.connect(self.finder.search)
        self.bar.stepped.connect(self.finder.step)
        self.bar.closed.connect(self.close)
        self.finder.changed.connect(self._show_count)
        current_theme().changed.connect(self._on_theme)

    @property
    def opened(self) -> bool:
        """Whether the bar is there."""
        return not self.bar.isHidden()

    def open(self, words: str = "") -> None:
        """Show the bar; "" looks for what it looked for last."""
        if not self.opened:
            self._focus_before = QApplication.focusWidget()
        before = self.bar.field.text()
        self.put_bar()
        self.bar.open(words)
        self._leave_room()
        if self.bar.field.text() == before:  # else the bar has said so
            self.finder.search(before)

    def close(self) -> None:
        """Put the bar away; the keyboard goes back to where it was."""
        self.finder.clear()
        if not self.opened:
            return
        before, self._focus_before = self._focus_before, None
        if before is not None and isValid(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._column.setFocus(Qt.FocusReason.OtherFocusReason)
        self.bar.hide()
        self._leave_room()

    def show_match(self, slot: Slot, words: str) -> None:
        """Go to a message and mark words in it, each for itself."""
        self.close()
        if not self.finder.show_in(slot, words):
            self._column.go_to(slot.id)

    def look_again(self) -> None:
        """Other messages are shown."""
        if self.opened:
            self.finder.search(self.bar.field.text(), stay=True)

    def forget_match(self) -> None:
        """The reader went on from a place that was shown without the bar."""
        if not self.opened:
            self.finder.clear()

    def put_bar(self) -> None:
        """Keep the bar in its corner, beside the scroll bar."""
        beside = self._column.verticalScrollBar().sizeHint().width() + EDGE
        self.bar.fit(self._owner.width() - beside - EDGE)
        left = self._owner.layoutDirection() is Qt.LayoutDirection.RightToLeft
        self.bar.move(beside if left else self._owner.width() - self.bar.width() - beside, EDGE)

    def _leave_room(self) -> None:
        room = self.bar.geometry().bottom() if self.opened else 0
        self.finder.room_at_top = room
        self._column.leave_room(room)

    def _on_theme(self) -> None:
        self.put_bar()
        if self.opened:
            self._leave_room()

    def _show_count(self) -> None:
        self.bar.show_count(self.finder.number, self.finder.total, going_on=self.finder.going_on)
