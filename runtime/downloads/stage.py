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
import uuid
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from runtime.cancel import CancelToken
from runtime.downloads.hub import GGUF
from runtime.downloads.pieces import PieceMap, piece_count
from runtime.downloads.shared_file import make_way
from runtime.downloads.space import DiskUsage as DiskUsage
from runtime.downloads.space import occupied_bytes, require_room, reserve
from runtime.errors import AlreadyDownloading, FolderNotWritable, ModelDamaged, ModelFolderMissing, ModelsDiskMissing
from runtime.storage.files import replace_folder
from runtime.storage.gguf_folder import gguf_files
from runtime.storage.locks import wait_for_lock
from runtime.storage.manifest import MANIFEST_NAME, Manifest, ManifestFile, read_manifest, write_manifest
from runtime.storage.models_layout import INCOMING

THROWN_AWAY = ".thrown-away-"
FORGOTTEN_AFTER_S = 30 * 24 * 3600.0


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

    def map_path(self, file: ManifestFile) -> Path:
        """Where is written which of those bytes are there."""
        return self.part_path(file).with_suffix(".map")

    def finished_path(self, file: ManifestFile) -> Path:
        """Where a file waits for the others."""
        return self.files / file.path

    @contextlib.contextmanager
    def locked(self, cancel: CancelToken, wait_s: float) -> Iterator[None]:
        """Hold this job against other processes; the system frees it when the holder dies.

        Raises:
            AlreadyDownloading: another process holds it for longer than ``wait_s``.
            ModelsDiskMissing: the models folder is gone, and what it was in as well.
            FolderNotWritable: the models folder can't be made or written.
        """
        try:
            self.prepare()
            descriptor = os.open(self._lock_path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise FolderNotWritable(str(self.models)) from error
        try:
            wait_for_lock(descriptor, self.repository, cancel, wait_s)
            yield
        finally:
            os.close(descriptor)

    def prepare(self) -> None:
        """Make the folders. The models folder itself only where it stood: a disk that is unplugged must not be
        replaced by a folder of its name. Raises ModelsDiskMissing, OSError.
        """
        if not self.models.exists():
            if not self.models.parent.exists():
                raise ModelsDiskMissing(str(self.models))
            self.models.mkdir(mode=0o700, exist_ok=True)
        for place in (self._lock_path.parent, self._lock_path, self.folder, self.files, self.folder / "parts"):
            if place.is_symlink():  # we make none: writing through it would change something that is not ours
                place.unlink()
        self.files.mkdir(parents=True, exist_ok=True, mode=0o700)

    def present_bytes(self, file: ManifestFile) -> int:
        """Bytes of a file that are on the disk already, finished or in parts; not yet known to be right."""
        with contextlib.suppress(OSError):
            return min(self.finished_path(file).stat().st_size, file.size_bytes)
        return self.part_bytes(file)

    def part_bytes(self, file: ManifestFile) -> int:
        """Bytes of a file that are in its part; not yet known to be right."""
        with contextlib.suppress(OSError):
            size_bytes = min(self.part_path(file).stat().st_size, file.size_bytes)
            if not self.map_path(file).is_file():
                return size_bytes
            pieces = PieceMap(self.map_path(file), file)
            pieces.close()
            return sum(pieces.counts)
        return 0

    def require_room(
        self, files: Iterable[ManifestFile], disk_usage: Callable[[Path], DiskUsage], cancel: CancelToken
    ) -> None:
        """What is missing must fit, and the disk keeps room for it from now on. Raises DiskFull, OSError, Cancelled."""
        missing = [file for file in files if not self.finished_path(file).exists()]
        needed = sum(self._needed_bytes(file) for file in missing)
        require_room(self.models, needed, disk_usage)
        for file in missing:
            reserve(self.part_path(file), file, cancel)

    def _needed_bytes(self, file: ManifestFile) -> int:
        there = max(self.present_bytes(file), occupied_bytes(self.part_path(file)))
        return max(0, file.size_bytes - there)

    def adopt(self, file: ManifestFile) -> None:
        """Take a file that the installed version already has, without a second copy. It is hashed like any other."""
        source, staged = self.target / file.path, self.finished_path(file)
        with contextlib.suppress(OSError):
            if not staged.exists() and not source.is_symlink() and source.stat().st_size == file.size_bytes:
                staged.parent.mkdir(parents=True, exist_ok=True)
                os.link(source, staged)

    def installed_pieces(self, file: ManifestFile) -> tuple[str, ...]:
        """The sha256 of the pieces of a file as the installed version's manifest lists it; empty if it does not."""
        for known in self._installed_files():
            same = (known.path, known.digest, known.size_bytes) == (file.path, file.digest, file.size_bytes)
            if same and len(known.pieces) == piece_count(file.size_bytes):
                return known.pieces
        return ()

    def installed_gguf(self) -> tuple[str, ...]:
        """The GGUF files of the installed version: which of a repository's many it is. Empty where it has none. Also
        told where its manifest is damaged, by what lies there."""
        paths = [file.path for file in self._installed_files()]
        if not paths and (self.target / MANIFEST_NAME).is_file():
            paths = [path.name for path in gguf_files(self.target)]
        return tuple(path for path in paths if path.endswith(GGUF))

    def _installed_files(self) -> tuple[ManifestFile, ...]:
        try:
            manifest = read_manifest(self.target)
        except (ModelDamaged, ModelFolderMissing):
            return ()
        return manifest.files if manifest is not None else ()

    def drop_others(self, files: Iterable[ManifestFile]) -> None:
        """Remove what an earlier commit left in the staging folder, and what is no file where one is expected."""
        files = tuple(files)
        keep = {place(file) for file in files for place in (self.finished_path, self.part_path, self.map_path)}
        for folder in (self.files, self.folder / "parts"):
            for path in list(folder.iterdir()) if folder.is_dir() else ():
                if path not in keep and path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                elif path not in keep:
                    path.unlink(missing_ok=True)
        for file in files:
            make_way(self.finished_path(file), links_allowed=True)
            make_way(self.part_path(file))
            make_way(self.map_path(file))

    def install(self, manifest: Manifest) -> Path:
        """Write the manifest, then rename the whole folder into its place. Returns it. Raises OSError."""
        write_manifest(self.files, manifest)
        aside = self.folder / "replaced"
        shutil.rmtree(aside, ignore_errors=True)
        # A folder that is not ours is moved beside, never removed.
        ours = (self.target / MANIFEST_NAME).is_file()
        kept = self.models / f"{self.target.name}.before-{time.strftime('%Y%m%d-%H%M%S')}"
        replace_folder(self.files, self.target, aside if ours else kept)
        shutil.rmtree(self.folder, ignore_errors=True)
        return self.target

    def discard(self) -> None:
        """Delete everything that this job has brought so far. The installed version, if any, stays.

        Out of the way at once, then deleted, which takes its time for large parts. Nothing happens while another
        process works on the same job, or while the disk is missing.
        """
        if not self._lock_path.parent.is_dir():
            return
        away = self._lock_path.parent / f"{THROWN_AWAY}{uuid.uuid4().hex}"
        with (
            contextlib.suppress(AlreadyDownloading, FolderNotWritable, ModelsDiskMissing),
            self.locked(CancelToken(), 1.0),
        ):
            os.replace(self.folder, away)
            self._lock_path.unlink(missing_ok=True)
        shutil.rmtree(away, ignore_errors=True)


def sweep_forgotten(models: Path, known: Iterable[str]) -> None:
    """Delete staging folders of jobs that nobody remembers and nobody touched for a month, and what was being deleted.

    ``known`` are the repositories that have a record. Another home may share the models folder: hence the month.
    """
    keep = {folder_name(repository) for repository in known}
    oldest_kept = time.time() - FORGOTTEN_AFTER_S
    with contextlib.suppress(OSError):
        for folder in (models / INCOMING).iterdir():
            if folder.name.startswith(THROWN_AWAY):
                shutil.rmtree(folder, ignore_errors=True)
                continue
            newest = max((path.lstat().st_mtime for path in (folder, *folder.rglob("*"))), default=0.0)
            if folder.is_dir() and folder.name not in keep and newest < oldest_kept:
                Stage(models, folder.name.replace("--", "/", 1)).discard()
