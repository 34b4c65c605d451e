"""Words found in the text of one message, and their marks in it."""

from __future__ import annotations

from bisect import bisect_left

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QTextEdit

from app.chat.messages.message_copy import has_button
from app.chat.messages.text_view import TextView
from app.chat.transcript.folding import found_in
from app.chat.transcript.slots import View
from app.theme.theme import current_theme

# Marks cost time with every drawing, so of thousands in one message only those around what is seen are made.
MARKS_AT_MOST = 400

Place = tuple[int, int]


def places_in(document: QTextDocument, needles: list[str]) -> list[Place]:
    """Start and end of everything found in a document, in order. Our own buttons in it are no text."""
    found: list[Place] = []
    block = document.begin()
    while block.isValid():
        start = block.position()
        text = block.text()
        here = sorted(place for needle in needles for place in found_in(text, needle))
        if here and not has_button(block):
            found += [(start + _wide(text, first), start + _wide(text, last)) for first, last in here]
        block = block.next()
    return found


def mark(text: TextView, places: list[Place], current: int) -> None:
    """Mark what was found; ``current`` is the number of the one the reader is at, -1 for none."""
    theme = current_theme()
    soft, strong = QTextCharFormat(), QTextCharFormat()
    soft.setBackground(QColor(theme.tokens.selection))
    soft.setForeground(QColor(theme.tokens.text))
    strong.setBackground(QColor(theme.tokens.accent))
    strong.setForeground(QColor(theme.tokens.on_accent))
    marks = []
    for number in _near(text, places, current):
        made = QTextEdit.ExtraSelection()
        made.format = strong if number == current else soft
        made.cursor = _cursor(text.document(), places[number])
        marks.append(made)
    text.setExtraSelections(marks)


def area_of(view: View, place: Place) -> QRect:
    """Where a place in the text stands in its message's view."""
    text = view.text_view
    area = text.cursorRect(_cursor(text.document(), (place[0], place[0])))
    return area.translated(text.viewport().mapTo(view, QPoint(0, 0)))


def _near(text: TextView, places: list[Place], current: int) -> range:
    if len(places) <= MARKS_AT_MOST:
        return range(len(places))
    middle = current
    if middle < 0:
        seen = text.viewport().visibleRegion().boundingRect().topLeft()
        middle = bisect_left(places, (text.cursorForPosition(seen).position(), 0))
    first = max(0, min(middle - MARKS_AT_MOST // 2, len(places) - MARKS_AT_MOST))
    return range(first, first + MARKS_AT_MOST)


def _cursor(document: QTextDocument, place: Place) -> QTextCursor:
    last = document.characterCount() - 1
    cursor = QTextCursor(document)
    cursor.setPosition(min(place[0], last))
    cursor.setPosition(min(place[1], last), QTextCursor.MoveMode.KeepAnchor)
    return cursor


def _wide(text: str, place: int) -> int:
    """A place as Qt counts it: signs such as emoji take two."""
    return place if text.isascii() else place + sum(letter > "\uffff" for letter in text[:place])
