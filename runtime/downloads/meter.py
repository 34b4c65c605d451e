"""How fast bytes come and how long the rest will take, smoothed so that a person can read it."""

from __future__ import annotations

import collections
import time
from collections.abc import Callable
from dataclasses import dataclass

RATE_WINDOW_S = 5.0
# The time left is told from a longer stretch: nobody can use a figure that jumps with every hiccup of the line.
FORECAST_WINDOW_S = 30.0
FIRST_RATE_AFTER_S = 1.0
FIRST_FORECAST_AFTER_S = 2.0
STALLED_AFTER_S = 10.0
# Readings come several times a second. After a longer gap (the computer slept) the samples tell nothing about now.
GAP_S = 5.0


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
        self._moved_at = 0.0

    def reset(self) -> None:
        """Forget everything: bytes do not flow now, or flow anew."""
        self._samples.clear()

    def read(self, done_bytes: int, total_bytes: int) -> Reading:
        """Take one sample and say what is known."""
        now = self._clock()
        if self._samples and (done_bytes < self._samples[-1][1] or now - self._samples[-1][0] > GAP_S):
            self.reset()
        if not self._samples or done_bytes > self._samples[-1][1]:
            self._moved_at = now
        self._samples.append((now, done_bytes))
        while len(self._samples) > 2 and self._samples[1][0] <= now - FORECAST_WINDOW_S:
            self._samples.popleft()
        rate = self._rate_over(RATE_WINDOW_S, FIRST_RATE_AFTER_S)
        if rate is None:
            return Reading()
        long_rate = self._rate_over(FORECAST_WINDOW_S, FIRST_FORECAST_AFTER_S)
        known = rate > 0 and long_rate
        seconds_left = max(0, total_bytes - done_bytes) / long_rate if known and long_rate else None
        return Reading(rate, seconds_left, now - self._moved_at >= STALLED_AFTER_S)

    def _rate_over(self, window_s: float, at_least_s: float) -> float | None:
        """Bytes a second over the last ``window_s``, or over what there is of them; None below ``at_least_s``."""
        now, done_bytes = self._samples[-1]
        first_at, first_bytes = self._samples[0]
        for at, count in reversed(self._samples):
            if at <= now - window_s:
                first_at, first_bytes = at, count
                break
        if now - first_at < at_least_s:
            return None
        return (done_bytes - first_bytes) / (now - first_at)
