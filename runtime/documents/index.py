"""The index of a person's documents: one file that takes pages, gives passages, and forgets for good."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from runtime.documents import context as fitting
from runtime.documents import writing
from runtime.documents.collections import Collections
from runtime.documents.documents import Documents
from runtime.documents.embedder import Embedder
from runtime.documents.fetching import fetched, number
from runtime.documents.learning import PendingPassage, foreign_to, learn_some, pending, vectors_stored, writing_vectors
from runtime.documents.meaning import MeaningSearch
from runtime.documents.prepare import PreparedDocument
from runtime.documents.relevance import Evidence
from runtime.documents.rows import Hit
from runtime.documents.search import LIST_DEPTH, Search, hit_of
from runtime.documents.store import IndexStore
from runtime.documents.warming import Warming

SEARCH_THREADS = 4
DEFAULT_LIMIT = 10


class Index:
    """Owns the file, its connections and four search threads. Any thread; one writes at a time, nobody waits to read.

    ``documents`` and ``collections`` tell what is there and where each stands. Without numpy in use until the first
    search by meaning.

    Raises (when made): StoreDamaged (read the originals again into a new file), StoreTooNew, StoreFull,
    HomeNotWritable.
    """

    def __init__(self, path: Path, key: bytes | None = None) -> None:
        self._store = IndexStore(path, key)
        self._executor = ThreadPoolExecutor(SEARCH_THREADS, thread_name_prefix="documents-search")
        self._meaning = MeaningSearch(self._store, self._executor)
        self._search = Search(self._store, self._meaning, self._executor)
        self._warming = Warming(self._store, self._search)
        self.documents = Documents(self._store)
        self.collections = Collections(self._store)

    # --- writing --------------------------------------------------------------------------------------------------

    def register(self, path: str, size_bytes: int, modified_ns: int, collection: int | None = None) -> int:
        """The id of the document at ``path``, at once: a row in state "waiting" for a new one, also in a collection."""
        with self._store.write() as connection:
            document_id = writing.register(connection, path, size_bytes, modified_ns)
            if collection is not None:
                self.collections.add(collection, [document_id])
            return document_id

    def put(self, document_id: int, prepared: PreparedDocument, reason: str = "read") -> None:
        """Write what was read of a document in the place of what was there: all of it or, if we die, nothing.

        Passages whose text did not change keep their vectors. ``reason`` is how the reading ended.
        """
        with writing_vectors(self._store, self._meaning) as connection:
            first, stop, _ = writing.passage_range(connection, document_id)
            writing.put(connection, document_id, prepared, reason)
            self._meaning.replaced(connection, document_id, (first, stop))
        self._search.changed()

    def forget(self, document_ids: Iterable[int]) -> None:
        """Delete documents. They are found no more when this returns; :meth:`purge` then clears their last traces."""
        for document_id in document_ids:
            with writing_vectors(self._store, self._meaning) as connection:
                removed = writing.remove_text(connection, document_id)[:2]
                connection.execute("DELETE FROM documents WHERE id = ?", (document_id,))
                connection.execute("INSERT OR IGNORE INTO forgotten (document_id) VALUES (?)", (document_id,))
                self._meaning.replaced(connection, document_id, removed)
        self._search.changed()

    def forgotten(self) -> frozenset[int]:
        """Documents that were forgotten here, and may still be spoken of elsewhere."""
        with self._store.read() as connection:
            return frozenset(document for (document,) in fetched(connection, "SELECT document_id FROM forgotten"))

    def forgotten_everywhere(self, documents: Iterable[int]) -> None:
        """Nothing of them is left elsewhere either."""
        with self._store.write() as connection:
            connection.executemany("DELETE FROM forgotten WHERE document_id = ?", [(one,) for one in documents])

    def purge(self) -> bool:
        """Write the word tables anew that forgotten documents had words in, then empty the log: after True no byte of
        them is left in any file. About a second for each table of 50,000 passages, others may search meanwhile, and a
        call that was cut off is made good by the next. False: somebody was reading; call again."""
        while True:
            with self._store.write() as connection:
                shard = next((number for (number,) in fetched(connection, "SELECT shard FROM purges LIMIT 1")), None)
                if shard == writing.DOCUMENT_WORDS:
                    writing.purge_documents(connection)
                elif shard is not None:
                    writing.purge(connection, shard)
            if shard is None:
                self._store.shrink()
                return self._store.checkpoint()

    @property
    def purge_is_due(self) -> bool:
        """Whether something forgotten still has traces."""
        with self._store.read() as connection:
            return number(connection, "SELECT EXISTS (SELECT 1 FROM purges)") == 1

    def tidy(self) -> None:
        """Bring the log into the file, after much was written."""
        self._store.checkpoint()

    # --- meaning --------------------------------------------------------------------------------------------------

    def pending(self, model_id: str, limit: int = 64) -> list[PendingPassage]:
        """Passages that have no vector of a model yet, of one document, following each other."""
        with self._store.read() as connection:
            return pending(connection, model_id, limit)

    def learn_some(self, embedder: Embedder, limit: int = 64) -> int:
        """Embed and store the vectors of up to ``limit`` passages; how many. 0: all are learnt."""
        return learn_some(self._store, self._meaning, embedder, limit)

    def vectors_stored(self, model_id: str, document_id: int | None = None) -> int:
        """How many passages of a document, or of all, have a vector of a model."""
        with self._store.read() as connection:
            return vectors_stored(connection, model_id, document_id)

    def forget_model(self, model_id: str) -> None:
        """Delete the vectors of a model that is no longer used, and give their space back to the disk. A second for
        100,000; others may search and write meanwhile, and what was cut off is made good by another call."""
        for name in (model_id, foreign_to(model_id)):
            left = True
            while left:
                with self._store.write() as connection:
                    left = writing.remove_some_vectors(connection, name)
        self._meaning.drop(model_id)
        self._store.shrink()
        self._store.checkpoint()

    def has_loaded_vectors(self, model_id: str) -> bool:
        """Whether a question by meaning would not wait for the file. Waits for nobody."""
        return self._meaning.has_loaded(model_id)

    def load_vectors(self, embedder: Embedder) -> None:
        """Load what searching by meaning needs, so that the first question does not wait for it."""
        self._meaning.load(embedder.model_id, embedder.dimensions)

    def warm_up(self) -> None:
        """Work out beforehand what a first question by words would. Blocks the first time: 1.5 s for 100,000 passages,
        6 s for a million."""
        self._warming.warm_up()

    # --- searching ------------------------------------------------------------------------------------------------

    def search(
        self,
        query: str,
        *,
        collection: int | None = None,
        documents: Sequence[int] | None = None,
        limit: int = DEFAULT_LIMIT,
        embedder: Embedder | None = None,
        typing: bool = False,
    ) -> list[Hit]:
        """The passages that answer best, best first. ``typing``: the last word may be the beginning of one.

        Raises: StoreDamaged, and what the embedder raises.
        """
        within = self._within(collection, documents)
        depth = max(LIST_DEPTH, limit)
        found = self._search.find(query, documents=within, embedder=embedder, typing=typing, depth=depth, limit=limit)
        with self._store.read() as connection:
            return [hit_of(connection, passage, found.query) for passage in found.passages]

    def context(
        self,
        query: str,
        budget_tokens: int,
        *,
        collection: int | None = None,
        documents: Sequence[int] | None = None,
        embedder: Embedder | None = None,
    ) -> list[Hit]:
        """The best passages that together stay within a budget, those that touch joined, in reading order with the best
        document last. Raises as :meth:`search` does."""
        within = self._within(collection, documents)
        return self.weighed_context(query, budget_tokens, documents=within, embedder=embedder)[0]

    def weighed_context(
        self, query: str, budget_tokens: int, *, documents: Sequence[int] | None, embedder: Embedder | None
    ) -> tuple[list[Hit], Evidence]:
        """The same, with what tells whether they have to do with the question at all."""
        depth = max(LIST_DEPTH, budget_tokens // 40)
        found = self._search.find(query, documents=documents, embedder=embedder, depth=depth, weighed=True)
        taken = fitting.chosen(found.passages, budget_tokens)
        with self._store.read() as connection:
            taken = fitting.widened(connection, taken, budget_tokens)
            ordered = fitting.in_reading_order(fitting.joined(taken))
            return [hit_of(connection, passage, found.query) for passage in ordered], found.evidence

    def _within(self, collection: int | None, documents: Sequence[int] | None) -> list[int] | None:
        if collection is None:
            return None if documents is None else list(documents)
        members = self.collections.members(collection)
        return members if documents is None else [one for one in members if one in set(documents)]

    def close(self) -> None:
        """Let searches under way end and close the file. May be called twice."""
        self._executor.shutdown()
        self._store.close()
