"""Documents into the index and out of it again; every function is part of its caller's transaction."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import PurePath

from runtime.documents.fetching import fetched, number
from runtime.documents.index_schema import SHARD_PASSAGES, make_shard, words_table
from runtime.documents.prepare import INDEX_VERSION, PreparedDocument, name_words
from runtime.documents.rows import DocumentState
from runtime.documents.vectors import one_by_one, repack
from runtime.storage.connection import Connection

# Stands for the words of names and openings among the word tables that wait to be written anew.
DOCUMENT_WORDS = 0
TABLE_KIND = 1
HIDDEN_KIND = 2
# Vectors of passages that follow each other are one row, up to so many: a row is what an interruption can cost.
VECTORS_A_ROW = 256
# About 6 MB: nobody who writes waits long.
VECTOR_ROWS_AT_ONCE = 64


def register(connection: Connection, path: str, size_bytes: int, modified_ns: int) -> int:
    """The id of the document at ``path``; a row in state "waiting" is made for a new one, an old one is left alone."""
    for (known,) in fetched(connection, "SELECT id FROM documents WHERE path = ?", (path,)):
        return int(known)
    connection.execute(
        "INSERT INTO documents (path, name, size_bytes, modified_ns, state, added_ns) VALUES (?, ?, ?, ?, ?, ?)",
        (path, PurePath(path).name, size_bytes, modified_ns, DocumentState.WAITING.value, time.time_ns()),
    )
    return int(connection.last_insert_rowid())


def put(connection: Connection, document_id: int, prepared: PreparedDocument, reason: str) -> tuple[int, int]:
    """Write what was read of a document in the place of what was there; the range of its new passages.

    Vectors of passages whose text is unchanged are kept.
    """
    kept = _vectors_by_text(connection, document_id)
    remove_text(connection, document_id)
    shard = _shard_with_room(connection)
    first = number(connection, "SELECT value FROM counters WHERE name = 'next_passage'")
    stop = first + len(prepared.passages)
    connection.execute("UPDATE counters SET value = ? WHERE name = 'next_passage'", (stop,))
    _insert_passages(connection, document_id, shard, first, prepared)
    _insert_pages(connection, document_id, prepared)
    connection.execute("UPDATE shards SET passages = passages + ? WHERE number = ?", (stop - first, shard))
    path = fetched(connection, "SELECT path FROM documents WHERE id = ?", (document_id,))[0][0]
    connection.execute(
        "INSERT INTO document_words (rowid, name, title, opening) VALUES (?, ?, ?, ?)",
        (document_id, name_words(path, prepared.language), prepared.title_words, prepared.opening_words),
    )
    facts = prepared.facts
    without_text = sum(page.page.picture for page in prepared.pages)
    connection.execute(
        "UPDATE documents SET state = ?, reason = ?, format = ?, title = ?, language = ?, pages = ?, pages_read = ?,"
        " pages_without_text = ?, shard = ?, first_passage = ?, passages = ?, tokens = ?, version = ?, indexed_ns = ?,"
        " title_words = ?, opening_words = ?"
        " WHERE id = ?",
        (
            *(DocumentState.READY.value, reason, facts.format, facts.title, prepared.language, facts.pages),
            *(len(prepared.pages), without_text, shard, first, stop - first, prepared.tokens, INDEX_VERSION),
            *(time.time_ns(), prepared.title_words, prepared.opening_words, document_id),
        ),
    )
    _keep_vectors(connection, document_id, first, prepared, kept)
    return first, stop


def _insert_passages(
    connection: Connection, document_id: int, shard: int, first: int, prepared: PreparedDocument
) -> None:
    connection.executemany(
        "INSERT INTO passages (id, document_id, page, start, stop, tokens, kind, language, digest, heading, header,"
        " text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                *(first + at, document_id, passage.page, passage.start, passage.stop, passage.tokens),
                *(TABLE_KIND * passage.table + HIDDEN_KIND * passage.hidden, passage.language, passage.digest),
                *(passage.heading, passage.header, passage.text),
            )
            for at, passage in enumerate(item.passage for item in prepared.passages)
        ),
    )
    connection.executemany(
        f"INSERT INTO {words_table(shard)} (rowid, head, body) VALUES (?, ?, ?)",
        ((first + at, item.head_words, item.body_words) for at, item in enumerate(prepared.passages)),
    )


def _insert_pages(connection: Connection, document_id: int, prepared: PreparedDocument) -> None:
    connection.executemany(
        "INSERT INTO pages (document_id, number, label, part, chars, width, height, picture, recognised, boxes)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                *(document_id, page.number, page.label, page.part, item.chars, float(page.width), float(page.height)),
                *(int(page.picture), int(page.recognised), item.boxes),
            )
            for item in prepared.pages
            for page in (item.page,)
        ),
    )


def rename(connection: Connection, document_id: int, path: str, name: str) -> None:
    """The file lies somewhere else now, and is found by the words of its new name. A document already there is not
    replaced."""
    connection.execute("UPDATE OR IGNORE documents SET path = ?, name = ? WHERE id = ?", (path, name, document_id))
    for language, title, opening in fetched(
        connection,
        "SELECT language, title_words, opening_words FROM documents WHERE id = ? AND path = ? AND version > 0",
        (document_id, path),
    ):
        connection.execute(
            "UPDATE document_words SET name = ?, title = ?, opening = ? WHERE rowid = ?",
            (name_words(path, language), title, opening, document_id),
        )
        # A name may tell as much as a text: that of before must not stay.
        connection.execute("INSERT OR IGNORE INTO purges (shard) VALUES (?)", (DOCUMENT_WORDS,))


def remove_text(connection: Connection, document_id: int) -> tuple[int, int]:
    """Take out a document's pages, passages, words and vectors, not its row; the range of passages it had."""
    first, stop, shard = passage_range(connection, document_id)
    if stop > first:
        connection.execute(f"DELETE FROM {words_table(shard)} WHERE rowid >= ? AND rowid < ?", (first, stop))
        connection.execute("DELETE FROM passages WHERE id >= ? AND id < ?", (first, stop))
        connection.execute("UPDATE shards SET passages = passages - ? WHERE number = ?", (stop - first, shard))
        # The words themselves stay in the word table until it is written anew.
        connection.execute("INSERT OR IGNORE INTO purges (shard) VALUES (?)", (shard,))
        connection.execute("INSERT OR IGNORE INTO purges (shard) VALUES (?)", (DOCUMENT_WORDS,))
    connection.execute("DELETE FROM document_words WHERE rowid = ?", (document_id,))
    connection.execute("DELETE FROM pages WHERE document_id = ?", (document_id,))
    connection.execute("DELETE FROM vectors WHERE document_id = ?", (document_id,))
    connection.execute(
        "UPDATE documents SET first_passage = 0, passages = 0, tokens = 0, pages_read = 0, pages_without_text = 0,"
        " title = '', title_words = '', opening_words = '', version = 0 WHERE id = ?",
        (document_id,),
    )
    return first, stop


def passage_range(connection: Connection, document_id: int) -> tuple[int, int, int]:
    """First passage, the one after the last, and the word table they are in; (0, 0, 0) for one without."""
    for first, count, shard in fetched(
        connection, "SELECT first_passage, passages, shard FROM documents WHERE id = ?", (document_id,)
    ):
        return int(first), int(first + count), int(shard)
    return 0, 0, 0


def _shard_with_room(connection: Connection) -> int:
    for newest, passages in fetched(connection, "SELECT number, passages FROM shards ORDER BY number DESC LIMIT 1"):
        if passages < SHARD_PASSAGES:
            return int(newest)
        make_shard(connection, newest + 1)
        return int(newest) + 1
    make_shard(connection, 1)
    return 1


# --- vectors ----------------------------------------------------------------------------------------------------------


def insert_vectors(
    connection: Connection, model: str, document_id: int, first_passage: int, count: int, data: bytes
) -> None:
    """A run of vectors of passages that follow each other, packed."""
    connection.execute(
        "INSERT INTO vectors (model, document_id, first_passage, count, data) VALUES (?, ?, ?, ?, ?)",
        (model, document_id, first_passage, count, data),
    )


def _vectors_by_text(connection: Connection, document_id: int) -> dict[tuple[str, bytes], bytes]:
    digests = dict(
        fetched(
            connection,
            "SELECT p.id, p.digest FROM documents d JOIN passages p ON p.id >= d.first_passage"
            " AND p.id < d.first_passage + d.passages WHERE d.id = ?",
            (document_id,),
        )
    )
    found: dict[tuple[str, bytes], bytes] = {}
    for model, first, count, data in fetched(
        connection, "SELECT model, first_passage, count, data FROM vectors WHERE document_id = ?", (document_id,)
    ):
        for at, vector in enumerate(one_by_one(data, len(data) // count - 4)):
            found[model, digests[first + at]] = vector
    return found


def _keep_vectors(
    connection: Connection,
    document_id: int,
    first: int,
    prepared: PreparedDocument,
    kept: Mapping[tuple[str, bytes], bytes],
) -> None:
    for model in sorted({model for model, _ in kept}):
        run: list[bytes] = []
        for at, item in enumerate((*prepared.passages, None)):
            vector = kept.get((model, item.passage.digest)) if item is not None else None
            if run and (vector is None or len(run) == VECTORS_A_ROW):
                insert_vectors(connection, model, document_id, first + at - len(run), len(run), repack(run))
                run = []
            if vector is not None:
                run.append(vector)


# --- forgetting -------------------------------------------------------------------------------------------------------


def remove_some_vectors(connection: Connection, model: str) -> bool:
    """Take out some of the vectors of a model; False when there were none left."""
    connection.execute(
        "DELETE FROM vectors WHERE rowid IN (SELECT rowid FROM vectors INDEXED BY vectors_of_document WHERE model = ?"
        " LIMIT ?)",
        (model, VECTOR_ROWS_AT_ONCE),
    )
    return connection.changes() > 0


def purge(connection: Connection, shard: int) -> None:
    """Write a word table anew, so that words of removed passages are nowhere in it. About a second when it is full."""
    name = words_table(shard)
    connection.execute(f"INSERT INTO {name} ({name}) VALUES ('optimize')")
    connection.execute("DELETE FROM purges WHERE shard = ?", (shard,))


def purge_documents(connection: Connection) -> None:
    """The same for the words of names and openings."""
    connection.execute("INSERT INTO document_words (document_words) VALUES ('optimize')")
    connection.execute("DELETE FROM purges WHERE shard = ?", (DOCUMENT_WORDS,))
