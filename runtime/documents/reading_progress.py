"""How far the reading of one document has come, and how long the rest will take."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from runtime.documents.reading import DocumentFacts
from runtime.documents.views import DocumentViewState, Doing

Show = Callable[[int, Doing], None]
_PACE_AFTER_S = 0.5
# The pace of the last pages tells more than that of all: other work comes and goes.
_PACE_PAGES = 24


class PutDown(Exception):
    """What is being read waits for something more urgent; what is done of it is kept. Not an error."""


class ReadingProgress:
    """Counts the pages of one document as they come. One thread."""

    def __init__(self, document_id: int, show: Show) -> None:
        self._document_id = document_id
        self._tell = show
        self._facts = DocumentFacts("")
        self._pages = 0
        self._begun = time.monotonic()
        self._show()

    def known(self, facts: DocumentFacts) -> None:
        """What the file itself says."""
        self._facts = facts
        self._show()

    def page(self) -> None:
        """One more page is read."""
        self._pages += 1
        self._show()

    def _show(self) -> None:
        wall_s = time.monotonic() - self._begun
        total = self._facts.pages
        left = None
        if total and self._pages and wall_s > _PACE_AFTER_S:
            left = max(0, total - self._pages) * wall_s / self._pages
        self._tell(self._document_id, Doing(DocumentViewState.READING, self._pages, total, self._facts.format, left))


class RecognitionProgress:
    """Counts recognised pages of one document: ``done`` of ``total`` when it begins. One thread.

    ``page_s``, what a page costs by the clock, is a guess at first, then what the last pages took.
    """

    def __init__(self, document_id: int, show: Show, *, done: int, total: int, format: str, page_s: float) -> None:
        self._document_id = document_id
        self._tell = show
        self._done = done
        self._total = total
        self._format = format
        self._times: deque[float] = deque([time.monotonic()], maxlen=_PACE_PAGES)
        self._guess_s = page_s
        self._show()

    @property
    def page_s(self) -> float:
        """Seconds a page."""
        pages = len(self._times) - 1
        return (self._times[-1] - self._times[0]) / pages if pages >= 2 else self._guess_s

    def page(self) -> None:
        """One more page is done."""
        self._done += 1
        self._times.append(time.monotonic())
        self._show()

    def _show(self) -> None:
        left_s = max(0, self._total - self._done) * self.page_s
        doing = Doing(DocumentViewState.RECOGNISING, self._done, self._total, self._format, left_s)
        self._tell(self._document_id, doing)
