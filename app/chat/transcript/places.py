"""The messages of a conversation in their order, and where each of them stands."""

from __future__ import annotations

from collections.abc import Iterable

from app.chat.messages.items import MessageItem
from app.chat.transcript.placing import Heights
from app.chat.transcript.slots import Slot, guessed_height

GAP = 4
BELOW_LAST = 8
# Heights that were guessed for about this width are good enough.
NARROWER, WIDER = 0.8, 1.25


class Places:
    """Owns which messages there are. ``above`` is room to be left above the first one."""

    def __init__(self) -> None:
        self.slots: list[Slot] = []
        self.above = 0
        self._by_id: dict[str, Slot] = {}
        self._heights = Heights()
        self._width = 0

    def slot(self, message_id: str) -> Slot | None:
        """A message's place."""
        return self._by_id.get(message_id)

    def fill(self, items: Iterable[MessageItem], width: int) -> None:
        """Other messages."""
        self.slots = [Slot(item, number) for number, item in enumerate(items)]
        self._by_id = {slot.id: slot for slot in self.slots}
        self._width = width
        self._heights = Heights(self._guess(slot.known) for slot in self.slots)

    def append(self, item: MessageItem) -> None:
        """One more at the end."""
        slot = Slot(item, len(self.slots))
        self.slots.append(slot)
        self._by_id[slot.id] = slot
        self._heights.append(self._guess(item))

    def cut(self, count: int) -> None:
        """Keep the first ``count``."""
        for slot in self.slots[count:]:
            self._by_id.pop(slot.id, None)
        del self.slots[count:]
        self._heights.cut(count)

    def remove(self, slot: Slot) -> None:
        """Take one out."""
        del self._by_id[slot.id], self.slots[slot.number]
        self._heights.remove(slot.number)
        for number, other in enumerate(self.slots[slot.number :], slot.number):
            other.number = number

    def rename(self, slot: Slot, new_id: str) -> None:
        """A message is found by another id."""
        del self._by_id[slot.id]
        self._by_id[new_id] = slot

    def top(self, slot: Slot) -> int:
        """Where a message begins."""
        return self.above + self._heights.top(slot.number)

    def height(self, slot: Slot) -> int:
        """How high it is."""
        return self._heights[slot.number] - GAP

    def set_height(self, slot: Slot, height: int) -> bool:
        """It is so high; True if that is new."""
        if height == self.height(slot):
            return False
        self._heights.change(slot.number, height + GAP)
        return True

    def at(self, y: int) -> int:
        """The number of the message at a height; the first or last one for what is outside."""
        return self._heights.at(y - self.above)

    @property
    def end(self) -> int:
        """Where all of it ends."""
        return self.above + self._heights.total + BELOW_LAST

    def guess_for(self, width: int) -> None:
        """Guess anew how high those are that were never laid out, if the width is quite another one."""
        if self._width and not NARROWER < width / self._width < WIDER:
            self._width = width
            pairs = zip(self.slots, range(len(self.slots)), strict=True)
            self._heights = Heights(self._heights[n] if slot.fitted else self._guess(slot.known) for slot, n in pairs)

    def _guess(self, item: MessageItem) -> int:
        return guessed_height(item, self._width) + GAP
