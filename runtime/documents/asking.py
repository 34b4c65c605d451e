"""Questions to the index: with meaning where it is known, with words in any case."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from runtime.cancel import Cancelled
from runtime.documents.embedder import Embedder
from runtime.documents.embedders import Embedders
from runtime.documents.embeddings.models import EmbeddingModel
from runtime.documents.relevance import Evidence
from runtime.documents.rows import DocumentState, Hit
from runtime.documents.standing import StandingIndex
from runtime.errors import HearthError, StorageError

_log = logging.getLogger(__name__)


class Asking:
    """Any thread; blocks. ``make_local``, where it is set, makes what takes the embedder's place, with the first
    question that needs it: the same model, without a child."""

    def __init__(self, index: StandingIndex, embedders: Embedders) -> None:
        self._index = index
        self._embedders = embedders
        self.make_local: Callable[[EmbeddingModel], Embedder] | None = None
        self._local: Embedder | None = None
        self._known_to_have = ""

    def has_vectors(self, model_id: str) -> bool:
        """Whether this model can be asked at all."""
        if self._known_to_have != model_id and self._index.vectors_stored(model_id) > 0:
            self._known_to_have = model_id
        return self._known_to_have == model_id

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

    def warm_up(self) -> None:
        """Load and work out what the first question would wait for."""
        asked = self._embedders.asked
        if asked is not None and self.has_vectors(asked.model_id):
            asked.warm_up()
            self._index.load_vectors(asked)
        self._index.warm_up()

    def context(self, query: str, budget_tokens: int, documents: Sequence[int]) -> tuple[list[Hit], Evidence]:
        """The passages of some documents to answer from, within a budget, and what speaks for them. Raises
        StoreDamaged."""

        def ask(embedder: Embedder | None) -> tuple[list[Hit], Evidence]:
            return self._index.weighed_context(query, budget_tokens, documents=documents, embedder=embedder)

        try:
            return ask(self._with(typing=False))
        except StorageError:
            raise
        except (HearthError, Cancelled):
            _log.warning("asking by meaning failed", exc_info=True)
            return ask(None)

    def _with(self, typing: bool) -> Embedder | None:
        asked = self._embedders.asked
        if asked is None or not self.has_vectors(asked.model_id):
            return None
        if self.make_local is not None:
            if self._local is None or self._local.model_id != asked.model_id:
                self._local = self.make_local(asked.model)
            return self._local
        if typing and (asked.pid is None or not self._index.has_loaded_vectors(asked.model_id)):
            # Nobody who types waits for a process or for vectors; they will be there some letters later.
            asked.warm_up()
            return None
        return asked
