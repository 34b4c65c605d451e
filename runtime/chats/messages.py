"""What a conversation is made of, as plain frozen dataclasses."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from runtime.chats.attachments import Attachment
from runtime.errors import Problem
from runtime.events import AnswerStatistics, FinishReason
from runtime.requests import Role
from runtime.sources import DocumentScope, Grounding


class MessageState(StrEnum):
    """How far a message got. Questions are always complete.

    STREAMING is being written now; STOPPED was ended by the person; CUT reached the longest length of an answer;
    REPEATED said the same again and again, and was ended; FAILED carries a problem; INTERRUPTED was being written when
    Hearth itself ended. In every state the text that came is kept.
    """

    COMPLETE = "complete"
    STREAMING = "streaming"
    STOPPED = "stopped"
    CUT = "cut"
    REPEATED = "repeated"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


# Answers that the model can be asked to write on.
CONTINUABLE = frozenset({MessageState.STOPPED, MessageState.CUT, MessageState.FAILED, MessageState.INTERRUPTED})


def state_after(reason: FinishReason) -> MessageState:
    """The state of an answer that ended for this reason."""
    ends = {
        FinishReason.STOPPED: MessageState.STOPPED,
        FinishReason.FAILED: MessageState.FAILED,
        FinishReason.LENGTH: MessageState.CUT,
        FinishReason.REPEATED: MessageState.REPEATED,
    }
    return ends.get(reason, MessageState.COMPLETE)


class TitledBy(StrEnum):
    """Who gave a conversation its title: nobody yet, the beginning of its first question, the model, the person."""

    NOBODY = ""
    QUESTION = "question"
    MODEL = "model"
    PERSON = "person"


@dataclass(frozen=True)
class Message:
    """One message in the tree of a conversation. ``parent_id`` is None for a first question; times in UTC ms.

    ``siblings`` are the ids of all messages under the same parent, oldest first, this one among them: other wordings
    of a question, other tries at an answer. ``rating`` is the person's: 1, -1 or 0 for none. ``grounding`` is what an
    answer over documents stands on.
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
    rating: int = 0
    pinned: bool = False
    attachments: tuple[Attachment, ...] = ()
    grounding: Grounding | None = None


@dataclass(frozen=True)
class Conversation:
    """A conversation as it is read: ``messages`` is the active path, from the first question to the last answer.

    ``guided``: begun with the built-in guide on purpose; it answers here even when there is a real model.
    ``private``: in memory alone. ``binned``: to be looked at, but in the bin. ``scope``: the documents that its
    questions are answered from.
    """

    id: str
    title: str
    created_at: int
    updated_at: int
    draft: str
    messages: tuple[Message, ...]
    guided: bool = False
    private: bool = False
    pinned: bool = False
    archived: bool = False
    binned: bool = False
    scope: DocumentScope = field(default_factory=DocumentScope)


@dataclass(frozen=True)
class ConversationSummary:
    """One line in a list of conversations. ``binned_at`` is 0 outside the bin; ``folder_id`` "" outside folders."""

    id: str
    title: str
    created_at: int
    updated_at: int
    folder_id: str = ""
    pinned: bool = False
    binned_at: int = 0
    private: bool = False


@dataclass(frozen=True)
class Folder:
    """A named group of conversations. ``folded``: shown as its name alone."""

    id: str
    name: str
    folded: bool = False


@dataclass(frozen=True)
class DeletedMessage:
    """A message in the bin: its beginning, and the conversation it was in."""

    id: str
    conversation_id: str
    title: str
    excerpt: str
    deleted_at: int


@dataclass(frozen=True)
class SearchHit:
    """A message that holds the words looked for. ``excerpt`` is the text around them, with ``marks`` as the places
    (start, end) of the words in it."""

    conversation_id: str
    message_id: str
    title: str
    excerpt: str
    marks: tuple[tuple[int, int], ...]
    created_at: int = 0
