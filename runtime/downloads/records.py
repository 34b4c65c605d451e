"""Unfinished jobs on disk, one small file each, so that they come back after a restart or a kill."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from runtime.downloads.hub import is_repository
from runtime.downloads.messages import JobProgress
from runtime.downloads.meter import Reading
from runtime.downloads.stage import folder_name
from runtime.errors import Problem
from runtime.events import DownloadChanged, DownloadPhase, Hold
from runtime.requests import DownloadRequest
from runtime.storage.files import keep_aside, replace_file

_log = logging.getLogger(__name__)
RECORD_VERSION = 1
RECORD_LIMIT_BYTES = 256 * 1024


@dataclass(frozen=True)
class JobRecord:
    """What must be known to go on. ``commit`` is set once the hub has named it; ``problem`` once the job failed.

    Jobs run by rising ``order``. ``anyway``: the person said that this one need not wait for the night or the mains.
    ``discarding``: the job is cancelled and only its parts are still to be deleted.
    """

    request: DownloadRequest
    order: int = 0
    commit: str = ""
    done_bytes: int = 0
    total_bytes: int = 0
    paused: bool = False
    problem: Problem | None = None
    anyway: bool = False
    discarding: bool = False
    version: int = RECORD_VERSION

    @property
    def repository(self) -> str:
        """The job's name."""
        return self.request.repository

    @property
    def ready(self) -> bool:
        """True for a job that runs or waits its turn, False for one that rests."""
        return not self.paused and self.problem is None

    def with_report_cut(self) -> JobRecord:
        """Without the traceback, which belongs in the log."""
        return replace(self, problem=replace(self.problem, report="")) if self.problem else self


def save_record(folder: Path, record: JobRecord) -> None:
    """Write one record in one step. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    replace_file(_path(folder, record.repository), msgspec.json.encode(record.with_report_cut()) + b"\n")


def remove_record(folder: Path, repository: str) -> None:
    """Forget a job. Raises OSError."""
    _path(folder, repository).unlink(missing_ok=True)


def load_records(folder: Path) -> list[JobRecord]:
    """All readable records in the order of the queue; unreadable ones are kept aside under another name."""
    records = []
    for path in sorted(folder.glob("*.json")):
        try:
            with path.open("rb") as stream:
                record = msgspec.json.decode(stream.read(RECORD_LIMIT_BYTES), type=JobRecord)
            if record.version > RECORD_VERSION:
                continue  # of a newer Hearth, which will want it whole
            if not is_repository(record.repository) or path != _path(folder, record.repository):
                raise ValueError("the record names another job")
            records.append(record)
        except (msgspec.MsgspecError, ValueError) as error:
            _log.warning("download record %s is unreadable (%s)", path.name, type(error).__name__)
            keep_aside(path)
        except OSError as error:
            _log.warning("download record %s can't be read: %s", path.name, error)
    return sorted(records, key=place_in_line)


def place_in_line(record: JobRecord) -> tuple[int, str]:
    """What jobs are sorted by."""
    return record.order, record.repository


def _path(folder: Path, repository: str) -> Path:
    return folder / f"{folder_name(repository)}.json"


def queued_state(record: JobRecord) -> DownloadChanged:
    """The job as one that waits its turn."""
    return DownloadChanged(
        record.repository,
        DownloadPhase.QUEUED,
        record.request.title,
        record.commit or record.request.revision,
        record.done_bytes,
        shown_total_bytes(record),
    )


def resting_state(record: JobRecord, hold: Hold | None = None) -> DownloadChanged:
    """A job without a worker: failed, paused, waiting its turn, or held for ``hold`` unless it runs anyway."""
    phase = DownloadPhase.QUEUED
    if record.problem is not None:
        phase = DownloadPhase.FAILED
    elif record.paused:
        phase = DownloadPhase.PAUSED
    elif hold is not None and not record.anyway:
        phase = DownloadPhase.HELD
    why = hold if phase is DownloadPhase.HELD else None
    return replace(queued_state(record), phase=phase, problem=record.problem, hold=why)


def state_in_work(record: JobRecord, progress: JobProgress, reading: Reading, before_bytes: int) -> DownloadChanged:
    """A job as its worker reports it. ``before_bytes`` were told last: while listing, none are counted yet."""
    listing = progress.phase is DownloadPhase.LISTING
    return replace(
        queued_state(record),
        phase=progress.phase,
        done_bytes=before_bytes if listing else progress.done_bytes,
        total_bytes=progress.total_bytes or shown_total_bytes(record),
        bytes_per_s=reading.bytes_per_s,
        seconds_left=reading.seconds_left,
        stalled=reading.stalled,
        retry_in_s=progress.retry_in_s,
        problem=progress.problem,
        checked_bytes=progress.checked_bytes if progress.phase is DownloadPhase.VERIFYING else 0,
    )


def shown_total_bytes(record: JobRecord) -> int:
    """The listed size, or the catalogue's figure until the hub has answered."""
    return record.total_bytes or record.request.expected_bytes
