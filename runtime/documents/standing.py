"""The index with the questions that only the service asks: of many documents at once."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from runtime.documents import writing
from runtime.documents.ends import GOOD_ENDS, end_and_parameters, reason_text
from runtime.documents.fetching import fetched, number
from runtime.documents.index import Index
from runtime.documents.learning import writing_vectors
from runtime.documents.prepare import PreparedDocument
from runtime.documents.reading import ReadingEnd
from runtime.documents.rows import DocumentState, IndexedDocument
from runtime.documents.views import Standing

# Beside how a document's reading ended: a person wants the words in its pictures.
WANTED = "wanted"


@dataclass(frozen=True)
class FileStamp:
    """A file as it was when it was looked at. ``modified_ns`` as the system counts."""

    size_bytes: int
    modified_ns: int
    sha256: bytes | None = None


class StandingIndex(Index):
    """Any thread; raises as :class:`Index` does."""

    def register_many(self, files: Sequence[tuple[str, FileStamp]], collection: int | None) -> list[int]:
        """The ids of documents at these paths, all in one transaction: a row for each new one, in state "waiting"."""
        with self._store.write() as connection:
            found = [writing.register(connection, path, stamp.size_bytes, stamp.modified_ns) for path, stamp in files]
            if collection is not None:
                self.collections.add(collection, found)
            return found

    def stamps_of(self, paths: Sequence[str]) -> dict[str, tuple[int, int, bool]]:
        """Path to size, time and whether it was read well, of those that are known."""
        wanted = set(paths)
        with self._store.read() as connection:
            rows = fetched(connection, "SELECT path, size_bytes, modified_ns, state, reason FROM documents")
        return {
            path: (size, modified, state == DocumentState.READY and end_and_parameters(reason)[0] in GOOD_ENDS)
            for path, size, modified, state, reason in rows
            if path in wanted
        }

    def put_read(self, document_id: int, prepared: PreparedDocument, reason: str, stamp: FileStamp) -> bool:
        """What was read and what the file was then, in one transaction. False: the document was forgotten meanwhile."""
        with writing_vectors(self._store, self._meaning) as connection:
            if not fetched(connection, "SELECT 1 FROM documents WHERE id = ?", (document_id,)):
                return False
            self.put(document_id, prepared, reason)
            self.documents.set_file(document_id, stamp.size_bytes, stamp.modified_ns, stamp.sha256)
        self._search.changed()
        return True

    # --- words in pictures ------------------------------------------------------------------------------------------

    def want_pictures(self, document_id: int) -> None:
        """Remember that a person wants the words in its pictures, also over a restart, until they are read."""
        with self._store.write():
            row = self.documents.get(document_id)
            if row is not None and row.state is DocumentState.READY:
                end, parameters = end_and_parameters(row.reason)
                self.documents.set_state(document_id, row.state, reason_text(end, {**parameters, WANTED: True}))

    def with_unread_pictures(self) -> list[int]:
        """Documents whose pictures are to be read: scans, and those that a person asked for; oldest first."""
        with self._store.read() as connection:
            rows = fetched(
                connection,
                "SELECT id, reason, pages_read, pages_without_text FROM documents d WHERE state = ?"
                " AND pages_without_text > 0 AND EXISTS (SELECT 1 FROM pages p WHERE p.document_id = d.id"
                " AND p.picture = 1 AND p.recognised = 0) ORDER BY id",
                (DocumentState.READY.value,),
            )
        return [document for document, reason, pages, without in rows if wants_recognition(reason, pages, without)]

    def recognised_pages(self, document_id: int) -> dict[int, bool]:
        """Number of each page whose picture was looked at, and whether there were words in it."""
        with self._store.read() as connection:
            rows = fetched(
                connection,
                "SELECT number, chars > 0 FROM pages WHERE document_id = ? AND recognised = 1",
                (document_id,),
            )
        return {number: bool(words) for number, words in rows}

    def put_recognised(
        self, seen: IndexedDocument, prepared: PreparedDocument, reason: str, stamp: FileStamp
    ) -> IndexedDocument | None:
        """Write what was recognised so far, if the document is still as it was ``seen``; as it is now. None: it was
        forgotten, read anew from a changed file, or its file is gone; nothing is written."""
        with writing_vectors(self._store, self._meaning):
            row = self.documents.get(seen.id)
            if row is None or row.state is not DocumentState.READY or _file_of(row) != _file_of(seen):
                return None
            self.put_read(seen.id, prepared, reason, stamp)
            return self.documents.get(seen.id)

    def unchanged(self, document_id: int, stamp: FileStamp) -> None:
        """The file has another time and the same content; or it came back."""
        with self._store.write():
            row = self.documents.get(document_id)
            if row is not None:
                self.documents.set_file(document_id, stamp.size_bytes, stamp.modified_ns, stamp.sha256)
                self.documents.set_state(
                    document_id, DocumentState.READY if row.version else DocumentState.WAITING, row.reason
                )

    def gone(self, document_ids: Iterable[int]) -> None:
        """The files are not there; what was read of them stays, in case they come back."""
        with self._store.write() as connection:
            connection.executemany(
                "UPDATE documents SET state = ? WHERE id = ?",
                [(DocumentState.GONE.value, document) for document in document_ids],
            )

    @contextlib.contextmanager
    def at_once(self) -> Iterator[None]:
        """What the block writes is written as one change, or not at all."""
        with self._store.write():
            yield

    def moved_many(self, moves: Sequence[tuple[int, str]]) -> None:
        """The same files lie somewhere else now."""
        with self._store.write():
            for document, path in moves:
                self.documents.moved(document, path, PurePath(path).name)

    def standings(self) -> list[Standing]:
        """Every document's."""
        with self._store.read() as connection:
            rows = fetched(connection, "SELECT id, state, reason, passages, pages_read FROM documents")
        return [Standing(*row) for row in rows]

    def learnt(self, model_id: str) -> dict[int, int]:
        """How many passages of each document have a vector."""
        with self._store.read() as connection:
            return dict(
                fetched(
                    connection,
                    "SELECT document_id, sum(count) FROM vectors WHERE model = ? GROUP BY document_id",
                    (model_id,),
                )
            )

    def memberships(self) -> dict[int, tuple[int, ...]]:
        """The collections of each document that is in any."""
        found: dict[int, tuple[int, ...]] = {}
        with self._store.read() as connection:
            for document, collection in fetched(
                connection, "SELECT document_id, collection_id FROM collection_documents ORDER BY 2"
            ):
                found[document] = (*found.get(document, ()), collection)
        return found

    def waiting(self) -> int:
        """How many documents have not been read yet."""
        with self._store.read() as connection:
            return number(connection, "SELECT count(*) FROM documents WHERE state = ?", (DocumentState.WAITING.value,))

    def stop_following(self, collection: int) -> None:
        """The collection stays with its documents, as one that was made by hand."""
        with self._store.write() as connection:
            connection.execute("UPDATE collections SET folder = NULL WHERE id = ?", (collection,))


def wants_recognition(reason: str, pages: int, pages_without_text: int) -> bool:
    """Whether a document's pictures are read without asking again: it is a scan (half of it and more is pictures), or a
    person asked."""
    end, parameters = end_and_parameters(reason)
    if not pages_without_text:
        return False
    return bool(parameters.get(WANTED)) or end == ReadingEnd.PICTURES_ONLY or 2 * pages_without_text >= pages


def _file_of(row: IndexedDocument) -> tuple[int, int, bytes | None]:
    return row.size_bytes, row.modified_ns, row.sha256
