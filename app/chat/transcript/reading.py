"""What is being read: the line at the upper edge, found again when messages are laid out anew."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QPoint
from PySide6.QtGui import QTextCursor

from app.chat.transcript.slots import Slot


@dataclass(frozen=True)
class Reading:
    """A message at the upper edge and how far it reaches above it.

    ``position`` is the place in its text there, -1 if that is not known; ``beyond`` is how far that line reaches
    above the edge. ``guessed`` is true while the message was never laid out, so that only a share of it is known.
    """

    slot: Slot
    offset: int
    position: int = -1
    beyond: int = 0
    guessed: bool = False


def read_at(slot: Slot, offset: int) -> Reading:
    """What is read when the message reaches ``offset`` above the edge."""
    if slot.view is None or slot.area.isEmpty():
        return Reading(slot, offset, guessed=True)
    text = slot.view.text_view
    above = text.mapTo(slot.view, QPoint(0, 0)).y()
    if offset <= above or not text.isVisibleTo(slot.view):
        return Reading(slot, offset)
    cursor = text.cursorForPosition(QPoint(0, offset - above))
    line = text.cursorRect(cursor).top() + above
    return Reading(slot, offset, cursor.position(), offset - line)


def found_again(reading: Reading, old_height: int, new_height: int) -> Reading:
    """The same line at the edge after its message was laid out anew."""
    view = reading.slot.view
    if view is None or reading.offset <= 0:
        return reading
    if reading.guessed:
        share = reading.offset / max(old_height, 1)
        return replace(reading, offset=int(share * new_height), guessed=False)
    if reading.position < 0:
        return reading
    text = view.text_view
    cursor = QTextCursor(text.document())
    cursor.setPosition(min(reading.position, text.document().characterCount() - 1))
    line = text.cursorRect(cursor).top() + text.mapTo(view, QPoint(0, 0)).y()
    return replace(reading, offset=line + reading.beyond)
