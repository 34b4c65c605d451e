"""The place of a model on its way, and the one step in which it becomes installed.

A job collects its files in ``<models>/.incoming/<maker>--<name>``; when all of them have the listed hashes and the
manifest is written, the whole folder is renamed to ``<models>/<maker>--<name>``. An older version of the model
works until that moment.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Protocol

from runtime.cancel import CancelToken
from runtime.errors import AlreadyDownloading, DiskFull, FolderNotWritable
from runtime.storage.files import sync_folder
from runtime.storage.manifest import MANIFEST_NAME, Manifest, ManifestFile, write_manifest

INCOMING = ".incoming"
FORGOTTEN_AFTER_S = 30 * 24 * 3600.0
ROOM_TO_LEAVE_BYTES = 64 * 1024 * 1024


class DiskUsage(Protocol):
    """What ``shutil.disk_usage`` answers."""

    @property
    def free(self) -> int:
        """Bytes that may still be written."""


def folder_name(repository: str) -> str:
    """``maker--name``, the folder of a repository."""
    return repository.replace("/", "--")


class Stage:
    """Paths and steps of one model's staging folder. Touches the disk only in the methods that say so."""

    def __init__(self, models: Path, repository: str) -> None:
        self.repository = repository
        self.models = models
        self.target = models / folder_name(repository)
        self.folder = models / INCOMING / folder_name(repository)
        self.files = self.folder / "files"
        self._lock_path = models / INCOMING / f"{folder_name(repository)}.lock"

    def part_path(self, file: ManifestFile) -> Path:
        """Where a file's bytes gather, named by the hash that they must come to."""
        return self.folder / "parts" / f"{file.digest.replace(':', '-')}.part"

    def finished_path(self, file: ManifestFile) -> Path:
        """Where a file waits for the others."""
        return self.files / file.path

    @contextlib.contextmanager
    def locked(self, cancel: CancelToken, wait_s: float) -> Iterator[None]:
        """Hold this job against other processes; the system frees it when the holder dies.

        Raises:
            AlreadyDownloading: another process holds it for longer than ``wait_s``.
            FolderNotWritable: the models folder can't be made or written.
        """
        try:
            self.files.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(self._lock_path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise FolderNotWritable(str(self.models)) from error
        try:
            deadline = time.monotonic() + wait_s
            while not _try_lock(descriptor):
                if time.monotonic() >= deadline:
                    raise AlreadyDownloading(self.repository)
                cancel.wait(0.05)
                cancel.check()
            yield
        finally:
            os.close(descriptor)

    def present_bytes(self, files: Iterable[ManifestFile]) -> int:
        """Bytes of these files that are on the disk already, finished or in parts; not yet known to be right."""
        return sum(self._present(file) for file in files)

    def _present(self, file: ManifestFile) -> int:
        for path in (self.finished_path(file), self.part_path(file)):
            with contextlib.suppress(OSError):
                return min(path.stat().st_size, file.size_bytes)
        return 0

    def check_space(
        self, files: Iterable[ManifestFile], disk_usage: Callable[[Path], DiskUsage] = shutil.disk_usage
    ) -> None:
        """Raise DiskFull before the first byte if what is missing does not fit with some room to spare."""
        files = tuple(files)
        needed = sum(file.size_bytes for file in files) - self.present_bytes(files)
        free = disk_usage(self.models).free
        if needed and needed + ROOM_TO_LEAVE_BYTES > free:
            raise DiskFull(str(self.models), needed + ROOM_TO_LEAVE_BYTES, free)

    def adopt(self, file: ManifestFile) -> None:
        """Take a file that the installed version already has, without a second copy. It is hashed like any other."""
        source, staged = self.target / file.path, self.finished_path(file)
        with contextlib.suppress(OSError):
            if not staged.exists() and not source.is_symlink() and source.stat().st_size == file.size_bytes:
                staged.parent.mkdir(parents=True, exist_ok=True)
                os.link(source, staged)

    def drop_others(self, files: Iterable[ManifestFile]) -> None:
        """Remove what an earlier commit left in the staging folder."""
        files = tuple(files)
        keep = {self.finished_path(f) for f in files} | {self.part_path(f) for f in files}
        for path in list(self.folder.rglob("*")):
            if path not in keep and not path.is_dir():
                path.unlink(missing_ok=True)

    def install(self, manifest: Manifest) -> Path:
        """Write the manifest, then rename the whole folder into its place. Returns it. Raises OSError."""
        write_manifest(self.files, manifest)
        aside = self.folder / "replaced"
        shutil.rmtree(aside, ignore_errors=True)
        moved_to: Path | None = None
        if self.target.exists():
            # A folder that is not ours is moved beside, never removed.
            ours = (self.target / MANIFEST_NAME).is_file()
            kept = self.models / f"{self.target.name}.before-{time.strftime('%Y%m%d-%H%M%S')}"
            moved_to = aside if ours else kept
            os.replace(self.target, moved_to)
        try:
            os.replace(self.files, self.target)
        except OSError:
            if moved_to is not None:
                os.replace(moved_to, self.target)
            raise
        sync_folder(self.models)
        shutil.rmtree(self.folder, ignore_errors=True)
        return self.target

    def discard(self) -> None:
        """Delete everything that this job has brought so far. The installed version, if any, stays.

        Nothing happens while another process works on the same job.
        """
        with contextlib.suppress(AlreadyDownloading, FolderNotWritable), self.locked(CancelToken(), 1.0):
            shutil.rmtree(self.folder, ignore_errors=True)
            self._lock_path.unlink(missing_ok=True)


def sweep_forgotten(models: Path, known: Iterable[str]) -> None:
    """Delete staging folders of jobs that nobody remembers and nobody touched for a month.

    ``known`` are the repositories that have a record. Another home may share the models folder: hence the month.
    """
    keep = {folder_name(repository) for repository in known}
    oldest_kept = time.time() - FORGOTTEN_AFTER_S
    with contextlib.suppress(OSError):
        for folder in (models / INCOMING).iterdir():
            newest = max((path.lstat().st_mtime for path in (folder, *folder.rglob("*"))), default=0.0)
            if folder.is_dir() and folder.name not in keep and newest < oldest_kept:
                Stage(models, folder.name.replace("--", "/", 1)).discard()


def _try_lock(descriptor: int) -> bool:
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True  # A share without locks: better one job unguarded than none at all.
    return True
