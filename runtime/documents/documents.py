"""The documents of an index: where each stands, and the text of its pages."""

from __future__ import annotations

from typing import Any

from runtime.documents.fetching import fetched
from runtime.documents.prepare import BOX, INDEX_VERSION
from runtime.documents.rows import Box, DocumentState, IndexedDocument, PageText
from runtime.documents.store import IndexStore
from runtime.documents.writing import rename

_COLUMNS = (
    "id, path, name, size_bytes, modified_ns, sha256, state, reason, format, title, language, pages, pages_read,"
    " pages_without_text, passages, tokens, version"
)


class Documents:
    """Rows of documents. Any thread."""

    def __init__(self, store: IndexStore) -> None:
        self._store = store

    def get(self, document_id: int) -> IndexedDocument | None:
        """One document; None if it is not there (any more)."""
        return next(iter(self._rows("WHERE id = ?", (document_id,))), None)

    def at_path(self, path: str) -> IndexedDocument | None:
        """The document at a path."""
        return next(iter(self._rows("WHERE path = ?", (path,))), None)

    def all(self, *states: DocumentState) -> list[IndexedDocument]:
        """Every document, or those in some states, in the order they came."""
        if not states:
            return self._rows("ORDER BY id")
        marks = ", ".join("?" for _ in states)
        return self._rows(f"WHERE state IN ({marks}) ORDER BY id", tuple(state.value for state in states))

    def with_content(self, sha256: bytes) -> list[IndexedDocument]:
        """Documents of the same bytes."""
        return self._rows("WHERE sha256 = ?", (sha256,))

    def outdated(self) -> list[IndexedDocument]:
        """Documents indexed by an earlier way of cutting or of making words: to be read again."""
        return self._rows("WHERE state = ? AND version <> ?", (DocumentState.READY.value, INDEX_VERSION))

    def stamps(self) -> dict[str, tuple[int, int, int]]:
        """Path to id, size and time of every document: what a look through folders compares with."""
        with self._store.read() as connection:
            rows = fetched(connection, "SELECT path, id, size_bytes, modified_ns FROM documents")
            return {path: (document, size, modified) for path, document, size, modified in rows}

    def counts(self) -> dict[DocumentState, int]:
        """How many documents are in each state; they add up to all there are."""
        with self._store.read() as connection:
            found = dict(fetched(connection, "SELECT state, count(*) FROM documents GROUP BY state"))
        return {state: int(found.get(state.value, 0)) for state in DocumentState}

    def set_state(self, document_id: int, state: DocumentState, reason: str = "") -> None:
        """Where it stands now, and why."""
        with self._store.write() as connection:
            connection.execute(
                "UPDATE documents SET state = ?, reason = ? WHERE id = ?", (state.value, reason, document_id)
            )

    def set_file(self, document_id: int, size_bytes: int, modified_ns: int, sha256: bytes | None = None) -> None:
        """What the file is now."""
        with self._store.write() as connection:
            connection.execute(
                "UPDATE documents SET size_bytes = ?, modified_ns = ?, sha256 = coalesce(?, sha256) WHERE id = ?",
                (size_bytes, modified_ns, sha256, document_id),
            )

    def moved(self, document_id: int, path: str, name: str) -> None:
        """The same file lies somewhere else now; nothing is read again. A document already there is not replaced."""
        with self._store.write() as connection:
            rename(connection, document_id, path, name)

    def unfinished(self) -> list[IndexedDocument]:
        """What was waiting or being read when we stopped; those being read wait again."""
        with self._store.write() as connection:
            connection.execute(
                "UPDATE documents SET state = ? WHERE state = ?",
                (DocumentState.WAITING.value, DocumentState.READING.value),
            )
        return self.all(DocumentState.WAITING)

    def page(self, document_id: int, number: int) -> PageText | None:
        """A page's text as its passages hold it, with the places of its blocks; None if there is no such page."""
        with self._store.read() as connection:
            row = next(
                iter(
                    fetched(
                        connection,
                        "SELECT label, part, chars, width, height, picture, recognised, boxes FROM pages"
                        " WHERE document_id = ? AND number = ?",
                        (document_id, number),
                    )
                ),
                None,
            )
            if row is None:
                return None
            pieces = fetched(
                connection,
                "SELECT p.start, p.text FROM documents d JOIN passages p ON p.id >= d.first_passage"
                " AND p.id < d.first_passage + d.passages WHERE d.id = ? AND p.page = ? ORDER BY p.start",
                (document_id, number),
            )
        label, part, chars, width, height, picture, recognised, boxes = row
        text = _pieced_together(pieces, chars)
        places = tuple(Box(*values) for values in BOX.iter_unpack(boxes or b""))
        return PageText(document_id, number, label, part, text, width, height, bool(picture), bool(recognised), places)

    def page_numbers(self, document_id: int) -> list[int]:
        """The pages of a document that have text, in order."""
        with self._store.read() as connection:
            rows = fetched(
                connection,
                "SELECT DISTINCT p.page FROM documents d JOIN passages p ON p.id >= d.first_passage"
                " AND p.id < d.first_passage + d.passages WHERE d.id = ? ORDER BY p.page",
                (document_id,),
            )
            return [page for (page,) in rows]

    def _rows(self, where: str, values: tuple[object, ...] = ()) -> list[IndexedDocument]:
        with self._store.read() as connection:
            rows = fetched(connection, f"SELECT {_COLUMNS} FROM documents {where}", values)
            return [_document(*row) for row in rows]


def _document(*row: Any) -> IndexedDocument:
    values = list(row)
    values[6] = DocumentState(values[6])
    return IndexedDocument(*values)


def _pieced_together(pieces: list[tuple[int, str]], chars: int) -> str:
    text = ""
    for start, piece in pieces:
        # Between passages there was only space.
        text += "\n" * (start - len(text)) + piece[max(0, len(text) - start) :]
    return text + "\n" * (chars - len(text))
