"""Models that were deleted and can still be brought back: each a folder in ``.deleted``, below the models folder."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from runtime.errors import HomeNotWritable, ModelNotFound, ModelsFolderRefused
from runtime.library.installed import InstalledModel
from runtime.storage.files import replace_file, sync_folder
from runtime.storage.model_folder import weight_files
from runtime.storage.models_layout import BIN, discard_removed
from runtime.storage.unchanged import stamp

_log = logging.getLogger(__name__)
NOTE_NAME = ".hearth-removed.json"
KEPT_S = 24 * 60 * 60
_NOTE_BYTES = 64 * 1024
_LONGEST_NAME = 200
# The name of an entry is the id: twelve digits, then the folder's own name, so that it comes back even without note.
_ID = re.compile(r"[0-9a-f]{12}(?:-(.+))?", re.DOTALL)


@dataclass(frozen=True)
class RemovedModel:
    """A model in the bin. ``removed_at`` is UTC in ISO 8601; ``repository`` "" where there is none."""

    id: str
    name: str
    size_bytes: int
    removed_at: str
    repository: str = ""


@dataclass(frozen=True)
class _Slip:
    """The note that lies with a removed model."""

    folder_name: str
    name: str
    size_bytes: int
    removed_at: str
    repository: str = ""


class Bin:
    """The bin of one models folder. Keeps no state; any thread, quick but for :meth:`empty`."""

    def __init__(self, models_folder: Path) -> None:
        self._models = models_folder
        self._bin = models_folder / BIN

    def put(self, model: InstalledModel) -> RemovedModel:
        """Move a model's folder aside in one step. Raises HomeNotWritable, ModelNotFound (it is gone already)."""
        folder = Path(model.folder)
        number = uuid.uuid4().hex[:12]
        name = f"{number}-{folder.name}" if len(os.fsencode(folder.name)) <= _LONGEST_NAME else number
        now = datetime.now(UTC).isoformat(timespec="seconds")
        slip = _Slip(folder.name, model.name, model.size_bytes, now, model.repository)
        # Written before the move, so that both arrive together. On a full disk deleting must work without it.
        try:
            replace_file(folder / NOTE_NAME, msgspec.json.encode(slip))
        except (OSError, UnicodeEncodeError) as error:
            _log.warning("no note for a deleted model: %s", error)
        try:
            self._bin.mkdir(mode=0o700, exist_ok=True)
            os.rename(folder, self._bin / name)
        except FileNotFoundError as error:
            raise ModelNotFound(model.name) from error
        except OSError as error:
            _forget_note(folder)
            raise HomeNotWritable(str(self._models)) from error
        sync_folder(self._models)
        return RemovedModel(name, model.name, model.size_bytes, now, model.repository)

    def removed(self) -> tuple[RemovedModel, ...]:
        """What can be brought back, the newest first."""
        found = [_described(entry) for entry in self._entries() if _ID.fullmatch(entry.name)]
        return tuple(sorted(found, key=lambda model: (model.removed_at, model.id), reverse=True))

    def bring_back(self, removed_id: str) -> Path:
        """Put a model back where it was, and return that folder.

        Raises:
            ModelNotFound: it is not in the bin (any more).
            ModelsFolderRefused: something else has its place now; both stay as they are.
            HomeNotWritable: the disk refuses.
        """
        entry = self._entry(removed_id)
        target = self._models / _folder_name(entry)
        if os.path.lexists(target):
            raise ModelsFolderRefused(str(target), "taken")
        try:
            os.rename(entry, target)
        except OSError as error:
            raise HomeNotWritable(str(self._models)) from error
        _forget_note(target)
        sync_folder(self._models)
        self._tidy()
        return target

    def empty(self, removed_id: str = "") -> None:
        """Delete one removed model for good, or all of them. Slow for large ones; what the disk refuses stays."""
        for entry in [self._entry(removed_id)] if removed_id else self._entries():
            discard_removed(entry)
        self._tidy()

    def sweep(self, older_than_s: float, now: datetime | None = None) -> None:
        """Delete for good what was removed longer ago than this, and what an interrupted deletion left behind."""
        moment = now or datetime.now(UTC)
        for entry in self._entries():
            known = _ID.fullmatch(entry.name)
            if known is None or (moment - _removed_at(entry, _slip(entry))).total_seconds() > older_than_s:
                discard_removed(entry)
        self._tidy()

    def _entry(self, removed_id: str) -> Path:
        entry = self._bin / removed_id
        if not _ID.fullmatch(removed_id) or entry.parent != self._bin or entry not in self._entries():
            raise ModelNotFound(removed_id)
        return entry

    def _entries(self) -> list[Path]:
        if self._bin.is_symlink():
            return []
        try:
            return sorted(self._bin.iterdir())
        except OSError:
            return []

    def _tidy(self) -> None:
        with contextlib.suppress(OSError):
            self._bin.rmdir()


def _forget_note(folder: Path) -> None:
    with contextlib.suppress(OSError):
        (folder / NOTE_NAME).unlink(missing_ok=True)


def _slip(entry: Path) -> _Slip | None:
    try:
        with (entry / NOTE_NAME).open("rb") as stream:
            slip = msgspec.json.decode(stream.read(_NOTE_BYTES), type=_Slip)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return slip


def _folder_name(entry: Path) -> str:
    """The name the folder had. Of the note it is believed only if it is a plain name."""
    known = _ID.fullmatch(entry.name)
    if known and known[1]:
        return known[1]
    slip = _slip(entry)
    if slip and slip.folder_name not in ("", ".", "..") and not set("/\\\0") & set(slip.folder_name):
        return slip.folder_name
    return f"model-{entry.name}"


def _removed_at(entry: Path, slip: _Slip | None) -> datetime:
    if slip is not None:
        with contextlib.suppress(ValueError):
            moment = datetime.fromisoformat(slip.removed_at)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        return datetime.fromtimestamp(entry.stat().st_ctime, UTC)
    except OSError:
        return datetime.now(UTC)


def _described(entry: Path) -> RemovedModel:
    slip = _slip(entry)
    removed_at = _removed_at(entry, slip).isoformat(timespec="seconds")
    if slip is not None:
        return RemovedModel(entry.name, slip.name, slip.size_bytes, removed_at, slip.repository)
    size_bytes = sum(found[1] for found in stamp(weight_files(entry)) if found)
    return RemovedModel(entry.name, _folder_name(entry), size_bytes, removed_at)
