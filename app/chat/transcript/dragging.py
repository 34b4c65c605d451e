"""Selecting with the mouse, from one message into others and beyond the visible part."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QMouseEvent
from PySide6.QtWidgets import QApplication

from app.chat.messages.text_view import TextView
from app.chat.transcript.column import MessageColumn
from app.chat.transcript.selection import Selection, Spot
from app.chat.transcript.slots import Slot

EDGE_PX = 24
TICK_MS = 30
FASTEST_PX = 80
# Nowhere: a drag that ends on the link where it began is no click.
NOWHERE = QPointF(-100_000, -100_000)


class Dragging(QObject):
    """Watches the text of every message. Inside one message its text does what it always did.

    Signals:
        menu_requested: a place of the screen, where a selection in several messages was clicked.
        clicked: a press anywhere.
        selected: the mouse was let go after a selection was made.
    """

    menu_requested = Signal(QPoint)
    clicked = Signal()
    selected = Signal()

    def __init__(self, column: MessageColumn, selection: Selection) -> None:
        super().__init__(column)
        self._column = column
        self._selection = selection
        self._watched: dict[QObject, Slot] = {}
        self._pressed: Slot | None = None
        self._origin = (0, 0)
        self._pressed_at = self._pointer = QPoint()
        self._moved = self._extending = self._carrying = False
        self._edge = QTimer(self)
        self._edge.setInterval(TICK_MS)
        self._edge.timeout.connect(self._scroll_on)
        column.views.made.connect(self._watch)
        column.pressed.connect(self._on_beside)

    def holds(self, slot: Slot) -> bool:
        """Whether the mouse was pressed in this message and is still down."""
        return self._pressed is slot

    def _watch(self, slot: Slot) -> None:
        assert slot.view is not None
        viewport = slot.view.text_view.viewport()
        self._watched[viewport] = slot
        viewport.installEventFilter(self)
        viewport.destroyed.connect(lambda: self._watched.pop(viewport, None))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Presses, moves and releases in the text of messages."""
        slot = self._watched.get(watched)
        if slot is None or slot.view is None:
            return False
        if isinstance(event, QContextMenuEvent) and self._selection.across:
            self.menu_requested.emit(event.globalPos())
            return True
        if not isinstance(event, QMouseEvent):
            return False
        kind = event.type()
        if kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick):
            return event.button() == Qt.MouseButton.LeftButton and self._press(slot, event)
        if kind is QEvent.Type.MouseMove and event.buttons() & Qt.MouseButton.LeftButton:
            return self._pressed is slot and self._move(slot, event)
        if kind is QEvent.Type.MouseButtonRelease and event.button() == Qt.MouseButton.LeftButton:
            return self._pressed is slot and self._release(slot, event)
        return False

    # --- press, move, release -------------------------------------------------------------------------------------

    def _press(self, slot: Slot, event: QMouseEvent) -> bool:
        self.clicked.emit()
        self._pressed, self._pressed_at = slot, event.globalPosition().toPoint()
        self._moved = self._carrying = False
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._extending = shift and self._selection.anchor is not None
        if self._extending:
            self._extend(self._pressed_at)
            return True
        if self._selection.across:
            self._selection.clear()  # what is selected elsewhere can't be carried away from here
        before = self._selected_in(slot)
        self._hand_over(slot, event)
        self._origin = self._selected_in(slot)
        self._carrying = self._origin == before and before[0] < before[1] and not shift
        return True

    def _move(self, slot: Slot, event: QMouseEvent) -> bool:
        if self._carrying:
            return False
        pointer = event.globalPosition().toPoint()
        if not self._moved:
            if (pointer - self._pressed_at).manhattanLength() < QApplication.startDragDistance():
                return True
            self._moved = True
            self._column.stop_following()
        self._watch_edge(pointer)
        if self._is_inside(slot, pointer) and not self._extending:
            self._hand_over(slot, event)
        else:
            self._extend(pointer)
        return True

    def _release(self, slot: Slot, event: QMouseEvent) -> bool:
        self._edge.stop()
        self._pressed = None
        if self._extending:
            self.selected.emit()
            return True
        if self._moved and not self._is_inside(slot, event.globalPosition().toPoint()):
            buttons = event.button(), event.buttons(), event.modifiers()
            lost = QMouseEvent(event.type(), NOWHERE, NOWHERE, *buttons, event.pointingDevice())
            with self._selection.left_to_view():
                _text_of(slot).viewportEvent(lost)
            self._selection.show()
        else:
            self._hand_over(slot, event)
        self.selected.emit()
        return True

    def _hand_over(self, slot: Slot, event: QMouseEvent) -> None:
        """Let the message's text do its own, then take over what is selected in it."""
        text = _text_of(slot)
        with self._selection.left_to_view():
            text.viewportEvent(event)
        if slot.view is not None:  # a link may have led away from this conversation
            self._selection.take_from(slot, text)

    def _on_beside(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self.clicked.emit()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self._selection.anchor is not None:
            self._extending = True
            self._extend(event.globalPosition().toPoint())
        else:
            self._selection.clear()

    # --- across messages ------------------------------------------------------------------------------------------

    def _extend(self, pointer: QPoint) -> None:
        """Select up to the place under the pointer."""
        slot = self._column.slot_at(self._column.viewport().mapFromGlobal(pointer).y())
        if slot is None or slot.view is None:
            return
        position = _position_at(_text_of(slot), pointer)
        anchor = self._selection.anchor
        if not self._extending and self._pressed is not None:
            upward = (slot.number, position) < (self._pressed.number, self._origin[0])
            anchor = Spot(self._pressed.id, self._origin[1] if upward else self._origin[0])
        if anchor is not None:
            self._selection.select(anchor, Spot(slot.id, position))

    def _watch_edge(self, pointer: QPoint) -> None:
        self._pointer = pointer
        if self._speed() and not self._edge.isActive():
            self._edge.start()
        elif not self._speed():
            self._edge.stop()

    def _speed(self) -> int:
        """Pixels to scroll at a time: none in the middle, the more the farther the pointer is beyond the edge."""
        viewport = self._column.viewport()
        y = viewport.mapFromGlobal(self._pointer).y()
        beyond = min(y - EDGE_PX, 0) or max(y - viewport.height() + EDGE_PX, 0)
        return max(-FASTEST_PX, min(beyond, FASTEST_PX))

    def _scroll_on(self) -> None:
        if self._pressed is None:
            self._edge.stop()
            return
        bar = self._column.verticalScrollBar()
        bar.setValue(bar.value() + self._speed())
        self._column.stop_following()
        self._extend(self._pointer)

    @staticmethod
    def _is_inside(slot: Slot, pointer: QPoint) -> bool:
        viewport = _text_of(slot).viewport()
        return viewport.rect().contains(viewport.mapFromGlobal(pointer))

    @staticmethod
    def _selected_in(slot: Slot) -> tuple[int, int]:
        if slot.view is None:
            return (0, 0)
        cursor = slot.view.text_view.textCursor()
        return cursor.selectionStart(), cursor.selectionEnd()


def _text_of(slot: Slot) -> TextView:
    assert slot.view is not None
    return slot.view.text_view


def _position_at(text: TextView, pointer: QPoint) -> int:
    """The place in a message's text that is nearest to a place of the screen."""
    viewport = text.viewport()
    local = viewport.mapFromGlobal(pointer)
    if local.y() < 0 or not text.isVisible():
        return 0
    if local.y() >= viewport.height():
        return text.document().characterCount() - 1
    local.setX(min(max(local.x(), 0), viewport.width() - 1))
    return text.cursorForPosition(local).position()
