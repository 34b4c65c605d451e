"""The folder of kept files: a room for each model as it is now, a limit of bytes over all, the oldest going first."""

from __future__ import annotations

import contextlib
import glob
import logging
import os
import secrets
import shutil
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from runtime.inference.prefix.sealing import OVERHEAD_BYTES, Damaged, Seal

log = logging.getLogger(__name__)

KEY_CHECK = "key.check"
UNFINISHED = ".part"
# Never the last of a disk.
LEAST_FREE_BYTES = 2**30


@dataclass
class _File:
    size_bytes: int
    used_ns: int


class Shelf:
    """Owns ``root`` and the room ``model-state`` in it, for which :attr:`seal` is. Any thread; one lock, never held
    while a file is written.

    Rooms of the same ``model`` in another state are thrown away, and all of them if they were made with another key.
    """

    def __init__(self, root: Path, model: str, state: str, seal: Seal, limit_bytes: int) -> None:
        self._root = root
        self._model = model
        self._room = root / f"{model}-{state}"
        self._key_check = seal.name(b"the key of this folder")
        self.seal = seal.within(self._room.name)
        self._limit_bytes = limit_bytes
        self._lock = threading.Lock()
        self._files: dict[Path, _File] = {}
        self._by_head: dict[str, set[str]] = {}
        self.open()

    def open(self) -> None:
        """Make the room and look what is in it.

        Raises:
            OSError: it can't be made.
        """
        self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
        check = self._root / KEY_CHECK
        try:
            same = check.read_text(encoding="utf-8") == self._key_check
        except (OSError, UnicodeDecodeError):
            same = False
        for room in self._rooms():
            if not same or (room.name.startswith(f"{self._model}-") and room != self._room):
                shutil.rmtree(room, ignore_errors=True)
        check.write_text(self._key_check, encoding="utf-8")
        self._room.mkdir(exist_ok=True, mode=0o700)
        with self._lock:
            self._files.clear()
            self._by_head.clear()
            for room in self._rooms():
                self._look(room)

    def _rooms(self) -> list[Path]:
        return [path for path in self._root.iterdir() if path.is_dir() and not path.is_symlink()]

    def _look(self, room: Path) -> None:
        with os.scandir(room) as entries:
            for entry in entries:
                path = Path(entry.path)
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(path, ignore_errors=True)
                    continue
                if path.suffix == UNFINISHED or not entry.is_file(follow_symlinks=False):
                    with contextlib.suppress(OSError):
                        path.unlink()
                    continue
                status = entry.stat()
                self._note(path, status.st_size, status.st_mtime_ns)

    def _note(self, path: Path, size_bytes: int, used_ns: int) -> None:
        self._files[path] = _File(size_bytes, used_ns)
        if path.parent == self._room:
            self._by_head.setdefault(path.name.partition(".")[0], set()).add(path.name)

    @property
    def is_gone(self) -> bool:
        """Whether somebody took the room away: what was kept is to be forgotten."""
        return not self._room.is_dir()

    @property
    def held_bytes(self) -> int:
        """Of all files of all rooms."""
        with self._lock:
            return sum(file.size_bytes for file in self._files.values())

    def size_bytes(self, names: Sequence[str]) -> int:
        """Of some files of this room."""
        with self._lock:
            return sum(file.size_bytes for name in names if (file := self._files.get(self._room / name)))

    def has(self, name: str) -> bool:
        """Whether there is such a file in this room."""
        with self._lock:
            return self._room / name in self._files

    def beginning(self, head: str) -> set[str]:
        """The names in this room whose first part is ``head``."""
        with self._lock:
            return set(self._by_head.get(head, ()))

    def read(self, name: str) -> bytes | None:
        """The content of a file; None if it is not there or not what was written, and then it is no more."""
        try:
            return self.seal.opened((self._room / name).read_bytes(), name)
        except Damaged:
            log.warning("a kept file is damaged and goes")
        except OSError as error:
            log.warning("a kept file can't be read: %s", type(error).__name__)
        self.drop(name)
        return None

    def write(self, name: str, content: bytes, *, spare: Sequence[str] = ()) -> None:
        """Write a file whole or not at all, after the oldest but those to ``spare`` made room for it.

        Raises:
            OSError: no room, or the disk refuses.
        """
        self._make_room(len(content) + OVERHEAD_BYTES, {self._room / other for other in spare})
        written = self.seal.closed(content, name)
        path = self._room / name
        part = self._room / f".{secrets.token_hex(8)}{UNFINISHED}"
        try:
            with part.open("xb") as file:
                file.write(written)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                part.unlink()
            raise
        with self._lock:
            self._note(path, len(written), time.time_ns())

    def _make_room(self, size_bytes: int, spare: set[Path]) -> None:
        if shutil.disk_usage(self._room).free < size_bytes + LEAST_FREE_BYTES:
            raise OSError("the disk is nearly full")
        with self._lock:
            held = sum(file.size_bytes for file in self._files.values())
            oldest = sorted(self._files.keys() - spare, key=lambda path: self._files[path].used_ns)
            out = []
            while oldest and held + size_bytes > self._limit_bytes:
                out.append(oldest.pop(0))
                held -= self._files[out[-1]].size_bytes
        if held + size_bytes > self._limit_bytes:
            raise OSError("larger than all that may be kept")
        for path in out:
            self._remove(path)

    def used(self, names: Sequence[str]) -> None:
        """These were used now; of a chain, the last of them goes first one day."""
        now_ns = time.time_ns()
        for n, name in enumerate(names):
            path = self._room / name
            with self._lock:
                file = self._files.get(path)
                if file is None:
                    continue
                file.used_ns = now_ns - n
            with contextlib.suppress(OSError):
                os.utime(path, ns=(now_ns - n, now_ns - n))

    def drop(self, name: str) -> None:
        """This file is not wanted any more."""
        self._remove(self._room / name)

    def _remove(self, path: Path) -> None:
        with contextlib.suppress(OSError):
            path.unlink()
        with self._lock:
            self._files.pop(path, None)
            if path.parent == self._room:
                self._by_head.get(path.name.partition(".")[0], set()).discard(path.name)


def forget_kept_prompts(folder: Path) -> None:
    """Delete every kept file, of all models: nothing that was ever read stays on disk. Any thread or process; a worker
    that is running notices at its next question, and forgets what it has in memory too.

    Raises:
        OSError: some of it could not be deleted.
    """
    aside = folder.with_name(f"{folder.name}.{secrets.token_hex(8)}.gone")
    with contextlib.suppress(FileNotFoundError):
        # Moved first, at once and whole, so that nothing is added to it any more.
        folder.replace(aside)
    for gone in folder.parent.glob(f"{glob.escape(folder.name)}.*.gone"):
        shutil.rmtree(gone)
