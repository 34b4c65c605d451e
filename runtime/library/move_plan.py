"""What moving the models folder would move, where to, and whether that is possible: all of it before the first byte."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from runtime.errors import ModelFolderMissing, ModelsFolderRefused
from runtime.library.disks import Disk, make_last_folder
from runtime.library.names import is_litter
from runtime.storage.files import sync_folder
from runtime.storage.manifest import MANIFEST_NAME
from runtime.storage.model_folder import engine_of
from runtime.storage.models_layout import INCOMING

OWN_FOLDER = "Hearth models"
MARK_NAME = ".hearth-moving"
GATHERING = ".moving"
GONE = ".moved"
_MARK_LIMIT_BYTES = 64 * 1024


@dataclass(frozen=True)
class Item:
    """One model, or one unfinished download: its place below both folders, and its files with their sizes."""

    place: str
    files: dict[str, int]

    @property
    def size_bytes(self) -> int:
        """All files together."""
        return sum(self.files.values())


def choose_folder(source: Path, target: Path) -> Path:
    """The folder that the models go to: ``target``, or a folder of their own in it where other things are.

    Makes it. An interrupted move goes on where it was going. Raises:
        ModelsFolderRefused: it can't be there; ``detail`` says why.
        ModelsDiskMissing, FolderNotWritable.
    """
    _check_places(source, target)
    going_to = unfinished_move(source)
    if going_to is not None and going_to in (target, target / OWN_FOLDER):
        final = going_to
    elif going_to is not None and Disk(source).is_same_disk(going_to):
        raise ModelsFolderRefused(str(target), f"some models are already in {going_to}; finish moving there first")
    else:
        final = target if _is_free_for_models(target) else target / OWN_FOLDER
        if not _is_free_for_models(final):
            raise ModelsFolderRefused(str(target), f"its folder “{OWN_FOLDER}” holds other things")
    make_last_folder(target)
    _check_writable(target)
    make_last_folder(final)
    _check_writable(final)
    return final


def unfinished_move(source: Path) -> Path | None:
    """Where an interrupted move of this models folder was going; None when none was."""
    with contextlib.suppress(OSError, UnicodeDecodeError, ValueError):
        with (source / MARK_NAME).open("rb") as stream:
            text = os.fsdecode(stream.read(_MARK_LIMIT_BYTES))
        if os.path.isabs(text):
            return Path(text)
    return None


def mark_move(source: Path, final: Path) -> None:
    """Note, before the first change, where the models are going. Raises OSError."""
    part = source / f"{MARK_NAME}.new"
    part.write_bytes(os.fsencode(final))
    os.replace(part, source / MARK_NAME)
    sync_folder(source)


def unmark_move(source: Path) -> None:
    """The move is over. Raises OSError."""
    (source / f"{MARK_NAME}.new").unlink(missing_ok=True)
    (source / MARK_NAME).unlink(missing_ok=True)
    sync_folder(source)


def items_of(source: Path) -> tuple[tuple[Item, ...], tuple[str, ...]]:
    """What is to be moved, models first, and the names of what stays: links, whatever holds links, loose files and
    folders that are no models. Nothing is followed out of the folder.

    Raises:
        ModelFolderMissing: the models folder can't be read.
    """
    items, staying = [], []
    for place, name in (*_entries(source, ""), *_entries(source, INCOMING)):
        path = source / place
        files = _plain_files(path) if path.is_dir() and not path.is_symlink() else None
        if files is not None and (place.startswith(INCOMING) or _is_model(path)):
            items.append(Item(place, files))
        elif not (is_litter(name) or name.endswith(".lock")):
            staying.append(place)
    return tuple(items), tuple(staying)


def locks_of(source: Path) -> tuple[Path, ...]:
    """The lock files of downloads."""
    return tuple(source / place for place, name in _entries(source, INCOMING) if name.endswith(".lock"))


def same_files(item: Item, folder: Path) -> bool:
    """True when ``folder`` has the same files of the same sizes; nothing is read."""
    return _plain_files(folder) == item.files


def _entries(source: Path, below: str) -> list[tuple[str, str]]:
    try:
        names = sorted(os.listdir(source / below))
    except OSError as error:
        if below:
            return []
        raise ModelFolderMissing(str(source)) from error
    return [(f"{below}/{name}" if below else name, name) for name in names if below or not name.startswith(".")]


def _plain_files(folder: Path) -> dict[str, int] | None:
    """Every file below a folder with its size; None when a link, or something that is no file, is among them."""
    found: dict[str, int] = {}
    try:
        for path, status in _walk(folder):
            if stat.S_ISREG(status.st_mode):
                found[path.relative_to(folder).as_posix()] = status.st_size
            elif not stat.S_ISDIR(status.st_mode):
                return None
    except OSError:
        return None
    return found


def _walk(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    for name in sorted(os.listdir(folder)):
        path = folder / name
        status = path.lstat()
        yield path, status
        if stat.S_ISDIR(status.st_mode):
            yield from _walk(path)


def _check_places(source: Path, target: Path) -> None:
    if not source.is_dir():
        raise ModelFolderMissing(str(source))
    here, there = Path(os.path.realpath(source)), Path(os.path.realpath(target))
    if here == there or (there.is_dir() and os.path.samefile(here, there)):
        raise ModelsFolderRefused(str(target), "the models are there already")
    if there.is_relative_to(here):
        raise ModelsFolderRefused(str(target), "it is inside the folder that is to be moved")
    if here.is_relative_to(there):
        raise ModelsFolderRefused(str(target), "the models are in a folder inside it already")
    if there.exists() and not there.is_dir():
        raise ModelsFolderRefused(str(target), "it is a file, not a folder")


def _is_free_for_models(folder: Path) -> bool:
    """True for a folder that is missing, empty, or holds models and nothing else."""
    try:
        names = [name for name in os.listdir(folder) if not is_litter(name) and not name.startswith(".")]
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return all(_is_model(folder / name) for name in names)


def _is_model(folder: Path) -> bool:
    return (folder / MANIFEST_NAME).is_file() or engine_of(folder) is not None


def _check_writable(folder: Path) -> None:
    # Always of one name, so that what a kill leaves is removed by the next call.
    probe = folder / ".hearth-write-check"
    try:
        probe.write_bytes(b"")
        probe.unlink(missing_ok=True)
    except OSError as error:
        raise ModelsFolderRefused(str(folder), "Hearth may not write there") from error
