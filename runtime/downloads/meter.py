"""How fast bytes come and how long the rest will take, smoothed so that a person can read it."""

from __future__ import annotations

import collections
import time
from collections.abc import Callable
from dataclasses import dataclass

WINDOW_S = 5.0
FIRST_RATE_AFTER_S = 1.0
FIRST_FORECAST_AFTER_S = 2.0
STALLED_AFTER_S = 10.0


@dataclass(frozen=True)
class Reading:
    """What the meter shows. None means: not known yet."""

    bytes_per_s: float | None = None
    seconds_left: float | None = None
    stalled: bool = False


class RateMeter:
    """Fed with bytes on disk and read at the same moment. One thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._samples: collections.deque[tuple[float, int]] = collections.deque()
        self._started_at = 0.0
        self._moved_at = 0.0

    def reset(self) -> None:
        """Forget everything: bytes do not flow now, or flow anew."""
        self._samples.clear()

    def read(self, done_bytes: int, total_bytes: int) -> Reading:
        """Take one sample and say what is known."""
        now = self._clock()
        if not self._samples or done_bytes < self._samples[-1][1]:
            self._samples.clear()
            self._started_at = self._moved_at = now
        elif done_bytes > self._samples[-1][1]:
            self._moved_at = now
        self._samples.append((now, done_bytes))
        while len(self._samples) > 2 and self._samples[1][0] <= now - WINDOW_S:
            self._samples.popleft()
        first_at, first_bytes = self._samples[0]
        if now - first_at < FIRST_RATE_AFTER_S:
            return Reading()
        rate = (done_bytes - first_bytes) / (now - first_at)
        known = rate > 0 and now - self._started_at >= FIRST_FORECAST_AFTER_S
        seconds_left = max(0, total_bytes - done_bytes) / rate if known else None
        return Reading(rate, seconds_left, now - self._moved_at >= STALLED_AFTER_S)
