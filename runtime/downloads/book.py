"""All jobs that the service knows: their records on disk, their order, and the states that callers were told."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from runtime.downloads.records import (
    JobRecord,
    load_records,
    place_in_line,
    queued_state,
    remove_record,
    save_record,
)
from runtime.events import DownloadChanged, DownloadPhase, Event
from runtime.requests import DownloadRequest

_log = logging.getLogger(__name__)
RESTING = frozenset({DownloadPhase.PAUSED, DownloadPhase.DONE, DownloadPhase.CANCELLED, DownloadPhase.FAILED})
FINISHED = frozenset({DownloadPhase.DONE, DownloadPhase.CANCELLED})
# Orders are this far apart, so that a job can be put between two others without writing any record but its own.
ORDER_STEP = 1 << 20


class JobBook:
    """The states may be read from any thread; the records belong to the service's thread alone.

    ``in_work`` is the repository of the job in work, set by the service; "" while there is none.
    """

    def __init__(self, folder: Path, on_event: Callable[[Event], None]) -> None:
        self._folder = folder
        self._on_event = on_event
        self._changed = threading.Condition()
        self._told: dict[str, DownloadChanged] = {}
        self._records: dict[str, JobRecord] = {}
        self._closed = False
        self.in_work = ""

    # --- any thread -----------------------------------------------------------------------------------------------

    def announce(self, request: DownloadRequest) -> None:
        """Show a job as queued before the service's thread has seen it, so that a wait does not end at once."""
        with self._changed:
            known = self._told.get(request.repository)
            if known is None or known.phase in RESTING:
                self._told[request.repository] = queued_state(JobRecord(request))

    def announce_again(self, repository: str) -> None:
        """The same for a job that rests and is to go on."""
        with self._changed:
            known = self._told.get(repository)
            if known is not None and known.phase in RESTING - FINISHED:
                self._told[repository] = replace(known, phase=DownloadPhase.QUEUED, problem=None)

    def unfinished(self) -> tuple[DownloadChanged, ...]:
        """The last state of every job that is neither done nor cancelled: in work, then in the queue, then resting."""
        with self._changed:
            states = [told for told in self._told.values() if told.phase not in FINISHED]
        return tuple(sorted(states, key=_shown_place))

    def wait(self, repository: str, timeout_s: float | None) -> DownloadChanged | None:
        """Block until the job rests, the book is closed or the time is over; the job's state then."""

        def rests() -> bool:
            told = self._told.get(repository)
            return self._closed or told is None or told.phase in RESTING

        with self._changed:
            self._changed.wait_for(rests, timeout_s)
            return self._told.get(repository)

    # --- the service's thread: what callers were told ---------------------------------------------------------------

    def told(self, repository: str) -> DownloadChanged:
        """What callers were told last of a known job."""
        with self._changed:
            return self._told[repository]

    def tell(self, state: DownloadChanged) -> None:
        """Tell the listener, then everyone who waits. The job's place is filled in here."""
        state = replace(state, place=self._places().get(state.repository, -1))
        with self._changed:
            self._told[state.repository] = state
        try:
            self._on_event(state)
        except Exception:
            _log.exception("a listener failed")
        with self._changed:
            self._changed.notify_all()

    def tell_places(self) -> None:
        """Tell the jobs anew whose place is another than was told."""
        for repository, place in self._places().items():
            told = self.told(repository)
            if told.place != place:
                self.tell(told)

    def close(self) -> None:
        """Let everyone who waits go."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    # --- the service's thread: records ------------------------------------------------------------------------------

    def record(self, repository: str) -> JobRecord | None:
        """The record of a job that is neither done nor cancelled."""
        return self._records.get(repository)

    def new_record(self, request: DownloadRequest) -> JobRecord:
        """A record at the end of the queue."""
        return JobRecord(request, self._next_order())

    def all(self) -> list[JobRecord]:
        """Every job, resting ones too, in order."""
        return sorted(self._records.values(), key=place_in_line)

    def line(self) -> list[JobRecord]:
        """The jobs that run or wait their turn, in order; the one in work, if any, is the first of them."""
        return [record for record in self.all() if record.ready]

    def keep(self, record: JobRecord, *, on_disk: bool = True) -> JobRecord:
        """Remember a job, on disk too if the disk allows: without a record it still runs to its end."""
        self._records[record.repository] = record
        if on_disk:
            self.write(record)
        return record

    def write(self, record: JobRecord) -> None:
        """Put a record on the disk alone: of a job that is over but for its parts."""
        try:
            save_record(self._folder, record)
        except OSError as error:
            _log.warning("the record of %s was not written: %s", record.repository, error)

    def forget(self, repository: str, *, on_disk: bool = True) -> None:
        """The job is over."""
        self._records.pop(repository, None)
        if on_disk:
            try:
                remove_record(self._folder, repository)
            except OSError as error:
                _log.warning("the record of %s was not removed: %s", repository, error)

    def put(self, record: JobRecord, index: int) -> JobRecord:
        """Give a job that is ready the place ``index`` (from 0) in the line, and return its record as it is now."""
        others = [other for other in self.line() if other.repository != record.repository]
        index = min(max(index, 0), len(others))
        low = others[index - 1].order if index else None
        high = others[index].order if index < len(others) else None
        if (low is None or low < record.order) and (high is None or record.order < high):
            return record
        order = _order_between(low, high)
        if order is None:
            self._spread()
            return self.put(self._records[record.repository], index)
        return self.keep(replace(record, order=order))

    def put_last(self, record: JobRecord) -> JobRecord:
        """Give a job the end of the queue, and return its record as it is now."""
        return self.put(record, len(self._records))

    def restore(self) -> tuple[list[JobRecord], list[JobRecord]]:
        """Take in the records of earlier runs, behind the jobs that are here already. Tells nobody.

        Returns the new ones, and those of cancelled jobs whose parts are still to be deleted.
        """
        found = [record for record in load_records(self._folder) if record.repository not in self._records]
        discarded = [record for record in found if record.discarding]
        restored = [record for record in found if not record.discarding]
        moved = bool(self._records)
        for index, record in enumerate(restored):
            if moved:
                restored[index] = record = replace(record, order=self._next_order())
            self.keep(record, on_disk=moved)
        return restored, discarded

    def _next_order(self) -> int:
        return max((record.order for record in self._records.values()), default=0) + ORDER_STEP

    def _spread(self) -> None:
        """Number all jobs anew with room between them; their order stays."""
        for number, record in enumerate(self.all(), 1):
            self.keep(replace(record, order=number * ORDER_STEP), on_disk=record.problem is None)

    def _places(self) -> dict[str, int]:
        waiting = [record.repository for record in self.line() if record.repository != self.in_work]
        places = {repository: place for place, repository in enumerate(waiting, 1)}
        if self.in_work:
            places[self.in_work] = 0
        return places


def _order_between(low: int | None, high: int | None) -> int | None:
    """A number between two, either of which may be missing; None when there is no room."""
    if low is None or high is None:
        return low + ORDER_STEP if low is not None else (high or 0) - ORDER_STEP
    middle = (low + high) // 2
    return middle if low < middle < high else None


def _shown_place(state: DownloadChanged) -> tuple[bool, bool, int]:
    """Resting jobs come last, jobs that were only announced last in the queue."""
    return state.phase in RESTING, state.place < 0, state.place
