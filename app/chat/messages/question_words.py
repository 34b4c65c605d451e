"""Plain words in a text view: as they were typed, no wider than they are, very long ones by their beginning."""

from __future__ import annotations

from math import ceil

from PySide6.QtGui import QTextCursor, QTextDocument

from app.chat.markdown.formats import Formats
from app.chat.messages.text_view import TextView
from app.theme.theme import current_theme

CHARACTERS_AT_FIRST = 4_000
LINES_AT_FIRST = 60
# A text that is only a little longer is shown whole.
SPARE = 1.25


def beginning(text: str) -> str:
    """The text, or the beginning of a long one up to the end of a word."""
    lines = text.split("\n", int(LINES_AT_FIRST * SPARE) + 1)
    if len(text) <= CHARACTERS_AT_FIRST * SPARE and len(lines) <= LINES_AT_FIRST * SPARE:
        return text
    head = "\n".join(lines[:LINES_AT_FIRST])[:CHARACTERS_AT_FIRST]
    space = max(head.rfind(" "), head.rfind("\n"))
    return (head[:space] if space > CHARACTERS_AT_FIRST * 0.9 else head).rstrip() + " …"


def write_words(view: TextView, text: str) -> None:
    """Show a text as it is: no Markdown, no HTML."""
    formats = Formats(current_theme())
    view.setPlainText(text)
    cursor = QTextCursor(view.document())
    cursor.select(QTextCursor.SelectionType.Document)
    cursor.setCharFormat(formats.text())
    cursor.setBlockFormat(formats.paragraph(gap=0))


def fit_words(view: TextView, narrowest: int, widest: int) -> None:
    """Make the view as wide as its longest line, within limits, and as high as it then is."""
    document = view.document()
    document.setTextWidth(widest)
    width = max(min(ceil(_longest_line(document)) + 1, widest), narrowest, 16)
    document.setTextWidth(width)
    view.setFixedWidth(width)


def _longest_line(document: QTextDocument) -> float:
    document.size()  # lays all of it out
    longest, block = 0.0, document.begin()
    while block.isValid():
        layout = block.layout()
        for number in range(layout.lineCount()):
            longest = max(longest, layout.lineAt(number).naturalTextWidth())
        block = block.next()
    return longest
