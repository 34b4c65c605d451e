"""What changed, told to listeners a few times a second however much happens."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from runtime.events import DocumentChanged, DocumentRemoved, DocumentsProgress, Event

# With the one of progress, ten events a second at most.
_EVERY_S = 0.5
_MOST_AT_ONCE = 4
# In place of a document's id: so many changed that asking for all of them is less work.
MANY = 0


class Announcer:
    """Owns the thread that events are sent on. Any thread may note changes; nobody waits here."""

    def __init__(
        self, on_event: Callable[[Event], None], state: Callable[[int], str], progress: Callable[[], DocumentsProgress]
    ) -> None:
        self._on_event = on_event
        self._state = state
        self._progress = progress
        self._changed = threading.Condition()
        self._documents: dict[int, None] = {}
        self._removed: dict[int, None] = {}
        self._again = False
        self._closed = False
        self._last: DocumentsProgress | None = None
        self._thread = threading.Thread(target=self._run, name="documents-events", daemon=True)
        self._thread.start()

    def note(self, document_id: int) -> None:
        """A document changed; only its newest state is told."""
        with self._changed:
            self._documents[document_id] = None
            self._changed.notify_all()

    def removed(self, document_id: int) -> None:
        """A document is no more."""
        with self._changed:
            self._documents.pop(document_id, None)
            self._removed[document_id] = None
            self._changed.notify_all()

    def look(self) -> None:
        """Something else changed: tell where everything stands."""
        with self._changed:
            self._again = True
            self._changed.notify_all()

    def close(self) -> None:
        """Tell no more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not (self._documents or self._removed or self._again or self._closed):
                    self._changed.wait()
                if self._closed:
                    return
                documents, self._documents = list(self._documents), {}
                removed, self._removed = list(self._removed), {}
                self._again = False
            begun = time.monotonic()
            self._send(documents, removed)
            with self._changed:
                self._changed.wait_for(lambda: self._closed, timeout=max(0.0, _EVERY_S - (time.monotonic() - begun)))

    def _send(self, documents: list[int], removed: list[int]) -> None:
        if len(documents) + len(removed) > _MOST_AT_ONCE:
            self._on_event(DocumentChanged(MANY, ""))
        else:
            for document in removed:
                self._on_event(DocumentRemoved(document))
            for document in documents:
                self._on_event(DocumentChanged(document, self._state(document)))
        progress = self._progress()
        if progress != self._last:
            self._last = progress
            self._on_event(progress)
