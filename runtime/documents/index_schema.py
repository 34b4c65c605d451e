"""The tables of the one file that holds what was read of a person's documents."""

from __future__ import annotations

from pathlib import Path

from runtime.storage.connection import Connection, open_connection
from runtime.storage.migrations import Migration

# Passages a word table takes before the next is begun: forgetting rewrites one table (a second), never all of them,
# and a search asks several at once.
SHARD_PASSAGES = 50_000
READER_CACHE_KIB = 8 * 1024
WRITER_CACHE_KIB = 64 * 1024
# A word of a heading tells more than one of the text below it; of a document, its name tells most.
HEAD_WEIGHT, BODY_WEIGHT = 2.0, 1.0
NAME_WEIGHT, TITLE_WEIGHT, OPENING_WEIGHT = 10.0, 3.0, 1.0


def m001_documents(connection: Connection) -> None:
    """Documents, their pages and passages, the words of both, vectors. Times: nanoseconds since 1970, UTC."""
    connection.execute(
        """
        CREATE TABLE collections (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE,
            folder TEXT UNIQUE,
            made_ns INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE documents (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            path TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            size_bytes INTEGER NOT NULL,
            modified_ns INTEGER NOT NULL,
            sha256 BLOB,
            state TEXT NOT NULL,
            reason TEXT NOT NULL DEFAULT '',
            format TEXT NOT NULL DEFAULT '',
            title TEXT NOT NULL DEFAULT '',
            language TEXT NOT NULL DEFAULT '',
            pages INTEGER,
            pages_read INTEGER NOT NULL DEFAULT 0,
            pages_without_text INTEGER NOT NULL DEFAULT 0,
            shard INTEGER NOT NULL DEFAULT 0,
            first_passage INTEGER NOT NULL DEFAULT 0,
            passages INTEGER NOT NULL DEFAULT 0,
            tokens INTEGER NOT NULL DEFAULT 0,
            version INTEGER NOT NULL DEFAULT 0,
            added_ns INTEGER NOT NULL,
            indexed_ns INTEGER
        ) STRICT;
        CREATE INDEX documents_by_state ON documents (state, id);
        CREATE INDEX documents_by_passage ON documents (first_passage);
        CREATE INDEX documents_by_content ON documents (sha256) WHERE sha256 IS NOT NULL;
        CREATE TABLE collection_documents (
            collection_id INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
            document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
            PRIMARY KEY (collection_id, document_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX collections_of_document ON collection_documents (document_id);
        CREATE TABLE pages (
            document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            label TEXT NOT NULL,
            part TEXT NOT NULL,
            chars INTEGER NOT NULL,
            width REAL NOT NULL,
            height REAL NOT NULL,
            picture INTEGER NOT NULL,
            recognised INTEGER NOT NULL,
            boxes BLOB,
            PRIMARY KEY (document_id, number)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE passages (
            id INTEGER PRIMARY KEY,
            document_id INTEGER NOT NULL,
            page INTEGER NOT NULL,
            start INTEGER NOT NULL,
            stop INTEGER NOT NULL,
            tokens INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            language TEXT NOT NULL,
            digest BLOB NOT NULL,
            heading TEXT NOT NULL,
            header TEXT NOT NULL,
            text TEXT NOT NULL
        ) STRICT;
        CREATE TABLE vectors (
            model TEXT NOT NULL,
            document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
            first_passage INTEGER NOT NULL,
            count INTEGER NOT NULL,
            data BLOB NOT NULL
        ) STRICT;
        CREATE INDEX vectors_of_document ON vectors (document_id, model, first_passage, count);
        CREATE TABLE shards (number INTEGER PRIMARY KEY, passages INTEGER NOT NULL) STRICT;
        CREATE TABLE purges (shard INTEGER PRIMARY KEY) STRICT;
        CREATE TABLE counters (name TEXT PRIMARY KEY NOT NULL, value INTEGER NOT NULL) STRICT;
        INSERT INTO counters (name, value) VALUES ('next_passage', 1);
        CREATE VIRTUAL TABLE document_words USING fts5(
            name, title, opening, content='', contentless_delete=1, tokenize='ascii'
        );
        INSERT INTO document_words (document_words, rank) VALUES ('rank', 'bm25(10.0, 3.0, 1.0)');
        """
    )


def m002_document_words(connection: Connection) -> None:
    """The words that a document is told by are kept beside its name: a renamed file gets other words of its name alone.
    Documents of before are read again."""
    connection.execute(
        """
        ALTER TABLE documents ADD COLUMN title_words TEXT NOT NULL DEFAULT '';
        ALTER TABLE documents ADD COLUMN opening_words TEXT NOT NULL DEFAULT '';
        UPDATE documents SET version = 0;
        """
    )


def m003_forgotten(connection: Connection) -> None:
    """Documents that were forgotten, until all that was kept of them elsewhere is gone too."""
    connection.execute("CREATE TABLE forgotten (document_id INTEGER PRIMARY KEY) STRICT")


INDEX_MIGRATIONS: tuple[Migration, ...] = (m001_documents, m002_document_words, m003_forgotten)


def words_table(shard: int) -> str:
    """The name of a word table."""
    return f"passage_words_{shard}"


def make_shard(connection: Connection, shard: int) -> None:
    """Begin the next word table. Its words come normalised and separated by spaces: "ascii" keeps all other letters."""
    name = words_table(shard)
    connection.execute(
        f"""
        CREATE VIRTUAL TABLE {name} USING fts5(head, body, content='', contentless_delete=1, tokenize='ascii');
        INSERT INTO {name} ({name}, rank) VALUES ('rank', 'bm25({HEAD_WEIGHT}, {BODY_WEIGHT})');
        INSERT INTO {name} ({name}, rank) VALUES ('automerge', 8);
        """
    )
    connection.execute("INSERT INTO shards (number, passages) VALUES (?, 0)", (shard,))


def open_index_connection(path: Path, key: bytes | None, *, writes: bool) -> Connection:
    """A connection that leaves nothing of what it deletes. Raises as :func:`open_connection` does."""
    connection = open_connection(path, key)
    connection.pragma("secure_delete", True)
    connection.pragma("cache_size", -(WRITER_CACHE_KIB if writes else READER_CACHE_KIB))
    connection.pragma("temp_store", 2)
    return connection
