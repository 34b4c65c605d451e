"""The messages one below another. Those far from what is seen are only a height, until they come near."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from PySide6.QtCore import QRect, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QScrollArea, QWidget

from app.chat.messages.items import MessageItem
from app.chat.transcript.near_views import Canvas, NearViews
from app.chat.transcript.places import Places
from app.chat.transcript.reading import Reading, found_again, read_at
from app.chat.transcript.slots import Slot, View, fitted_height, is_rendering
from app.theme.theme import current_theme

COLUMN_WIDTH = 736
NARROWEST = 120
SIDE = 20
ABOVE_CHOSEN = 12
MARGIN = 40
# How far beyond the visible part messages are made ready, and how many screens away their views are let go again.
READY_BEYOND_PX = 800
KEPT_SCREENS = 3
CLOSE_TO_END_PX = 24
# So long messages that are only near are made at a time.
SLICE_S = 0.008
# Heights that turn out different bring other messages near; more rounds than this were never seen to be needed.
ROUNDS = 8


class MessageColumn(QScrollArea):
    """Places messages, makes and lets go of their views, and keeps in place what is being read.

    Follows the end only while the reader is there. A change costs what is near, not what there is.

    Signals:
        placed: everything near stands where it belongs.
        end_reached: the reader came to the end.
        pressed: a press beside the text of messages.
    """

    placed = Signal()
    end_reached = Signal()
    pressed = Signal(QMouseEvent)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._places = Places()
        self._follow = True
        self._reading: Reading | None = None
        self._placing = False
        self._last_value = 0
        self._canvas = Canvas()
        self._canvas.pressed.connect(self.pressed)
        self.views = NearViews(self._canvas)
        self.views.stale.connect(self.refit)
        self.setWidget(self._canvas)
        self.setWidgetResizable(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAccessibleName("Chat")
        self._arrange = QTimer(self)
        self._arrange.setSingleShot(True)
        self._arrange.setInterval(0)
        self._arrange.timeout.connect(self.place)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        current_theme().changed.connect(self._on_theme)

    # --- which messages -------------------------------------------------------------------------------------------

    @property
    def slots(self) -> list[Slot]:
        """All messages, in order."""
        return self._places.slots

    def slot(self, message_id: str) -> Slot | None:
        """A message's place, if it is shown here."""
        return self._places.slot(message_id)

    def set_items(self, items: Iterable[MessageItem], at: str = "") -> None:
        """Other messages; ``at`` is the one to show at the top, "" for the end."""
        self._let_go(self.slots)
        self._places.fill(items, self._width())
        self._follow, self._reading = True, None
        if self.slot(at) is not None:
            self.go_to(at)
        else:
            self.place()

    def append(self, item: MessageItem) -> None:
        """One more at the end; the reader comes along."""
        self._places.append(item)
        self.go_to_end()

    def cut(self, count: int) -> None:
        """Keep the first ``count`` messages."""
        self._let_go(self.slots[count:])
        self._places.cut(count)
        self._settle()

    def remove(self, slot: Slot) -> None:
        """Take one message out."""
        self._let_go([slot])
        self._places.remove(slot)
        self._settle()

    def rename(self, slot: Slot, new_id: str) -> None:
        """Another id for the same message."""
        self._places.rename(slot, new_id)
        self.replace(slot, replace(slot.item, id=new_id))

    def replace(self, slot: Slot, item: MessageItem) -> None:
        """The same message as it is now."""
        slot.known = item
        if slot.view is not None:
            slot.view.set_item(item)
        self.refit(slot)

    def _let_go(self, slots: list[Slot]) -> None:
        if any(map(self.views.has_focus, slots)):
            self.setFocus(Qt.FocusReason.OtherFocusReason)  # else it would wander from one to the next
        with self._undisturbed():
            for slot in slots:
                self.views.drop(slot)

    def _settle(self) -> None:
        if self._reading is not None and self.slot(self._reading.slot.id) is not self._reading.slot:
            self._reading = None
        self.place()

    # --- going somewhere ------------------------------------------------------------------------------------------

    @property
    def follows(self) -> bool:
        """Whether new text takes the reader along."""
        return self._follow

    def leave_room(self, above: int) -> None:
        """Leave room above the first message for what lies over it; what is read stays, if it can."""
        if not self._follow:
            self._reading = self._at_edge()
        self._places.above = above
        self.place()

    def stop_following(self) -> None:
        """Stay here, whatever comes."""
        if self._follow:
            self._reading = self._at_edge()
            self._follow = False

    def go_to_end(self) -> None:
        """Where the newest text is."""
        self._follow = True
        self.place()
        self.end_reached.emit()

    def go_to(self, message_id: str) -> None:
        """A message at the top, with a little room above it."""
        slot = self.slot(message_id)
        if slot is not None:
            self._read_on(slot, -ABOVE_CHOSEN)
            bar = self.verticalScrollBar()
            self._follow = bar.value() >= bar.maximum()

    def show_part(self, slot: Slot, part: Callable[[], QRect], *, free: int = MARGIN, third: bool = False) -> None:
        """Scroll until a part of a message, in its view's coordinates, is seen; with ``third`` a third from the top.

        ``free`` is the room at the top that is covered or to be left empty.
        """
        self.stop_following()
        self.ready(slot)
        self._fit(slot)
        seen = self.viewport().height()
        above = self._places.top(slot) - self.verticalScrollBar().value()
        area = part().translated(0, above)
        if area.top() >= free and area.bottom() <= seen - MARGIN:
            return
        goal = free
        if third:
            goal = seen // 3
        elif area.top() >= free:
            goal = max(seen - MARGIN - area.height(), free)
        self._read_on(slot, part().top() - goal)

    def _read_on(self, slot: Slot, offset: int) -> None:
        self._follow = False
        self._reading = Reading(slot, offset)
        self.place()

    def slot_at(self, y: int) -> Slot | None:
        """The message at a height of the visible part; the nearest one beyond the ends."""
        if not self.slots:
            return None
        return self.slots[self._places.at(y + self.verticalScrollBar().value())]

    # --- placing --------------------------------------------------------------------------------------------------

    def ready(self, slot: Slot) -> View:
        """The message's view, made now if there is none."""
        return self.views.ready(slot)

    def refit(self, slot: Slot) -> None:
        """A message may need another height."""
        slot.fitted = 0
        if not self._placing:
            self._arrange.start()

    def place(self) -> None:
        """Put every message near into its place, and keep what is being read where it is."""
        self._place(READY_BEYOND_PX)

    def _place(self, beyond: int) -> None:
        if self._placing:
            return
        with self._undisturbed():
            for _round in range(ROUNDS):
                if not self._place_once(beyond):
                    break
            far = max(KEPT_SCREENS * self.viewport().height(), 2 * READY_BEYOND_PX)
            top = self.verticalScrollBar().value()
            self.views.let_go(top - far, top + self.viewport().height() + far)
        if not self._follow and not self._is_exact():
            self._reading = self._at_edge()
        self.placed.emit()

    def _is_exact(self) -> bool:
        """Whether what is read is known well enough to be found again, so that nothing creeps away bit by bit."""
        reading = self._reading
        if reading is None or (reading.offset > 0 and reading.position < 0):
            return False
        if reading.slot.view is not None and is_rendering(reading.slot.view):
            return True
        return self._places.top(reading.slot) + reading.offset == self.verticalScrollBar().value()

    @contextmanager
    def _undisturbed(self) -> Iterator[None]:
        before, self._placing = self._placing, True
        try:
            yield
        finally:
            self._placing = before
            self._last_value = self.verticalScrollBar().value()

    def _place_once(self, beyond: int) -> bool:
        bar, seen = self.verticalScrollBar(), self.viewport().height()
        if not self._follow and self._reading is None:
            self._reading = self._at_edge()
        changed = self._fit_near(self._wanted_top(seen), seen, beyond)
        self._canvas.resize(self.viewport().width(), max(self._places.end, seen))
        bar.setValue(bar.maximum() if self._follow else self._wanted_top(seen))
        self._put_near()
        return changed

    def _wanted_top(self, seen: int) -> int:
        end = max(self._places.end - seen, 0)
        if self._follow or self._reading is None:
            return end
        return min(max(self._places.top(self._reading.slot) + self._reading.offset, 0), end)

    def _fit_near(self, top: int, seen: int, beyond: int) -> bool:
        if not self.slots:
            return False
        changed = False
        first, last = self._places.at(top), self._places.at(top + seen)
        ahead = [
            *range(last + 1, self._places.at(top + seen + beyond) + 1),
            *range(first - 1, self._places.at(top - beyond) - 1, -1),
        ]
        until = time.perf_counter() + SLICE_S
        for number in (*range(first, last + 1), *ahead):
            slot = self.slots[number]
            if slot.view is None and not first <= number <= last and time.perf_counter() > until:
                self._arrange.start()  # what is only near can wait until the window has been drawn
                break
            self.ready(slot)
            changed |= self._fit(slot)
        for slot in self.views:
            if not slot.fitted:
                changed |= self._fit(slot)
        return changed

    def _fit(self, slot: Slot) -> bool:
        """Find a message's height; True if it is another one."""
        width = self._width()
        if slot.view is None or slot.fitted == width:
            return False
        height = fitted_height(slot.view, width)
        slot.fitted = width
        if self._reading is not None and self._reading.slot is slot:
            self._reading = found_again(self._reading, self._places.height(slot), height)
        return self._places.set_height(slot, height)

    def _put_near(self) -> None:
        width = self._width()
        left = max((self.viewport().width() - width) // 2, 0)
        for slot in self.views:
            self.views.put(slot, QRect(left, self._places.top(slot), width, self._places.height(slot)))

    def _at_edge(self) -> Reading | None:
        if not self.slots:
            return None
        value = self.verticalScrollBar().value()
        slot = self.slots[self._places.at(value)]
        offset = value - self._places.top(slot)
        return read_at(slot, offset)

    def _width(self) -> int:
        return max(min(COLUMN_WIDTH, self.viewport().width() - 2 * SIDE), NARROWEST)

    # --- what happens ---------------------------------------------------------------------------------------------

    def _on_scrolled(self, value: int) -> None:
        """Every scrolling that is not ours is the reader's, and going up wins at once over text that streams in."""
        if self._placing:
            return
        bar = self.verticalScrollBar()
        if value < self._last_value:
            self._follow = False
        elif value >= bar.maximum() - CLOSE_TO_END_PX:
            self._follow = True
            self.end_reached.emit()
        self._last_value = value
        if not self._follow:
            self._reading = self._at_edge()
        self._place(0)
        self._arrange.start()

    def _on_theme(self) -> None:
        for slot in self.slots:
            slot.fitted = 0
        self._arrange.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A new width needs new heights; what is read stays."""
        with self._undisturbed():
            super().resizeEvent(event)
        self._places.guess_for(self._width())
        if self._placing:
            self._arrange.start()  # the scroll bar came or went
        self.place()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys are the transcript's."""
        event.ignore()
