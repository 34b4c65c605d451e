"""All models moved to another folder or disk. Nothing is deleted before everything has arrived and was read back."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from runtime.cancel import CancelToken
from runtime.errors import DiskUnreliable, HearthError, ModelDamaged, ModelsDiskMissing, ModelsFolderRefused
from runtime.library.careful_copy import SourceWrong, Wanted, copy_carefully, hash_file
from runtime.library.copy_manifest import PART_NAME
from runtime.library.disks import Disk
from runtime.library.holding import held
from runtime.library.leftovers import is_there, remove_others
from runtime.library.move_plan import (
    GATHERING,
    GONE,
    Item,
    choose_folder,
    items_of,
    locks_of,
    mark_move,
    same_files,
    unfinished_move,
    unmark_move,
)
from runtime.library.names import names_from
from runtime.library.steps import Steps
from runtime.storage.files import sync_folder
from runtime.storage.manifest import read_manifest
from runtime.storage.models_layout import BIN, INCOMING

__all__ = ["move_library", "staying_behind", "unfinished_move"]

_log = logging.getLogger(__name__)


def move_library(
    source: Path,
    target: Path,
    cancel: CancelToken,
    on_progress: Callable[[int, int], None],
    make_disk: Callable[[Path], Disk] = Disk,
) -> Path:
    """Move all models and unfinished downloads; the folder they are in now, ``target`` or a folder of their own in it.

    Slow, unless both are on one disk; the caller's thread. Killed at any moment, every model is whole in one of the two
    places, and another call with the same folders finishes (see :func:`unfinished_move`). The source is emptied only
    when all have arrived. Links, and what is no model, stay where they are (see :func:`staying_behind`); so does the
    bin, unless both are on one disk. Raises:
        ModelsFolderRefused: models can't be kept there, or another version of one of them is there already.
        ModelFolderMissing: there is no source.
        ModelDamaged: a file can't be read. Nothing was deleted.
        ModelsDiskMissing, DiskFull, FileTooLargeForDisk, FolderNotWritable, DiskUnreliable, AlreadyDownloading (a
        download runs there), Cancelled.
    """
    source, target = Path(os.path.realpath(source.expanduser())), Path(os.path.realpath(target.expanduser()))
    final = choose_folder(source, target)
    with contextlib.ExitStack() as holds:
        for place in (source, final, *locks_of(source)):
            holds.enter_context(held(place, place.name.removesuffix(".lock").replace("--", "/", 1), cancel))
        move = _Move(source, make_disk(final), cancel, on_progress)
        move.check()
        move.run()
    return final


def staying_behind(source: Path) -> tuple[str, ...]:
    """What :func:`move_library` would not take along, or has not: links, and what is no model. Raises as items_of."""
    return items_of(source)[1]


class _Move:
    """One move, with its plan made."""

    def __init__(self, source: Path, disk: Disk, cancel: CancelToken, on_progress: Callable[[int, int], None]) -> None:
        self._source = source
        self._disk = disk
        self._final = disk.folder
        self._cancel = cancel
        self._on_progress = on_progress
        shutil.rmtree(source / GONE, ignore_errors=True)
        self._items, self._staying = items_of(source)
        self._present = tuple(item for item in self._items if os.path.lexists(self._final / item.place))

    def check(self) -> None:
        """Everything that can be known before the first byte. Raises ModelsFolderRefused, DiskFull, and so on."""
        for item in self._present:
            if not same_files(item, self._final / item.place):
                raise ModelsFolderRefused(
                    str(self._final), f"another version of {Path(item.place).name} is there already"
                )
        absent = [item for item in self._items if item not in self._present]
        needed_bytes = 0
        if not self._disk.is_same_disk(self._source):
            needed_bytes = sum(
                size
                for item in absent
                for path, size in item.files.items()
                if not is_there(self._gathering(item) / path, size)
            )
        self._disk.check_room(
            needed_bytes, {f"{item.place}/{path}": size for item in absent for path, size in item.files.items()}
        )

    def run(self) -> None:
        """Bring everything there, then empty the source."""
        steps = Steps(self._cancel, self._on_progress, 2 * sum(item.size_bytes for item in self._items))
        try:
            mark_move(self._source, self._final)
        except OSError as error:
            # A full or read-only source is no reason to stay; the mark only helps to go on after a crash.
            _log.info("the move could not be noted: %s", error)
        for item in self._items:
            with steps.budget(2 * item.size_bytes):
                try:
                    self._bring(item, steps)
                except SourceWrong as error:
                    if not self._source.is_dir():
                        raise ModelsDiskMissing(str(self._source)) from error
                    raise ModelDamaged(f"{item.place}/{error.file}", error.detail) from error
                except DiskUnreliable:
                    shutil.rmtree(self._final / GATHERING, ignore_errors=True)
                    raise
        shutil.rmtree(self._final / GATHERING, ignore_errors=True)
        self._disk.check()
        if self._disk.is_same_disk(self._source) and not os.path.lexists(self._final / BIN):
            # The bin needs no moving, but where it costs nothing it comes along.
            with contextlib.suppress(OSError):
                os.rename(self._source / BIN, self._final / BIN)
        self._empty_source()
        steps.finish()

    def _bring(self, item: Item, steps: Steps) -> None:
        """Make an item be there, whole; it stays in the source too, unless both are on one disk."""
        place = self._final / item.place
        if item in self._present:
            if self._is_same(item, place, steps):
                return
            with self._disk.errors():
                os.replace(place, _free_name(place))
        if not self._rename(self._source / item.place, place):
            self._copy(item, place, steps)

    def _rename(self, path: Path, place: Path) -> bool:
        """The whole move where both are on one disk; False where it can't be done so."""
        if not self._disk.is_same_disk(path):
            return False
        with self._disk.errors(place.name):
            self._disk.check()
            place.parent.mkdir(exist_ok=True, mode=0o700)
            try:
                os.rename(path, place)
            except OSError:
                # One disk may be mounted in two places, which can't be told beforehand.
                return False
            sync_folder(place.parent)
        return True

    def _copy(self, item: Item, place: Path, steps: Steps) -> None:
        working = self._gathering(item)
        self._disk.check()
        with self._disk.errors(item.place):
            working.mkdir(parents=True, exist_ok=True, mode=0o700)
            remove_others(working, set(item.files))
        for path in item.files:
            copy_carefully(
                self._source / item.place / path, working / path, self._final / GATHERING / PART_NAME, self._disk, steps
            )
        with self._disk.errors(item.place):
            self._disk.check()
            place.parent.mkdir(exist_ok=True, mode=0o700)
            os.rename(working, place)
            sync_folder(place.parent)

    def _gathering(self, item: Item) -> Path:
        return self._final / GATHERING / item.place.replace(f"{INCOMING}/", f"{INCOMING} ")

    def _is_same(self, item: Item, place: Path, steps: Steps) -> bool:
        """Whether what is there is right: as its manifest says, or byte for byte what the source has."""
        known: dict[str, str] = {}
        with contextlib.suppress(HearthError):
            ours, theirs = read_manifest(self._source / item.place), read_manifest(place)
            if ours is not None and ours == theirs:
                known = {file.path: file.digest for file in ours.files}
        for path in item.files:
            wanted = Wanted((known[path],)) if path in known else None
            try:
                found = hash_file(place / path, steps, wanted or Wanted(), from_disk=True)
            except SourceWrong:
                return False
            if wanted is None:
                wanted = Wanted((f"sha256:{hash_file(self._source / item.place / path, steps).sha256}",))
            if not found.agree_with(wanted):
                return False
        return True

    def _empty_source(self) -> None:
        """All have arrived: first each is taken out of sight in one step, so that nobody meets half a model."""
        gone = self._source / GONE
        try:
            gone.mkdir(exist_ok=True, mode=0o700)
            for number, item in enumerate(self._items):
                path = self._source / item.place
                if os.path.lexists(path):
                    os.rename(path, gone / str(number))
            for lock in locks_of(self._source):
                lock.unlink(missing_ok=True)
            with contextlib.suppress(OSError):
                (self._source / INCOMING).rmdir()
            shutil.rmtree(gone, ignore_errors=True)
            unmark_move(self._source)
        except OSError as error:
            # A disk that may only be read: everything is in the new place all the same.
            _log.warning("the old models folder could not be emptied: %s", error)
        if self._staying:
            _log.info("%d things that are no models, or links, stay in the old models folder", len(self._staying))


def _free_name(place: Path) -> Path:
    """A free name beside something that is not what it should be: it is kept, not overwritten."""
    names = names_from(f"{place.name}.before-{time.strftime('%Y%m%d-%H%M%S')}", "")
    return next(path for path in (place.with_name(name) for name in names) if not os.path.lexists(path))
