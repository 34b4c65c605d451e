"""The parent's end of one download process: started for one job, stopped at once, restarted when it dies."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from runtime.child import ChildProcess, python_child, signal_name
from runtime.downloads.messages import CODEC, JobEnded, JobProgress, SetLimit, StartJob, StopJob
from runtime.errors import Problem, UnexpectedError
from runtime.wire import Hello

RESTARTS_ALLOWED = 3
RESTARTS_WITHIN_S = 300.0
# Twice this, and the worker is killed: one that still starts or hangs does not hear. Its bytes are on the disk, and
# nobody should wait for a button to answer.
STOP_GRACE_S = 0.03

Report = JobProgress | JobEnded


class WorkerHost:
    """Owns the process of one job. Methods belong to one thread; ``on_report`` and ``on_gone`` come on another.

    ``on_gone`` is told the exit code of a process that ended without saying how its job ended.
    """

    def __init__(self, order: StartJob, on_report: Callable[[Report], None], on_gone: Callable[[int], None]) -> None:
        self._order = order
        self._on_report = on_report
        self._on_gone = on_gone
        self._ended = False
        self._starts = 0
        self._deaths: list[float] = []
        self._child = self._start()

    @property
    def pid(self) -> int:
        """The process id of the worker now."""
        return self._child.pid

    def restart(self, exit_code: int) -> Problem | None:
        """Begin again after a death, or in place of one that hangs; None, or the problem when that was too often."""
        self._starts += 1  # the end of the one before is no news any more
        self._child.close(STOP_GRACE_S)
        now = time.monotonic()
        self._deaths = [at for at in self._deaths if at > now - RESTARTS_WITHIN_S] + [now]
        if len(self._deaths) > RESTARTS_ALLOWED:
            how = signal_name(exit_code) or f"exit code {exit_code}"
            return UnexpectedError(f"the download process ended ({how})", self._child.last_words).problem()
        self._child = self._start()
        return None

    def set_limit(self, limit_bytes_per_s: int) -> None:
        """From now on no faster than this, also after a restart; 0 is no limit."""
        self._order = replace(self._order, limit_bytes_per_s=limit_bytes_per_s)
        self._child.send(SetLimit(limit_bytes_per_s))

    def stop(self) -> None:
        """End the process, politely if it listens, and join its readers. What it wrote stays on the disk."""
        self._ended = True
        self._child.send(StopJob())
        self._child.close(STOP_GRACE_S)

    def _start(self) -> ChildProcess:
        child = ChildProcess(
            python_child("runtime.downloads.worker"),
            CODEC,
            self._receive,
            partial(self._gone, self._starts),
            name="downloads-worker",
        )
        child.send(self._order)
        return child

    def _receive(self, message: object) -> None:
        if isinstance(message, Hello):
            return
        if isinstance(message, JobEnded):
            self._ended = True
        if isinstance(message, JobProgress | JobEnded):
            self._on_report(message)

    def _gone(self, start: int, exit_code: int) -> None:
        if not self._ended and start == self._starts:
            self._on_gone(exit_code)
