"""One job's turn at work: its process, how fast it goes, and whether it only waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from runtime.downloads.messages import JobEnded, JobProgress, StartJob
from runtime.downloads.meter import RateMeter, Reading
from runtime.downloads.patience import PROGRESS_THAT_COUNTS_BYTES
from runtime.downloads.worker_host import WorkerHost
from runtime.errors import Problem, problem_of
from runtime.events import DownloadPhase

SAVE_EVERY_S = 5.0
# A worker speaks at least once a second. One that is silent for this long hangs or was stopped.
SILENT_AFTER_S = 30.0
PREPARING_JOIN_S = 0.3

# What a turn hears: the order that its worker may start with, reports, an end, or the exit code of a dead worker.
News = StartJob | JobProgress | JobEnded | int


class Turn:
    """Owns the worker of the job in work. Methods belong to the service's thread.

    ``prepare`` makes the worker's order; it runs on a short-lived thread, because a keychain or a disk may take
    seconds to answer. ``on_news`` is called on that thread and on the worker's reader thread.
    """

    def __init__(self, repository: str, prepare: Callable[[], StartJob], on_news: Callable[[Turn, News], None]) -> None:
        self.repository = repository
        self._prepare = prepare
        self._on_news = on_news
        self._meter = RateMeter()
        self._worker: WorkerHost | None = None
        self._progress = JobProgress(DownloadPhase.LISTING)
        self._waiting_since: float | None = None
        self._waiting_from_bytes = 0
        self._heard_at = self._saved_at = time.monotonic()
        self._preparing = threading.Thread(target=self._run_prepare, name="downloads-prepare", daemon=True)
        self._preparing.start()

    def begin(self, order: StartJob) -> None:
        """Start the worker. Raises OSError when the system gives no process."""
        self._heard_at = time.monotonic()
        self._worker = WorkerHost(order, lambda news: self._on_news(self, news), lambda code: self._on_news(self, code))

    def restart(self, exit_code: int) -> Problem | None:
        """Begin again after the worker's death; None, or the problem when it died too often."""
        assert self._worker is not None
        self._meter.reset()
        self._heard_at = time.monotonic()
        try:
            return self._worker.restart(exit_code)
        except OSError as error:
            return problem_of(error)

    def set_limit(self, limit_bytes_per_s: int) -> None:
        """From now on no faster than this; a worker that has not begun gets it with its order."""
        if self._worker is not None:
            self._meter.reset()
            self._worker.set_limit(limit_bytes_per_s)

    def stop(self) -> None:
        """End the worker at once and join the threads. What it wrote stays on the disk."""
        if self._worker is not None:
            self._worker.stop()

    def join(self) -> None:
        """Wait a moment for the thread that prepares, which a silent keychain may hold."""
        self._preparing.join(PREPARING_JOIN_S)

    # --- how it goes ------------------------------------------------------------------------------------------------

    def read(self, progress: JobProgress) -> Reading:
        """Take one report in; the rates that may be shown with it."""
        now = self._heard_at = time.monotonic()
        self._progress = progress
        self._note_waiting(progress, now)
        if progress.phase not in (DownloadPhase.TRANSFERRING, DownloadPhase.WAITING):
            self._meter.reset()
            return Reading()
        reading = self._meter.read(progress.done_bytes, progress.total_bytes)
        if progress.phase is DownloadPhase.WAITING:
            return Reading(stalled=reading.stalled)
        return reading

    def save_is_due(self) -> bool:
        """True every few seconds: how far the job is should be in its record."""
        now = time.monotonic()
        if now - self._saved_at <= SAVE_EVERY_S:
            return False
        self._saved_at = now
        return True

    @property
    def waits(self) -> bool:
        """True while the job waits for the network, the hub or the store to answer again."""
        return self._progress.phase is DownloadPhase.WAITING

    @property
    def waited_s(self) -> float:
        """For how long it has waited without bytes worth the name in between; 0 while it does not wait."""
        since = self._waiting_since
        return time.monotonic() - since if self.waits and since is not None else 0.0

    @property
    def hangs(self) -> bool:
        """True for a worker that has said nothing for too long."""
        return self._worker is not None and time.monotonic() - self._heard_at > SILENT_AFTER_S

    def _note_waiting(self, progress: JobProgress, now: float) -> None:
        if progress.phase is DownloadPhase.WAITING:
            if self._waiting_since is None:
                self._waiting_since, self._waiting_from_bytes = now, progress.done_bytes
        elif (
            progress.phase is DownloadPhase.VERIFYING
            or progress.done_bytes >= self._waiting_from_bytes + PROGRESS_THAT_COUNTS_BYTES
        ):
            self._waiting_since = None

    def _run_prepare(self) -> None:
        news: News
        try:
            news = self._prepare()
        except Exception as error:
            news = JobEnded(problem=problem_of(error))
        self._on_news(self, news)
