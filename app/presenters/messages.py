"""Stored messages as the transcript shows them: words, captions, what may be done with each."""

from __future__ import annotations

from dataclasses import dataclass

from app import texts, wording
from app.chat.answers.shown import Backing
from app.chat.messages.items import Act, MessageItem, Notice
from app.texts import Way
from runtime.api import CONTINUABLE, GUIDE_NAME, Message, MessageState, Problem, Role

WITH_ANY = frozenset({Act.COPY, Act.PIN, Act.DELETE})
WITH_ANSWERS = frozenset({Act.COPY_MARKDOWN, Act.RATE_GOOD, Act.RATE_BAD})
CUT = "The answer reached its longest length."
REPEATED = "The model said the same over and over, so its answer was ended."
INTERRUPTED = "Hearth was closed while this was being answered."


@dataclass(frozen=True)
class Doors:
    """What is possible now: ``asking`` anybody, ``continuing`` with a model, ``speaking`` aloud."""

    asking: bool = False
    continuing: bool = False
    speaking: bool = False


def message_item(
    message: Message,
    doors: Doors,
    *,
    last: bool = False,
    badge: str = "",
    offer: Notice | None = None,
    backing: Backing | None = None,
) -> MessageItem:
    """A stored message as the transcript shows it. ``last``: the conversation ends with it."""
    return MessageItem(
        id=message.id,
        role="user" if message.role is Role.USER else "assistant",
        text="" if backing is not None and backing.forgotten else message.text,
        thinking=message.thinking,
        state=str(message.state),
        caption=_caption(message),
        notice=_notice(message) or offer,
        badge=badge,
        siblings=message.siblings,
        thought=_thought(message),
        rating=message.rating,
        pinned=message.pinned,
        attachments=tuple(attachment.name for attachment in message.attachments),
        acts=acts(message, doors, last=last),
        backing=backing,
    )


def acts(message: Message, doors: Doors, *, last: bool) -> frozenset[Act]:
    """What a person may do with this message now."""
    if message.state is MessageState.STREAMING:
        return frozenset()
    if message.role is Role.USER:
        return WITH_ANY | ({Act.EDIT} if doors.asking else frozenset())
    possible = set(WITH_ANY | WITH_ANSWERS)
    if doors.asking:
        possible.add(Act.AGAIN)
    if doors.speaking and message.text.strip():
        possible.add(Act.READ_OUT)
    begun = message.state in CONTINUABLE and bool(message.text.strip()) and message.model != GUIDE_NAME
    if last and begun and doors.continuing:
        possible.add(Act.CONTINUE)
    return frozenset(possible)


def _thought(message: Message) -> str:
    seconds = message.statistics.thinking_s if message.statistics else 0.0
    if not message.thinking or not seconds:
        return ""
    return wording.took(seconds) if seconds >= 1 else "a moment"


def _caption(message: Message) -> str:
    statistics = message.statistics
    if message.role is Role.USER or statistics is None:
        return ""
    parts = [wording.took(statistics.total_s)]
    if message.state is MessageState.STOPPED:
        parts.append("stopped")
    return " · ".join(parts)


def _notice(message: Message) -> Notice | None:
    if message.state is MessageState.INTERRUPTED:
        return Notice(INTERRUPTED, ((Way.ANSWER_AGAIN, texts.LABELS[Way.ANSWER_AGAIN]),))
    if message.state is MessageState.CUT:
        return Notice(CUT)
    if message.state is MessageState.REPEATED:
        return Notice(REPEATED, ((Way.ANSWER_AGAIN, texts.LABELS[Way.ANSWER_AGAIN]),))
    if message.state is not MessageState.FAILED:
        return None
    words = texts.explain(message.problem or Problem("unexpected"))
    actions = tuple((way, texts.LABELS[way]) for way in words.ways[:2] if way is not Way.SHOW_REPORT)
    return Notice(f"{words.title}. {words.sentence}", actions)
