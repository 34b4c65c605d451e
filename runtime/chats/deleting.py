"""The SQL of messages that are deleted and brought back. Each function works inside its caller's transaction.

Nothing leaves its place in the tree: a deleted message is passed over when a conversation is read. ``deleted_at`` is
the same for all that went with one deletion, and differs from every other in its conversation; 0 is a message whose
words are gone for good, of which only the place is left. ``deleted_branch`` is 0 for a message that went alone, and 1
within a branch that went as a whole, or 2 for the one that was the branch's shown end.
"""

from __future__ import annotations

from runtime.chats import rows
from runtime.chats.ids import now_ms
from runtime.chats.messages import DeletedMessage
from runtime.errors import ConversationNotFound
from runtime.requests import Role
from runtime.storage.connection import Connection

EXCERPT_CHARACTERS = 90
_FORGET = (
    "UPDATE messages SET text = '', thinking = '', attachments = NULL, problem = NULL, statistics = NULL,"
    " pinned_at = NULL, deleted_at = 0, state = CASE state WHEN 'streaming' THEN 'stopped' ELSE state END"
)
_BELOW = (
    "WITH RECURSIVE below (id) AS (SELECT ? UNION ALL SELECT c.id FROM below JOIN messages c ON c.parent_id = below.id)"
)
_ABOVE = (
    "WITH RECURSIVE above (id, parent_id) AS (SELECT id, parent_id FROM messages WHERE id = ?"
    " UNION ALL SELECT m.id, m.parent_id FROM above JOIN messages m ON m.id = above.parent_id)"
)


def delete(connection: Connection, message_id: str) -> str:
    """Delete a message and return its conversation's id. Raises ConversationNotFound, also if it is deleted already.

    Where there are other versions of it, its whole branch goes and the version before it is shown. Else it goes
    alone, a question with the answers given to it, and what was said afterwards stays.
    """
    message = rows.message(connection, message_id)
    if message_id not in message.siblings:
        raise ConversationNotFound(message_id)
    last = connection.execute(
        "SELECT max(deleted_at) FROM messages WHERE conversation_id = ?", (message.conversation_id,)
    ).fetchone()
    stamp = max(now_ms(), (last[0] or 0) + 1 if last else 0)
    place = message.siblings.index(message_id)
    others = message.siblings[:place] + message.siblings[place + 1 :]
    if others:
        was_shown = _leads_through(connection, _active_leaf(connection, message.conversation_id), message_id)
        _delete_branch(connection, message_id, stamp)
        if was_shown:
            leaf = rows.newest_leaf_below(connection, others[max(place - 1, 0)])
            _show(connection, message.conversation_id, leaf)
    else:
        with_answers = " OR parent_id = ? AND role = 'assistant'" if message.role is Role.USER else " AND id = ?"
        connection.execute(
            f"UPDATE messages SET deleted_at = ? WHERE deleted_at IS NULL AND (id = ?{with_answers})",
            (stamp, message_id, message_id),
        )
    return message.conversation_id


def _delete_branch(connection: Connection, message_id: str, stamp: int) -> None:
    connection.execute(
        f"{_BELOW} UPDATE messages SET deleted_at = ?, deleted_branch = 1 + EXISTS ("
        "SELECT 1 FROM conversations c WHERE c.id = messages.conversation_id AND c.active_leaf = messages.id)"
        " WHERE id IN (SELECT id FROM below) AND deleted_at IS NULL",
        (message_id, stamp),
    )


def _active_leaf(connection: Connection, conversation_id: str) -> str | None:
    row = connection.execute("SELECT active_leaf FROM conversations WHERE id = ?", (conversation_id,)).fetchone()
    return row[0] if row else None


def _leads_through(connection: Connection, leaf_id: str | None, message_id: str) -> bool:
    """Whether the way from the first message to ``leaf_id`` passes this one, deleted or not."""
    found = connection.execute(f"{_ABOVE} SELECT 1 FROM above WHERE id = ?", (leaf_id, message_id))
    return found.fetchone() is not None


def _show(connection: Connection, conversation_id: str, leaf_id: str) -> None:
    connection.execute("UPDATE conversations SET active_leaf = ? WHERE id = ?", (leaf_id, conversation_id))


def restore(connection: Connection, message_id: str) -> str:
    """Bring a message back with all that went with it, show it, and return its conversation's id.

    Branches around it that were deleted later come back too: a message always stands in a branch that can be shown.
    Raises ConversationNotFound for one that is not deleted.
    """
    row = connection.execute(
        "SELECT conversation_id, deleted_at FROM messages WHERE id = ? AND deleted_at > 0", (message_id,)
    ).fetchone()
    if row is None:
        raise ConversationNotFound(message_id)
    conversation_id, stamp = row
    around = connection.execute(
        f"{_ABOVE} SELECT DISTINCT m.deleted_at FROM above JOIN messages m ON m.id = above.id"
        " WHERE m.deleted_branch > 0 AND m.deleted_at > 0",
        (message_id,),
    ).fetchall()
    ends = [_undo(connection, conversation_id, deleted_at) for deleted_at in {stamp, *(other for (other,) in around)}]
    # Of branches whose words are gone for good, the way through them opens.
    connection.execute(
        f"{_ABOVE} UPDATE messages SET deleted_branch = 0 WHERE id IN (SELECT id FROM above) AND deleted_at = 0",
        (message_id,),
    )
    if not _leads_through(connection, _active_leaf(connection, conversation_id), message_id):
        shown = [end for end in ends if end is not None and _leads_through(connection, end, message_id)]
        _show(connection, conversation_id, shown[0] if shown else rows.newest_leaf_below(connection, message_id))
    return str(conversation_id)


def _undo(connection: Connection, conversation_id: str, deleted_at: int) -> str | None:
    """Bring back what went with one deletion, and return what was the shown end of its branch."""
    which = "WHERE conversation_id = ? AND deleted_at = ?"
    end = connection.execute(
        f"SELECT id FROM messages {which} AND deleted_branch = 2", (conversation_id, deleted_at)
    ).fetchone()
    connection.execute(
        f"UPDATE messages SET deleted_at = NULL, deleted_branch = 0 {which}", (conversation_id, deleted_at)
    )
    return end[0] if end else None


def deleted(connection: Connection) -> tuple[DeletedMessage, ...]:
    """What was deleted and can be brought back, the last first; one for each deletion."""
    found = connection.execute(
        "SELECT m.id, m.conversation_id, c.title, substr(m.text, 1, ?), m.deleted_at, min(m.seq)"
        " FROM messages m JOIN conversations c ON c.id = m.conversation_id"
        " WHERE m.deleted_at > 0 AND c.binned_at IS NULL"
        " GROUP BY m.conversation_id, m.deleted_at ORDER BY m.deleted_at DESC",
        (EXCERPT_CHARACTERS,),
    )
    return tuple(DeletedMessage(*row[:5]) for row in found)


def forget(connection: Connection, message_id: str) -> None:
    """Delete the words for good of all that went with this deleted message. Raises ConversationNotFound."""
    row = connection.execute(
        "SELECT conversation_id, deleted_at FROM messages WHERE id = ? AND deleted_at > 0", (message_id,)
    ).fetchone()
    if row is None:
        raise ConversationNotFound(message_id)
    connection.execute(f"{_FORGET} WHERE conversation_id = ? AND deleted_at = ?", row)


def forget_older(connection: Connection, before_ms: int) -> int:
    """Delete the words for good of what was deleted before this time; return how many messages."""
    connection.execute(f"{_FORGET} WHERE deleted_at > 0 AND deleted_at < ?", (before_ms,))
    return int(connection.changes())
