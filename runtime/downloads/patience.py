"""How long we wait for what, and which failures may pass by themselves."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from runtime.errors import (
    AccessNotGranted,
    DownloadError,
    HubRefused,
    Problem,
    RepositoryNotFound,
    TokenRejected,
    TokenRequired,
)

PROGRESS_THAT_COUNTS_BYTES = 32 * 1024
# The wall clock runs on while a computer sleeps and the monotonic one does not: so far apart, it slept.
SLEPT_S = 5.0


@dataclass(frozen=True)
class Patience:
    """Limits of one job, in seconds unless named otherwise.

    The first ``quiet_tries`` failures in a row are retried without a word; after them the person is told what is
    waited for. ``stall_s`` is the longest silence on a connection before it is made anew.
    """

    connect_s: float = 15.0
    stall_s: float = 20.0
    quiet_tries: int = 3
    first_delay_s: float = 0.3
    longest_delay_s: float = 60.0
    retry_after_limit_s: float = 120.0
    lock_s: float = 3.0


class Transient(Exception):
    """A failure that may pass by itself: the job waits and tries again. ``error`` is its name in the tree."""

    def __init__(self, error: DownloadError, retry_after_s: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.retry_after_s = retry_after_s


@dataclass
class Retries:
    """Counts failures in a row. Only real progress forgives them: two bytes a try would otherwise loop for ever."""

    patience: Patience
    draw: Callable[[], float] = random.random
    failures: int = field(default=0, init=False)
    _progress_bytes: int = field(default=0, init=False)

    def progressed(self, count_bytes: int) -> None:
        """Bytes arrived that were not there before."""
        self._progress_bytes += count_bytes

    def failed(self, retry_after_s: float | None = None) -> float:
        """Count one failure; the seconds to wait before the next try, at least what the hub asked for, capped."""
        if self._progress_bytes >= PROGRESS_THAT_COUNTS_BYTES:
            self.failures = 0
        self._progress_bytes = 0
        self.failures += 1
        doubled = self.patience.first_delay_s * 2.0 ** min(self.failures - 1, 20)
        delay_s = min(doubled, self.patience.longest_delay_s) * (0.75 + self.draw() / 2)
        asked_s = min(retry_after_s or 0.0, self.patience.retry_after_limit_s)
        return max(delay_s, asked_s)

    @property
    def tell(self) -> bool:
        """True once the person should read why nothing moves."""
        return self.failures > self.patience.quiet_tries


class Setbacks:
    """What all connections of one job have met: how often in a row, what it was, and until when to wait. Any thread.

    ``wall`` and ``monotonic`` are clocks in seconds.
    """

    def __init__(
        self,
        patience: Patience,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._patience = patience
        self._retries = Retries(patience)
        self._wall, self._monotonic = wall, monotonic
        self._lock = threading.Lock()
        self._until = self._failed_at = monotonic()
        self._apart_s = wall() - monotonic()
        self._waiting: Problem | None = None

    def now(self) -> float:
        """The monotonic clock that all times here are of."""
        return self._monotonic()

    def progressed(self, count_bytes: int) -> None:
        """Bytes arrived that were not there before: nothing is waited for."""
        with self._lock:
            self._retries.progressed(count_bytes)
            self._waiting = None

    def passed(self) -> None:
        """A step succeeded that brings no bytes: it begins anew."""
        with self._lock:
            self._retries.failures = 0
            self._waiting = None

    def failed(self, failure: Transient, begun_at: float, *, quietly: bool = False) -> bool:
        """Count a failure of something that began at ``begun_at``; True when the person should be told of the wait.

        Connections that broke together count once: what began before the last failure is no news.
        """
        with self._lock:
            if begun_at < self._failed_at:
                return False
            delay_s = self._retries.failed(failure.retry_after_s)
            self._failed_at = self._monotonic()
            self._until = self._failed_at + delay_s
            if not quietly and (self._retries.tell or delay_s > self._patience.stall_s):
                self._waiting = failure.error.problem()
            return self._waiting is not None

    def hold_s(self) -> float:
        """Seconds until the next try; 0 for now."""
        return max(0.0, self._until - self._monotonic())

    def woke(self) -> bool:
        """True once after the computer slept. The network is another one then, so no wait goes on."""
        with self._lock:
            apart_s = self._wall() - self._monotonic()
            slept = apart_s - self._apart_s > SLEPT_S
            self._apart_s = apart_s
            if slept:
                self._until = self._monotonic()
            return slept

    @property
    def waiting(self) -> tuple[Problem, float] | None:
        """What the person should know is waited for, and the seconds left."""
        problem = self._waiting
        return None if problem is None else (problem, self.hold_s())


@dataclass(frozen=True)
class Answer:
    """The part of an HTTP answer that says no."""

    host: str
    status: int
    error_code: str = ""
    error_message: str = ""
    retry_after: str = ""


def refusal(answer: Answer, repository: str, page_url: str, *, has_token: bool) -> DownloadError | Transient:
    """What an answer of the hub that is no success means."""
    if answer.status == 404 or (answer.status == 401 and _means_missing(answer) and not has_token):
        return RepositoryNotFound(repository)
    if answer.status == 401:
        return TokenRejected(repository, page_url) if has_token else TokenRequired(repository, page_url)
    if answer.status == 403:
        return AccessNotGranted(repository, page_url) if has_token else TokenRequired(repository, page_url)
    return transient_refusal(answer)


def _means_missing(answer: Answer) -> bool:
    """To a stranger the hub says 401 for a misspelt name too; only gated models carry a code of their own."""
    return answer.error_code == "RepoNotFound" or (
        not answer.error_code and answer.error_message == "Invalid username or password."
    )


def transient_refusal(answer: Answer) -> Transient:
    """An answer that another try may turn: 429, 5xx, and anything odd from a host that only stores the bytes."""
    return Transient(HubRefused(answer.host, answer.status), _seconds(answer.retry_after))


def _seconds(retry_after: str) -> float | None:
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        return None
