"""A model put on a shelf: copied into one folder that says what it is and can be checked without us."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from runtime.cancel import CancelToken
from runtime.errors import DiskUnreliable, HearthError, ModelDamaged, ModelsFolderRefused
from runtime.library.careful_copy import SourceWrong, Wanted, copy_carefully, hash_file
from runtime.library.copy_manifest import (
    FORMAT,
    INCOMPLETE,
    MARK_NAME,
    MODEL_NAME,
    PART_NAME,
    READ_ME_NAME,
    SUMS_NAME,
    VERSION,
    CopiedFile,
    CopyManifest,
    ShelfCard,
    encode_manifest,
    encode_sums,
    read_copy_manifest,
    short_text,
    wrong_at_a_glance,
)
from runtime.library.disks import Disk, make_last_folder
from runtime.library.holding import held
from runtime.library.leftovers import is_there, remove_others
from runtime.library.model_source import SourceModel, read_source
from runtime.library.names import names_from, safe_name
from runtime.library.read_me import read_me
from runtime.library.steps import Steps
from runtime.storage.files import sync, sync_folder

# Readable by everybody: the disk may be carried to a computer where the person has another number.
_FILE_MODE = 0o644
_FOLDER_MODE = 0o755
_PAPERS_BYTES = 64 * 1024


def shelve(
    model_folder: Path,
    shelf: Path,
    card: ShelfCard,
    cancel: CancelToken,
    on_progress: Callable[[int, int], None],
    make_disk: Callable[[Path], Disk] = Disk,
) -> Path:
    """Copy a model, ours or another program's, to ``shelf``; the folder of the copy, which is whole and checked.

    Slow; the thread of the caller. ``on_progress`` gets bytes done and in all, where reading back counts like writing.
    A whole copy of the same model that is there already is recognised. What an interrupted call had finished is kept
    in ``<name>.incomplete`` and used by the next one. Raises:
        ModelFolderMissing, ModelDamaged, ModelUnsafe: the model is not whole, so no copy is made.
        ModelsDiskMissing: the shelf's disk is not connected, or not any more.
        ModelsFolderRefused: the shelf is inside the model's folder, or can't hold a file of that name.
        DiskFull, FileTooLargeForDisk, FolderNotWritable, DiskUnreliable, AlreadyDownloading (another process is at it),
        Cancelled.
    """
    model = read_source(model_folder)
    if Path(os.path.realpath(shelf)).is_relative_to(os.path.realpath(model.folder)):
        raise ModelsFolderRefused(str(shelf), "it is inside the model's own folder")
    make_last_folder(shelf)
    disk = make_disk(shelf)
    folder = None
    while folder is None:
        alike = dict(_copies_alike(shelf, model))
        steps = Steps(cancel, on_progress, 2 * model.size_bytes * (len(alike) + 1) + _PAPERS_BYTES)
        try:
            folder = _whole_copy(alike, model, steps) or _Shelving(model, disk, card, steps, frozenset(alike)).run()
        except SourceWrong as error:
            raise ModelDamaged(error.file, error.detail) from error
    steps.finish()
    return folder


def _copies_alike(shelf: Path, model: SourceModel) -> Iterator[tuple[Path, CopyManifest]]:
    """Copies on the shelf that seem to be of this model, told from their manifests and the sizes of their files."""
    wanted = {file.path: file.size_bytes for file in model.files}
    digests = {file.path: file.digest for file in model.files}
    with contextlib.suppress(OSError):
        for folder in sorted(entry for entry in shelf.iterdir() if entry.is_dir() and not entry.is_symlink()):
            try:
                manifest, _data = read_copy_manifest(folder)
            except HearthError:
                continue
            if (
                (manifest.repository, manifest.commit) == (model.repository, model.commit)
                and {file.path: file.size_bytes for file in manifest.files} == wanted
                and {file.path: file.digest for file in manifest.files} == digests
                and not wrong_at_a_glance(folder, manifest)
            ):
                yield folder, manifest


def _whole_copy(alike: dict[Path, CopyManifest], model: SourceModel, steps: Steps) -> Path | None:
    """The first of these copies that is whole."""
    for folder, manifest in alike.items():
        if _is_whole_copy(folder, manifest, model, steps):
            # A kill right after it got its name leaves the mark.
            with contextlib.suppress(OSError):
                (folder / MARK_NAME).unlink(missing_ok=True)
            return folder
    return None


def _is_whole_copy(folder: Path, manifest: CopyManifest, model: SourceModel, steps: Steps) -> bool:
    """Whether every byte of a copy is as it was written, and is what the model here has."""
    places = {file.path: file.place for file in model.files}
    for file in manifest.files:
        with steps.budget(2 * file.size_bytes):
            wanted = Wanted((f"sha256:{file.sha256}",))
            try:
                whole = hash_file(folder / file.path, steps, wanted, from_disk=True).agree_with(wanted)
            except SourceWrong:
                return False
            if not whole:
                return False
            if not file.digest and hash_file(places[file.path], steps).sha256 != file.sha256:
                return False
    return True


class _Shelving:
    """One copy being made. Everything gathers in a folder that does not count as a copy until it is renamed."""

    def __init__(
        self, model: SourceModel, disk: Disk, card: ShelfCard, steps: Steps, known_alike: frozenset[Path]
    ) -> None:
        self._model = model
        self._disk = disk
        self._shelf = disk.folder
        self._card = card
        self._steps = steps
        self._known_alike = known_alike
        last_part = model.repository.rpartition("/")[2]
        self._name = short_text(card.name or model.title or last_part or model.folder.name)
        self._names = tuple(_first(names_from(safe_name(self._name), safe_name(last_part) if last_part else ""), 1000))

    def run(self) -> Path | None:
        """Copy, check, write the papers, and give the folder its name; None when another process was quicker."""
        working = self._working_folder()
        with held(working, self._name, self._steps.cancel) as is_still_there:
            if not is_still_there:
                return None
            if not self._known_alike.issuperset(folder for folder, _ in _copies_alike(self._shelf, self._model)):
                with contextlib.suppress(OSError):
                    working.rmdir()
                return None
            try:
                return self._fill(working)
            except DiskUnreliable:
                shutil.rmtree(working, ignore_errors=True)
                raise

    def _fill(self, working: Path) -> Path:
        self._disk.check_room(
            sum(file.size_bytes for file in self._model.files if not is_there(working / file.path, file.size_bytes))
            + _PAPERS_BYTES,
            {file.path: file.size_bytes for file in self._model.files},
        )
        with self._disk.errors():
            (working / MARK_NAME).touch(mode=_FILE_MODE)
            remove_others(working, {MARK_NAME, *(file.path for file in self._model.files)})
        files = []
        for file in self._model.files:
            hashes = copy_carefully(
                file.place,
                working / file.path,
                working / PART_NAME,
                self._disk,
                self._steps,
                Wanted((file.digest,) if file.digest else ()),
                mode=_FILE_MODE,
            )
            files.append(CopiedFile(file.path, hashes.size_bytes, hashes.sha256, file.digest))
        self._write_papers(working, tuple(files))
        return self._give_name(working)

    def _working_folder(self) -> Path:
        """The folder to gather in: one that an interrupted call left, or a new one."""
        self._disk.check()
        for name in self._names:
            working = self._shelf / f"{name}{INCOMPLETE}"
            with self._disk.errors(name):
                if not os.path.lexists(working):
                    working.mkdir(_FOLDER_MODE)
                if _is_ours(working):
                    return working
        raise ModelsFolderRefused(str(self._shelf), f"it has too many folders called “{self._name}”")

    def _write_papers(self, working: Path, files: tuple[CopiedFile, ...]) -> None:
        self._steps.cancel.check()
        model, card = self._model, self._card
        manifest = CopyManifest(
            format=FORMAT,
            version=VERSION,
            name=self._name,
            title=model.title,
            repository=model.repository,
            origin=model.origin,
            commit=model.commit,
            licence=model.licence or card.licence,
            downloaded_at=model.downloaded_at,
            shelved_at=datetime.now(UTC).isoformat(timespec="seconds"),
            hearth_version=_our_version(),
            read_me_sha256="",
            files=files,
            card=card,
        )
        page = read_me(manifest)
        manifest = replace(manifest, read_me_sha256=hashlib.sha256(page).hexdigest())
        data = encode_manifest(manifest)
        papers = ((READ_ME_NAME, page), (SUMS_NAME, encode_sums(manifest, data)), (MODEL_NAME, data))
        for name, content in papers:
            with self._disk.errors(name, len(content)):
                _write_whole(working / PART_NAME, working / name, content)

    def _give_name(self, working: Path) -> Path:
        self._disk.check()
        for name in self._names:
            folder = self._shelf / name
            if os.path.lexists(folder):
                continue
            with self._disk.errors(name):
                os.rename(working, folder)
                (folder / MARK_NAME).unlink(missing_ok=True)
                sync_folder(self._shelf)
            return folder
        raise ModelsFolderRefused(str(self._shelf), f"it has too many folders called “{self._name}”")


def _first(names: Iterator[str], count: int) -> Iterator[str]:
    return (name for name, _number in zip(names, range(count), strict=False))


def _is_ours(working: Path) -> bool:
    """True for a folder that an interrupted call left: marked, or still empty. Anything else is a person's."""
    if working.is_symlink() or not working.is_dir():
        return False
    return (working / MARK_NAME).is_file() or not any(working.iterdir())


def _write_whole(part: Path, target: Path, data: bytes) -> None:
    """A small file, whole and on the disk or not at all. Raises OSError."""
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, _FILE_MODE)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
        stream.flush()
        sync(descriptor)
    os.replace(part, target)
    sync_folder(target.parent)


def _our_version() -> str:
    try:
        return importlib.metadata.version("hearth")
    except importlib.metadata.PackageNotFoundError:
        return ""
