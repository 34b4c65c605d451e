"""A speed limit over all connections of a job."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

BURST_S = 0.25


class Limiter:
    """Bytes are paid for after they came: whoever read some waits until the debt is paid. Any thread.

    A quarter of a second's worth may be saved up. 0 is no limit. A change counts at once, also for those who wait.
    """

    def __init__(self, bytes_per_s: int = 0, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._rate = max(0, bytes_per_s)
        self._paid_at = clock()

    @property
    def bytes_per_s(self) -> int:
        """The limit now; 0 for none."""
        return self._rate

    def set(self, bytes_per_s: int) -> None:
        """Change the limit."""
        with self._lock:
            now = self._clock()
            debt_bytes = max(0.0, self._paid_at - now) * self._rate
            self._rate = max(0, bytes_per_s)
            self._paid_at = now + debt_bytes / self._rate if self._rate else now

    def pay(self, count_bytes: int) -> None:
        """Count bytes that were read."""
        with self._lock:
            if self._rate:
                self._paid_at = max(self._paid_at, self._clock() - BURST_S) + count_bytes / self._rate

    def owed_s(self) -> float:
        """Seconds until the next byte may be read; 0 for now."""
        with self._lock:
            return max(0.0, self._paid_at - self._clock()) if self._rate else 0.0
