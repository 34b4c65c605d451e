"""How far a piece of work has come, and whether it should end."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from runtime.cancel import CancelToken


class Steps:
    """Counts the bytes of one piece of work and asks at each step whether it should end. One thread.

    Each file has a budget of bytes; what is found there already, and needs less, is settled at the file's end, so the
    fraction always goes forward and ends at one.
    """

    def __init__(self, cancel: CancelToken, on_progress: Callable[[int, int], None], total_bytes: int) -> None:
        self.cancel = cancel
        self._on_progress = on_progress
        self._total_bytes = total_bytes
        self._done_bytes = 0
        self._limit_bytes = total_bytes
        on_progress(0, total_bytes)

    def advance(self, count_bytes: int) -> None:
        """Some bytes more were read or written. Raises Cancelled."""
        self.cancel.check()
        self._show(min(self._done_bytes + count_bytes, self._limit_bytes))

    @contextlib.contextmanager
    def budget(self, count_bytes: int) -> Iterator[None]:
        """What happens inside counts as ``count_bytes`` in the end, and never as more. Raises Cancelled."""
        self.cancel.check()
        end_bytes, outer = min(self._done_bytes + count_bytes, self._limit_bytes), self._limit_bytes
        self._limit_bytes = end_bytes
        try:
            yield
        finally:
            self._limit_bytes = outer
        self._show(end_bytes)

    def finish(self) -> None:
        """All is done, whatever was counted."""
        self._show(self._total_bytes)

    def _show(self, done_bytes: int) -> None:
        if done_bytes > self._done_bytes:
            self._done_bytes = done_bytes
            self._on_progress(done_bytes, self._total_bytes)
