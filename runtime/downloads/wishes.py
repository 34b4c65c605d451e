"""What each wish of a caller changes in the line of jobs. Lives on the service's thread."""

from __future__ import annotations

from dataclasses import replace

from runtime.downloads.book import JobBook
from runtime.downloads.line import Line, is_of_another
from runtime.downloads.records import JobRecord, queued_state, resting_state
from runtime.events import DownloadPhase
from runtime.requests import DownloadRequest


class Wishes:
    """One method for each thing that callers may ask; see :class:`DownloadService` for what they promise.

    The wishes change the book and may end the turn of the job in work; the line begins the next one afterwards.
    """

    def __init__(self, book: JobBook, line: Line) -> None:
        self._book = book
        self._line = line

    def start(self, request: DownloadRequest) -> None:
        """A new job at the end of the queue, or a resting one again."""
        known = self._book.record(request.repository)
        if known is not None and known.ready:
            return
        record = known or self._book.new_record(request)
        request = replace(request, only=request.only or record.request.only)
        commit = record.commit if request.revision == record.request.revision else ""
        self._line.queue(replace(record, request=request, commit=commit))

    def pause(self, repository: str) -> None:
        """Stop and keep what is there."""
        record = self._book.record(repository)
        if record is None or not record.ready:
            return
        if self._line.in_work(repository):
            record = self._line.end_turn()
        self._book.tell(resting_state(self._book.keep(replace(record, paused=True))))

    def resume(self, repository: str) -> None:
        """Go on, try again, or download anyway: what the job's state calls for."""
        record = self._book.record(repository)
        if record is None or (self._line.in_work(repository) and not self._line.waits):
            return
        self._line.hope(repository)
        if self._line.in_work(repository):
            record = self._line.end_turn()
        elif record.ready and self._line.holds(record):
            record = replace(record, anyway=True)
        self._line.queue(record)

    def cancel(self, repository: str) -> None:
        """Stop, delete the parts, forget the job."""
        record = self._book.record(repository)
        if record is None:
            return
        if self._line.in_work(repository):
            self._line.end_turn()
        self._line.hope(repository)
        self._book.forget(repository, on_disk=False)
        if not is_of_another(record.problem):
            self._remove_parts(record)
        self._book.tell(replace(queued_state(record), phase=DownloadPhase.CANCELLED, done_bytes=0))

    def move(self, repository: str, place: int) -> None:
        """Another place in the queue; 0 is the turn itself."""
        record = self._book.record(repository)
        if record is None or not record.ready:
            return
        able = [job.repository for job in self._line.able()]
        if self._line.in_work(repository):
            if place > 0 and len(able) > 1:
                self._book.put(self._line.end_turn(), place)
            return
        self._line.hope(repository)
        if place <= 0 and repository in able and self._line.busy:
            self._line.end_turn()
        first_free = 1 if self._line.busy else 0
        self._book.put(record, first_free + max(place, 1) - 1)

    def restore(self) -> None:
        """Jobs of earlier runs."""
        self._line.look_around()
        restored, discarded = self._book.restore()
        for record in restored:
            self._book.tell(resting_state(record, self._line.hold))
        known = [record.repository for record in (*self._book.all(), *discarded)]
        for record in discarded:
            self._remove_parts(record)
        self._line.removals.sweep(known)

    def _remove_parts(self, record: JobRecord) -> None:
        if self._line.removals.discard(record.repository):
            self._book.forget(record.repository)
        else:
            self._book.write(replace(record, paused=True, problem=None, discarding=True))
