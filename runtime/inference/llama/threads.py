"""How many threads llama.cpp computes with.

The rule: one thread for each physical core that this process may use (its affinity, its control group's share), less
the cores that others keep busy, at least one. Threads of one operation wait for each other many thousand times a
second: one thread too many, whose core is taken, holds up all the others. A second thread on the same core brings
nothing, as both wait for the same memory.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import psutil

MOST_THREADS = 16
# A core counts as taken when others use at least this much of it.
_TAKEN_SHARE = 0.6
# Shorter than this between two looks says nothing, longer nothing of now.
_LEAST_LOOK_S, _LONGEST_LOOK_S = 0.2, 10.0
_CGROUP = Path("/sys/fs/cgroup")


def usable_cores() -> int:
    """Physical cores that this process may use, at least 1."""
    logical = psutil.cpu_count() or 1
    physical = psutil.cpu_count(logical=False) or logical
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else logical
    # Of a part of the processors nobody knows which share a core; as many of them as of all.
    cores = -(-allowed * physical // logical) if allowed < logical else physical
    limit = cgroup_cores(_CGROUP)
    return max(1, min(cores, MOST_THREADS, cores if limit is None else int(limit)))


def cgroup_cores(root: Path) -> float | None:
    """The processors' worth of time that a control group at ``root`` grants; None for no limit."""
    try:
        quota, period = (root / "cpu.max").read_text(encoding="ascii").split()
        return None if quota == "max" else max(1.0, int(quota) / int(period))
    except (OSError, ValueError):
        pass
    try:
        quota_us = int((root / "cpu" / "cpu.cfs_quota_us").read_text(encoding="ascii"))
        period_us = int((root / "cpu" / "cpu.cfs_period_us").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    return max(1.0, quota_us / period_us) if quota_us > 0 and period_us > 0 else None


def threads_beside(cores: int, others_busy_cores: float) -> int:
    """Threads for ``cores`` usable ones while other programs keep so many busy."""
    taken = int(others_busy_cores + 1 - _TAKEN_SHARE)
    return max(1, cores - taken)


class WritingThreads:
    """With how many threads words are written: with all there may be, or with half of them, whichever was faster here.

    Reading gains by every core; writing waits for memory, and for the slowest of its threads after each layer: on four
    cores of a virtual machine two threads wrote 42 to 52 tokens a second, four of them 14. Belongs to one thread.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._took_s: dict[int, float] = {}
        self._using = 0
        self._since_s = 0.0

    def begin(self, most: int) -> int:
        """An answer begins to be written; with so many threads."""
        self._using = self._best(most)
        self._since_s = self._clock()
        return self._using

    def next(self, most: int) -> int:
        """As many tokens were written as always between two calls; with so many threads from now on."""
        took_s = self._clock() - self._since_s
        self._took_s[self._using] = (self._took_s.get(self._using, took_s) + took_s) / 2
        return self.begin(most)

    def _best(self, most: int) -> int:
        # What was not tried takes no time, and so is tried.
        return min((most, max(1, (most + 1) // 2)), key=lambda count: self._took_s.get(count, 0.0))


class BusyCores:
    """How many cores' worth of time other processes took since the last look. One look costs well under a
    millisecond and never waits. Belongs to one thread."""

    def __init__(self) -> None:
        self._others = 0.0
        self._last = self._sample()

    def look(self) -> float:
        """Cores that others kept busy between the last look and now; what the last one saw if that is too long ago."""
        now, processors = self._sample(), psutil.cpu_count() or 1
        passed_s = (now[0] - self._last[0]) / processors
        if passed_s < _LEAST_LOOK_S:
            return self._others
        if passed_s <= _LONGEST_LOOK_S:
            busy_s, ours_s = now[1] - self._last[1], now[2] - self._last[2]
            self._others = max(0.0, (busy_s - ours_s) / passed_s)
        self._last = now
        return self._others

    def _sample(self) -> tuple[float, float, float]:
        """Seconds of all processors so far, those of them that were busy, and those that were ours."""
        times = psutil.cpu_times()
        idle_s = times.idle + getattr(times, "iowait", 0.0)
        # Guests' time is within the others already.
        total_s = sum(times) - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0)
        ours = psutil.Process().cpu_times()
        return total_s, total_s - idle_s, ours.user + ours.system
