"""Slow work with models on disk, one piece after the other, away from whoever asked for it."""

from __future__ import annotations

import logging
import queue
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from runtime.cancel import Cancelled, CancelToken
from runtime.errors import UnexpectedError, problem_of
from runtime.events import Event, WorkChanged, WorkKind, WorkState
from runtime.library.pace import Pace

_log = logging.getLogger(__name__)
TELL_EVERY_S = 0.2
JOIN_S = 10.0

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class WorkResult:
    """What a piece of work came to: the place of what it made, and the names of files that did not agree."""

    folder: str = ""
    wrong_files: tuple[str, ...] = ()


Job = Callable[[CancelToken, Progress], WorkResult]


@dataclass
class _Work:
    """One piece of work on its way. Guarded by the lock of its owner."""

    state: WorkChanged
    job: Job
    cancel: CancelToken = field(default_factory=CancelToken)
    pace: Pace | None = None


class LibraryWork:
    """Owns the thread that does the work and one that tells of it. Any thread may call.

    ``on_event`` receives WorkChanged in order, on the telling thread: at each change of state, and five times a second
    while work runs, also while a disk keeps it waiting. What it raises is logged.
    """

    def __init__(self, on_event: Callable[[Event], None]) -> None:
        self._on_event = on_event
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._waiting: list[_Work] = []
        self._running: _Work | None = None
        self._closed = False
        self._events: queue.SimpleQueue[WorkChanged | None] = queue.SimpleQueue()
        self._threads: tuple[threading.Thread, ...] = ()

    def start(self, kind: WorkKind, subject: str, job: Job, target: str = "") -> str:
        """Queue a piece of work and return its id at once.

        ``job`` runs on the working thread with its token and a function that takes bytes done and in all; it may raise
        any error of the tree, or Cancelled. After :meth:`close` nothing is done any more.
        """
        work = _Work(WorkChanged(uuid.uuid4().hex, kind, subject, WorkState.WAITING, target), job)
        with self._changed:
            if self._closed:
                return work.state.id
            self._start_threads()
            self._waiting.append(work)
            self._events.put(work.state)
            self._changed.notify()
        return work.state.id

    def stop(self, work_id: str) -> None:
        """End a piece of work early: one that waits at once, one that runs at its next step."""
        with self._changed:
            if self._running is not None and self._running.state.id == work_id:
                self._running.cancel.cancel()
            for work in [work for work in self._waiting if work.state.id == work_id]:
                self._waiting.remove(work)
                self._events.put(replace(work.state, state=WorkState.STOPPED))

    def works(self) -> tuple[WorkChanged, ...]:
        """The last state of every piece of work that is not over: the one that runs, then those that wait."""
        with self._lock:
            running = () if self._running is None else (self._running,)
            return tuple(work.state for work in (*running, *self._waiting))

    def close(self) -> None:
        """Stop everything and join the threads. Twice is fine.

        Work that hangs in the system (a share that answers no more) is given up after some seconds: its thread is not
        kept alive by us and ends with the process.
        """
        with self._changed:
            self._closed = True
            for work in self._waiting:
                self._events.put(replace(work.state, state=WorkState.STOPPED))
            self._waiting.clear()
            if self._running is not None:
                self._running.cancel.cancel()
            self._changed.notify()
            threads, self._threads = self._threads, ()
        for thread, mark in zip(threads, (False, True), strict=False):
            if mark:
                self._events.put(None)
            if thread is not threading.current_thread():
                thread.join(JOIN_S)

    def _start_threads(self) -> None:
        if self._threads:
            return
        self._threads = (
            threading.Thread(target=self._work, name="library-work", daemon=True),
            threading.Thread(target=self._tell, name="library-work-events", daemon=True),
        )
        for thread in self._threads:
            thread.start()

    # --- the working thread -----------------------------------------------------------------------------------------

    def _work(self) -> None:
        while (work := self._next()) is not None:
            end = self._run(work)
            with self._lock:
                self._running = None
                self._events.put(end)

    def _next(self) -> _Work | None:
        with self._changed:
            while not self._waiting and not self._closed:
                self._changed.wait()
            if self._closed:
                return None
            work = self._waiting.pop(0)
            work.pace = Pace()
            work.state = replace(work.state, state=WorkState.RUNNING)
            self._running = work
            self._events.put(work.state)
            return work

    def _run(self, work: _Work) -> WorkChanged:
        """Do the work; its end."""

        def progress(done_bytes: int, total_bytes: int) -> None:
            with self._lock:
                work.state = replace(work.state, done_bytes=min(done_bytes, total_bytes), total_bytes=total_bytes)

        try:
            result = work.job(work.cancel, progress)
        except Cancelled:
            return replace(work.state, state=WorkState.STOPPED, seconds_left=None)
        # Nothing that a job raises may end the thread that all others wait for.
        except BaseException as error:
            problem = problem_of(error)
            if problem.code == UnexpectedError.code:
                _log.error("work with models failed: %s", problem.report)
            return replace(work.state, state=WorkState.FAILED, seconds_left=None, problem=problem)
        return replace(
            work.state,
            state=WorkState.DONE,
            done_bytes=work.state.total_bytes,
            seconds_left=None,
            folder=result.folder,
            wrong_files=result.wrong_files,
        )

    # --- the telling thread -----------------------------------------------------------------------------------------

    def _tell(self) -> None:
        while True:
            try:
                event = self._events.get(timeout=self._patience_s())
            except queue.Empty:
                event = self._sample()
                if event is None:
                    continue
            if event is None:
                return
            try:
                self._on_event(event)
            except Exception:
                _log.exception("a listener to work with models failed")

    def _patience_s(self) -> float | None:
        """How long nothing need be told: for ever while nothing runs."""
        with self._lock:
            return None if self._running is None else TELL_EVERY_S

    def _sample(self) -> WorkChanged | None:
        """The state of what runs now, with a new forecast; None when nothing runs, or an event of its own waits."""
        with self._lock:
            work = self._running
            if work is None or work.pace is None or not self._events.empty():
                return None
            left = work.pace.seconds_left(work.state.done_bytes, work.state.total_bytes)
            work.state = replace(work.state, seconds_left=left)
            return work.state
