"""Conversations of a file put among those that are there. Works inside its caller's transaction."""

from __future__ import annotations

import re
import uuid

from runtime.chats.exchange.format import ExportedConversation, ExportedMessage, ended, parents_first
from runtime.chats.exchange.grounds import grounding_of
from runtime.chats.ids import new_id, now_ms
from runtime.chats.rows import as_json, storable
from runtime.storage.connection import Connection

_NAMES = uuid.uuid5(uuid.NAMESPACE_URL, "hearth-conversations")
_OWN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def store(connection: Connection, conversation: ExportedConversation) -> tuple[bool, int]:
    """Add what is not there yet; whether the conversation is new, and how many messages are.

    Nothing that is there is changed. The same file gives the same ids each time: what it holds is known again.
    Raises BrokenConversation, with the transaction half done.
    """
    ordered = parents_first(conversation.messages)
    conversation_id = _own(conversation.id)
    is_new = not connection.execute("SELECT 1 FROM conversations WHERE id = ?", (conversation_id,)).fetchone()
    if is_new:
        _insert(connection, conversation_id, conversation)
    ids, added = dict[str, str](), list[str]()
    for message in ordered:
        ids[message.id], is_there = _id_for(connection, message.id, conversation_id)
        if not is_there:
            parent_id = ids.get(message.parent) if message.parent is not None else None
            _insert_message(connection, ids[message.id], conversation_id, parent_id, message)
            added.append(ids[message.id])
    if added:
        leaf = ids.get(conversation.active_leaf or "", added[-1])
        connection.execute(
            "UPDATE conversations SET active_leaf = ? WHERE id = ? AND active_leaf IS NULL", (leaf, conversation_id)
        )
    return is_new, len(added)


def _own(any_id: str) -> str:
    """Ids of Hearth's stay; anything else becomes one, the same each time."""
    return any_id if _OWN.fullmatch(any_id) else _named(any_id)


def _named(name: str) -> str:
    return str(uuid.uuid5(_NAMES, storable(name)))


def _id_for(connection: Connection, any_id: str, conversation_id: str) -> tuple[str, bool]:
    """The id of a message here, and whether the message is there already."""
    own_id = _own(any_id)
    for candidate in (own_id, _named(f"{conversation_id}/{own_id}")):
        owner = connection.execute("SELECT conversation_id FROM messages WHERE id = ?", (candidate,)).fetchone()
        if owner is None or owner[0] == conversation_id:
            return candidate, owner is not None
    return new_id(), False


def _insert(connection: Connection, conversation_id: str, conversation: ExportedConversation) -> None:
    connection.execute(
        "INSERT INTO conversations (id, title, titled_by, created_at, updated_at, opened_at, draft, guided, folder_id,"
        " pinned_at, archived_at, binned_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            conversation_id,
            storable(conversation.title),
            conversation.titled_by.value,
            conversation.created_at,
            conversation.updated_at,
            conversation.opened_at,
            storable(conversation.draft),
            int(conversation.guided),
            _folder(connection, storable(conversation.folder)),
            conversation.pinned_at,
            conversation.archived_at,
            # Its days in the bin begin anew: else it could be gone with the next cleaning.
            None if conversation.binned_at is None else now_ms(),
        ),
    )


def _folder(connection: Connection, name: str) -> str | None:
    if not name:
        return None
    row = connection.execute("SELECT id FROM folders WHERE name = ? ORDER BY id", (name,)).fetchone()
    if row:
        return str(row[0])
    folder_id = new_id()
    connection.execute("INSERT INTO folders (id, name) VALUES (?, ?)", (folder_id, name))
    return folder_id


def _insert_message(
    connection: Connection, own_id: str, conversation_id: str, parent_id: str | None, message: ExportedMessage
) -> None:
    message = ended(message)
    connection.execute(
        "INSERT INTO messages (id, conversation_id, parent_id, role, text, thinking, state, problem, model, created_at,"
        " statistics, pinned_at, rating, attachments, grounding)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            own_id,
            conversation_id,
            parent_id,
            message.role.value,
            storable(message.text),
            storable(message.thinking),
            message.state.value,
            _json(message.problem),
            storable(message.model),
            message.created_at,
            _json(message.statistics),
            message.pinned_at,
            message.rating,
            _json(message.attachments or None),
            _json(grounding_of(message.grounds, message.text)),
        ),
    )


def _json(value: object) -> str | None:
    text = as_json(value)
    return None if text is None else storable(text)
