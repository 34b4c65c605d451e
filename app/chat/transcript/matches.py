"""Finds words in all messages of the open conversation, a little at a time, and goes from one place to the next."""

from __future__ import annotations

import time
from collections.abc import Iterator

from PySide6.QtCore import QObject, QTimer, Signal

from app.chat.messages.question_view import QuestionView
from app.chat.transcript.column import MessageColumn
from app.chat.transcript.folding import bare, folded, found_in
from app.chat.transcript.highlights import Place, area_of, mark, places_in
from app.chat.transcript.plain_text import seen_paragraphs
from app.chat.transcript.slots import Slot, is_rendering
from app.theme.theme import current_theme
from app.widgets.slices import Slices

# While it works the counts are told this often.
TELL_S = 0.1
# Text that streams in is searched again at most this often.
AGAIN_MS = 150
# With these in it, words that stand together on the screen may not stand together in the source.
APART = ("](", "][", "&")


class Finder(QObject):
    """Owns what is looked for and where it was found. Messages without a view are only counted.

    Signals:
        changed: other counts, or another place.
    """

    changed = Signal()

    def __init__(self, column: MessageColumn) -> None:
        super().__init__(column)
        self._column = column
        self._needles: list[str] = []
        self._only: Slot | None = None
        self._counts: dict[Slot, int] = {}
        self._places: dict[Slot, list[Place]] = {}
        self._current: tuple[Slot, int] | None = None
        self._going_to_first = self._awaited = False
        self.room_at_top = 0
        self._told_at = 0.0
        self._slices = Slices(self)
        self._slices.worked.connect(self._on_worked)
        self._stale: set[Slot] = set()
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(AGAIN_MS)
        self._again.timeout.connect(self._search_stale)
        column.views.made.connect(self._on_view_made)
        current_theme().changed.connect(self._mark_all)

    # --- what is looked for ---------------------------------------------------------------------------------------

    @property
    def total(self) -> int:
        """How many places were found so far."""
        return sum(self._counts.values())

    @property
    def number(self) -> int:
        """Which of them the reader is at, from 1; 0 for none."""
        if self._current is None:
            return 0
        slot, place = self._current
        return place + 1 + sum(count for other, count in self._counts.items() if other.number < slot.number)

    @property
    def going_on(self) -> bool:
        """Whether there may be more."""
        return self._slices.going_on

    def search(self, words: str, *, stay: bool = False) -> None:
        """Look for words in all messages; go to the first place from what is seen on, unless told to ``stay``."""
        start = self._current[0] if self._current is not None else self._column.slot_at(0)
        self.clear()
        needle = folded(words)
        if needle.strip() and start is not None:
            slots = self._column.slots
            self._needles = [needle]
            self._going_to_first = not stay
            self._slices.begin(self._through([*slots[start.number :], *slots[: start.number]]))
        self.changed.emit()

    def show_in(self, slot: Slot, words: str) -> bool:
        """Mark separate words in one message and go to the first; False if none is seen there yet."""
        self.clear()
        self._needles = [needle for needle in map(folded, words.split()) if needle]
        self._only = slot
        self._column.ready(slot)
        self._look_in(slot)
        self._go_to(slot, 0)
        return self._current is not None and not self._awaited

    def clear(self) -> None:
        """Look for nothing; the marks go."""
        self._slices.stop()
        self._again.stop()
        marked = [slot for slot in self._places if slot.view is not None]
        self._counts, self._places, self._stale = {}, {}, set()
        self._current, self._needles, self._only = None, [], None
        self._going_to_first = self._awaited = False
        for slot in marked:
            self._mark(slot)

    def forget_lost(self) -> None:
        """Messages were taken away."""
        lost = [slot for slot in {*self._counts, *self._places} if self._column.slot(slot.id) is not slot]
        for slot in lost:
            self._counts.pop(slot, None)
            self._places.pop(slot, None)
        if self._current is not None and self._current[0] in lost:
            self._current = None
        if lost:
            self.changed.emit()

    def look_again(self, slot: Slot) -> None:
        """A message is new or another one."""
        if self._needles:
            self._stale.add(slot)
            if not self._again.isActive():
                self._again.start()

    # --- going from place to place --------------------------------------------------------------------------------

    def step(self, by: int) -> None:
        """The next place (1) or the one before (-1), round the ends."""
        if self._current is None:
            start, place = self._column.slot_at(0), -1 if by > 0 else 0
        else:
            start, place = self._current
        if start is None:
            return
        if 0 <= place + by < self._counts.get(start, 0):
            self._go_to(start, place + by)
            return
        slots = self._column.slots
        for distance in range(1, len(slots) + 1):
            slot = slots[(start.number + by * distance) % len(slots)]
            count = self._counts.get(slot, 0)
            if count:
                self._go_to(slot, 0 if by > 0 else count - 1)
                return

    def _go_to(self, slot: Slot, place: int) -> None:
        self._going_to_first = False
        self._column.ready(slot)  # which looks for the places in its document
        before = self._current[0] if self._current is not None else None
        self._current, self._awaited = (slot, place), True
        self._keep_current(slot)
        if before is not None and before is not slot:
            self._mark(before)
        self._mark(slot)
        self._show_current()
        if self._awaited and self._current is not None:
            self._column.go_to(slot.id)  # meanwhile; far away its text would never come
        self.changed.emit()

    def _keep_current(self, slot: Slot) -> None:
        """The current place is one there is; in a long message it may be still to come."""
        if self._current is None or self._current[0] is not slot or slot.view is None or is_rendering(slot.view):
            return
        count = len(self._places.get(slot, []))
        self._current = (slot, min(self._current[1], count - 1)) if count else None

    def _show_current(self) -> None:
        """Scroll to the current place, once it is there."""
        if self._current is None or not self._awaited:
            return
        slot, number = self._current
        places = self._places.get(slot, [])
        if number < len(places) and slot.view is not None:
            self._awaited = False
            view, place = slot.view, places[number]
            self._column.show_part(slot, lambda: area_of(view, place), free=self.room_at_top + 16, third=True)

    # --- searching ------------------------------------------------------------------------------------------------

    def _on_worked(self) -> None:
        now = time.perf_counter()
        if not self._slices.going_on or now - self._told_at > TELL_S:
            self._told_at = now
            self.changed.emit()

    def _through(self, slots: list[Slot]) -> Iterator[None]:
        for slot in slots:
            if self._column.slot(slot.id) is not slot:
                continue  # taken away meanwhile
            self._look_in(slot)
            if slot.view is None or is_rendering(slot.view):
                yield from self._count(slot)
            if self._going_to_first and self._counts.get(slot):
                self._go_to(slot, 0)
            yield

    def _count(self, slot: Slot) -> Iterator[None]:
        """Count in a message whose document is not there yet, one paragraph after another."""
        text, needle = slot.item.text, self._needles[0]
        sought = bare(needle)
        if sought and not any(sign in text for sign in APART) and sought not in bare(text):
            return
        count = 0
        for paragraph in seen_paragraphs(slot.item):
            count += len(found_in(paragraph, needle))
            yield
        if slot.view is None or is_rendering(slot.view):  # else it was looked into meanwhile
            self._counts[slot] = max(count, len(self._places.get(slot, [])))

    def _look_in(self, slot: Slot) -> None:
        """Find the places in the document of a message."""
        if slot.view is None or not self._needles or (self._only is not None and slot is not self._only):
            return
        document = slot.view.text_view.document()
        if isinstance(slot.view, QuestionView) and document.characterCount() <= len(slot.item.text):
            self._unfold(slot.view)
        places = places_in(document, self._needles)
        self._places[slot] = places
        known = self._counts.get(slot, 0) if is_rendering(slot.view) else 0
        self._counts[slot] = max(len(places), known)
        self._keep_current(slot)
        self._mark(slot)

    def _unfold(self, view: QuestionView) -> None:
        """Words may stand in the part of a long question that is folded away."""
        if any(needle in folded(view.item.text) for needle in self._needles):
            view.show_all()

    def _search_stale(self) -> None:
        slots, self._stale = self._stale, set()
        for slot in slots:
            self._look_in(slot)
        self._show_current()
        self.changed.emit()

    # --- marks ----------------------------------------------------------------------------------------------------

    def _on_view_made(self, slot: Slot) -> None:
        assert slot.view is not None
        slot.view.text_view.document().contentsChanged.connect(lambda: self.look_again(slot))
        if self._needles:
            self._look_in(slot)
            self._again.start()

    def _mark_all(self) -> None:
        for slot in self._places:
            self._mark(slot)

    def _mark(self, slot: Slot) -> None:
        if slot.view is None:
            return
        current = self._current[1] if self._current is not None and self._current[0] is slot else -1
        mark(slot.view.text_view, self._places.get(slot, []), current)
