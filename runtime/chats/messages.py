"""What a conversation is made of, as plain frozen dataclasses."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from runtime.errors import Problem
from runtime.events import AnswerStatistics, FinishReason
from runtime.requests import Role


class MessageState(StrEnum):
    """How far a message got. Questions are always complete.

    STREAMING is being written now; STOPPED was ended by the person; FAILED carries a problem; INTERRUPTED was
    being written when Hearth itself ended. In every state the text that came is kept.
    """

    COMPLETE = "complete"
    STREAMING = "streaming"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


def state_after(reason: FinishReason) -> MessageState:
    """The state of an answer that ended for this reason; one cut at its longest length counts as complete."""
    ends = {FinishReason.STOPPED: MessageState.STOPPED, FinishReason.FAILED: MessageState.FAILED}
    return ends.get(reason, MessageState.COMPLETE)


@dataclass(frozen=True)
class Message:
    """One message in the tree of a conversation. ``parent_id`` is None for a first question; times in UTC ms.

    ``siblings`` are the ids of all messages under the same parent, oldest first, this one among them: other wordings
    of a question, other tries at an answer.
    """

    id: str
    conversation_id: str
    parent_id: str | None
    role: Role
    text: str
    thinking: str = ""
    state: MessageState = MessageState.COMPLETE
    problem: Problem | None = None
    model: str = ""
    created_at: int = 0
    statistics: AnswerStatistics | None = None
    siblings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Conversation:
    """A conversation as it is read: ``messages`` is the active path, from the first question to the last answer.

    ``guided``: begun with the built-in guide on purpose; it answers here even when there is a real model.
    """

    id: str
    title: str
    created_at: int
    updated_at: int
    draft: str
    messages: tuple[Message, ...]
    guided: bool = False


@dataclass(frozen=True)
class ConversationSummary:
    """One line in the list of conversations."""

    id: str
    title: str
    created_at: int
    updated_at: int


@dataclass(frozen=True)
class SearchHit:
    """A message that holds the words looked for. ``excerpt`` is the text around them, with ``marks`` as the places
    (start, end) of the words in it."""

    conversation_id: str
    message_id: str
    title: str
    excerpt: str
    marks: tuple[tuple[int, int], ...]
