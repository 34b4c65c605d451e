"""How many connections are used at once: as many as help."""

from __future__ import annotations

# Each connection has bytes on its way that a kill loses: no more of them than help.
FIRST_CONNECTIONS = 2
MOST_CONNECTIONS = 8
WINDOW_S = 1.0
HELPS_FROM = 1.1
TRY_AGAIN_AFTER_S = 30.0
CAREFUL_FOR_S = 60.0
BYTES_PER_S_FOR_ONE = 1024 * 1024


class Tuning:
    """Watches the throughput of one job and says how many connections to have. One thread; times in seconds.

    One more is tried; it stays if the throughput rose by a tenth, else it goes and nothing is tried for a while.
    """

    def __init__(self) -> None:
        self._wanted = FIRST_CONNECTIONS
        self._window: tuple[float, int] | None = None
        self._best = 0.0
        self._trying = False
        self._settled_until = 0.0

    def wanted(self, limit_bytes_per_s: int = 0) -> int:
        """How many connections to have under a speed limit (0: none): a slow line needs no crowd."""
        if limit_bytes_per_s:
            return max(1, min(self._wanted, limit_bytes_per_s // BYTES_PER_S_FOR_ONE))
        return self._wanted

    def observe(self, now: float, arrived_bytes: int, busy: int) -> None:
        """Be told all bytes so far and how many connections carry some."""
        if self._window is None or busy < self._wanted:
            self._window = (now, arrived_bytes)  # too few pieces left, or a wait: says nothing
            return
        begun_at, before = self._window
        if now - begun_at < WINDOW_S:
            return
        rate = (arrived_bytes - before) / (now - begun_at)
        self._window = (now, arrived_bytes)
        self._judge(now, rate)

    def _judge(self, now: float, rate: float) -> None:
        if self._trying and rate < self._best * HELPS_FROM:
            self._trying = False
            self._wanted = max(1, self._wanted - 1)
            self._settled_until = now + TRY_AGAIN_AFTER_S
            return
        if now < self._settled_until:
            return
        self._best = rate
        self._trying = self._wanted < MOST_CONNECTIONS
        self._wanted = min(MOST_CONNECTIONS, self._wanted + 1)

    def refused(self, now: float) -> None:
        """One of several connections brought nothing: perhaps that is one too many."""
        self._wanted = max(1, self._wanted - 1)
        self._trying = False
        self._window = None
        self._settled_until = now + TRY_AGAIN_AFTER_S

    def overwhelmed(self, now: float) -> None:
        """The hub asked for less (429, 503): half of them, and no more for a minute."""
        self._wanted = max(1, self._wanted // 2)
        self._trying = False
        self._window = None
        self._settled_until = now + CAREFUL_FOR_S
