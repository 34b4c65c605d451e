"""The SQL of conversations: rows in, dataclasses out. Each function works inside its caller's transaction."""

from __future__ import annotations

import msgspec

from runtime.chats.attachments import Attachment
from runtime.chats.ids import now_ms
from runtime.chats.messages import Conversation, Message, MessageState
from runtime.chats.places import is_private
from runtime.errors import ConversationNotFound, Problem
from runtime.events import AnswerStatistics
from runtime.requests import Role
from runtime.sources import DocumentScope, Grounding
from runtime.storage.connection import Connection

_COLUMNS = (
    "m.id, m.conversation_id, m.parent_id, m.role, m.text, m.thinking, m.state, m.problem, m.model, m.created_at,"
    " m.statistics, (SELECT json_group_array(s.id ORDER BY s.seq) FROM messages s"
    " WHERE s.conversation_id = m.conversation_id AND s.parent_id IS m.parent_id AND s.deleted_at IS NULL),"
    " m.rating, m.pinned_at, m.attachments, m.grounding"
)


def conversation(connection: Connection, conversation_id: str) -> Conversation:
    """A conversation with its active path. Raises ConversationNotFound."""
    row = connection.execute(
        "SELECT title, created_at, updated_at, draft, active_leaf, guided, pinned_at, archived_at, binned_at,"
        " scope FROM conversations WHERE id = ?",
        (conversation_id,),
    ).fetchone()
    if row is None:
        raise ConversationNotFound(conversation_id)
    title, created_at, updated_at, draft, leaf, guided, pinned_at, archived_at, binned_at, scope = row
    return Conversation(
        id=conversation_id,
        title=title,
        created_at=created_at,
        updated_at=updated_at,
        draft=draft,
        messages=path(connection, leaf) if leaf else (),
        guided=bool(guided),
        private=is_private(conversation_id),
        pinned=pinned_at is not None,
        archived=archived_at is not None,
        binned=binned_at is not None,
        scope=msgspec.json.decode(scope, type=DocumentScope) if scope else DocumentScope(),
    )


def message(connection: Connection, message_id: str) -> Message:
    """One message, also a deleted one. Raises ConversationNotFound with the message's id."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM messages m WHERE m.id = ?", (message_id,)).fetchone()
    if row is None:
        raise ConversationNotFound(message_id)
    return _message(row)


def path(connection: Connection, leaf_id: str) -> tuple[Message, ...]:
    """The messages from the root down to ``leaf_id``, without those that were deleted on the way."""
    found = connection.execute(
        "WITH RECURSIVE up (id, parent_id, height) AS ("
        " SELECT id, parent_id, 0 FROM messages WHERE id = ?"
        " UNION ALL SELECT p.id, p.parent_id, up.height + 1 FROM up JOIN messages p ON p.id = up.parent_id)"
        f" SELECT {_COLUMNS} FROM up JOIN messages m ON m.id = up.id WHERE m.deleted_at IS NULL"
        " ORDER BY up.height DESC",
        (leaf_id,),
    )
    return tuple(_message(row) for row in found)


def newest_leaf_below(connection: Connection, message_id: str) -> str:
    """Follow the newest child from ``message_id`` down to a message without one.

    The way leads through messages deleted alone, and never into a branch that was deleted.
    """
    row = connection.execute(
        "WITH RECURSIVE down (id, depth) AS ("
        " SELECT ?, 0 UNION ALL"
        " SELECT (SELECT c.id FROM messages c WHERE c.parent_id = down.id AND c.deleted_branch = 0"
        " ORDER BY c.seq DESC LIMIT 1), down.depth + 1"
        " FROM down WHERE down.id IS NOT NULL)"
        " SELECT id FROM down WHERE id IS NOT NULL ORDER BY depth DESC LIMIT 1",
        (message_id,),
    ).fetchone()
    return str(row[0]) if row else message_id


def insert_message(
    connection: Connection,
    message_id: str,
    conversation_id: str,
    parent_id: str | None,
    role: Role,
    text: str,
    state: MessageState,
    model: str,
    attachments: tuple[Attachment, ...] = (),
) -> None:
    """Add a message, make it the active leaf, and bring its conversation to the top of the list."""
    if parent_id is not None and message(connection, parent_id).conversation_id != conversation_id:
        raise ConversationNotFound(parent_id)
    now = now_ms()
    connection.execute(
        "INSERT INTO messages (id, conversation_id, parent_id, role, text, state, model, created_at, attachments)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            message_id,
            conversation_id,
            parent_id,
            role.value,
            storable(text),
            state.value,
            model,
            now,
            storable(as_json(attachments) or "") if attachments else None,
        ),
    )
    connection.execute(
        "UPDATE conversations SET active_leaf = ?, updated_at = ? WHERE id = ?", (message_id, now, conversation_id)
    )


def finish_message(
    connection: Connection,
    message_id: str,
    state: MessageState,
    text: str,
    thinking: str,
    problem: Problem | None,
    statistics: AnswerStatistics | None,
) -> None:
    """End a streaming message; one that has ended already stays as it is. Raises ConversationNotFound."""
    connection.execute(
        "UPDATE messages SET text = text || ?, thinking = thinking || ?, state = ?, problem = ?, statistics = ?"
        " WHERE id = ? AND state = 'streaming'",
        (storable(text), storable(thinking), state.value, as_json(problem), as_json(statistics), message_id),
    )
    if connection.changes():
        connection.execute(
            "UPDATE conversations SET updated_at = ? WHERE id = (SELECT conversation_id FROM messages WHERE id = ?)",
            (now_ms(), message_id),
        )
    elif not connection.execute("SELECT 1 FROM messages WHERE id = ?", (message_id,)).fetchone():
        raise ConversationNotFound(message_id)


def storable(text: str) -> str:
    """``text`` as it can be written in UTF-8: halves of a character that lost the other half are replaced."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def as_json(value: object) -> str | None:
    """``value`` as the columns of statistics, problems, attachments, groundings and scopes hold it."""
    return None if value is None else msgspec.json.encode(value).decode()


def _message(row: tuple[str, ...]) -> Message:
    problem, statistics = row[7], row[10]
    return Message(
        id=row[0],
        conversation_id=row[1],
        parent_id=row[2],
        role=Role(row[3]),
        text=row[4],
        thinking=row[5],
        state=MessageState(row[6]),
        problem=msgspec.json.decode(problem, type=Problem) if problem else None,
        model=row[8],
        created_at=int(row[9]),
        statistics=msgspec.json.decode(statistics, type=AnswerStatistics) if statistics else None,
        siblings=tuple(msgspec.json.decode(row[11], type=list[str])),
        rating=int(row[12]),
        pinned=row[13] is not None,
        attachments=msgspec.json.decode(row[14], type=tuple[Attachment, ...]) if row[14] else (),
        grounding=msgspec.json.decode(row[15], type=Grounding) if row[15] else None,
    )
