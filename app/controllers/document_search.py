"""Searching in all documents while words are typed."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.bridge.tasks import TaskRunner
from app.controllers.document_calls import Documents
from runtime.api import CancelToken, Hit, Problem

LIMIT = 50


class DocumentSearchController(QObject):
    """Asks off the UI thread; only the answer to the latest words counts.

    Signals:
        changed: :attr:`words`, :attr:`asking`, :attr:`hits` or :attr:`problem` is new.
    """

    changed = Signal()

    def __init__(
        self, documents: Documents, searches: TaskRunner, warming: TaskRunner, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._documents = documents
        self._searches = searches
        self._warming = warming
        self._latest = CancelToken()
        self.words = ""
        self.asking = False
        self.answered = ""
        self.hits: tuple[Hit, ...] = ()
        self.problem: Problem | None = None

    def find(self, words: str, *, collection: int | None = None, typing: bool = False) -> None:
        """Look for words; what was asked before is not wanted any more. What was found stays until the answer."""
        self._latest.cancel()
        latest = self._latest = CancelToken()
        self.words, self.asking, self.problem = words, True, None
        self.changed.emit()

        def ask() -> tuple[Hit, ...]:
            if latest.cancelled:
                return ()
            return self._documents().search(words, collection=collection, limit=LIMIT, typing=typing)

        self._searches.run(
            ask, lambda hits: self._on_answer(latest, hits, None), lambda problem: self._on_answer(latest, (), problem)
        )

    def warm_up(self) -> None:
        """Somebody may ask soon."""
        self._warming.run(lambda: self._documents().warm_up(), lambda _nothing: None, lambda _problem: None)

    def leave(self) -> None:
        """Nobody waits for an answer any more."""
        self._latest.cancel()
        self.words, self.answered, self.hits, self.problem, self.asking = "", "", (), None, False
        self.changed.emit()

    def _on_answer(self, asked: CancelToken, hits: tuple[Hit, ...], problem: Problem | None) -> None:
        if asked.cancelled:
            return
        self.hits, self.problem, self.asking, self.answered = hits, problem, False, self.words
        self.changed.emit()
