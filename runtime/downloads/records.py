"""Unfinished jobs on disk, one small file each, so that they come back after a restart or a kill."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from runtime.downloads.hub import is_repository
from runtime.downloads.stage import folder_name
from runtime.errors import Problem
from runtime.events import DownloadChanged, DownloadPhase
from runtime.requests import DownloadRequest
from runtime.storage.files import keep_aside, replace_file

_log = logging.getLogger(__name__)
RECORD_VERSION = 1
RECORD_LIMIT_BYTES = 256 * 1024


@dataclass(frozen=True)
class JobRecord:
    """What must be known to go on. ``commit`` is set once the hub has named it; ``problem`` once the job failed."""

    request: DownloadRequest
    order: int = 0
    commit: str = ""
    done_bytes: int = 0
    total_bytes: int = 0
    paused: bool = False
    problem: Problem | None = None
    version: int = RECORD_VERSION

    @property
    def repository(self) -> str:
        """The job's name."""
        return self.request.repository

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
    """All readable records in the order they were asked for; unreadable ones are kept aside under another name."""
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
    return sorted(records, key=lambda record: record.order)


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


def resting_state(record: JobRecord) -> DownloadChanged:
    """The job as its record tells it: failed, paused, or waiting its turn."""
    phase = DownloadPhase.QUEUED
    if record.problem is not None:
        phase = DownloadPhase.FAILED
    elif record.paused:
        phase = DownloadPhase.PAUSED
    return replace(queued_state(record), phase=phase, problem=record.problem)


def shown_total_bytes(record: JobRecord) -> int:
    """The listed size, or the catalogue's figure until the hub has answered."""
    return record.total_bytes or record.request.expected_bytes
