"""One job: one model at one commit, from the hub's list to an installed folder, through any interruption."""

from __future__ import annotations

import errno
import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from runtime.cancel import CancelToken
from runtime.downloads.hub import Listing, Source, list_model
from runtime.downloads.messages import JobProgress
from runtime.downloads.part import Part
from runtime.downloads.patience import Patience, Retries, Transient
from runtime.downloads.stage import DiskUsage, Stage
from runtime.downloads.transfer import Transfer
from runtime.errors import ContentMismatch, DiskFull, DownloadError, FolderNotWritable
from runtime.events import DownloadPhase
from runtime.storage.manifest import Manifest, ManifestFile, file_agrees

T = TypeVar("T")
TRIES_PER_CONTENT = 3
TRIES_PER_FOLDER = 3
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT)


class DownloadJob:
    """Fetches one model. :meth:`run` blocks on the thread that calls it; :attr:`progress` may be read by any other.

    Everything that may pass by itself is waited out, for as long as it takes; see :class:`Patience`.
    """

    def __init__(
        self,
        source: Source,
        revision: str,
        title: str,
        models: Path,
        *,
        cancel: CancelToken,
        patience: Patience | None = None,
        on_phase: Callable[[JobProgress], None] = lambda _: None,
        disk_usage: Callable[[Path], DiskUsage] = shutil.disk_usage,
    ) -> None:
        self._source = source
        self._revision = revision
        self._title = title
        self._stage = Stage(models, source.repository)
        self._cancel = cancel
        self._patience = patience or Patience()
        self._retries = Retries(self._patience)
        self._on_phase = on_phase
        self._disk_usage = disk_usage
        self._phase = DownloadPhase.LISTING
        self._waiting: tuple[DownloadError, float] | None = None
        self._commit = ""
        self._total_bytes = 0
        self._done: dict[str, int] = {}
        self._done_bytes = 0

    @property
    def progress(self) -> JobProgress:
        """The job's state now."""
        waiting = self._waiting
        if waiting is None:
            return JobProgress(self._phase, self._commit, self._done_bytes, self._total_bytes)
        error, until = waiting
        left_s = max(0.0, until - time.monotonic())
        phase = DownloadPhase.WAITING
        return JobProgress(phase, self._commit, self._done_bytes, self._total_bytes, error.problem(), left_s)

    def run(self) -> Path:
        """The installed folder.

        Raises:
            DownloadError: a leaf that waiting can't mend. What was fetched stays for the next run.
            Cancelled: the token was cancelled; the same holds.
        """
        with self._stage.locked(self._cancel, self._patience.lock_s):
            for left in reversed(range(TRIES_PER_FOLDER)):
                try:
                    return self._run_once()
                except FileNotFoundError as error:
                    # Somebody removed the staging folder while we worked in it: begin again with what is left.
                    if not left:
                        raise FolderNotWritable(str(self._stage.models)) from error
                except OSError as error:
                    raise self._disk_error(error) from error
            raise AssertionError("unreachable")

    def _run_once(self) -> Path:
        self._move_to(DownloadPhase.LISTING)
        listing = self._patiently(lambda: list_model(self._source, self._commit or self._revision, self._patience))
        self._commit, self._total_bytes = listing.commit, listing.size_bytes
        self._stage.files.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._stage.drop_others(listing.files)
        for file in listing.files:
            self._stage.adopt(file)
        self._count_present(listing)
        self._stage.check_space(listing.files, self._disk_usage)
        transfer = Transfer(self._source, listing.commit, self._patience, self._cancel)
        try:
            for file in listing.files:
                self._obtain(transfer, file)
        finally:
            transfer.close()
        self._move_to(DownloadPhase.VERIFYING)
        return self._install(listing)

    def _obtain(self, transfer: Transfer, file: ManifestFile) -> None:
        """One file with the listed hash, under its name in the staging folder."""
        finished = self._stage.finished_path(file)
        if finished.exists():
            self._move_to(DownloadPhase.VERIFYING)
            if file_agrees(file, finished, self._cancel):
                return
            finished.unlink()
            self._count(file, 0)
        for _ in range(TRIES_PER_CONTENT):
            try:
                if self._fetch(transfer, file):
                    return
            except ContentMismatch:
                self._cancel.wait(self._retries.failed())
                self._cancel.check()
        raise ContentMismatch(self._source.repository, file.path)

    def _fetch(self, transfer: Transfer, file: ManifestFile) -> bool:
        """Complete the part of one file; False when its bytes proved wrong and were thrown away."""
        path = self._stage.part_path(file)
        if path.is_symlink():
            path.unlink()
        if path.exists() and path.stat().st_size:
            self._move_to(DownloadPhase.VERIFYING)
        with Part(file, path, self._cancel, lambda _: None) as part:
            self._count(file, part.size_bytes)
            while not part.complete:
                self._move_to(DownloadPhase.TRANSFERRING)
                self._patiently(lambda: self._attempt(transfer, part))
            if part.finish(self._stage.finished_path(file)):
                return True
            part.restart()
            self._count(file, 0)
            return False

    def _attempt(self, transfer: Transfer, part: Part) -> None:
        def arrived(count_bytes: int) -> None:
            self._waiting = None
            self._retries.progressed(count_bytes)
            self._count(part.file, part.size_bytes)

        transfer.fetch(part, arrived)

    def _patiently(self, step: Callable[[], T]) -> T:
        """Repeat a step until it succeeds or fails for good."""
        while True:
            self._cancel.check()
            try:
                result = step()
                self._waiting = None
                return result
            except Transient as failure:
                delay_s = self._retries.failed(failure.retry_after_s)
                if self._retries.tell or delay_s > self._patience.stall_s:
                    self._waiting = (failure.error, time.monotonic() + delay_s)
                    self._on_phase(self.progress)
                self._cancel.wait(delay_s)

    def _install(self, listing: Listing) -> Path:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        manifest = Manifest(self._source.repository, listing.commit, self._title, now, listing.files)
        return self._stage.install(manifest)

    def _count_present(self, listing: Listing) -> None:
        self._done = {file.path: self._stage.present_bytes([file]) for file in listing.files}
        self._done_bytes = sum(self._done.values())

    def _count(self, file: ManifestFile, size_bytes: int) -> None:
        self._done_bytes += size_bytes - self._done.get(file.path, 0)
        self._done[file.path] = size_bytes

    def _move_to(self, phase: DownloadPhase) -> None:
        if phase is not self._phase:
            self._phase = phase
            self._on_phase(self.progress)

    def _disk_error(self, error: OSError) -> Exception:
        folder = str(self._stage.models)
        if error.errno in _DISK_FULL:
            return DiskFull(folder, self._total_bytes - self._done_bytes, self._disk_usage(self._stage.models).free)
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EISDIR, errno.ELOOP):
            return FolderNotWritable(folder)
        return error
