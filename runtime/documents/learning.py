"""Vectors for passages that have none yet, a few at a time."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from runtime.documents.embedder import Embedder
from runtime.documents.fetching import fetched, number
from runtime.documents.meaning import MeaningSearch
from runtime.documents.passages import whole_text
from runtime.documents.store import IndexStore
from runtime.documents.vectors import pack
from runtime.documents.writing import insert_vectors
from runtime.storage.connection import Connection


@dataclass(frozen=True)
class PendingPassage:
    """A passage that waits for its vector."""

    id: int
    document_id: int
    text: str


def pending(connection: Connection, model: str, limit: int) -> list[PendingPassage]:
    """The next passages to embed: of the newest document that lacks vectors, following each other."""
    for document, first, count in fetched(
        connection,
        "SELECT d.id, d.first_passage, d.passages FROM documents d WHERE d.passages > 0 AND d.passages >"
        " (SELECT coalesce(sum(v.count), 0) FROM vectors v WHERE v.document_id = d.id AND v.model = ?)"
        " ORDER BY d.first_passage DESC LIMIT 1",
        (model,),
    ):
        begin, stop = _first_gap(connection, model, document, first, first + count)
        rows = fetched(
            connection,
            "SELECT id, document_id, header, text FROM passages WHERE id >= ? AND id < ? ORDER BY id LIMIT ?",
            (begin, stop, limit),
        )
        return [PendingPassage(one, of, whole_text(header, text)) for one, of, header, text in rows]
    return []


def learn_some(store: IndexStore, meaning: MeaningSearch, embedder: Embedder, limit: int) -> int:
    """Embed up to ``limit`` passages and store their vectors in one transaction; how many."""
    with store.read() as connection:
        waiting = pending(connection, embedder.model_id, limit)
    if not waiting:
        return 0
    data = pack(embedder.embed([one.text for one in waiting]))
    first, document = waiting[0].id, waiting[0].document_id
    with writing_vectors(store, meaning) as connection:
        # The document may have been forgotten or read anew meanwhile: then these are nobody's.
        still = fetched(
            connection,
            "SELECT 1 FROM documents WHERE id = ? AND first_passage <= ? AND first_passage + passages >= ?",
            (document, first, first + len(waiting)),
        )
        if still:
            insert_vectors(connection, embedder.model_id, document, first, len(waiting), data)
            meaning.added(embedder.model_id, first, data)
    return len(waiting)


@contextlib.contextmanager
def writing_vectors(store: IndexStore, meaning: MeaningSearch) -> Iterator[Connection]:
    """A transaction of which the vectors in memory are told inside; if it fails they are read again from the file."""
    try:
        with store.write() as connection:
            yield connection
    except BaseException:
        meaning.drop()
        raise


def vectors_stored(connection: Connection, model: str, document_id: int | None) -> int:
    """How many passages have a vector of a model."""
    where, values = ("", ()) if document_id is None else (" AND document_id = ?", (document_id,))
    return number(connection, f"SELECT coalesce(sum(count), 0) FROM vectors WHERE model = ?{where}", (model, *values))


def _first_gap(connection: Connection, model: str, document: int, first: int, stop: int) -> tuple[int, int]:
    at = first
    for begin, count in fetched(
        connection,
        "SELECT first_passage, count FROM vectors WHERE document_id = ? AND model = ? ORDER BY first_passage",
        (document, model),
    ):
        if begin > at:
            return at, begin
        at = begin + count
    return at, stop
