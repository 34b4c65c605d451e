"""A conversation as a text that people read."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from runtime.chats.messages import Conversation, Message
from runtime.requests import Role
from runtime.sources import Grounding, Source, VerdictKind

_NUMBERS = re.compile(r"[\[【](\d{1,6}(?:\s*[,;]\s*\d{1,6})*)[\]】]")
_NUMBER = re.compile(r"\d+")
# A file's name may hold anything, and is a name here.
_MARKUP = re.compile(r"([\\`*_\[\]<>#|])")
_HEADINGS = {Role.USER: "## You", Role.ASSISTANT: "## Answer"}


def export_markdown(conversation: Conversation) -> str:
    """The branch that is shown, as Markdown: title, date, questions and answers, with what answers over documents stand
    on; files by their names alone. Thinking is left out."""
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
    return body + (_grounds(message.grounding, message.text) if message.grounding is not None else [])


def _grounds(grounding: Grounding, text: str) -> list[str]:
    """The sources that the answer names, what was read, and its sentences that are in no document."""
    named = {int(number) for found in _NUMBERS.findall(text) for number in _NUMBER.findall(found)}
    verdicts = grounding.verdicts or ()
    named |= {verdict.source for verdict in verdicts}
    listed = [source for source in grounding.sources if source.number in named] or list(grounding.sources)
    body = []
    if listed:
        body.append("Sources:\n\n" + "\n".join(f"- [{source.number}] {_place(source)}" for source in listed))
    if grounding.pages:
        body.append(f"Read: {grounding.pages_read} of {grounding.pages} pages.")
    missing = [text[each.start : each.stop] for each in verdicts if each.kind is VerdictKind.NOT_FOUND]
    if missing:
        lines = "\n".join(f"- {' '.join(words.split())}" for words in missing)
        body.append(f"Not found in the documents:\n\n{lines}")
    return body


def _place(source: Source) -> str:
    page = source.label or str(source.page)
    page = f"page {page}" if page.isalnum() else page
    parts = (source.name, source.part, page if source.page else "")
    return ", ".join(_MARKUP.sub(r"\\\1", " ".join(part.split())) for part in parts if part)


def _date(milliseconds: int) -> str:
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC).astimezone()
    return f"{moment.day} {moment:%B %Y}"
