"""A copy from a shelf made a model of this computer again, without any network and with every byte compared."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from runtime.cancel import CancelToken
from runtime.errors import CopyDamaged, CopyNotFound, HearthError, ModelDamaged, ModelError, ModelUnsafe
from runtime.library.careful_copy import SourceWrong, Wanted, copy_carefully, hash_file
from runtime.library.copy_manifest import (
    PART_NAME,
    CopiedFile,
    CopyManifest,
    is_inside,
    read_copy_manifest,
    wrong_at_a_glance,
)
from runtime.library.disks import Disk, make_last_folder
from runtime.library.holding import download_lock, held
from runtime.library.leftovers import is_there, remove_others
from runtime.library.model_source import is_code
from runtime.library.names import names_from, safe_name
from runtime.library.steps import Steps
from runtime.storage.files import replace_folder
from runtime.storage.manifest import MANIFEST_NAME, Manifest, ManifestFile, read_manifest, write_manifest
from runtime.storage.model_folder import inspect_files
from runtime.storage.models_layout import INCOMING


def bring_back(
    copy_folder: Path,
    models: Path,
    cancel: CancelToken,
    on_progress: Callable[[int, int], None],
    make_disk: Callable[[Path], Disk] = Disk,
) -> Path:
    """Install a copy in ``models`` exactly as a download would; the model's folder.

    Slow; the caller's thread. The same model that is there already, and is whole, is recognised; another version of it
    works until the last moment and is then replaced; a folder that is not ours is moved beside, never removed. What an
    interrupted call had finished is used by the next one. Raises:
        CopyNotFound, CopyTooNew.
        CopyDamaged: a file is not as it was written. Nothing was installed.
        ModelUnsafe, ModelDamaged, ModelUnsupported: the engine could not load it. Nothing was installed.
        ModelsDiskMissing, DiskFull, FileTooLargeForDisk, FolderNotWritable, ModelsFolderRefused, DiskUnreliable,
        AlreadyDownloading (a download of the same model runs), Cancelled.
    """
    copy_folder = copy_folder.expanduser().absolute()
    manifest, _data = read_copy_manifest(copy_folder)
    wrong = wrong_at_a_glance(copy_folder, manifest)
    if wrong:
        raise CopyDamaged(str(copy_folder), wrong)
    for file in manifest.files:
        if is_code(file.path):
            raise ModelUnsafe(file.path)
    make_last_folder(models)
    return _Returning(copy_folder, manifest, make_disk(models), cancel, on_progress).run()


class _Returning:
    """One copy on its way back. It gathers in the folder that a download of the same model would use, under a name of
    its own there, and under the same lock."""

    def __init__(
        self,
        copy_folder: Path,
        manifest: CopyManifest,
        disk: Disk,
        cancel: CancelToken,
        on_progress: Callable[[int, int], None],
    ) -> None:
        self._copy = copy_folder
        self._manifest = manifest
        self._disk = disk
        self._models = disk.folder
        self._name = _folder_name(self._models, manifest)
        self._stage = self._models / INCOMING / self._name
        self._files = self._stage / "returned"
        self._replaced = self._stage / "replaced"
        self._cancel = cancel
        self._on_progress = on_progress

    def run(self) -> Path:
        """Recognise or copy, check, install."""
        target = self._models / self._name
        with self._disk.errors():
            lock = download_lock(self._models, self._name)
        with held(lock, self._manifest.repository or self._manifest.name, self._cancel):
            self._put_back_replaced(target)
            present = _same_model_in(target, self._manifest)
            steps = Steps(self._cancel, self._on_progress, 2 * self._manifest.size_bytes * (2 if present else 1))
            if present and _is_whole(target, present, steps):
                self._tidy()
                steps.finish()
                return target
            try:
                files = self._gather(steps)
                self._inspect()
            except (ModelError, SourceWrong) as error:
                shutil.rmtree(self._files, ignore_errors=True)
                if isinstance(error, SourceWrong):
                    raise self._copy_wrong(error) from error
                raise
            self._install(target, files)
            steps.finish()
        return target

    def _gather(self, steps: Steps) -> tuple[ManifestFile, ...]:
        sizes = {file.path: file.size_bytes for file in self._manifest.files}
        self._disk.check()
        with self._disk.errors():
            self._files.mkdir(parents=True, exist_ok=True, mode=0o700)
            remove_others(self._files, set(sizes))
        missing = (size for path, size in sizes.items() if not is_there(self._files / path, size))
        self._disk.check_room(sum(missing), sizes)
        return tuple(self._copy_file(file, steps) for file in self._manifest.files)

    def _copy_file(self, file: CopiedFile, steps: Steps) -> ManifestFile:
        if not is_inside(self._copy, file.path):
            raise SourceWrong(file.path, "a link")
        wanted = Wanted((f"sha256:{file.sha256}", file.digest) if file.digest else (f"sha256:{file.sha256}",), True)
        try:
            hashes = copy_carefully(
                self._copy / file.path, self._files / file.path, self._stage / PART_NAME, self._disk, steps, wanted
            )
        except SourceWrong as error:
            raise SourceWrong(file.path, error.detail) from error
        return ManifestFile(file.path, hashes.size_bytes, file.digest or f"sha256:{hashes.sha256}", hashes.pieces)

    def _inspect(self) -> None:
        try:
            inspect_files(self._files)
        except HearthError:
            raise
        except Exception as error:
            raise ModelDamaged("config.json", f"{type(error).__name__}: {error}"[:200]) from error

    def _copy_wrong(self, error: SourceWrong) -> HearthError:
        if not self._copy.is_dir():
            return CopyNotFound(str(self._copy))
        return CopyDamaged(str(self._copy), error.file)

    def _install(self, target: Path, files: tuple[ManifestFile, ...]) -> None:
        """Write the manifest, then rename the whole folder into its place; as a finished download does."""
        copied = self._manifest
        self._cancel.check()
        self._disk.check()
        with self._disk.errors():
            write_manifest(
                self._files,
                Manifest(
                    repository=copied.repository,
                    commit=copied.commit,
                    title=copied.title or copied.name,
                    downloaded_at=copied.downloaded_at or copied.shelved_at,
                    files=files,
                    origin=copied.origin if copied.origin.startswith(("https://", "http://")) else "",
                    licence=copied.licence,
                ),
            )
            shutil.rmtree(self._replaced, ignore_errors=True)
            aside = self._replaced if _is_version_of(target, copied) else _beside(target)
            replace_folder(self._files, target, aside)
        self._tidy()

    def _tidy(self) -> None:
        """Remove what we have gathered or put aside. What a paused download of this model has gathered stays."""
        shutil.rmtree(self._files, ignore_errors=True)
        shutil.rmtree(self._replaced, ignore_errors=True)
        with contextlib.suppress(OSError):
            (self._stage / PART_NAME).unlink(missing_ok=True)
            self._stage.rmdir()

    def _put_back_replaced(self, target: Path) -> None:
        """A crash between two renames may have left the older version aside: it is the installed one again."""
        if not os.path.lexists(target) and (self._replaced / MANIFEST_NAME).is_file():
            with self._disk.errors():
                os.replace(self._replaced, target)


def _folder_name(models: Path, manifest: CopyManifest) -> str:
    """``maker--name`` as for a download; a model of unknown origin gets a free name, or the one it has already."""
    if manifest.repository:
        return manifest.repository.replace("/", "--")
    names = names_from(safe_name(manifest.name), "")
    return next(
        name
        for name in names
        if not os.path.lexists(models / name) or _same_model_in(models / name, manifest) is not None
    )


def _same_model_in(folder: Path, copied: CopyManifest) -> tuple[ManifestFile, ...] | None:
    """The files of an installed model that says it is this one, commit and hashes; None when it is another, or none."""
    try:
        manifest = read_manifest(folder)
    except HearthError:
        return None
    if (
        manifest is None
        or folder.is_symlink()
        or (manifest.repository, manifest.commit)
        != (
            copied.repository,
            copied.commit,
        )
    ):
        return None
    wanted = {file.path: file.digest or f"sha256:{file.sha256}" for file in copied.files}
    return manifest.files if {file.path: file.digest for file in manifest.files} == wanted else None


def _is_whole(folder: Path, files: tuple[ManifestFile, ...], steps: Steps) -> bool:
    for file in files:
        with steps.budget(2 * file.size_bytes):
            wanted = Wanted((file.digest,))
            try:
                if not hash_file(folder / file.path, steps, wanted, from_disk=True).agree_with(wanted):
                    return False
            except SourceWrong:
                return False
    return True


def _is_version_of(target: Path, copied: CopyManifest) -> bool:
    """True for an installed model of the same repository, which a copy of another version may replace."""
    try:
        manifest = read_manifest(target)
    except HearthError:
        # Its manifest can't be read any more, so only the name of its folder says what it was.
        return bool(copied.repository)
    return manifest is not None and not target.is_symlink() and manifest.repository == copied.repository


def _beside(target: Path) -> Path:
    """A free name beside a folder that is not ours to replace."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    names = names_from(f"{target.name}.before-{stamp}", "")
    return next(place for place in (target.with_name(name) for name in names) if not os.path.lexists(place))
