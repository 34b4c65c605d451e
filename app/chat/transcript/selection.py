"""What is selected in a conversation: from one place in a message's text to another, across all messages between.

It is kept as places in messages, not in widgets, so it outlives views that are let go and made again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QTextCursor

from app.chat.messages.text_view import TextView
from app.chat.transcript.column import MessageColumn
from app.chat.transcript.slots import Slot
from app.theme.theme import current_theme

# A place behind all text there is or will be.
END = 2**31 - 1


@dataclass(frozen=True)
class Spot:
    """A place in the text of a message."""

    message_id: str
    position: int


@dataclass(frozen=True)
class Part:
    """What is selected of one message."""

    slot: Slot
    start: int
    end: int
    whole: bool


class Selection(QObject):
    """Owns where the selection begins (``anchor``) and ends (``head``), and shows it in the views there are.

    Signals:
        changed: another part is selected.
    """

    changed = Signal()

    def __init__(self, column: MessageColumn) -> None:
        super().__init__(column)
        self._column = column
        self._anchor: Spot | None = None
        self._head: Spot | None = None
        self._shown: set[Slot] = set()  # whose own selection is ours, not a link that has the keyboard
        self._taking = False
        column.views.made.connect(self._on_view_made)
        current_theme().changed.connect(self.show)

    # --- what is selected -----------------------------------------------------------------------------------------

    @property
    def anchor(self) -> Spot | None:
        """Where it began; also the place of the last click."""
        return self._anchor

    @property
    def head(self) -> Spot | None:
        """Where it ends."""
        return self._head

    @property
    def empty(self) -> bool:
        """Whether nothing is selected."""
        return self._anchor == self._head

    @property
    def across(self) -> bool:
        """Whether it is in more than one message."""
        return self._anchor is not None and self._head is not None and self._anchor.message_id != self._head.message_id

    def holds(self, message_id: str) -> bool:
        """Whether it begins or ends in this message."""
        ends = {spot.message_id for spot in (self._anchor, self._head) if spot is not None}
        return message_id in ends and not self.empty

    def parts(self) -> list[Part]:
        """What is selected, message by message."""
        ends = self._ends()
        if ends is None or self.empty:
            return []
        first, last = ends[0][0].number, ends[1][0].number
        parts = (self._part(slot) for slot in self._column.slots[first : last + 1])
        return [part for part in parts if part is not None]

    def is_whole(self, slot: Slot) -> bool:
        """Whether exactly the whole of one message is selected."""
        part = None if self.across else self._part(slot)
        return part is not None and part.whole

    def _ends(self) -> tuple[tuple[Slot, int], tuple[Slot, int]] | None:
        if self._anchor is None or self._head is None:
            return None
        anchor, head = self._column.slot(self._anchor.message_id), self._column.slot(self._head.message_id)
        if anchor is None or head is None:
            return None
        ends = (anchor, self._anchor.position), (head, self._head.position)
        first, last = sorted(ends, key=lambda end: (end[0].number, end[1]))
        return first, last

    def _part(self, slot: Slot) -> Part | None:
        ends = self._ends()
        if ends is None or not ends[0][0].number <= slot.number <= ends[1][0].number:
            return None
        length = _length(slot)
        start = min(ends[0][1], length) if slot is ends[0][0] else 0
        end = min(ends[1][1], length) if slot is ends[1][0] else length
        if start == end and length:
            return None
        return Part(slot, start, end, start == 0 and end == length)

    # --- changing it ----------------------------------------------------------------------------------------------

    def clear(self) -> None:
        """Select nothing."""
        if self._anchor is not None:
            self._anchor = self._head = None
            self.show()
            self.changed.emit()

    def select(self, anchor: Spot, head: Spot) -> None:
        """Select what is between two places."""
        if (anchor, head) != (self._anchor, self._head):
            self._anchor, self._head = anchor, head
            self.show()
            self.changed.emit()

    def select_message(self, slot: Slot) -> None:
        """The whole text of a message."""
        self.select(Spot(slot.id, 0), Spot(slot.id, END))

    def select_all(self) -> None:
        """Every message."""
        slots = self._column.slots
        if slots:
            self.select(Spot(slots[0].id, 0), Spot(slots[-1].id, END))

    def take_from(self, slot: Slot, text: TextView) -> None:
        """Take over what was selected in one message's text by its own means."""
        cursor = text.textCursor()
        self._shown.add(slot)
        self.select(Spot(slot.id, cursor.anchor()), Spot(slot.id, cursor.position()))

    @contextmanager
    def left_to_view(self) -> Iterator[None]:
        """While a message's text handles mouse or keys itself."""
        self._taking = True
        try:
            yield
        finally:
            self._taking = False

    def rename(self, old_id: str, new_id: str) -> None:
        """A message has another id now."""
        self._anchor, self._head = (
            replace(spot, message_id=new_id) if spot is not None and spot.message_id == old_id else spot
            for spot in (self._anchor, self._head)
        )

    def forget_lost(self) -> None:
        """Messages were taken away; a selection that began or ended in one of them is over."""
        if self._anchor is not None and self._ends() is None:
            self.clear()

    # --- showing it -----------------------------------------------------------------------------------------------

    def show(self) -> None:
        """Show in every view what is selected of it."""
        for slot in self._column.views:
            self._show_in(slot)

    def _on_view_made(self, slot: Slot) -> None:
        assert slot.view is not None
        slot.view.text_view.document().contentsChanged.connect(lambda: self._show_in(slot))
        self._show_in(slot)

    def _show_in(self, slot: Slot) -> None:
        """Set the view's cursor, which text that streams in may have moved."""
        if self._taking or slot.view is None:
            return
        text = slot.view.text_view
        wanted, cursor = self._cursor_of(slot), text.textCursor()
        if wanted is None:
            if slot in self._shown:
                _set(text, cursor.position(), cursor.position())
            self._shown.discard(slot)
            return
        self._shown.add(slot)
        if wanted != (cursor.anchor(), cursor.position()):
            _set(text, *wanted)

    def _cursor_of(self, slot: Slot) -> tuple[int, int] | None:
        """Anchor and position of the cursor in one message's text."""
        if self._anchor is None or self._head is None:
            return None
        if self.empty:
            here = self._head.message_id == slot.id
            return (min(self._head.position, _length(slot)),) * 2 if here else None
        part, ends = self._part(slot), self._ends()
        if part is None or ends is None:
            return None
        upward = (ends[1][0].id, ends[1][1]) == (self._anchor.message_id, self._anchor.position)
        return (part.end, part.start) if upward else (part.start, part.end)


def _length(slot: Slot) -> int:
    """How long the text of a message is; what has no view is as long as can be."""
    return slot.view.text_view.document().characterCount() - 1 if slot.view is not None else END


def _set(text: TextView, anchor: int, position: int) -> None:
    """Set the cursor without scrolling to it."""
    bars = text.horizontalScrollBar(), text.verticalScrollBar()
    values = [bar.value() for bar in bars]
    cursor = QTextCursor(text.document())
    cursor.setPosition(anchor)
    cursor.setPosition(position, QTextCursor.MoveMode.KeepAnchor)
    text.setTextCursor(cursor)
    for bar, value in zip(bars, values, strict=True):
        bar.setValue(value)
