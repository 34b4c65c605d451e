"""Questions to the index: with meaning where it is known, with words in any case."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from runtime.cancel import Cancelled
from runtime.documents.embedder import Embedder
from runtime.documents.learning_work import RestingEmbedder
from runtime.documents.rows import DocumentState, Hit
from runtime.documents.standing import StandingIndex
from runtime.errors import HearthError, StorageError

_log = logging.getLogger(__name__)


class Asking:
    """Any thread; blocks. ``make_local``, where it is set, makes what takes the embedder's place, with the first
    question that needs it: the same model, without a child."""

    def __init__(self, index: StandingIndex, embedder: RestingEmbedder | None) -> None:
        self._index = index
        self._embedder = embedder
        self.make_local: Callable[[], Embedder | None] | None = None
        self._local: Embedder | None = None
        self._has_vectors = False

    @property
    def has_vectors(self) -> bool:
        """Whether meaning can be asked at all."""
        if not self._has_vectors and self._embedder is not None:
            self._has_vectors = self._index.vectors_stored(self._embedder.model_id) > 0
        return self._has_vectors

    def search(
        self, query: str, *, collection: int | None, documents: Sequence[int] | None, limit: int, typing: bool
    ) -> tuple[Hit, ...]:
        """The best passages of documents whose files are there. Raises StoreDamaged."""
        gone = {row.id for row in self._index.documents.all(DocumentState.GONE) if row.passages}
        more = limit * 2 if gone else limit

        def ask(embedder: Embedder | None) -> list[Hit]:
            return self._index.search(
                query, collection=collection, documents=documents, limit=more, embedder=embedder, typing=typing
            )

        try:
            found = ask(self._with(typing))
        except StorageError:
            raise
        except (HearthError, Cancelled):
            # Words alone find most of it.
            _log.warning("searching by meaning failed", exc_info=True)
            found = ask(None)
        return tuple(hit for hit in found if hit.document_id not in gone)[:limit]

    def _with(self, typing: bool) -> Embedder | None:
        if not self.has_vectors:
            return None
        if self.make_local is not None:
            self._local = self._local or self.make_local()
            return self._local
        assert self._embedder is not None
        if typing and self._embedder.pid is None:
            # Nobody who types waits for a process to start; it will be there some letters later.
            self._embedder.warm_up()
            return None
        return self._embedder
