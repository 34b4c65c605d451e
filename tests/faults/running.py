"""One run of a download case: the job on a thread, watched from another, and the checks at its end."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from runtime.cancel import CancelToken
from runtime.downloads.messages import JobProgress
from runtime.errors import HearthError
from runtime.events import DownloadPhase
from tests.faults.case import RATE_FOR_ACTING_BYTES_PER_S, Broken, Case, FaultKind
from tests.faults.models import Model
from tests.hub import LoopbackHub
from tests.runtime.downloads.kit import job_for

LOOK_EVERY_S = 0.01
LONGEST_RUN_S = 40.0
LONGEST_CANCEL_S = 10.0
LEFTOVER_PATIENCE_S = 5.0


class Attempt:
    """One run of the job, watched from the thread that made it."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self.cancel = CancelToken()
        self.waited_for: set[str] = set()
        self.error: BaseException | None = None
        endpoint = case.endpoint or case.hub.endpoint
        self.job = job_for(
            _Named(endpoint),  # type: ignore[arg-type]  # the job asks it for nothing but its address
            case.paths,
            cancel=self.cancel,
            on_phase=self._phase_changed,
            disk_usage=case.disk_usage,
        )
        self._thread = threading.Thread(target=self._run, name="case-job")
        self._thread.start()

    def _run(self) -> None:
        try:
            self.job.run()
        except BaseException as error:
            self.error = error

    def _phase_changed(self, progress: JobProgress) -> None:
        if progress.phase is DownloadPhase.WAITING and progress.problem is not None:
            self.waited_for.add(progress.problem.code)
        self._case.look_at_installed()

    def watch(self, until: Callable[[JobProgress], bool] = lambda _: False) -> bool:
        """Look on until something is so, or the job ended (False)."""
        deadline = time.monotonic() + LONGEST_RUN_S
        try:
            while self._thread.is_alive():
                progress = self.job.progress
                self._case.look(progress)
                if until(progress):
                    return True
                if time.monotonic() > deadline:
                    raise Broken(f"did not end in {LONGEST_RUN_S:.0f} s: {progress}")
                self._thread.join(LOOK_EVERY_S)
        except BaseException:
            self.stop()
            raise
        return False

    def stop(self) -> None:
        """Cancel and wait."""
        self.cancel.cancel()
        self._thread.join(LONGEST_CANCEL_S)
        if self._thread.is_alive():
            raise Broken("can't be cancelled")


@dataclass(frozen=True)
class _Named:
    endpoint: str


def pause_midway(case: Case) -> None:
    """Run the job until a random share of the bytes is there, and stop it."""
    share = case.random.uniform(0.2, 0.8)
    case.hub.total_rate_bytes_per_s = RATE_FOR_ACTING_BYTES_PER_S
    attempt = Attempt(case)
    attempt.watch(lambda progress: progress.done_bytes > share * max(progress.total_bytes, 1))
    attempt.stop()
    case.hub.total_rate_bytes_per_s = None


def run_case(kind: FaultKind, seed: int, model: Model, folder: Path) -> int:
    """Arrange, run, check. Returns the bytes that the hub sent; raises Broken."""
    threads = set(threading.enumerate())
    with LoopbackHub() as hub:
        case = Case(folder, Random(f"{kind.name} {seed}"), model, hub)
        try:
            kind.arrange(case)
            before = case.outside()
            if case.while_paused:
                pause_midway(case)
                for act in case.while_paused:
                    act()
                    case.acted += 1
            _run_to_the_end(case, kind)
            case.look_at_end(before)
            if not (hub.faults.struck or case.acted or hub.refused_connections):
                raise Broken("the fault never struck")
        finally:
            for act in reversed(case.undo):
                act()
        sent_bytes = hub.sent_bytes
    _check_threads(threads)
    return sent_bytes


def _run_to_the_end(case: Case, kind: FaultKind) -> None:
    attempt = Attempt(case)
    if kind.waits_as:
        waits = attempt.watch(lambda _: bool(attempt.waited_for & set(kind.waits_as)))
        if not waits and not isinstance(attempt.error, kind.ends_as):
            raise Broken(f"ended without a word: {_told(attempt.error)}") from attempt.error
        if waits:
            attempt = _after_the_wait(case, kind, attempt)
    attempt.watch()
    if kind.ends_as and isinstance(attempt.error, kind.ends_as):
        case.look_at_installed(again=True)
        _mend(case)
        attempt = Attempt(case)
        attempt.watch()
    elif kind.ends_as and not (kind.may_complete or kind.waits_as):
        raise Broken(f"did not end as {kind.outcome}: {_told(attempt.error)}") from attempt.error
    if attempt.error is not None:
        raise Broken(f"did not complete: {_told(attempt.error)}") from attempt.error


def _after_the_wait(case: Case, kind: FaultKind, attempt: Attempt) -> Attempt:
    """The run that must complete once the fault is gone: the one that waits, or another."""
    if kind.waits_for_person:
        attempt.stop()
    _mend(case)
    return Attempt(case) if kind.waits_for_person else attempt


def _told(error: BaseException | None) -> str:
    if error is None:
        return "it completed"
    where = "" if isinstance(error, HearthError) else "".join(traceback.format_tb(error.__traceback__)[-2:])
    return f"{type(error).__name__}: {error} {where}".strip()


def _mend(case: Case) -> None:
    case.hub.faults.clear()
    for act in case.mend:
        act()


def _check_threads(before: set[threading.Thread]) -> None:
    deadline = time.monotonic() + LEFTOVER_PATIENCE_S
    while left := [t.name for t in threading.enumerate() if t not in before and t.is_alive()]:
        if time.monotonic() > deadline:
            raise Broken(f"left-over threads: {left}")
        time.sleep(LOOK_EVERY_S)
