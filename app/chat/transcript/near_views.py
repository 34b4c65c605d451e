"""The views of the messages near what is seen: made when they come near, let go when they are far."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QEvent, QObject, QRect, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

from app.chat.messages.answer_view import AnswerView
from app.chat.messages.question_view import QuestionView
from app.chat.transcript.slots import Slot, View
from app.widgets.layouts import drop


class Canvas(QWidget):
    """What message views are placed on.

    Signals:
        pressed: a press beside the text of messages.
    """

    pressed = Signal(QMouseEvent)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Views hand presses on that they have no use for."""
        self.pressed.emit(event)


class NearViews(QObject):
    """Owns which messages have views.

    Signals:
        made: a slot that has a view now.
        stale: a slot whose view needs another height.
    """

    made = Signal(object)
    stale = Signal(object)

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._slots: dict[Slot, None] = {}
        self._by_view: dict[QObject, Slot] = {}
        self.keeps: Callable[[Slot], bool] = lambda _slot: False

    def __iter__(self) -> Iterator[Slot]:
        return iter(tuple(self._slots))

    def ready(self, slot: Slot) -> View:
        """The message's view, made now if there is none."""
        if slot.view is None:
            made = QuestionView if slot.known.role == "user" else AnswerView
            view = slot.view = made(slot.known, self._canvas)
            slot.fitted, slot.area = 0, QRect()
            view.height_changed.connect(lambda: self.stale.emit(slot))
            view.installEventFilter(self)
            self._slots[slot] = None
            self._by_view[view] = slot
            self.made.emit(slot)
            view.show()
            return view
        return slot.view

    def put(self, slot: Slot, area: QRect) -> None:
        """Put a view into its place."""
        if slot.view is not None and area != slot.area:
            slot.area = area
            slot.view.setGeometry(area)

    def drop(self, slot: Slot) -> None:
        """Let a view go; what it knows of the message is kept."""
        if slot.view is not None:
            view, slot.known, slot.view = slot.view, slot.view.item, None
            del self._slots[slot], self._by_view[view]
            drop(view)

    def let_go(self, first: int, last: int) -> None:
        """Let go of what is wholly outside of two heights, unless somebody is at it."""
        for slot in self:
            if (slot.area.bottom() < first or slot.area.top() > last) and not self._is_kept(slot):
                self.drop(slot)

    def has_focus(self, slot: Slot) -> bool:
        """Whether the keyboard is in this message."""
        focus = self._canvas.window().focusWidget()
        return focus is not None and slot.view is not None and (focus is slot.view or slot.view.isAncestorOf(focus))

    def _is_kept(self, slot: Slot) -> bool:
        view = slot.view
        assert view is not None
        return (
            self.has_focus(slot)
            or view.item.state == "streaming"
            or bool(getattr(view, "busy", False))
            or self.keeps(slot)
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A view whose layout changed needs another height."""
        if event.type() is QEvent.Type.LayoutRequest:
            slot = self._by_view.get(watched)
            if slot is not None:
                self.stale.emit(slot)
        return False
