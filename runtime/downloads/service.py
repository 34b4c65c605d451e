"""Downloads for the rest of Hearth: a queue of jobs, one running at a time, in a process of its own.

One thread owns all state. The public methods put a wish into its inbox and return at once; every answer is a
:class:`DownloadChanged`, sent from that thread.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from runtime.downloads.book import JobBook
from runtime.downloads.hub import hub_endpoint, is_repository
from runtime.downloads.messages import JobProgress, StartJob
from runtime.downloads.meter import RateMeter, Reading
from runtime.downloads.patience import Patience
from runtime.downloads.records import JobRecord, queued_state, resting_state, shown_total_bytes
from runtime.downloads.stage import Stage, sweep_forgotten
from runtime.downloads.worker_host import Report, WorkerHost
from runtime.errors import (
    AccessNotGranted,
    AlreadyDownloading,
    Problem,
    RepositoryNotFound,
    TokenRejected,
    TokenRequired,
    problem_of,
)
from runtime.events import DownloadChanged, DownloadPhase, Event
from runtime.paths import Paths
from runtime.requests import DownloadRequest

_log = logging.getLogger(__name__)
SAVE_EVERY_S = 5.0
# After one of these the next try asks the hub anew which commit the revision names.
_UNPIN = frozenset({RepositoryNotFound.code, AccessNotGranted.code, TokenRejected.code, TokenRequired.code})


@dataclass
class _Running:
    """The job in work."""

    repository: str
    worker: WorkerHost
    meter: RateMeter
    saved_at: float


class DownloadService:
    """Fetches models, one after the other, and remembers unfinished ones. Any thread may call it.

    ``on_event`` is called on the service's thread. ``token`` is asked once per start of a job. ``endpoint`` is a hub
    or mirror; without it ``HF_ENDPOINT`` counts, then the public hub. Call :meth:`close` at the end.
    """

    def __init__(
        self,
        paths: Paths,
        on_event: Callable[[Event], None],
        *,
        token: Callable[[], str | None],
        endpoint: str | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._paths = paths
        self._book = JobBook(paths.downloads, on_event)
        self._token = token
        self._endpoint = endpoint
        self._patience = patience or Patience()
        self._running: _Running | None = None
        self._key = object()
        self._inbox: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="downloads", daemon=True)
        self._thread.start()

    # --- what callers ask ---------------------------------------------------------------------------------------

    def start(self, request: DownloadRequest) -> None:
        """Fetch a model; it waits its turn. Asking again for one that runs or waits changes nothing.

        Raises:
            RepositoryNotFound: the name is none that the hub could have.
        """
        if not is_repository(request.repository):
            raise RepositoryNotFound(request.repository)
        self._book.announce(request)
        self._inbox.put(partial(self._start, request))

    def pause(self, repository: str) -> None:
        """Stop fetching and keep what is there. Also takes a waiting job out of the queue."""
        self._inbox.put(partial(self._pause, repository))

    def resume(self, repository: str) -> None:
        """Go on with a paused or failed job; a job that waits for the network tries again now."""
        self._book.announce_again(repository)
        self._inbox.put(partial(self._resume, repository))

    def cancel(self, repository: str) -> None:
        """Stop and delete what was fetched so far. An installed model is not touched."""
        self._inbox.put(partial(self._cancel, repository))

    def restore(self) -> None:
        """Bring back the unfinished jobs of earlier runs: running ones go on, paused and failed ones stay so."""
        self._inbox.put(self._restore)

    def jobs(self) -> tuple[DownloadChanged, ...]:
        """The last state of every job that is not finished, in the order they were asked for."""
        return self._book.unfinished()

    def wait(self, repository: str, timeout_s: float | None = None) -> DownloadChanged | None:
        """Block until the job rests (done, failed, paused, cancelled), :meth:`close`, or the time is over.

        Returns its state then; None for a job that nobody asked for.
        """
        return self._book.wait(repository, timeout_s)

    def close(self) -> None:
        """Stop the work and join all threads. Unfinished jobs come back with :meth:`restore` next time."""
        self._inbox.put(None)
        self._thread.join()

    # --- the service's own thread -------------------------------------------------------------------------------

    def _work(self) -> None:
        while (action := self._inbox.get()) is not None:
            try:
                action()
                self._begin_next()
            except Exception:
                _log.exception("a download step failed")
        self._end_worker()
        self._book.close()

    def _start(self, request: DownloadRequest) -> None:
        record = self._book.record(request.repository) or self._book.new_record(request)
        if self._book.record(request.repository) and not record.paused and record.problem is None:
            return
        commit = record.commit if request.revision == record.request.revision else ""
        self._queue(replace(record, request=request, commit=commit))

    def _resume(self, repository: str) -> None:
        record = self._book.record(repository)
        if record is None:
            return
        if self._running is not None and self._running.repository == repository:
            if self._book.told(repository).phase is not DownloadPhase.WAITING:
                return
            self._end_worker()
        self._queue(record)

    def _queue(self, record: JobRecord) -> None:
        failed_for = record.problem.code if record.problem else ""
        commit = "" if failed_for in _UNPIN else record.commit
        record = replace(record, paused=False, problem=None, commit=commit)
        self._book.tell(queued_state(self._book.keep(record)))

    def _pause(self, repository: str) -> None:
        record = self._book.record(repository)
        if record is None or record.paused or record.problem is not None:
            return
        self._end_worker_of(repository)
        self._book.tell(resting_state(self._book.keep(replace(self._with_bytes(record), paused=True))))

    def _cancel(self, repository: str) -> None:
        record = self._book.record(repository)
        if record is None:
            return
        self._end_worker_of(repository)
        ours = not _is_of_another(record.problem)
        self._book.forget(repository, on_disk=ours)
        if ours:
            Stage(self._paths.models, repository).discard()
        self._book.tell(replace(queued_state(record), phase=DownloadPhase.CANCELLED, done_bytes=0))

    def _restore(self) -> None:
        sweep_forgotten(self._paths.models, self._book.restore())

    def _begin_next(self) -> None:
        if self._running is not None:
            return
        record = self._book.next_record()
        if record is None:
            return
        self._book.tell(replace(queued_state(record), phase=DownloadPhase.LISTING))
        key = self._key = object()  # tells reports of an earlier worker apart

        def report(message: Report) -> None:
            self._inbox.put(partial(self._reported, key, message))

        def gone(exit_code: int) -> None:
            self._inbox.put(partial(self._died, key, exit_code))

        try:
            worker = WorkerHost(self._worker_order(record), report, gone)
        except Exception as error:
            self._fail(record, problem_of(error))
            self._inbox.put(lambda: None)  # the next in the queue has its turn
            return
        self._running = _Running(record.repository, worker, RateMeter(), time.monotonic())

    def _worker_order(self, record: JobRecord) -> StartJob:
        return StartJob(
            models=str(self._paths.models),
            repository=record.repository,
            revision=record.commit or record.request.revision,
            title=record.request.title,
            endpoint=hub_endpoint(self._endpoint),
            token=(self._token() or "").strip() or None,
            patience=self._patience,
        )

    def _reported(self, key: object, message: Report) -> None:
        running = self._running
        if running is None or key is not self._key:
            return
        record = self._book.record(running.repository)
        assert record is not None
        if isinstance(message, JobProgress):
            self._progressed(running, record, message)
        elif message.problem is not None:
            self._end_worker()
            self._fail(self._with_bytes(record), message.problem)
        else:
            self._end_worker()
            self._book.forget(record.repository)
            done = replace(queued_state(record), phase=DownloadPhase.DONE, done_bytes=record.total_bytes)
            self._book.tell(replace(done, folder=message.folder))

    def _progressed(self, running: _Running, record: JobRecord, progress: JobProgress) -> None:
        if progress.commit and progress.total_bytes:
            listed = replace(record, commit=progress.commit, total_bytes=progress.total_bytes)
            if listed != record:
                record = self._book.keep(listed)
        if time.monotonic() - running.saved_at > SAVE_EVERY_S:
            running.saved_at = time.monotonic()
            self._book.keep(replace(record, done_bytes=progress.done_bytes))
        reading = Reading()
        if progress.phase in (DownloadPhase.TRANSFERRING, DownloadPhase.WAITING):
            reading = running.meter.read(progress.done_bytes, progress.total_bytes)
        else:
            running.meter.reset()
        waiting = progress.phase is DownloadPhase.WAITING
        listing = progress.phase is DownloadPhase.LISTING
        self._book.tell(
            DownloadChanged(
                record.repository,
                progress.phase,
                record.request.title,
                record.commit or record.request.revision,
                self._book.told(record.repository).done_bytes if listing else progress.done_bytes,
                progress.total_bytes or shown_total_bytes(record),
                None if waiting else reading.bytes_per_s,
                None if waiting else reading.seconds_left,
                reading.stalled,
                progress.retry_in_s,
                problem=progress.problem,
            )
        )

    def _died(self, key: object, exit_code: int) -> None:
        running = self._running
        if running is None or key is not self._key:
            return
        _log.warning("the download process of %s ended with %d", running.repository, exit_code)
        running.meter.reset()
        try:
            problem = running.worker.restart(exit_code)
        except OSError as error:
            problem = problem_of(error)
        if problem is not None:
            self._end_worker()
            record = self._book.record(running.repository)
            assert record is not None
            self._fail(self._with_bytes(record), problem)

    def _fail(self, record: JobRecord, problem: Problem) -> None:
        if problem.report:
            _log.error("download of %s: %s", record.repository, problem.report)
        failed = self._book.keep(replace(record, problem=problem), on_disk=not _is_of_another(problem))
        self._book.tell(resting_state(failed))

    def _end_worker_of(self, repository: str) -> None:
        if self._running is not None and self._running.repository == repository:
            self._end_worker()

    def _end_worker(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            running.worker.stop()

    def _with_bytes(self, record: JobRecord) -> JobRecord:
        return replace(record, done_bytes=self._book.told(record.repository).done_bytes)


def _is_of_another(problem: Problem | None) -> bool:
    """True when another copy of Hearth fetches this model: its record and its parts are not ours to touch."""
    return problem is not None and problem.code == AlreadyDownloading.code
