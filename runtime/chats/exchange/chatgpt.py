"""Conversations as ChatGPT's export has them: a ``mapping`` of nodes, each with its message and its parent."""

from __future__ import annotations

import math
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from runtime.chats.exchange.format import TEXT_CHARACTERS, BrokenConversation, ExportedConversation, ExportedMessage
from runtime.chats.messages import TitledBy
from runtime.requests import Role

_NAMES = uuid.uuid5(uuid.NAMESPACE_URL, "https://chatgpt.com/")
_ROLES = {"user": Role.USER, "assistant": Role.ASSISTANT}
_TEXTS = ("text", "multimodal_text")
_LATEST_S = 2**43 / 1000


@dataclass(frozen=True)
class _Author:
    role: str


@dataclass(frozen=True)
class _Content:
    content_type: str = "text"
    parts: list[Any] | None = None


@dataclass(frozen=True)
class _Message:
    author: _Author
    content: _Content | None = None
    create_time: float | None = None
    recipient: str | None = None
    metadata: dict[str, Any] | None = None


@dataclass(frozen=True)
class _Node:
    message: _Message | None = None
    parent: str | None = None
    children: list[str] | None = field(default_factory=list)


@dataclass(frozen=True)
class _Conversation:
    mapping: dict[str, _Node]
    title: str | None = None
    create_time: float | None = None
    update_time: float | None = None
    current_node: str | None = None
    conversation_id: str | None = None
    id: str | None = None
    is_archived: bool | None = None


def understood(value: object) -> ExportedConversation:
    """A conversation of ChatGPT's as one of ours: questions and answers in words, in all their versions.

    What tools and the system said, and what was hidden, is passed over; what followed it follows the message before.
    Raises BrokenConversation, also for a conversation without any words.
    """
    try:
        found = msgspec.convert(value, _Conversation)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise BrokenConversation(str(error)) from error
    created_at = _milliseconds(found.create_time)
    # The oldest exports give conversations no id; their first nodes have random ones.
    source = found.conversation_id or found.id or f"{created_at}:{next(iter(found.mapping), '')}"
    kept_at: dict[str | None, str | None] = {None: None}
    messages: dict[str, ExportedMessage] = {}
    for node_id, parent_id in _in_order(found.mapping):
        above = kept_at[parent_id]
        kept_at[node_id] = above
        before = messages[above].created_at if above is not None else created_at
        message = _kept(found.mapping[node_id].message, str(uuid.uuid5(_NAMES, f"{source}/{node_id}")), above, before)
        if message is not None:
            messages[message.id] = message
            kept_at[node_id] = message.id
    if not messages:
        raise BrokenConversation("no words")
    updated_at = _milliseconds(found.update_time) or max(message.created_at for message in messages.values())
    title = " ".join((found.title or "").split())[:200]
    return ExportedConversation(
        id=str(uuid.uuid5(_NAMES, source)),
        title=title,
        titled_by=TitledBy.MODEL if title else TitledBy.NOBODY,
        created_at=created_at or updated_at,
        updated_at=updated_at,
        archived_at=updated_at if found.is_archived else None,
        active_leaf=kept_at.get(found.current_node),
        messages=tuple(messages.values()),
    )


def _in_order(mapping: dict[str, _Node]) -> Iterator[tuple[str, str | None]]:
    """Each node with its parent, after that parent, and versions in their order. Raises BrokenConversation for nodes
    that stand in a circle."""
    below: dict[str | None, list[str]] = {}
    for node_id, node in mapping.items():
        below.setdefault(node.parent if node.parent in mapping else None, []).append(node_id)
    seen = 0
    waiting: list[tuple[str, str | None]] = [(node_id, None) for node_id in reversed(below.get(None, ()))]
    while waiting:
        node_id, parent_id = waiting.pop()
        seen += 1
        yield node_id, parent_id
        places = {child: place for place, child in enumerate(mapping[node_id].children or ())}
        children = sorted(below.get(node_id, ()), key=lambda child: places.get(child, len(places)))
        waiting += [(child, node_id) for child in reversed(children)]
    if seen < len(mapping):
        raise BrokenConversation("messages that follow each other in a circle")


def _kept(message: _Message | None, own_id: str, parent: str | None, before: int) -> ExportedMessage | None:
    if message is None or message.author.role not in _ROLES or message.recipient not in (None, "all"):
        return None
    metadata, content = message.metadata or {}, message.content
    if metadata.get("is_visually_hidden_from_conversation") or content is None or content.content_type not in _TEXTS:
        return None
    text = "\n\n".join(part for part in content.parts or () if isinstance(part, str) and part.strip())
    if len(text) > TEXT_CHARACTERS:
        raise BrokenConversation("a message too long")
    if not text:
        return None
    role, model = _ROLES[message.author.role], metadata.get("model_slug")
    return ExportedMessage(
        id=own_id,
        role=role,
        text=text,
        parent=parent,
        model=model[:200] if isinstance(model, str) and role is Role.ASSISTANT else "",
        created_at=_milliseconds(message.create_time) or before,
    )


def _milliseconds(seconds: float | None) -> int:
    return int(seconds * 1000) if seconds is not None and math.isfinite(seconds) and 0 < seconds < _LATEST_S else 0
