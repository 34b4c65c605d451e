"""How conversations are kept in order: the list, folders, pins, the archive, the bin."""

from __future__ import annotations

from runtime.chats import deleting, rows
from runtime.chats.ids import new_id, now_ms
from runtime.chats.messages import ConversationSummary, DeletedMessage, Folder
from runtime.chats.places import Places
from runtime.errors import ConversationNotFound
from runtime.storage.connection import Connection

DAYS_IN_BIN = 30
DAY_MS = 24 * 60 * 60 * 1000
_COLUMNS = "id, title, created_at, updated_at, coalesce(folder_id, ''), pinned_at IS NOT NULL, coalesce(binned_at, 0)"


class Shelf:
    """Lists and arranges the conversations of one person. Any thread; each method is one transaction.

    Raises as :class:`~runtime.chats.store.ConversationStore` does; ConversationNotFound also for folders. Private
    conversations are listed first and can only be forgotten.
    """

    def __init__(self, places: Places) -> None:
        self._places = places
        self._disk = places.disk

    # --- lists --------------------------------------------------------------------------------------------------

    def summaries(self, limit: int | None = None) -> tuple[ConversationSummary, ...]:
        """The conversations neither archived nor in the bin, the one changed last first."""
        found: list[ConversationSummary] = []
        for place in reversed(self._places.all_open):
            with place.read() as connection:
                found += _summaries(
                    connection,
                    "binned_at IS NULL AND archived_at IS NULL ORDER BY updated_at DESC, id DESC",
                    limit,
                    private=place is not self._disk,
                )
        return tuple(found)

    def archived(self) -> tuple[ConversationSummary, ...]:
        """The conversations in the archive, the one changed last first."""
        with self._disk.read() as connection:
            order = "binned_at IS NULL AND archived_at IS NOT NULL ORDER BY updated_at DESC, id DESC"
            return tuple(_summaries(connection, order))

    def binned(self) -> tuple[ConversationSummary, ...]:
        """The conversations in the bin, the one put there last first."""
        with self._disk.read() as connection:
            return tuple(_summaries(connection, "binned_at IS NOT NULL ORDER BY binned_at DESC, id DESC"))

    def deleted_messages(self) -> tuple[DeletedMessage, ...]:
        """Messages deleted from conversations that are still there, the last first; one for each deletion."""
        with self._disk.read() as connection:
            return deleting.deleted(connection)

    def folders(self) -> tuple[Folder, ...]:
        """All folders by name."""
        with self._disk.read() as connection:
            found = connection.execute("SELECT id, name, folded FROM folders ORDER BY name COLLATE NOCASE, id")
            return tuple(Folder(own_id, name, bool(folded)) for own_id, name, folded in found)

    # --- folders ------------------------------------------------------------------------------------------------

    def make_folder(self, name: str) -> str:
        """A new, empty folder; its id."""
        folder_id = new_id()
        with self._disk.write() as connection:
            connection.execute("INSERT INTO folders (id, name) VALUES (?, ?)", (folder_id, rows.storable(name)))
        return folder_id

    def rename_folder(self, folder_id: str, name: str) -> None:
        """Another name for a folder."""
        self._change("folders", folder_id, "name = ?", rows.storable(name))

    def fold(self, folder_id: str, folded: bool) -> None:
        """Remember whether a folder is shown as its name alone."""
        self._change("folders", folder_id, "folded = ?", int(folded))

    def delete_folder(self, folder_id: str) -> None:
        """Take a folder away; the conversations in it stay, outside folders."""
        with self._disk.write() as connection:
            connection.execute("DELETE FROM folders WHERE id = ?", (folder_id,))
            _require_change(connection, folder_id)

    def put_into(self, conversation_id: str, folder_id: str) -> None:
        """Move a conversation into a folder, or out of all of them with ""."""
        with self._disk.write() as connection:
            if folder_id and not connection.execute("SELECT 1 FROM folders WHERE id = ?", (folder_id,)).fetchone():
                raise ConversationNotFound(folder_id)
            connection.execute(
                "UPDATE conversations SET folder_id = ? WHERE id = ?", (folder_id or None, conversation_id)
            )
            _require_change(connection, conversation_id)

    # --- one conversation ---------------------------------------------------------------------------------------

    def pin(self, conversation_id: str, pinned: bool) -> None:
        """Keep a conversation at the top of the list, or no longer."""
        self._change("conversations", conversation_id, "pinned_at = ?", now_ms() if pinned else None)

    def archive(self, conversation_id: str, archived: bool) -> None:
        """Take a conversation out of the list for good, without deleting anything, or bring it back."""
        self._change("conversations", conversation_id, "archived_at = ?", now_ms() if archived else None)

    def move_to_bin(self, conversation_id: str) -> None:
        """Take a conversation out of the list; it can be restored for ``DAYS_IN_BIN`` days."""
        self._change("conversations", conversation_id, "binned_at = ?", now_ms())

    def restore(self, conversation_id: str) -> None:
        """Bring a conversation back from the bin."""
        self._change("conversations", conversation_id, "binned_at = ?", None)

    def forget(self, conversation_id: str) -> None:
        """Delete one conversation for good: a private one, or one that lies in the bin."""
        with self._places.of(conversation_id).write() as connection:
            in_bin = "" if self._places.of(conversation_id) is not self._disk else " AND binned_at IS NOT NULL"
            connection.execute(f"DELETE FROM conversations WHERE id = ?{in_bin}", (conversation_id,))
            _require_change(connection, conversation_id)

    def forget_message(self, message_id: str) -> None:
        """Delete the words of a deleted message for good, with all that went with it."""
        with self._disk.write() as connection:
            deleting.forget(connection, message_id)

    # --- the bin ------------------------------------------------------------------------------------------------

    def purge_bin(self, now: int | None = None) -> int:
        """Delete for good what lay in the bin longer than ``DAYS_IN_BIN`` days; return how many things."""
        return self._purge((now_ms() if now is None else now) - DAYS_IN_BIN * DAY_MS)

    def empty_bin(self) -> int:
        """Delete for good all that lies in the bin; return how many things."""
        return self._purge(now_ms() + DAY_MS)

    def _purge(self, before_ms: int) -> int:
        with self._disk.write() as connection:
            connection.execute("DELETE FROM conversations WHERE binned_at < ?", (before_ms,))
            return int(connection.changes()) + deleting.forget_older(connection, before_ms)

    def _change(self, table: str, own_id: str, assignment: str, value: str | int | None) -> None:
        with self._disk.write() as connection:
            connection.execute(f"UPDATE {table} SET {assignment} WHERE id = ?", (value, own_id))
            _require_change(connection, own_id)


def _summaries(
    connection: Connection, which: str, limit: int | None = None, *, private: bool = False
) -> list[ConversationSummary]:
    found = connection.execute(
        f"SELECT {_COLUMNS} FROM conversations WHERE {which} LIMIT ?", (-1 if limit is None else limit,)
    )
    return [
        ConversationSummary(own_id, title, created_at, updated_at, folder_id, bool(pinned), binned_at, private)
        for own_id, title, created_at, updated_at, folder_id, pinned, binned_at in found
    ]


def _require_change(connection: Connection, own_id: str) -> None:
    if not connection.changes():
        raise ConversationNotFound(own_id)
