"""The copies on a shelf: what they are, and whether they still are as they were written.

Making one is :mod:`runtime.library.shelving`, bringing one back :mod:`runtime.library.returning`; both are offered
here too.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from runtime.cancel import CancelToken
from runtime.errors import CopyDamaged, CopyNotFound, HearthError, Problem
from runtime.library.careful_copy import SourceWrong, Wanted, hash_file
from runtime.library.copy_manifest import (
    INCOMPLETE,
    MARK_NAME,
    MODEL_NAME,
    READ_ME_NAME,
    SUMS_NAME,
    CopiedFile,
    CopyManifest,
    ShelfCard,
    encode_sums,
    is_inside,
    read_copy_manifest,
    short_text,
    wrong_at_a_glance,
)
from runtime.library.names import is_litter
from runtime.library.returning import bring_back
from runtime.library.shelving import shelve
from runtime.library.steps import Steps
from runtime.storage.files import shown_name

__all__ = ["ShelfCard", "ShelvedModel", "bring_back", "check_copy", "copies_on", "read_copy", "shelve"]

MOST_FOLDERS = 10_000
MOST_EXTRA_FILES = 1_000


@dataclass(frozen=True)
class ShelvedModel:
    """One copy. ``size_bytes`` are the model's files; ``shelved_at`` is UTC in ISO 8601; texts are "" where unknown.
    ``origin`` is the hub's address, or says that it was another program's. ``problem`` says why it can't be used."""

    folder: str
    name: str
    repository: str = ""
    commit: str = ""
    licence: str = ""
    size_bytes: int = 0
    shelved_at: str = ""
    origin: str = ""
    card: ShelfCard = field(default_factory=ShelfCard)
    problem: Problem | None = None


def read_copy(folder: Path) -> ShelvedModel:
    """What a copy is. Quick: its manifest and the sizes of its files; no byte of them is read.

    Raises:
        CopyNotFound: nothing that we put on a shelf is there, or an unfinished copy.
        CopyDamaged: the manifest can't be believed, or a file is missing, a link, or of another length.
        CopyTooNew.
    """
    folder = folder.expanduser().absolute()
    manifest, _data = read_copy_manifest(folder)
    wrong = wrong_at_a_glance(folder, manifest)
    if wrong:
        raise CopyDamaged(str(folder), wrong)
    return _shelved(folder, manifest)


def copies_on(shelf: Path) -> tuple[ShelvedModel, ...]:
    """The copies in ``shelf`` and ``shelf`` itself if it is one, by name; none when it is not there. Quick.

    One that can't be read carries its ``problem``. Unfinished ones are not among them.
    """
    shelf = shelf.expanduser().absolute()
    folders = [shelf]
    with contextlib.suppress(OSError), os.scandir(shelf) as entries:
        folders += [Path(entry.path) for entry in islice(entries, MOST_FOLDERS) if _is_candidate(entry)]
    found = (_looked_at(folder) for folder in folders)
    return tuple(sorted((copy for copy in found if copy), key=lambda copy: (copy.name.casefold(), copy.folder)))


def check_copy(folder: Path, cancel: CancelToken, on_progress: Callable[[int, int], None]) -> tuple[str, ...]:
    """Read every byte of a copy, from the disk and not from memory; the names of files that are wrong, missing, or
    don't belong there. None: it is as it was written.

    Slow; the caller's thread. Raises CopyNotFound, CopyDamaged (the manifest can't be believed, so nothing can be
    checked), CopyTooNew, Cancelled.
    """
    folder = folder.expanduser().absolute()
    manifest, data = read_copy_manifest(folder)
    steps = Steps(cancel, on_progress, manifest.size_bytes)
    wrong = [file.path for file in manifest.files if not _is_right(folder, file, steps)]
    if not _has_bytes(folder / READ_ME_NAME, manifest.read_me_sha256):
        wrong.append(READ_ME_NAME)
    if not _has_bytes(folder / SUMS_NAME, hashlib.sha256(encode_sums(manifest, data)).hexdigest()):
        wrong.append(SUMS_NAME)
    if not folder.is_dir():
        raise CopyNotFound(str(folder))
    steps.finish()
    return (*wrong, *_extra_files(folder, manifest))


def _is_candidate(entry: os.DirEntry[str]) -> bool:
    if entry.name.startswith(".") or entry.name.endswith(INCOMPLETE):
        return False
    return entry.is_dir(follow_symlinks=False) and os.path.lexists(os.path.join(entry.path, MODEL_NAME))


def _looked_at(folder: Path) -> ShelvedModel | None:
    try:
        manifest, _data = read_copy_manifest(folder)
    except CopyNotFound:
        return None
    except HearthError as error:
        return ShelvedModel(str(folder), shown_name(folder), problem=error.problem())
    wrong = wrong_at_a_glance(folder, manifest)
    return _shelved(folder, manifest, CopyDamaged(str(folder), wrong).problem() if wrong else None)


def _shelved(folder: Path, manifest: CopyManifest, problem: Problem | None = None) -> ShelvedModel:
    return ShelvedModel(
        folder=str(folder),
        name=manifest.name or shown_name(folder),
        repository=manifest.repository,
        commit=manifest.commit,
        licence=manifest.licence,
        size_bytes=manifest.size_bytes,
        shelved_at=manifest.shelved_at,
        origin=manifest.origin,
        card=manifest.card,
        problem=problem,
    )


def _is_right(folder: Path, file: CopiedFile, steps: Steps) -> bool:
    with steps.budget(file.size_bytes):
        wanted = Wanted((f"sha256:{file.sha256}",))
        try:
            if not is_inside(folder, file.path) or (folder / file.path).lstat().st_size != file.size_bytes:
                return False
            return hash_file(folder / file.path, steps, wanted, from_disk=True).agree_with(wanted)
        except (OSError, SourceWrong):
            return False


def _has_bytes(path: Path, sha256: str) -> bool:
    """Whether one of the small papers is as it was written."""
    steps = Steps(CancelToken(), lambda _done, _total: None, 0)
    try:
        return hash_file(path, steps).sha256 == sha256
    except SourceWrong:
        return False


def _extra_files(folder: Path, manifest: CopyManifest) -> tuple[str, ...]:
    """Files that nobody listed, but for what systems put everywhere."""
    known = {MODEL_NAME, SUMS_NAME, READ_ME_NAME, MARK_NAME, *(file.path for file in manifest.files)}
    extra: list[str] = []
    for place, folders, files in os.walk(folder, followlinks=False):
        folders[:] = [name for name in folders if not is_litter(name)]
        links = [name for name in folders if os.path.islink(os.path.join(place, name))]
        for name in (*files, *links):
            path = Path(place, name).relative_to(folder).as_posix()
            if path not in known and not is_litter(name):
                extra.append(short_text(path.encode("utf-8", "replace").decode()))
            if len(extra) >= MOST_EXTRA_FILES:
                return tuple(extra)
    return tuple(sorted(extra))
