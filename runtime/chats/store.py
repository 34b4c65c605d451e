"""Conversations kept as trees: nothing that was said is ever overwritten."""

from __future__ import annotations

from runtime.chats import rows
from runtime.chats.ids import new_id, now_ms
from runtime.chats.messages import Conversation, ConversationSummary, Message, MessageState, SearchHit
from runtime.errors import ConversationNotFound, Problem
from runtime.events import AnswerStatistics
from runtime.requests import Role
from runtime.storage.connection import Connection
from runtime.storage.database import Database

DAYS_IN_BIN = 30
DAY_MS = 24 * 60 * 60 * 1000


class ConversationStore:
    """All conversations of one person. Usable from any thread; each method is one transaction, on the disk when it
    returns.

    When made, answers that a crash left streaming become interrupted, with the text that was saved.
    Every method may raise StoreFull, HomeNotWritable or StoreDamaged; those that are given an id raise
    ConversationNotFound for one that does not exist (a message's id included).
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        with database.read() as connection:
            unfinished = connection.execute("SELECT 1 FROM messages WHERE state = 'streaming' LIMIT 1").fetchone()
        if unfinished:
            with database.write() as connection:
                connection.execute("UPDATE messages SET state = 'interrupted' WHERE state = 'streaming'")

    @property
    def recovered(self) -> Problem | None:
        """``storage.damaged`` if the database had to be restored from a backup, or begun anew, at this start."""
        return self._database.recovered.problem() if self._database.recovered else None

    # --- conversations ------------------------------------------------------------------------------------------

    def create(self, title: str = "", *, guided: bool = False) -> str:
        """Begin an empty conversation, with the built-in guide if ``guided``, and return its id."""
        conversation_id, now = new_id(), now_ms()
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO conversations (id, title, created_at, updated_at, opened_at, guided)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (conversation_id, rows.storable(title), now, now, now, int(guided)),
            )
        return conversation_id

    def summaries(self, limit: int | None = None) -> tuple[ConversationSummary, ...]:
        """The conversations outside the bin, the one changed last first."""
        with self._database.read() as connection:
            found = connection.execute(
                "SELECT id, title, created_at, updated_at FROM conversations WHERE binned_at IS NULL"
                " ORDER BY updated_at DESC, id DESC LIMIT ?",
                (-1 if limit is None else limit,),
            )
            return tuple(ConversationSummary(*row) for row in found)

    def binned(self) -> tuple[ConversationSummary, ...]:
        """The conversations in the bin, the one put there last first."""
        with self._database.read() as connection:
            found = connection.execute(
                "SELECT id, title, created_at, updated_at FROM conversations WHERE binned_at IS NOT NULL"
                " ORDER BY binned_at DESC, id DESC"
            )
            return tuple(ConversationSummary(*row) for row in found)

    def open(self, conversation_id: str) -> Conversation:
        """Read a conversation with its active path, and note that it is the one opened last."""
        with self._database.write() as connection:
            _require(connection, conversation_id)
            connection.execute("UPDATE conversations SET opened_at = ? WHERE id = ?", (now_ms(), conversation_id))
        return self.read(conversation_id)

    def read(self, conversation_id: str) -> Conversation:
        """Read a conversation with its active path."""
        with self._database.read() as connection:
            return rows.conversation(connection, conversation_id)

    def last_opened(self) -> str | None:
        """The id of the conversation opened last that is not in the bin."""
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT id FROM conversations WHERE binned_at IS NULL AND opened_at IS NOT NULL"
                " ORDER BY opened_at DESC, id DESC LIMIT 1"
            ).fetchone()
        return row[0] if row else None

    def rename(self, conversation_id: str, title: str) -> None:
        """Give a conversation another title."""
        self._update(conversation_id, "title = ?", rows.storable(title))

    def set_guided(self, conversation_id: str, guided: bool) -> None:
        """Say whether the built-in guide answers here, whatever models there are."""
        self._update(conversation_id, "guided = ?", int(guided))

    def set_draft(self, conversation_id: str, draft: str) -> None:
        """Keep what is typed and not sent yet."""
        self._update(conversation_id, "draft = ?", rows.storable(draft))

    def move_to_bin(self, conversation_id: str) -> None:
        """Take a conversation out of the list; it can be restored for ``DAYS_IN_BIN`` days."""
        self._update(conversation_id, "binned_at = ?", now_ms())

    def restore(self, conversation_id: str) -> None:
        """Bring a conversation back from the bin."""
        self._update(conversation_id, "binned_at = ?", None)

    def purge_bin(self, now: int | None = None) -> int:
        """Delete for good what lay in the bin longer than ``DAYS_IN_BIN`` days; return how many conversations."""
        with self._database.write() as connection:
            before = (now_ms() if now is None else now) - DAYS_IN_BIN * DAY_MS
            connection.execute("DELETE FROM conversations WHERE binned_at < ?", (before,))
            return int(connection.changes())

    def _update(self, conversation_id: str, assignment: str, value: str | int | None) -> None:
        with self._database.write() as connection:
            connection.execute(f"UPDATE conversations SET {assignment} WHERE id = ?", (value, conversation_id))
            if not connection.changes():
                raise ConversationNotFound(conversation_id)

    # --- messages -----------------------------------------------------------------------------------------------

    def add_message(
        self,
        conversation_id: str,
        role: Role,
        text: str,
        *,
        parent_id: str | None = None,
        state: MessageState = MessageState.COMPLETE,
        model: str = "",
        message_id: str | None = None,
    ) -> str:
        """Add a message under ``parent_id`` (None: a first message) and make its branch the active one."""
        message_id = message_id or new_id()
        with self._database.write() as connection:
            _require(connection, conversation_id)
            rows.insert_message(connection, message_id, conversation_id, parent_id, role, text, state, model)
        return message_id

    def add_exchange(
        self, conversation_id: str, question: str, *, parent_id: str | None = None, model: str = "", title: str = ""
    ) -> tuple[str, str]:
        """Add a question and the streaming answer under it in one transaction; the draft is emptied, and ``title``
        given if the conversation has none yet. Returns both ids."""
        question_id, answer_id = new_id(), new_id()
        with self._database.write() as connection:
            _require(connection, conversation_id)
            rows.insert_message(
                connection, question_id, conversation_id, parent_id, Role.USER, question, MessageState.COMPLETE, ""
            )
            rows.insert_message(
                connection, answer_id, conversation_id, question_id, Role.ASSISTANT, "", MessageState.STREAMING, model
            )
            connection.execute(
                "UPDATE conversations SET draft = '', title = CASE title WHEN '' THEN ? ELSE title END WHERE id = ?",
                (rows.storable(title), conversation_id),
            )
        return question_id, answer_id

    def message(self, message_id: str) -> Message:
        """One message."""
        with self._database.read() as connection:
            return rows.message(connection, message_id)

    def append_text(self, message_id: str, text: str = "", thinking: str = "") -> None:
        """Add the next piece to a streaming message. Does nothing once the message has ended."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE messages SET text = text || ?, thinking = thinking || ? WHERE id = ? AND state = 'streaming'",
                (rows.storable(text), rows.storable(thinking), message_id),
            )

    def finish_message(
        self,
        message_id: str,
        state: MessageState,
        *,
        text: str = "",
        thinking: str = "",
        problem: Problem | None = None,
        statistics: AnswerStatistics | None = None,
    ) -> None:
        """End a streaming message, with the last piece of its text, in one transaction."""
        with self._database.write() as connection:
            rows.finish_message(connection, message_id, state, text, thinking, problem, statistics)

    def path_to(self, message_id: str) -> tuple[Message, ...]:
        """The messages from the first one down to this one."""
        with self._database.read() as connection:
            return rows.path(connection, message_id)

    def siblings(self, message_id: str) -> tuple[str, ...]:
        """The ids of all messages under the same parent, oldest first."""
        return self.message(message_id).siblings

    def choose_branch(self, message_id: str) -> Conversation:
        """Make the branch through this message the active one, down to its newest end, and return it."""
        with self._database.write() as connection:
            conversation_id = rows.message(connection, message_id).conversation_id
            leaf = rows.newest_leaf_below(connection, message_id)
            connection.execute("UPDATE conversations SET active_leaf = ? WHERE id = ?", (leaf, conversation_id))
            return rows.conversation(connection, conversation_id)

    # --- search -------------------------------------------------------------------------------------------------

    def search(self, query: str, limit: int = 50) -> tuple[SearchHit, ...]:
        """Messages that hold every word of ``query`` (its last word may be unfinished), the best first.

        Any text is a valid query; conversations in the bin are left out.
        """
        with self._database.read() as connection:
            return rows.search(connection, query, limit)


def _require(connection: Connection, conversation_id: str) -> None:
    if not connection.execute("SELECT 1 FROM conversations WHERE id = ?", (conversation_id,)).fetchone():
        raise ConversationNotFound(conversation_id)
