"""Passages by meaning: the vectors of one model, loaded once, kept true while the index changes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import Executor
from typing import TYPE_CHECKING

from runtime.documents.embedder import Embedder
from runtime.documents.fetching import fetched
from runtime.documents.store import IndexStore
from runtime.documents.vectors import Buffers, Run, VectorMatrix
from runtime.errors import StoreDamaged
from runtime.storage.connection import Connection

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray

KNOWN_QUERIES = 64


class MeaningSearch:
    """Holds the vectors of the model asked with last. Any thread."""

    def __init__(self, store: IndexStore, executor: Executor) -> None:
        self._store = store
        self._executor = executor
        self._lock = threading.RLock()
        self._model = ""
        self._matrix: VectorMatrix | None = None
        self._queries: OrderedDict[tuple[str, str], NDArray[float32]] = OrderedDict()

    def nearest(
        self, embedder: Embedder, text: str, count: int, ranges: Sequence[tuple[int, int]] | None
    ) -> list[tuple[int, float]]:
        """Passages and cosines, best first. The first call of a model loads its vectors (under a second a million)."""
        matrix = self.load(embedder.model_id, embedder.dimensions)
        if not len(matrix):
            return []
        return matrix.nearest(self._direction(embedder, text), count, ranges, self._executor)

    def _direction(self, embedder: Embedder, text: str) -> NDArray[float32]:
        key = (embedder.model_id, text)
        with self._lock:
            known = self._queries.get(key)
        if known is None:
            known = embedder.embed_query(text)
            with self._lock:
                self._queries[key] = known
                if len(self._queries) > KNOWN_QUERIES:
                    self._queries.popitem(last=False)
        return known

    def has_loaded(self, model: str) -> bool:
        """Whether the vectors of a model are at hand. Waits for nobody."""
        return self._matrix is not None and self._model == model

    def load(self, model: str, dimensions: int) -> VectorMatrix:
        """The vectors of a model, from the file if it is not the one at hand."""
        with self._lock:
            if self._matrix is not None and self._model == model:
                return self._matrix
        # The writer's lock first, as all who write take them: nothing comes or goes while the vectors are read.
        with self._store.write() as connection, self._lock:
            if self._matrix is None or self._model != model:
                self._matrix, self._model = _loaded(self._store, connection, model, dimensions, self._executor), model
            return self._matrix

    def added(self, model: str, first_passage: int, data: bytes) -> None:
        """Vectors are being written. Inside the transaction that does it."""
        with self._lock:
            if self._matrix is not None and self._model == model:
                self._matrix.add(first_passage, data)

    def replaced(self, connection: Connection, document_id: int, removed: tuple[int, int]) -> None:
        """A document's passages went, and others came, some with the vectors of before. Inside the transaction."""
        with self._lock:
            if self._matrix is None:
                return
            self._matrix.remove(*removed)
            for first, data in fetched(
                connection,
                "SELECT first_passage, data FROM vectors WHERE document_id = ? AND model = ?",
                (document_id, self._model),
            ):
                self._matrix.add(first, data)

    def drop(self, model: str | None = None) -> None:
        """Load anew when next needed: the vectors of a model (None: of whichever is here) were deleted, or what was
        told of them did not happen."""
        with self._lock:
            if model is None or model == self._model:
                self._matrix, self._model = None, ""


def _loaded(store: IndexStore, connection: Connection, model: str, dimensions: int, executor: Executor) -> VectorMatrix:
    """Nobody writes meanwhile: several readers see the same."""
    runs = [
        Run(*row)
        for row in fetched(
            connection,
            # The index alone tells where they are; the table is read once, in the order of the file.
            "SELECT rowid, first_passage, count FROM vectors INDEXED BY vectors_of_document WHERE model = ?",
            (model,),
        )
    ]

    def read(some: Sequence[Run], places: Sequence[Buffers]) -> None:
        with store.read() as reader:
            blob = reader.blob_open("main", "vectors", "data", some[0].row, False)
            try:
                for run, (scales, rows) in zip(some, places, strict=True):
                    blob.reopen(run.row)
                    if blob.length() != len(scales) + len(rows):
                        raise StoreDamaged(str(store.path), kept_as="")
                    blob.read_into(scales)
                    blob.read_into(rows)
            finally:
                blob.close()
            # Nothing it read is read again.
            reader.pragma("shrink_memory")

    matrix = VectorMatrix(dimensions)
    matrix.load(sorted(runs, key=lambda run: run.row), read, executor)
    return matrix
