"""How long we wait for what, and which failures may pass by themselves."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from runtime.errors import AccessNotGranted, DownloadError, HubRefused, RepositoryNotFound, TokenRejected, TokenRequired

PROGRESS_THAT_COUNTS_BYTES = 32 * 1024


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
