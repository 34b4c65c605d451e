"""The line of jobs: whose turn it is, how a turn goes, and how it ends. Lives on the service's thread."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from runtime.downloads.book import JobBook
from runtime.downloads.hub import hub_endpoint
from runtime.downloads.manners import Surroundings, hold_now, may_change_by_itself
from runtime.downloads.messages import JobEnded, JobProgress, StartJob
from runtime.downloads.models_disk import check_models_disk, models_disk_missing
from runtime.downloads.patience import Patience
from runtime.downloads.records import JobRecord, queued_state, resting_state, state_in_work
from runtime.downloads.removal import Removals
from runtime.downloads.turn import News, Turn
from runtime.downloads.vain import VainTurns
from runtime.errors import (
    AccessNotGranted,
    AlreadyDownloading,
    ModelsDiskMissing,
    Problem,
    RepositoryNotFound,
    TokenRejected,
    TokenRequired,
    problem_of,
)
from runtime.events import DownloadPhase, Hold
from runtime.paths import Paths
from runtime.requests import Manners, Network

_log = logging.getLogger(__name__)
REMOVAL_JOIN_S = 0.4
# After one of these the next try asks the hub anew which commit the revision names.
_UNPIN = frozenset({RepositoryNotFound.code, AccessNotGranted.code, TokenRejected.code, TokenRequired.code})


class Line:
    """Owns the turn of the job in work and everything that decides about it. One thread, see the module.

    ``post`` puts an action into that thread's inbox and may be called by any other. After each action comes
    :meth:`settle`, which alone begins turns and takes them away for reasons that no wish gave. ``hold`` is why jobs
    are held now; ``removals`` delete what is left of others.
    """

    def __init__(
        self,
        paths: Paths,
        book: JobBook,
        post: Callable[[Callable[[], None]], None],
        *,
        token: Callable[[], str | None],
        endpoint: str | None,
        patience: Patience,
        manners: Manners,
        surroundings: Surroundings,
    ) -> None:
        self._paths = paths
        self._book = book
        self._post = post
        self._token = token
        self._endpoint = endpoint
        self._patience = patience
        self._manners = manners
        self._network = Network()
        self._surroundings = surroundings
        self._turn: Turn | None = None
        self._vain = VainTurns()
        self.removals = Removals(paths, lambda name, gone: post(partial(self._removed, name, gone)))
        self.hold: Hold | None = None
        self._look_at = 0.0

    # --- what is said of the world ----------------------------------------------------------------------------------

    def set_manners(self, manners: Manners) -> None:
        """Other manners, also for the job in work."""
        limited = manners.limit_bytes_per_s != self._manners.limit_bytes_per_s
        self._manners = manners
        self._look_at = 0.0
        if limited and self._turn is not None:
            self._turn.set_limit(manners.limit_bytes_per_s)

    def set_network(self, network: Network) -> None:
        """Another network, or none."""
        is_back = bool(network.online) and self._network.online is False
        self._network = network
        self._look_at = 0.0
        if is_back:
            self._vain.forget()
            if self._turn is not None and self._turn.waits:
                self.queue(self.end_turn())

    # --- the thread's round -------------------------------------------------------------------------------------------

    @property
    def look_again_in_s(self) -> float | None:
        """When to :meth:`settle` although nobody said a word; None while nothing can change by itself."""
        watched = self._turn is not None or (may_change_by_itself(self._manners) and self._book.line())
        return self._surroundings.look_every_s if watched else None

    def do(self, action: Callable[[], None]) -> None:
        """Do what was asked or reported, then settle. Nothing that goes wrong ends the thread."""
        try:
            action()
        except Exception:
            _log.exception("a download step failed")
        self.settle()

    def settle(self) -> None:
        """Give the turn to whom it belongs now, and tell everyone whose state or place that changes."""
        try:
            self.look_around()
            self._give_way()
            self._begin_next()
            self._tell_line()
        except Exception:
            _log.exception("the line of downloads could not be settled")

    def close(self) -> None:
        """End the turn; all records are on the disk."""
        turn = self._turn
        if turn is not None:
            self._book.keep(self.end_turn())
            turn.join()
        self.removals.close(REMOVAL_JOIN_S)

    def look_around(self) -> None:
        """See whether jobs must hold still now, and whether the worker still speaks."""
        now = time.monotonic()
        if now >= self._look_at:
            self._look_at = now + self._surroundings.look_every_s
            self.hold = hold_now(self._manners, self._network, self._surroundings)
        if self._turn is None:
            return
        if self.holds(self._record_in_work()):
            self._book.keep(self.end_turn())
        elif self._turn.hangs:
            _log.warning("the download process of %s says nothing", self._turn.repository)
            self._restart(self._turn, 0)

    def _give_way(self) -> None:
        turn = self._turn
        if turn is None or not turn.waits:
            return
        others = [record.repository for record in self.able() if record.repository != turn.repository]
        limit_s = self._vain.give_way_after_s(others, self._surroundings.give_way_s)
        if others and turn.waited_s >= limit_s:
            record = self.end_turn()
            self._vain.note(record.repository, record.done_bytes)
            self._book.put_last(record)

    def _begin_next(self) -> None:
        able = self.able()
        if self._turn is not None or not able:
            return
        record = self._book.put(able[0], 0)
        self._book.in_work = record.repository
        self._book.tell(replace(queued_state(record), phase=DownloadPhase.LISTING))
        self._turn = Turn(record.repository, partial(self._order, record), self._hear)

    def _tell_line(self) -> None:
        for record in self._book.line():
            state, told = resting_state(record, self.hold), self._book.told(record.repository)
            if not self.in_work(record.repository) and (state.phase, state.hold) != (told.phase, told.hold):
                self._book.tell(state)
        self._book.tell_places()

    # --- the job in work ----------------------------------------------------------------------------------------------

    def _order(self, record: JobRecord) -> StartJob:
        """Runs on the turn's own thread."""
        check_models_disk(self._paths)
        return StartJob(
            models=str(self._paths.models),
            repository=record.repository,
            revision=record.commit or record.request.revision,
            title=record.request.title,
            endpoint=hub_endpoint(self._endpoint),
            token=(self._token() or "").strip() or None,
            patience=self._vain.patience_of(record.repository, self._patience),
            only=record.request.only,
        )

    def _hear(self, turn: Turn, news: News) -> None:
        """Runs on the turn's threads. What an earlier turn still says is not heard."""
        self._post(lambda: self._heard(turn, news) if turn is self._turn else None)

    def _heard(self, turn: Turn, news: News) -> None:
        if isinstance(news, StartJob):
            try:
                turn.begin(replace(news, limit_bytes_per_s=self._manners.limit_bytes_per_s))
            except OSError as error:
                self._fail(problem_of(error))
        elif isinstance(news, JobProgress):
            self._progressed(turn, news)
        elif isinstance(news, JobEnded):
            self._ended(news)
        else:
            _log.warning("the download process of %s ended with %d", turn.repository, news)
            self._restart(turn, news)

    def _progressed(self, turn: Turn, progress: JobProgress) -> None:
        record = self._record_in_work()
        if progress.commit and progress.total_bytes:
            listed = replace(record, commit=progress.commit, total_bytes=progress.total_bytes)
            if listed != record:
                record = self._book.keep(listed)
        if turn.save_is_due():
            record = self._book.keep(replace(record, done_bytes=progress.done_bytes))
        before_bytes = self._book.told(record.repository).done_bytes
        self._book.tell(state_in_work(record, progress, turn.read(progress), before_bytes))

    def _ended(self, end: JobEnded) -> None:
        if end.problem is not None:
            self._fail(end.problem)
            return
        record = self.end_turn()
        self._vain.forget(record.repository)
        self._book.forget(record.repository)
        done = replace(queued_state(record), phase=DownloadPhase.DONE, done_bytes=record.total_bytes)
        self._book.tell(replace(done, folder=end.folder))

    def _restart(self, turn: Turn, exit_code: int) -> None:
        problem = turn.restart(exit_code)
        if problem is not None:
            self._fail(problem)

    def _fail(self, problem: Problem) -> None:
        record = self.end_turn()
        if models_disk_missing(self._paths):
            problem = ModelsDiskMissing(str(self._paths.models)).problem()
        if problem.report:
            _log.error("download of %s: %s", record.repository, problem.report)
        failed = self._book.keep(replace(record, problem=problem), on_disk=not is_of_another(problem))
        self._book.tell(resting_state(failed))

    # --- for wishes -----------------------------------------------------------------------------------------------

    def in_work(self, repository: str) -> bool:
        """True for the job that has the turn."""
        return self._turn is not None and self._turn.repository == repository

    @property
    def busy(self) -> bool:
        """True while a job has the turn."""
        return self._turn is not None

    @property
    def waits(self) -> bool:
        """True while the job in work only waits for the network, the hub or the store."""
        return self._turn is not None and self._turn.waits

    def holds(self, record: JobRecord) -> bool:
        """True for a job that must hold still now."""
        return self.hold is not None and not record.anyway

    def able(self) -> list[JobRecord]:
        """The jobs that may have the turn, in order. One whose old parts are being deleted may not yet."""
        line = self._book.line()
        return [record for record in line if not self.holds(record) and record.repository not in self.removals]

    def hope(self, repository: str) -> None:
        """Forget that a job waited in vain."""
        self._vain.forget(repository)

    def queue(self, record: JobRecord) -> None:
        """Let a job wait its turn, whatever it did before."""
        failed_for = record.problem.code if record.problem else ""
        commit = "" if failed_for in _UNPIN else record.commit
        record = self._book.keep(replace(record, paused=False, problem=None, commit=commit))
        self._book.tell(resting_state(record, self.hold))

    def end_turn(self) -> JobRecord:
        """Stop the worker; the job's record with the bytes it has, not yet on the disk."""
        turn, self._turn = self._turn, None
        assert turn is not None
        turn.stop()
        self._book.in_work = ""
        record = self._book.record(turn.repository)
        assert record is not None
        done_bytes = self._book.told(record.repository).done_bytes
        return self._book.keep(replace(record, done_bytes=done_bytes), on_disk=False)

    def _record_in_work(self) -> JobRecord:
        record = self._book.record(self._book.in_work)
        assert record is not None
        return record

    def _removed(self, repository: str, gone: bool) -> None:
        self.removals.over(repository)
        if gone and self._book.record(repository) is None:
            self._book.forget(repository)


def is_of_another(problem: Problem | None) -> bool:
    """True when another copy of Hearth fetches this model: its record and its parts are not ours to touch."""
    return problem is not None and problem.code == AlreadyDownloading.code
