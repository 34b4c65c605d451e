"""Followed folders: what is there beside what the index knows, and what a person does not want from there."""

from __future__ import annotations

import hashlib
import os
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from runtime.documents.standing import FileStamp
from runtime.storage.files import replace_file, storage_errors

Known = Mapping[str, tuple[int, int, int]]


@dataclass(frozen=True)
class Difference:
    """``new`` files; documents that ``changed``, are ``missing``, ``moved`` to another path with their file, or are the
    ``same``."""

    new: tuple[tuple[str, FileStamp], ...] = ()
    changed: tuple[int, ...] = ()
    missing: tuple[int, ...] = ()
    moved: tuple[tuple[int, str], ...] = ()
    same: tuple[tuple[int, FileStamp], ...] = field(default=(), repr=False)


def difference(known: Known, found: Mapping[str, FileStamp], is_same_file: Callable[[int, str], bool]) -> Difference:
    """Compare. ``is_same_file`` is asked for a missing document and a new path of the same size and time."""
    new, changed, same = [], [], []
    for path, stamp in found.items():
        row = known.get(path)
        if row is None:
            new.append((path, stamp))
        elif row[1:] == (stamp.size_bytes, stamp.modified_ns):
            same.append((row[0], stamp))
        else:
            changed.append(row[0])
    missing: dict[tuple[int, int], list[int]] = defaultdict(list)
    for path, (document, size, modified) in known.items():
        if path not in found:
            missing[size, modified].append(document)
    moved, really_new = [], []
    for path, stamp in new:
        candidates = missing.get((stamp.size_bytes, stamp.modified_ns), []) if stamp.size_bytes else []
        mover = next((one for one in candidates if is_same_file(one, path)), None)
        if mover is None:
            really_new.append((path, stamp))
        else:
            candidates.remove(mover)
            moved.append((mover, path))
    left = [document for documents in missing.values() for document in documents]
    return Difference(tuple(really_new), tuple(changed), tuple(left), tuple(moved), tuple(same))


def known_below(known: Known, places: Iterable[str]) -> dict[str, tuple[int, int, int]]:
    """The documents at these places or below them."""
    exact = set(places)
    folders = tuple(place.rstrip(os.sep) + os.sep for place in exact)
    return {path: row for path, row in known.items() if path in exact or path.startswith(folders)}


def content_digest(path: str, up_to_bytes: int) -> bytes | None:
    """SHA-256 of a file's bytes; None for a larger one, or one that can't be read."""
    try:
        with open(path, "rb") as stream:
            if os.fstat(stream.fileno()).st_size > up_to_bytes:
                return None
            return hashlib.file_digest(stream, "sha256").digest()
    except (OSError, ValueError):
        return None


class Unwanted:
    """Files of followed folders that a person made Hearth forget. Kept as digests of their paths, so that not even
    their names stay. Any thread. Raises as ``storage_errors`` does when it can't be written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        try:
            self._digests = set(path.read_text(encoding="ascii").split())
        except (OSError, ValueError):
            self._digests = set()

    def __contains__(self, path: str) -> bool:
        return bool(self._digests) and _digest(path) in self._digests

    def add(self, paths: Iterable[str]) -> None:
        """Never take these in by themselves again."""
        self._change(self._digests | {_digest(path) for path in paths})

    def remove(self, paths: Iterable[str]) -> None:
        """A person added them again."""
        self._change(self._digests - {_digest(path) for path in paths})

    def _change(self, digests: set[str]) -> None:
        with self._lock:
            if digests != self._digests:
                with storage_errors(self._path):
                    replace_file(self._path, "\n".join(sorted(digests)).encode("ascii"))
                self._digests = digests


def _digest(path: str) -> str:
    return hashlib.sha256(path.encode("utf-8", "surrogateescape")).hexdigest()
