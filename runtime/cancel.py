"""A flag that one thread sets and another honours."""

from __future__ import annotations

import threading


class Cancelled(Exception):
    """Raised inside long work when its token was cancelled. Not an error: nobody is told of it as one."""


class CancelToken:
    """Set by any thread, read by the one that works. Waiting on it replaces sleeping."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask the work to end as soon as it can."""
        self._event.set()

    @property
    def cancelled(self) -> bool:
        """True once :meth:`cancel` was called."""
        return self._event.is_set()

    def wait(self, timeout_s: float) -> bool:
        """Sleep up to ``timeout_s``; True at once when cancelled."""
        return self._event.wait(timeout_s)

    def check(self) -> None:
        """Raise :class:`Cancelled` if the work should end."""
        if self._event.is_set():
            raise Cancelled
