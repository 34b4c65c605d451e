"""Pages of documents as pictures, beside whatever is being read."""

from __future__ import annotations

import threading
from pathlib import Path

from runtime.documents.reader_messages import Box, Places
from runtime.documents.reader_process import DrawnPage, ReaderProcess
from runtime.documents.reading import ReadingEnd
from runtime.documents.rows import IndexedDocument
from runtime.documents.walking import system_path
from runtime.errors import DocumentUnopened


class PageView:
    """Owns a reading process of its own, started with the first page. Any thread; one page at a time, up to 1 s.

    Methods raise DocumentUnopened (also for None: a document that is not there) and ReaderUnavailable.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reader = ReaderProcess()
        self._closed = False

    def image(self, row: IndexedDocument | None, page: int, width_px: int, password: str) -> DrawnPage:
        """The page so wide."""
        path = _path(row)
        with self._lock:
            self._still_open(path)
            return self._reader.render_page(path, page, width_px, password=password)

    def boxes(
        self, row: IndexedDocument | None, page: int, text: str, password: str, words: Places = ()
    ) -> tuple[Box, ...]:
        """Where the text stands on it, or these words of the text."""
        path = _path(row)
        with self._lock:
            self._still_open(path)
            return self._reader.passage_boxes(path, page, text, words, password=password)

    def close(self) -> None:
        """End the process, once the page under way is done."""
        with self._lock:
            self._closed = True
            self._reader.close()

    def _still_open(self, path: Path) -> None:
        if self._closed:
            raise DocumentUnopened(path.name, ReadingEnd.UNREADABLE.value, "closed")


def _path(row: IndexedDocument | None) -> Path:
    if row is None:
        raise DocumentUnopened("", ReadingEnd.UNREADABLE.value, "forgotten")
    return Path(system_path(row.path))
