"""One job: one model at one commit, from the hub's list to an installed folder, through any interruption."""

from __future__ import annotations

import errno
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from runtime.cancel import CancelToken
from runtime.downloads.crew import ListDoubtful
from runtime.downloads.hub import Found, Listing, Source, list_model
from runtime.downloads.limiter import Limiter
from runtime.downloads.messages import JobProgress
from runtime.downloads.obtain import Obtaining
from runtime.downloads.patience import Patience, Setbacks, Transient
from runtime.downloads.space import DiskUsage
from runtime.downloads.stage import Stage
from runtime.downloads.transfer import Transfer
from runtime.errors import (
    DiskFull,
    DiskUnreliable,
    DownloadError,
    FileTooLargeForDisk,
    FolderNotWritable,
    HearthError,
    ModelsDiskMissing,
)
from runtime.events import DownloadPhase
from runtime.storage.manifest import Manifest, ManifestFile

T = TypeVar("T")
TRIES_PER_FOLDER = 3
LOOK_EVERY_S = 0.25
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
_NOT_WRITABLE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EISDIR, errno.ELOOP)


class DownloadJob:
    """Fetches one model. :meth:`run` blocks on the thread that calls it; :attr:`progress` may be read by any other.

    Everything that may pass by itself is waited out, for as long as it takes; see :class:`Patience`. ``limiter``
    holds the speed limit, which may change while the job runs. ``setbacks`` is for tests with clocks of their own.
    ``only`` names the GGUF files to fetch; empty, a model that is here as GGUF is fetched as it is here.
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
        limiter: Limiter | None = None,
        setbacks: Setbacks | None = None,
        only: tuple[str, ...] = (),
    ) -> None:
        self._source = source
        self._revision = revision
        self._title = title
        self._only = only
        self._stage = Stage(models, source.repository)
        self._cancel = cancel
        self._patience = patience or Patience()
        self._setbacks = setbacks or Setbacks(self._patience)
        self._limiter = limiter or Limiter()
        self._on_phase = on_phase
        self._disk_usage = disk_usage
        self._lock = threading.Lock()
        self._phase = DownloadPhase.LISTING
        self._commit = ""
        self._total_bytes = 0
        self._done: dict[str, int] = {}
        self._done_bytes = 0
        self._checked_bytes = 0
        self._file: ManifestFile | None = None

    @property
    def progress(self) -> JobProgress:
        """The job's state now."""
        waiting = self._setbacks.waiting
        state = JobProgress(self._phase, self._commit, self._done_bytes, self._total_bytes)
        if waiting is not None and self._phase is not DownloadPhase.VERIFYING:
            problem, left_s = waiting
            return replace(state, phase=DownloadPhase.WAITING, problem=problem, retry_in_s=left_s)
        if self._phase is DownloadPhase.VERIFYING:
            return replace(state, checked_bytes=self._checked_bytes)
        return state

    def run(self) -> Path:
        """The installed folder.

        Raises:
            DownloadError: a leaf that waiting can't mend. What was fetched stays for the next run.
            ModelsDiskMissing, DiskUnreliable, FileTooLargeForDisk: the disk is gone or does not do its part.
            Cancelled: the token was cancelled; the same holds.
        """
        with self._stage.locked(self._cancel, self._patience.lock_s):
            left = TRIES_PER_FOLDER
            while True:
                try:
                    return self._run_once()
                except ListDoubtful:
                    continue
                except FileNotFoundError as error:
                    # Somebody removed the staging folder while we worked in it: begin again with what is left.
                    left -= 1
                    if not left:
                        raise FolderNotWritable(str(self._stage.models)) from error
                except OSError as error:
                    raise self._disk_error(error) from error

    def _run_once(self) -> Path:
        self.move_to(DownloadPhase.LISTING)
        found = Found()
        revision = self._commit or self._revision
        only = self._only or self._stage.installed_gguf()
        listing = self.patiently(lambda: list_model(self._source, revision, self._patience, found, only))
        self._commit, self._total_bytes = listing.commit, listing.size_bytes
        self._stage.prepare()
        self._stage.drop_others(listing.files)
        for file in listing.files:
            self._stage.adopt(file)
        self._count_present(listing)
        self._stage.require_room(listing.files, self._disk_usage, self._cancel)
        transfer = Transfer(self._source, listing.commit, self._patience, self._limiter, self._setbacks)
        obtaining = Obtaining(self, self._stage, transfer, self._cancel)
        try:
            files = []
            for file in listing.files:
                self._file = file
                files.append(replace(file, pieces=obtaining.obtain(file)))
        finally:
            transfer.close()
        self.move_to(DownloadPhase.VERIFYING)
        return self._install(replace(listing, files=tuple(files)))

    def _install(self, listing: Listing) -> Path:
        manifest = Manifest(
            self._source.repository,
            listing.commit,
            self._title,
            datetime.now(UTC).isoformat(timespec="seconds"),
            listing.files,
            origin=self._source.endpoint,
            licence=listing.licence,
        )
        return self._stage.install(manifest)

    # --- what the obtaining of a file reports ---------------------------------------------------------------------

    def patiently(self, step: Callable[[], T]) -> T:
        """Repeat a step until it succeeds or fails for good."""
        while True:
            self._cancel.check()
            begun_at = self._setbacks.now()
            try:
                result = step()
                self._setbacks.passed()
                return result
            except Transient as failure:
                if self._setbacks.failed(failure, begun_at):
                    self.tell()
                self.wait_out()

    def wait_out(self) -> None:
        """Wait until the next try is due. Raises Cancelled."""
        while (left_s := self._setbacks.hold_s()) > 0:
            self._cancel.wait(min(left_s, LOOK_EVERY_S))
            self._cancel.check()
            self._setbacks.woke()

    def retry_later(self, error: DownloadError) -> None:
        """Wait as after a failure, without a word. Raises Cancelled."""
        self._setbacks.failed(Transient(error), self._setbacks.now(), quietly=True)
        self.wait_out()

    def tell(self) -> None:
        """Send the state as it is now."""
        self._on_phase(self.progress)

    def move_to(self, phase: DownloadPhase) -> None:
        """Another phase begins; the bytes of a check are counted from 0."""
        if phase is not self._phase:
            self._checked_bytes = 0
            self._phase = phase
            self.tell()

    def count(self, file: ManifestFile, size_bytes: int) -> None:
        """So much of a file is on the disk."""
        with self._lock:
            self._done_bytes += size_bytes - self._done.get(file.path, 0)
            self._done[file.path] = size_bytes

    def arrived(self, file: ManifestFile, count_bytes: int) -> None:
        """So much more of a file is on the disk. Any thread."""
        with self._lock:
            self._done_bytes += count_bytes
            self._done[file.path] = self._done.get(file.path, 0) + count_bytes

    def checked(self, count_bytes: int) -> None:
        """So much more was hashed again. Any thread."""
        with self._lock:
            self._checked_bytes += count_bytes

    def require_room_for(self, file: ManifestFile) -> None:
        """What is missing of one file must fit, also if it is begun anew. Raises DiskFull, OSError, Cancelled."""
        self._stage.require_room([file], self._disk_usage, self._cancel)

    def _count_present(self, listing: Listing) -> None:
        self._done = {file.path: self._stage.present_bytes(file) for file in listing.files}
        self._done_bytes = sum(self._done.values())

    def _disk_error(self, error: OSError) -> Exception:
        folder = str(self._stage.models)
        file = self._file
        if not self._stage.models.parent.exists():
            return ModelsDiskMissing(folder)
        if error.errno in _DISK_FULL:
            free_bytes = self._disk_usage(self._stage.models).free
            return DiskFull(folder, max(0, self._total_bytes - self._done_bytes), free_bytes)
        if error.errno in _NOT_WRITABLE:
            return FolderNotWritable(folder)
        known: dict[int, HearthError] = {}
        if file is not None:
            known[errno.EIO] = DiskUnreliable(folder, file.path)
            known[errno.EFBIG] = FileTooLargeForDisk(folder, file.path, file.size_bytes)
        return known.get(error.errno or 0, error)
