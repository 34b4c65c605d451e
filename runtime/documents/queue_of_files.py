"""What is to be read next: a person's own wish first, then in the order it came."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Iterable
from enum import IntEnum


class Turn(IntEnum):
    """Who goes first."""

    ASKED = 0
    CAME = 1
    AGAIN = 2


class QueueOfFiles:
    """Documents that wait for workers, each once; none is with two workers at a time. Any thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._heap: list[tuple[Turn, int, int]] = []
        self._waiting: dict[int, Turn] = {}
        self._forced: set[int] = set()
        self._numbers = itertools.count()
        self._closed = False
        self._taken: set[int] = set()

    def add(self, document_ids: Iterable[int], turn: Turn = Turn.CAME, *, forced: bool = False) -> None:
        """Put documents in line; an earlier turn replaces a later one. ``forced``: also if the file did not change."""
        with self._changed:
            for document in document_ids:
                if forced:
                    self._forced.add(document)
                if self._waiting.get(document, Turn.AGAIN + 1) > turn:
                    self._waiting[document] = turn
                    heapq.heappush(self._heap, (turn, next(self._numbers), document))
            self._changed.notify_all()

    def drop(self, document_ids: Iterable[int]) -> None:
        """Take documents out of the line."""
        with self._changed:
            for document in document_ids:
                self._waiting.pop(document, None)
                self._forced.discard(document)

    def take(self, timeout_s: float, up_to: Turn = Turn.AGAIN) -> tuple[int, bool] | None:
        """The next document, and whether it is forced; None when nothing came in time. It counts as taken until
        :meth:`done`. Those of a later turn than ``up_to`` wait."""
        with self._changed:
            end = time.monotonic() + timeout_s
            while not self._closed:
                document = self._first_free(up_to)
                if document is not None:
                    del self._waiting[document]
                    self._taken.add(document)
                    forced = document in self._forced
                    self._forced.discard(document)
                    return document, forced
                left = end - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    return None
            return None

    def _first_free(self, up_to: Turn) -> int | None:
        """The first in line that no worker has, None for none."""
        held = []
        found = None
        while self._heap and found is None and self._heap[0][0] <= up_to:
            turn, number, document = heapq.heappop(self._heap)
            if self._waiting.get(document) != turn:
                continue
            if document in self._taken:
                held.append((turn, number, document))
            else:
                found = document
        for one in held:
            heapq.heappush(self._heap, one)
        return found

    def done(self, document_id: int) -> None:
        """A worker is finished with it."""
        with self._changed:
            self._taken.discard(document_id)
            self._changed.notify_all()

    def wake(self) -> None:
        """Let who waits in :meth:`take` look around."""
        with self._changed:
            self._changed.notify_all()

    def close(self) -> None:
        """Nothing is given out any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    @property
    def waiting(self) -> frozenset[int]:
        """The documents in line."""
        with self._changed:
            return frozenset(self._waiting)

    @property
    def somebody_waits(self) -> bool:
        """Whether a person's own wish is in line."""
        with self._changed:
            return Turn.ASKED in self._waiting.values()

    @property
    def known(self) -> frozenset[int]:
        """The documents in line or with a worker."""
        with self._changed:
            return frozenset(self._waiting) | self._taken

    @property
    def idle(self) -> bool:
        """Nothing waits and nothing is taken."""
        return self.idle_up_to(Turn.AGAIN)

    def idle_up_to(self, turn: Turn) -> bool:
        """Nothing of that turn or an earlier one waits, and nothing is taken."""
        with self._changed:
            return not self._taken and all(waits > turn for waits in self._waiting.values())
