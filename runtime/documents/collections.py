"""Named sets of documents."""

from __future__ import annotations

import time
from collections.abc import Iterable

from runtime.documents.fetching import fetched
from runtime.documents.rows import Collection
from runtime.documents.store import IndexStore


class Collections:
    """The collections of one index. Any thread."""

    def __init__(self, store: IndexStore) -> None:
        self._store = store

    def make(self, name: str, folder: str | None = None) -> int:
        """The id of the collection of that name, or that follows that folder; made if there is none."""
        with self._store.write() as connection:
            for (known,) in fetched(
                connection,
                "SELECT id FROM collections WHERE name = ? OR (folder IS NOT NULL AND folder = ?)",
                (name, folder),
            ):
                return int(known)
            connection.execute(
                "INSERT INTO collections (name, folder, made_ns) VALUES (?, ?, ?)", (name, folder, time.time_ns())
            )
            return int(connection.last_insert_rowid())

    def rename(self, collection: int, name: str) -> None:
        """Give it another name."""
        with self._store.write() as connection:
            connection.execute("UPDATE OR IGNORE collections SET name = ? WHERE id = ?", (name, collection))

    def remove(self, collection: int) -> None:
        """Take the set away; its documents stay."""
        with self._store.write() as connection:
            connection.execute("DELETE FROM collections WHERE id = ?", (collection,))

    def add(self, collection: int, documents: Iterable[int]) -> None:
        """Put documents in; those already there stay."""
        with self._store.write() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO collection_documents (collection_id, document_id) VALUES (?, ?)",
                [(collection, document) for document in documents],
            )

    def take_out(self, collection: int, documents: Iterable[int]) -> None:
        """Take documents out of the set; they stay in the index."""
        with self._store.write() as connection:
            connection.executemany(
                "DELETE FROM collection_documents WHERE collection_id = ? AND document_id = ?",
                [(collection, document) for document in documents],
            )

    def members(self, collection: int) -> list[int]:
        """Its documents."""
        with self._store.read() as connection:
            return [
                int(document)
                for (document,) in fetched(
                    connection,
                    "SELECT document_id FROM collection_documents WHERE collection_id = ? ORDER BY 1",
                    (collection,),
                )
            ]

    def all(self) -> list[Collection]:
        """Every collection, by name."""
        with self._store.read() as connection:
            return [
                Collection(*row)
                for row in fetched(
                    connection,
                    "SELECT c.id, c.name, c.folder, count(d.document_id) FROM collections c"
                    " LEFT JOIN collection_documents d ON d.collection_id = c.id GROUP BY c.id ORDER BY c.name",
                )
            ]
