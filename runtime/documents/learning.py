"""Vectors for passages that have none yet, a few at a time."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from runtime.documents.embedder import Embedder
from runtime.documents.fetching import fetched, number
from runtime.documents.meaning import MeaningSearch
from runtime.documents.passages import whole_text
from runtime.documents.store import IndexStore
from runtime.documents.vectors import SCALE_BYTES, pack
from runtime.documents.writing import insert_vectors
from runtime.storage.connection import Connection

# Passages of other languages are noted so many at a time: nothing is computed for them.
FOREIGN_AT_ONCE = 4096


@dataclass(frozen=True)
class PendingPassage:
    """A passage that waits for its vector; ``language`` ISO 639-1, "" where its text tells none."""

    id: int
    document_id: int
    text: str
    language: str = ""


def foreign_to(model: str) -> str:
    """The name under which passages are noted that a model would place wrongly: they are in no language of its. Their
    rows are vectors of no dimensions, so that they come and go with the passages as vectors do."""
    return f"{model}, other languages"


def pending(connection: Connection, model: str, limit: int) -> list[PendingPassage]:
    """The next passages to embed: of the newest document that lacks vectors, following each other. Those that the model
    has nothing to learn of are not among them once :func:`learn_some` has met them."""
    for document, first, count in fetched(
        connection,
        "SELECT d.id, d.first_passage, d.passages FROM documents d WHERE d.passages > 0 AND d.passages >"
        " (SELECT coalesce(sum(v.count), 0) FROM vectors v WHERE v.document_id = d.id AND v.model IN (?, ?))"
        " ORDER BY d.first_passage DESC LIMIT 1",
        (model, foreign_to(model)),
    ):
        begin, stop = _first_gap(connection, model, document, first, first + count)
        rows = fetched(
            connection,
            "SELECT id, document_id, header, text, language FROM passages WHERE id >= ? AND id < ? ORDER BY id LIMIT ?",
            (begin, stop, limit),
        )
        return [PendingPassage(one, of, whole_text(header, text), language) for one, of, header, text, language in rows]
    return []


def learn_some(store: IndexStore, meaning: MeaningSearch, embedder: Embedder, limit: int) -> int:
    """Embed up to ``limit`` passages and store their vectors in one transaction; how many. 0: nothing is left. Those
    in languages that the embedder does not know are only noted, and count."""
    with store.read() as connection:
        waiting = pending(connection, embedder.model_id, limit)
        if waiting and not any(_is_known(one, embedder) for one in waiting):
            many = pending(connection, embedder.model_id, FOREIGN_AT_ONCE)
            waiting = list(itertools.takewhile(lambda one: not _is_known(one, embedder), many))
    if not waiting:
        return 0
    texts = [one.text for one in waiting if _is_known(one, embedder)]
    rows = embedder.embed(texts) if texts else None
    done = 0
    with writing_vectors(store, meaning) as connection:
        for known, group in itertools.groupby(waiting, lambda one: _is_known(one, embedder)):
            run = list(group)
            if known:
                assert rows is not None
                _store(connection, meaning, embedder.model_id, run, pack(rows[done : done + len(run)]))
                done += len(run)
            else:
                _store(connection, meaning, foreign_to(embedder.model_id), run, bytes(SCALE_BYTES * len(run)))
    return len(waiting)


def _is_known(passage: PendingPassage, embedder: Embedder) -> bool:
    return embedder.languages is None or not passage.language or passage.language in embedder.languages


def _store(
    connection: Connection, meaning: MeaningSearch, model: str, run: Sequence[PendingPassage], data: bytes
) -> None:
    first, document = run[0].id, run[0].document_id
    # The document may have been forgotten or read anew meanwhile: then these are nobody's.
    still = fetched(
        connection,
        "SELECT 1 FROM documents WHERE id = ? AND first_passage <= ? AND first_passage + passages >= ?",
        (document, first, first + len(run)),
    )
    if still:
        insert_vectors(connection, model, document, first, len(run), data)
        meaning.added(model, first, data)


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
        "SELECT first_passage, count FROM vectors WHERE document_id = ? AND model IN (?, ?) ORDER BY first_passage",
        (document, model, foreign_to(model)),
    ):
        if begin > at:
            return at, begin
        at = begin + count
    return at, stop
