"""What copying a part of a conversation gives: plain text, or the Markdown it was written in."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtGui import QTextCursor

from app.chat.messages.items import MessageItem
from app.chat.messages.message_copy import selected_text
from app.chat.transcript.plain_text import plain_text
from app.chat.transcript.selection import Part

NAMES = {"user": "You"}
PLAIN_ANSWER, MARKDOWN_ANSWER = "Answer", "Hearth"


def copied_parts(parts: list[Part], *, markdown: bool = False) -> str:
    """The text of what is selected; with headings when it is in more than one message."""
    pieces = [(part.slot.item.role, _text_of(part, markdown=markdown)) for part in parts]
    if len(pieces) == 1:
        return pieces[0][1]
    return _joined(pieces, markdown=markdown)


def copied_messages(items: Iterable[MessageItem], *, markdown: bool = False) -> str:
    """The text of whole messages, with headings."""
    return _joined([(item.role, item.text if markdown else plain_text(item)) for item in items], markdown=markdown)


def _text_of(part: Part, *, markdown: bool) -> str:
    item = part.slot.item
    if part.whole or part.slot.view is None:
        return item.text if markdown else plain_text(item)
    cursor = QTextCursor(part.slot.view.text_view.document())
    cursor.setPosition(part.start)
    cursor.setPosition(part.end, QTextCursor.MoveMode.KeepAnchor)
    return selected_text(cursor)


def _joined(pieces: list[tuple[str, str]], *, markdown: bool) -> str:
    said = []
    for role, text in pieces:
        name = NAMES.get(role, MARKDOWN_ANSWER if markdown else PLAIN_ANSWER)
        said.append(f"**{name}:**\n\n{text.strip()}" if markdown else f"{name}:\n{text.strip()}")
    return "\n\n".join(said)
