"""Between the thread that hears the child and the one that waits for it: a few messages at most, so that a child that
is faster than its reader waits instead of filling the memory."""

from __future__ import annotations

import collections
import threading
from dataclasses import dataclass

_MOST_WAITING = 16


@dataclass(frozen=True)
class Exited:
    """The child is gone."""

    code: int


class Mailbox:
    """Any thread may call any method."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: collections.deque[object] = collections.deque()
        self._closed = False

    def put(self, message: object) -> None:
        """Wait for room; nothing is kept any more once it is closed."""
        with self._changed:
            while len(self._waiting) >= _MOST_WAITING and not self._closed:
                self._changed.wait()
            if not self._closed:
                self._waiting.append(message)
                self._changed.notify_all()

    def put_exit(self, code: int) -> None:
        """The last message."""
        self.put(Exited(code))

    def take(self, timeout_s: float) -> object | None:
        """The next message, None if none comes in time."""
        with self._changed:
            if not self._waiting:
                self._changed.wait(timeout_s)
            if not self._waiting:
                return None
            message = self._waiting.popleft()
            self._changed.notify_all()
            return message

    def close(self) -> None:
        """Let go whoever waits to put something in."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
