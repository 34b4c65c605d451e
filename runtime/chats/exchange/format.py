"""The file that conversations leave and enter Hearth in: "hearth-conversations", version 1.

One JSON object in UTF-8. Its first fields are ``format`` ("hearth-conversations"), ``version`` (1) and ``exported_at``;
then ``conversations``, a list of :class:`ExportedConversation`. All times are milliseconds since 1970, UTC, and null
where something never happened. A reader passes over fields that it does not know; a change that old readers would
misread gets a new version.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Annotated

import msgspec

from runtime.chats.attachments import Attachment
from runtime.chats.exchange.grounds import ExportedGrounds, exported_grounds
from runtime.chats.messages import MessageState, TitledBy
from runtime.chats.places import PRIVATE
from runtime.errors import ConversationNotFound, Problem
from runtime.events import AnswerStatistics
from runtime.requests import Role
from runtime.sources import Grounding
from runtime.storage.connection import Connection

FORMAT = "hearth-conversations"
VERSION = 1
TEXT_CHARACTERS = 10_000_000

_Name = Annotated[str, msgspec.Meta(max_length=10_000)]
_Text = Annotated[str, msgspec.Meta(max_length=TEXT_CHARACTERS)]
_Time = Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class BrokenConversation(ValueError):
    """One conversation in a file makes no sense; the others may."""


@dataclass(frozen=True)
class ExportedMessage:
    """One message. ``parent`` is the id of the message it follows, null for a first one; messages with the same parent
    are versions of each other, oldest first. The fields mean what those of :class:`~runtime.chats.messages.Message` do.
    ``grounds`` is what an answer over documents stands on.
    """

    id: _Name
    role: Role
    text: _Text
    parent: _Name | None = None
    thinking: _Text = ""
    state: MessageState = MessageState.COMPLETE
    model: _Name = ""
    created_at: _Time = 0
    rating: Annotated[int, msgspec.Meta(ge=-1, le=1)] = 0
    pinned_at: _Time | None = None
    problem: Problem | None = None
    statistics: AnswerStatistics | None = None
    attachments: tuple[Attachment, ...] = ()
    grounds: ExportedGrounds | None = None


@dataclass(frozen=True)
class ExportedConversation:
    """One conversation with all its branches. ``active_leaf`` is the end of the branch that is shown, null for none;
    ``folder`` the name of the folder it lies in, "" outside folders. A message stands after the one it follows."""

    id: _Name
    title: _Text = ""
    titled_by: TitledBy = TitledBy.PERSON
    created_at: _Time = 0
    updated_at: _Time = 0
    opened_at: _Time | None = None
    draft: _Text = ""
    guided: bool = False
    folder: _Name = ""
    pinned_at: _Time | None = None
    archived_at: _Time | None = None
    binned_at: _Time | None = None
    active_leaf: _Name | None = None
    messages: tuple[ExportedMessage, ...] = ()


def exported(connection: Connection, conversation_id: str) -> ExportedConversation:
    """A conversation as the file holds it. Raises ConversationNotFound.

    Deleted messages are left out; what followed them follows the message before them. An answer that is being
    written is as one that was interrupted.
    """
    row = connection.execute(
        "SELECT c.title, c.titled_by, c.created_at, c.updated_at, c.opened_at, c.draft, c.guided, coalesce(f.name, ''),"
        " c.pinned_at, c.archived_at, c.binned_at, c.active_leaf"
        " FROM conversations c LEFT JOIN folders f ON f.id = c.folder_id WHERE c.id = ?",
        (conversation_id,),
    ).fetchone()
    if row is None:
        raise ConversationNotFound(conversation_id)
    found = connection.execute(
        "SELECT deleted_at IS NULL, id, parent_id, role, text, thinking, state, model, created_at, rating, pinned_at,"
        " problem, statistics, attachments, grounding FROM messages WHERE conversation_id = ? ORDER BY seq",
        (conversation_id,),
    )
    messages, above = [], dict[str | None, str | None]()
    for is_kept, own_id, parent_id, *rest in found:
        above[own_id] = own_id if is_kept else above.get(parent_id)
        if is_kept:
            messages.append(_message(own_id, above.get(parent_id), *rest))
    (
        title,
        titled_by,
        created_at,
        updated_at,
        opened_at,
        draft,
        guided,
        folder,
        pinned_at,
        archived_at,
        binned_at,
        leaf,
    ) = row
    return ExportedConversation(
        conversation_id.removeprefix(PRIVATE),
        title,
        TitledBy(titled_by),
        created_at,
        updated_at,
        opened_at,
        draft,
        bool(guided),
        folder,
        pinned_at,
        archived_at,
        binned_at,
        _plain_id(above.get(leaf)),
        tuple(messages),
    )


def _message(
    own_id: str,
    parent: str | None,
    role: str,
    text: str,
    thinking: str,
    state: str,
    model: str,
    created_at: int,
    rating: int,
    pinned_at: int | None,
    problem: str | None,
    statistics: str | None,
    attachments: str | None,
    grounding: str | None,
) -> ExportedMessage:
    return ended(
        ExportedMessage(
            own_id.removeprefix(PRIVATE),
            Role(role),
            text,
            _plain_id(parent),
            thinking,
            MessageState(state),
            model,
            created_at,
            rating,
            pinned_at,
            msgspec.json.decode(problem, type=Problem) if problem else None,
            msgspec.json.decode(statistics, type=AnswerStatistics) if statistics else None,
            msgspec.json.decode(attachments, type=tuple[Attachment, ...]) if attachments else (),
            exported_grounds(msgspec.json.decode(grounding, type=Grounding)) if grounding else None,
        )
    )


def _plain_id(any_id: str | None) -> str | None:
    # A private conversation becomes an ordinary one by leaving: its file is on a disk.
    return any_id.removeprefix(PRIVATE) if any_id else None


def ended(message: ExportedMessage) -> ExportedMessage:
    """``message``, but never one that is still being written: nobody writes it in a file."""
    return replace(message, state=MessageState.INTERRUPTED) if message.state is MessageState.STREAMING else message


def understood(value: object) -> ExportedConversation:
    """A conversation of a file, checked. Raises BrokenConversation."""
    try:
        return msgspec.convert(value, ExportedConversation)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise BrokenConversation(str(error)) from error


def parents_first(messages: Iterable[ExportedMessage]) -> list[ExportedMessage]:
    """The same messages, each after the one it follows, else in their order. Raises BrokenConversation for circles and
    for an id given twice."""
    by_id: dict[str, ExportedMessage] = {}
    for message in messages:
        if by_id.setdefault(message.id, message) is not message:
            raise BrokenConversation("an id twice")
    ordered: dict[str, ExportedMessage] = {}
    for message in by_id.values():
        climbed: dict[str, ExportedMessage] = {}
        above: ExportedMessage | None = message
        while above is not None and above.id not in ordered:
            if above.id in climbed:
                raise BrokenConversation("messages that follow each other in a circle")
            climbed[above.id] = above
            above = by_id.get(above.parent) if above.parent is not None else None
        ordered.update(reversed(climbed.items()))
    return list(ordered.values())
