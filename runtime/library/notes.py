"""What this computer learnt about its models: when each was used, how fast it was, when it was verified."""

from __future__ import annotations

import contextlib
import logging
import math
import statistics
import threading
import typing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from runtime.library.installed import CheckKind
from runtime.storage.files import keep_aside, replace_file
from runtime.storage.unchanged import Unchanged, stamp

_log = logging.getLogger(__name__)
NOTES_NAME = "models.json"
NOTES_VERSION = 1
NOTES_LIMIT_BYTES = 8 * 1024 * 1024
LEAST_ANSWER_TOKENS = 20
_SPEEDS_KEPT = 5
_WRONG_FILES_KEPT = 200
_MODELS_KEPT = 500
# One file, perhaps several services over it in this process.
_writing = threading.Lock()
_read: Unchanged[dict[str, Any]] = Unchanged()


@dataclass(frozen=True)
class Note:
    """What is known of one model. Times are UTC in ISO 8601, "" for never; ``speeds`` the last few measured rates in
    tokens a second. ``looked_at`` tells which state of the files ``verified_at`` and ``wrong_files`` speak of."""

    last_used_at: str = ""
    speeds: tuple[float, ...] = ()
    verified_at: str = ""
    verified_by: CheckKind = CheckKind.HASHES
    wrong_files: tuple[str, ...] = ()
    looked_at: str = ""

    @property
    def tokens_per_s(self) -> float | None:
        """The middle one of the last few rates: one answer given while the computer was busy changes nothing."""
        return statistics.median(self.speeds) if self.speeds else None


_FIELDS = typing.get_type_hints(Note)


class Notes:
    """The notes of all models, in one small file that is replaced whole. Any thread; no method raises: what can't be
    written is logged and lost. Fields that a later Hearth wrote are kept."""

    def __init__(self, home: Path) -> None:
        self._path = home / NOTES_NAME

    def all(self) -> dict[str, Note]:
        """Every model's note, by the name it was written under. What makes no sense is left out."""
        models = self._content().get("models")
        if not isinstance(models, dict):
            return {}
        return {name: note for name, entry in models.items() if (note := _understood(entry)) is not None}

    def used(self, name: str) -> None:
        """The model of this name answers now."""
        self._change(name, lambda _note: {"last_used_at": _now()})

    def speed(self, name: str, tokens_per_s: float) -> None:
        """An answer of at least :data:`LEAST_ANSWER_TOKENS` was written just now, at this rate."""
        if not (math.isfinite(tokens_per_s) and tokens_per_s > 0):
            return
        rate = round(tokens_per_s, 2)
        self._change(name, lambda note: {"last_used_at": _now(), "speeds": [*note.speeds, rate][-_SPEEDS_KEPT:]})

    def verified(self, name: str, wrong_files: tuple[str, ...], by: CheckKind, looked_at: str) -> None:
        """All files of the model were looked at just now, and these were not as they should be."""
        fields = {"verified_at": _now(), "verified_by": by.value, "looked_at": looked_at}
        self._change(name, lambda _note: {**fields, "wrong_files": list(wrong_files[:_WRONG_FILES_KEPT])})

    def _change(self, name: str, fields: Any) -> None:
        with _writing:
            try:
                self._write(name, fields)
            except OSError as error:
                _log.warning("a note about a model could not be written: %s", error)

    def _write(self, name: str, fields: Any) -> None:
        content = dict(self._content(keep_damaged=True))
        models = content.get("models")
        models = dict(models) if isinstance(models, dict) else {}
        entry = models.pop(name, None)
        note = _understood(entry) or Note()
        models[name] = {**(entry if isinstance(entry, dict) else {}), **fields(note)}
        # The one just written is last; what was not touched for longest goes first.
        while len(models) > _MODELS_KEPT:
            del models[next(iter(models))]
        content = {"version": NOTES_VERSION, **content, "models": models}
        replace_file(self._path, msgspec.json.format(msgspec.json.encode(content), indent=1) + b"\n")

    def _content(self, keep_damaged: bool = False) -> dict[str, Any]:
        """The file as it is; {} where there is none or it can't be read. Raises OSError only if ``keep_damaged`` and
        a damaged file can't be put aside."""
        try:
            return _read.get(self._path, stamp([self._path]), self._decode)
        except FileNotFoundError:
            return {}
        except OSError:
            if keep_damaged:
                raise
            return {}
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            _log.warning("the notes about models are damaged: %s", error)
            if keep_damaged:
                keep_aside(self._path)
            return {}

    def _decode(self) -> dict[str, Any]:
        with self._path.open("rb") as stream:
            data = stream.read(NOTES_LIMIT_BYTES)
        return msgspec.json.decode(data, type=dict[str, Any])


def _understood(entry: Any) -> Note | None:
    """An entry's fields that make sense, the others as if never written; None for what is no entry at all."""
    if not isinstance(entry, dict):
        return None
    good = {}
    for name, kind in _FIELDS.items():
        with contextlib.suppress(KeyError, msgspec.ValidationError):
            good[name] = msgspec.convert(entry[name], kind)
    return Note(**good)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
