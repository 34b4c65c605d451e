"""Conversations kept as trees: nothing that was said is ever overwritten."""

from __future__ import annotations

from runtime.chats import deleting, grounded, rows, searching
from runtime.chats.attachments import Attachment
from runtime.chats.ids import new_id, now_ms
from runtime.chats.messages import CONTINUABLE, Conversation, Message, MessageState, SearchHit, TitledBy
from runtime.chats.places import PRIVATE, Places, id_beside
from runtime.errors import ConversationNotFound, Problem
from runtime.events import AnswerStatistics
from runtime.requests import Role
from runtime.sources import DocumentScope, Grounding, Verdict
from runtime.storage.connection import Connection
from runtime.storage.database import Database
from runtime.storage.memory import MemoryDatabase

NEW_CHAT_DRAFT = "draft of a new chat"


class ConversationStore:
    """What is said in the conversations of one person. Usable from any thread; each method is one transaction, on the
    disk when it returns, but for private conversations, which are in memory alone.

    When made, answers that a crash left streaming become interrupted, with the text that was saved.
    Every method may raise StoreFull, HomeNotWritable or StoreDamaged; those that are given an id raise
    ConversationNotFound for one that does not exist (a message's id included).
    """

    def __init__(self, places: Places) -> None:
        self._places = places
        self._disk = places.disk
        with self._disk.read() as connection:
            unfinished = connection.execute("SELECT 1 FROM messages WHERE state = 'streaming' LIMIT 1").fetchone()
        if unfinished:
            with self._disk.write() as connection:
                connection.execute("UPDATE messages SET state = 'interrupted' WHERE state = 'streaming'")

    @property
    def recovered(self) -> Problem | None:
        """``storage.damaged`` if the database had to be restored from a backup, or begun anew, at this start."""
        return self._disk.recovered.problem() if self._disk.recovered else None

    # --- conversations ------------------------------------------------------------------------------------------

    def create(self, title: str = "", *, guided: bool = False, private: bool = False) -> str:
        """Begin an empty conversation, with the built-in guide if ``guided``, and return its id."""
        conversation_id, now = f"{PRIVATE if private else ''}{new_id()}", now_ms()
        titled_by = TitledBy.PERSON if title else TitledBy.NOBODY
        with self._places.of(conversation_id).write() as connection:
            connection.execute(
                "INSERT INTO conversations (id, title, titled_by, created_at, updated_at, opened_at, guided)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (conversation_id, rows.storable(title), titled_by.value, now, now, now, int(guided)),
            )
        return conversation_id

    def open(self, conversation_id: str) -> Conversation:
        """Read a conversation with its active path, and note that it is the one opened last."""
        with self._places.of(conversation_id).write() as connection:
            _require(connection, conversation_id)
            connection.execute("UPDATE conversations SET opened_at = ? WHERE id = ?", (now_ms(), conversation_id))
        return self.read(conversation_id)

    def read(self, conversation_id: str) -> Conversation:
        """Read a conversation with its active path."""
        with self._places.of(conversation_id).read() as connection:
            return rows.conversation(connection, conversation_id)

    def last_opened(self) -> str | None:
        """The id of the conversation opened last that is neither put away nor private."""
        with self._disk.read() as connection:
            row = connection.execute(
                "SELECT id FROM conversations WHERE binned_at IS NULL AND archived_at IS NULL AND opened_at IS NOT NULL"
                " ORDER BY opened_at DESC, id DESC LIMIT 1"
            ).fetchone()
        return row[0] if row else None

    def discard_empty(self, conversation_id: str) -> None:
        """Delete a conversation in which nothing was said; every other stays."""
        with self._places.of(conversation_id).write() as connection:
            connection.execute(
                "DELETE FROM conversations WHERE id = ? AND NOT EXISTS"
                " (SELECT 1 FROM messages WHERE conversation_id = conversations.id)",
                (conversation_id,),
            )

    def rename(self, conversation_id: str, title: str) -> None:
        """Give a conversation the title that the person wants; it stays for good."""
        self._title(conversation_id, title, TitledBy.PERSON)

    def suggest_title(self, conversation_id: str, title: str) -> bool:
        """Give a conversation a better title than the beginning of its question; False if it has one by now."""
        return self._title(conversation_id, title, TitledBy.MODEL)

    def wants_title(self, conversation_id: str) -> bool:
        """Whether a conversation has no better title yet than the beginning of its question."""
        with self._places.of(conversation_id).read() as connection:
            row = connection.execute("SELECT titled_by FROM conversations WHERE id = ?", (conversation_id,)).fetchone()
        return row is not None and row[0] == TitledBy.QUESTION.value

    def _title(self, conversation_id: str, title: str, by: TitledBy) -> bool:
        unless = "" if by is TitledBy.PERSON else f" AND titled_by = '{TitledBy.QUESTION.value}'"
        with self._places.of(conversation_id).write() as connection:
            _require(connection, conversation_id)
            connection.execute(
                f"UPDATE conversations SET title = ?, titled_by = ? WHERE id = ?{unless}",
                (rows.storable(title), by.value, conversation_id),
            )
            return bool(connection.changes())

    def set_guided(self, conversation_id: str, guided: bool) -> None:
        """Say whether the built-in guide answers here, whatever models there are."""
        self._update(conversation_id, "guided = ?", int(guided))

    def set_scope(self, conversation_id: str, scope: DocumentScope) -> None:
        """Say which documents the questions here are answered from; an empty scope: none."""
        self._update(conversation_id, "scope = ?", rows.as_json(scope) if scope.wanted else None)

    def set_draft(self, conversation_id: str, draft: str) -> None:
        """Keep what is typed and not sent yet; "" is a conversation that does not exist yet."""
        if conversation_id:
            self._update(conversation_id, "draft = ?", rows.storable(draft))
            return
        with self._disk.write() as connection:
            connection.execute(
                "INSERT INTO notes (name, text) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET text = excluded.text",
                (NEW_CHAT_DRAFT, rows.storable(draft)),
            )

    def new_chat_draft(self) -> str:
        """What was typed in a conversation that does not exist yet."""
        with self._disk.read() as connection:
            row = connection.execute("SELECT text FROM notes WHERE name = ?", (NEW_CHAT_DRAFT,)).fetchone()
        return str(row[0]) if row else ""

    def _update(self, conversation_id: str, assignment: str, value: str | int | None) -> None:
        with self._places.of(conversation_id).write() as connection:
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
        message_id = message_id or id_beside(conversation_id)
        with self._places.of(conversation_id).write() as connection:
            _require(connection, conversation_id)
            rows.insert_message(connection, message_id, conversation_id, parent_id, role, text, state, model)
        return message_id

    def add_exchange(
        self,
        conversation_id: str,
        question: str,
        *,
        parent_id: str | None = None,
        model: str = "",
        title: str = "",
        attachments: tuple[Attachment, ...] = (),
    ) -> tuple[str, str]:
        """Add a question and the streaming answer under it in one transaction; the draft is emptied, ``title`` given
        if the conversation has none yet, and an archived one comes back to the list. Returns both ids."""
        question_id, answer_id = id_beside(conversation_id), id_beside(conversation_id)
        done = MessageState.COMPLETE
        with self._places.of(conversation_id).write() as connection:
            _require(connection, conversation_id)
            rows.insert_message(
                connection, question_id, conversation_id, parent_id, Role.USER, question, done, "", attachments
            )
            rows.insert_message(
                connection, answer_id, conversation_id, question_id, Role.ASSISTANT, "", MessageState.STREAMING, model
            )
            connection.execute(
                "UPDATE conversations SET draft = '', archived_at = NULL,"
                " titled_by = CASE title WHEN '' THEN 'question' ELSE titled_by END,"
                " title = CASE title WHEN '' THEN ? ELSE title END WHERE id = ?",
                (rows.storable(title), conversation_id),
            )
        return question_id, answer_id

    def message(self, message_id: str) -> Message:
        """One message."""
        with self._places.of(message_id).read() as connection:
            return rows.message(connection, message_id)

    def append_text(self, message_id: str, text: str = "", thinking: str = "") -> None:
        """Add the next piece to a streaming message. Does nothing once the message has ended."""
        with self._places.of(message_id).write() as connection:
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
        with self._places.of(message_id).write() as connection:
            rows.finish_message(connection, message_id, state, text, thinking, problem, statistics)

    def reopen(self, message_id: str) -> Message:
        """Let an answer that ended early be written on; it streams again. Raises ConversationNotFound for others."""
        with self._places.of(message_id).write() as connection:
            message = rows.message(connection, message_id)
            if message.state not in CONTINUABLE or message.role is not Role.ASSISTANT:
                raise ConversationNotFound(message_id)
            connection.execute(
                "UPDATE messages SET state = 'streaming', problem = NULL WHERE id = ?",
                (message_id,),
            )
            return rows.message(connection, message_id)

    def set_grounding(self, message_id: str, grounding: Grounding) -> None:
        """Keep what an answer stands on; what was kept before is replaced."""
        with self._places.of(message_id).write() as connection:
            grounded.keep(connection, message_id, grounding)

    def set_verdicts(self, message_id: str, verdicts: tuple[Verdict, ...]) -> Grounding | None:
        """Keep what became of an answer's sentences, and return all that it stands on; None if nothing is kept."""
        with self._places.of(message_id).write() as connection:
            return grounded.keep_verdicts(connection, message_id, verdicts)

    def forget_words(self, documents: frozenset[int]) -> None:
        """Blank the words of some documents wherever they were kept with an answer: no file of conversations, copies
        included, holds a byte of them afterwards. Some ms, and more where there was much."""
        found = [self._forget_in(place, documents) for place in self._places.all_open]
        if any(found) or self._disk.has_copies:
            self._disk.clear_traces(lambda connection: grounded.forget_words(connection, documents))

    @staticmethod
    def _forget_in(place: Database | MemoryDatabase, documents: frozenset[int]) -> bool:
        with place.write() as connection:
            return grounded.forget_words(connection, documents)

    def path_to(self, message_id: str) -> tuple[Message, ...]:
        """The messages from the first one down to this one."""
        with self._places.of(message_id).read() as connection:
            return rows.path(connection, message_id)

    def siblings(self, message_id: str) -> tuple[str, ...]:
        """The ids of all messages under the same parent, oldest first."""
        return self.message(message_id).siblings

    def choose_branch(self, message_id: str) -> Conversation:
        """Make the branch through this message the active one, down to its newest end, and return it."""
        with self._places.of(message_id).write() as connection:
            conversation_id = rows.message(connection, message_id).conversation_id
            leaf = rows.newest_leaf_below(connection, message_id)
            connection.execute("UPDATE conversations SET active_leaf = ? WHERE id = ?", (leaf, conversation_id))
            return rows.conversation(connection, conversation_id)

    def reveal(self, message_id: str) -> None:
        """Make the branch with this message the active one, unless it is that already."""
        message = self.message(message_id)
        if all(message_id != shown.id for shown in self.read(message.conversation_id).messages):
            self.choose_branch(message_id)

    # --- what a person does with a message ----------------------------------------------------------------------

    def delete_message(self, message_id: str) -> Conversation:
        """Take a message out of its conversation (see :func:`~runtime.chats.deleting.delete`), and return that."""
        with self._places.of(message_id).write() as connection:
            return rows.conversation(connection, deleting.delete(connection, message_id))

    def restore_message(self, message_id: str) -> Conversation:
        """Bring back what :meth:`delete_message` took away, and return its conversation."""
        with self._places.of(message_id).write() as connection:
            return rows.conversation(connection, deleting.restore(connection, message_id))

    def pin_message(self, message_id: str, pinned: bool) -> None:
        """Mark a message to be found again, or no longer."""
        self._mark(message_id, "pinned_at", now_ms() if pinned else None)

    def rate(self, message_id: str, rating: int) -> None:
        """Keep what the person thinks of an answer: 1, -1, or 0 for nothing."""
        self._mark(message_id, "rating", max(-1, min(1, rating)))

    def _mark(self, message_id: str, column: str, value: int | None) -> None:
        with self._places.of(message_id).write() as connection:
            connection.execute(f"UPDATE messages SET {column} = ? WHERE id = ?", (value, message_id))
            if not connection.changes():
                raise ConversationNotFound(message_id)

    # --- search -------------------------------------------------------------------------------------------------

    def search(self, query: str, limit: int = 50) -> tuple[SearchHit, ...]:
        """Messages that hold every word of ``query`` (its last word may be unfinished), the best first.

        Any text is a valid query; what is in the bin, and private conversations, are left out.
        """
        with self._disk.read() as connection:
            return searching.search(connection, query, limit)


def _require(connection: Connection, conversation_id: str) -> None:
    if not connection.execute("SELECT 1 FROM conversations WHERE id = ?", (conversation_id,)).fetchone():
        raise ConversationNotFound(conversation_id)
