"""All jobs that the service knows: their records on disk and the states that callers were told."""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from runtime.downloads.records import (
    JobRecord,
    load_records,
    queued_state,
    remove_record,
    resting_state,
    save_record,
)
from runtime.events import DownloadChanged, DownloadPhase, Event
from runtime.requests import DownloadRequest

_log = logging.getLogger(__name__)
RESTING = frozenset({DownloadPhase.PAUSED, DownloadPhase.DONE, DownloadPhase.CANCELLED, DownloadPhase.FAILED})
FINISHED = frozenset({DownloadPhase.DONE, DownloadPhase.CANCELLED})


class JobBook:
    """The states may be read from any thread; the records belong to the service's thread alone."""

    def __init__(self, folder: Path, on_event: Callable[[Event], None]) -> None:
        self._folder = folder
        self._on_event = on_event
        self._changed = threading.Condition()
        self._told: dict[str, DownloadChanged] = {}
        self._records: dict[str, JobRecord] = {}
        self._order = itertools.count(1)
        self._closed = False

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
        """The last state of every job that is neither done nor cancelled."""
        with self._changed:
            return tuple(told for told in self._told.values() if told.phase not in FINISHED)

    def wait(self, repository: str, timeout_s: float | None) -> DownloadChanged | None:
        """Block until the job rests, the book is closed or the time is over; the job's state then."""

        def rests() -> bool:
            told = self._told.get(repository)
            return self._closed or told is None or told.phase in RESTING

        with self._changed:
            self._changed.wait_for(rests, timeout_s)
            return self._told.get(repository)

    # --- the service's thread -------------------------------------------------------------------------------------

    def told(self, repository: str) -> DownloadChanged:
        """What callers were told last of a known job."""
        with self._changed:
            return self._told[repository]

    def tell(self, state: DownloadChanged) -> None:
        """Tell the listener, then everyone who waits."""
        with self._changed:
            self._told[state.repository] = state
        try:
            self._on_event(state)
        except Exception:
            _log.exception("a listener failed")
        with self._changed:
            self._changed.notify_all()

    def close(self) -> None:
        """Let everyone who waits go."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def record(self, repository: str) -> JobRecord | None:
        """The record of a job that is neither done nor cancelled."""
        return self._records.get(repository)

    def new_record(self, request: DownloadRequest) -> JobRecord:
        """A record at the end of the queue."""
        return JobRecord(request, next(self._order))

    def next_record(self) -> JobRecord | None:
        """The job whose turn it is."""
        ready = (r for r in self._records.values() if not r.paused and r.problem is None)
        return min(ready, key=lambda record: record.order, default=None)

    def keep(self, record: JobRecord, *, on_disk: bool = True) -> JobRecord:
        """Remember a job, on disk too if the disk allows: without a record it still runs to its end."""
        self._records[record.repository] = record
        if on_disk:
            try:
                save_record(self._folder, record)
            except OSError as error:
                _log.warning("the record of %s was not written: %s", record.repository, error)
        return record

    def forget(self, repository: str, *, on_disk: bool = True) -> None:
        """The job is over."""
        self._records.pop(repository, None)
        if on_disk:
            try:
                remove_record(self._folder, repository)
            except OSError as error:
                _log.warning("the record of %s was not removed: %s", repository, error)

    def restore(self) -> tuple[str, ...]:
        """Take in the records of earlier runs, at the end of the queue, and tell their states.

        Returns the repositories that have a record now.
        """
        for record in load_records(self._folder):
            if record.repository not in self._records:
                self._records[record.repository] = replace(record, order=next(self._order))
                self.tell(resting_state(record))
        return tuple(self._records)
