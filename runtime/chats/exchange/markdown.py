"""A conversation as a text that people read."""

from __future__ import annotations

from datetime import UTC, datetime

from runtime.chats.messages import Conversation, Message
from runtime.requests import Role

_HEADINGS = {Role.USER: "## You", Role.ASSISTANT: "## Answer"}


def export_markdown(conversation: Conversation) -> str:
    """The branch that is shown, as Markdown: title, date, questions and answers; files by their names alone. Thinking
    is left out."""
    parts = [f"# {' '.join(conversation.title.split()) or 'Chat'}", _date(conversation.created_at)]
    for message in conversation.messages:
        if message.role in _HEADINGS:
            parts += [_HEADINGS[message.role], *_body(message)]
    return "\n\n".join(parts) + "\n"


def _body(message: Message) -> list[str]:
    body = []
    if message.attachments:
        body.append("Attached: " + ", ".join(attachment.name for attachment in message.attachments))
    text = message.text.strip("\n")
    body.append(text if text.strip() else "*(nothing was written)*")
    return body


def _date(milliseconds: int) -> str:
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC).astimezone()
    return f"{moment.day} {moment:%B %Y}"
