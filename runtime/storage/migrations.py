"""The steps that lead from an empty database to today's, in order; ``user_version`` counts the steps taken.

A step that was released is never changed. Each is self-contained: it uses no other code of Hearth, which will move on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from runtime.errors import StoreTooNew
from runtime.storage.connection import Connection

Migration: TypeAlias = Callable[[Connection], None]


def m001_conversations(connection: Connection) -> None:
    """Conversations as trees of messages. Times are milliseconds since 1970, UTC."""
    connection.execute(
        """
        CREATE TABLE conversations (
            id TEXT PRIMARY KEY NOT NULL,
            title TEXT NOT NULL DEFAULT '',
            draft TEXT NOT NULL DEFAULT '',
            active_leaf TEXT,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            opened_at INTEGER,
            binned_at INTEGER
        ) STRICT;
        CREATE INDEX conversations_by_update ON conversations (updated_at DESC, id DESC);
        CREATE TABLE messages (
            seq INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
            parent_id TEXT REFERENCES messages (id),
            role TEXT NOT NULL,
            text TEXT NOT NULL DEFAULT '',
            thinking TEXT NOT NULL DEFAULT '',
            state TEXT NOT NULL,
            problem TEXT,
            model TEXT NOT NULL DEFAULT '',
            created_at INTEGER NOT NULL,
            statistics TEXT
        ) STRICT;
        CREATE INDEX messages_in_tree ON messages (conversation_id, parent_id);
        CREATE INDEX messages_by_parent ON messages (parent_id);
        CREATE INDEX messages_streaming ON messages (state) WHERE state = 'streaming';
        """
    )


def m002_message_words(connection: Connection) -> None:
    """Full-text search. A streaming answer is indexed once it ends: indexing each flush would cost its whole length."""
    connection.execute(
        """
        CREATE VIRTUAL TABLE message_words USING fts5(
            text, content='messages', content_rowid='seq', tokenize='unicode61 remove_diacritics 2'
        );
        CREATE TRIGGER messages_words_insert AFTER INSERT ON messages WHEN new.state <> 'streaming' BEGIN
            INSERT INTO message_words (rowid, text) VALUES (new.seq, new.text);
        END;
        CREATE TRIGGER messages_words_delete AFTER DELETE ON messages WHEN old.state <> 'streaming' BEGIN
            INSERT INTO message_words (message_words, rowid, text) VALUES ('delete', old.seq, old.text);
        END;
        CREATE TRIGGER messages_words_update AFTER UPDATE OF text, state ON messages BEGIN
            INSERT INTO message_words (message_words, rowid, text)
                SELECT 'delete', old.seq, old.text WHERE old.state <> 'streaming';
            INSERT INTO message_words (rowid, text) SELECT new.seq, new.text WHERE new.state <> 'streaming';
        END;
        INSERT INTO message_words (rowid, text) SELECT seq, text FROM messages WHERE state <> 'streaming';
        """
    )


def m003_guided(connection: Connection) -> None:
    """Conversations that were begun with the built-in guide on purpose, and stay with it."""
    connection.execute("ALTER TABLE conversations ADD COLUMN guided INTEGER NOT NULL DEFAULT 0")


def m004_keeping_order(connection: Connection) -> None:
    """Folders, pins and the archive; who gave a title; messages that were deleted (``deleted_branch``: with all below
    them), pinned, rated, or came with files; and what is typed in a chat that does not exist yet."""
    connection.execute(
        """
        CREATE TABLE folders (
            id TEXT PRIMARY KEY NOT NULL,
            name TEXT NOT NULL,
            folded INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        CREATE TABLE notes (name TEXT PRIMARY KEY NOT NULL, text TEXT NOT NULL) STRICT;
        ALTER TABLE conversations ADD COLUMN folder_id TEXT REFERENCES folders (id) ON DELETE SET NULL;
        ALTER TABLE conversations ADD COLUMN pinned_at INTEGER;
        ALTER TABLE conversations ADD COLUMN archived_at INTEGER;
        ALTER TABLE conversations ADD COLUMN titled_by TEXT NOT NULL DEFAULT 'person';
        ALTER TABLE messages ADD COLUMN deleted_at INTEGER;
        ALTER TABLE messages ADD COLUMN deleted_branch INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE messages ADD COLUMN pinned_at INTEGER;
        ALTER TABLE messages ADD COLUMN rating INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE messages ADD COLUMN attachments TEXT;
        CREATE INDEX conversations_in_folder ON conversations (folder_id) WHERE folder_id IS NOT NULL;
        CREATE INDEX messages_deleted ON messages (deleted_at) WHERE deleted_at IS NOT NULL;
        CREATE INDEX messages_pinned ON messages (conversation_id) WHERE pinned_at IS NOT NULL;
        """
    )
    # Scripts written without spaces are searched letter by letter, but only in the messages that hold any.
    connection.execute(
        "CREATE INDEX messages_without_spaces ON messages (seq) WHERE state <> 'streaming' AND text GLOB"
        " '*[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]*'"
    )


def m005_documents(connection: Connection) -> None:
    """What an answer over documents stands on, and the documents that a conversation's questions are answered from."""
    connection.execute(
        """
        ALTER TABLE conversations ADD COLUMN scope TEXT;
        ALTER TABLE messages ADD COLUMN grounding TEXT;
        CREATE INDEX messages_grounded ON messages (seq) WHERE grounding IS NOT NULL;
        """
    )


MIGRATIONS: tuple[Migration, ...] = (
    m001_conversations,
    m002_message_words,
    m003_guided,
    m004_keeping_order,
    m005_documents,
)


def version_of(connection: Connection) -> int:
    """How many steps this database has taken."""
    return int(connection.pragma("user_version"))


def require_known(connection: Connection, path: Path, known_version: int) -> None:
    """Raise StoreTooNew for a database that a later Hearth has written."""
    version = version_of(connection)
    if version > known_version:
        raise StoreTooNew(str(path), version, known_version)


def migrate(connection: Connection, migrations: Sequence[Migration]) -> None:
    """Take the missing steps, each in a transaction of its own: after a crash none is half done."""
    for version in range(version_of(connection), len(migrations)):
        connection.execute("BEGIN IMMEDIATE")
        try:
            migrations[version](connection)
            connection.pragma("user_version", version + 1)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
