"""How long a piece of work will still take, smoothed so that a person can read it."""

from __future__ import annotations

import collections
import time
from collections.abc import Callable

# Copying writes a file and then reads it back at another speed; over this long the two even out.
WINDOW_S = 30.0
FIRST_FORECAST_AFTER_S = 2.0
_WEIGHT = 0.2


class Pace:
    """Fed with the bytes done so far, a few times a second. One thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._samples: collections.deque[tuple[float, int]] = collections.deque()
        self._started_at = clock()
        self._bytes_per_s: float | None = None

    def seconds_left(self, done_bytes: int, total_bytes: int) -> float | None:
        """Take one sample; the seconds that the rest will take, None until known or while nothing moves."""
        now = self._clock()
        self._samples.append((now, done_bytes))
        while len(self._samples) > 2 and self._samples[1][0] <= now - WINDOW_S:
            self._samples.popleft()
        first_at, first_bytes = self._samples[0]
        if now <= first_at or done_bytes <= first_bytes:
            return None
        rate = (done_bytes - first_bytes) / (now - first_at)
        before = self._bytes_per_s
        self._bytes_per_s = rate if before is None else before + _WEIGHT * (rate - before)
        if now - self._started_at < FIRST_FORECAST_AFTER_S:
            return None
        return max(0, total_bytes - done_bytes) / self._bytes_per_s
