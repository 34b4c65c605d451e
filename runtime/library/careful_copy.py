"""One file copied so that it can be trusted: hashed while it is read, written, and read back from the disk."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import stat
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from runtime.errors import DiskUnreliable
from runtime.library.disks import Disk
from runtime.library.steps import Steps
from runtime.storage.files import sync, sync_folder
from runtime.storage.manifest import PIECE_BYTES, READ_BYTES, agrees, hash_for

# Bytes between two waits for the disk: as many as it takes in about this long, so that cancelling is quick on slow
# disks, and what is shown as written is written.
_SYNC_S = 0.05
_SYNC_LEAST_BYTES = READ_BYTES
_SYNC_MOST_BYTES = 32 * 1024 * 1024
_NO_CACHE: int | None = getattr(fcntl, "F_NOCACHE", None)


class SourceWrong(Exception):
    """The file to be copied can't be read, or is not what it should be. Never leaves this package: the caller knows
    whose file it is and names it. ``detail`` is for reports."""

    def __init__(self, file: str, detail: str) -> None:
        super().__init__(file, detail)
        self.file = file
        self.detail = detail


@dataclass(frozen=True)
class Wanted:
    """What is known of a file before it is copied: the ``digests`` that its bytes must have, of either kind, all of
    them; and whether the hashes of its ``pieces`` are wanted too."""

    digests: tuple[str, ...] = ()
    pieces: bool = False


NOTHING_KNOWN = Wanted()


@dataclass(frozen=True)
class Hashes:
    """What a file's bytes came to, in hexadecimal; ``git_sha1`` and ``pieces`` are empty where not asked for."""

    size_bytes: int
    sha256: str
    git_sha1: str = ""
    pieces: tuple[str, ...] = ()

    def agree_with(self, wanted: Wanted) -> bool:
        """True when these bytes have all the digests."""
        return all(digest in (f"sha256:{self.sha256}", f"git-sha1:{self.git_sha1}") for digest in wanted.digests)


class _Hashing:
    """The hashes of one stream of bytes, as many as are wanted: each costs about a second a gigabyte."""

    def __init__(self, size_bytes: int, wanted: Wanted) -> None:
        self.size_bytes = 0
        self._sha256 = hashlib.sha256()
        self._git_sha1 = hash_for("git-sha1:", size_bytes)
        self._wants_git = any(digest.startswith("git-sha1:") for digest in wanted.digests)
        self._wants_pieces = wanted.pieces
        self._pieces: list[str] = []
        self._piece = hashlib.sha256()

    def update(self, block: bytes) -> None:
        self.size_bytes += len(block)
        self._sha256.update(block)
        if self._wants_git:
            self._git_sha1.update(block)
        if self._wants_pieces:
            self._piece.update(block)
            if self.size_bytes % PIECE_BYTES == 0:
                self._close_piece()

    def _close_piece(self) -> None:
        self._pieces.append(self._piece.hexdigest())
        self._piece = hashlib.sha256()

    def result(self) -> Hashes:
        if self._wants_pieces and self.size_bytes % PIECE_BYTES:
            self._close_piece()
        git = self._git_sha1.hexdigest() if self._wants_git else ""
        return Hashes(self.size_bytes, self._sha256.hexdigest(), git, tuple(self._pieces))


class _Pace:
    """When to wait for the disk: after as many bytes as it takes in a moment."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._step_bytes = 4 * _SYNC_LEAST_BYTES
        self._waiting_bytes = 0
        self._since = time.monotonic()

    def wrote(self, count_bytes: int) -> None:
        self._waiting_bytes += count_bytes
        if self._waiting_bytes < self._step_bytes:
            return
        os.fsync(self._descriptor)
        took_s = time.monotonic() - self._since
        if took_s < _SYNC_S / 2:
            self._step_bytes = min(self._step_bytes * 2, _SYNC_MOST_BYTES)
        elif took_s > _SYNC_S:
            self._step_bytes = max(self._step_bytes // 2, _SYNC_LEAST_BYTES)
        self._waiting_bytes, self._since = 0, time.monotonic()


def hash_file(path: Path, steps: Steps, wanted: Wanted = NOTHING_KNOWN, *, from_disk: bool = False) -> Hashes:
    """Read a file and hash it; ``from_disk``: not what memory still holds of it, where the system can do that.

    Raises SourceWrong (unreadable, a link, or not a file), Cancelled.
    """
    with _reading(path, from_disk) as (descriptor, size_bytes):
        hashing = _Hashing(size_bytes, wanted)
        while block := _read(descriptor, path):
            hashing.update(block)
            steps.advance(len(block))
        return hashing.result()


def copy_carefully(
    source: Path,
    target: Path,
    part: Path,
    disk: Disk,
    steps: Steps,
    wanted: Wanted = NOTHING_KNOWN,
    *,
    mode: int = 0o600,
) -> Hashes:
    """Make ``target``, on ``disk``, hold the bytes of ``source``; they gather in ``part``, on the same disk.

    A ``target`` that is right already stays. Counts twice the file's size: once for the way there, once for reading
    back. Raises:
        SourceWrong: the source can't be read or is not what is ``wanted``. Nothing was named.
        DiskUnreliable: it reads back differently. Nothing was named.
        DiskFull, FileTooLargeForDisk, ModelsDiskMissing, FolderNotWritable, ModelsFolderRefused: as Disk.errors says.
        Cancelled: within about 50 ms on a disk that takes 20 MB/s or more.
    """
    with _reading(source) as (descriptor, size_bytes), steps.budget(2 * size_bytes):
        kept = _kept(source, target, size_bytes, wanted, steps)
        if kept is not None:
            return kept
        try:
            hashes = _copy(descriptor, source, part, size_bytes, disk, steps, wanted, mode)
            if hashes.size_bytes != size_bytes:
                raise SourceWrong(source.name, f"{hashes.size_bytes} bytes, {size_bytes} when it was opened")
            if not hashes.agree_with(wanted):
                raise SourceWrong(source.name, f"is not {' '.join(wanted.digests)}")
            _read_back(part, hashes, disk, target.name, steps)
            disk.check()
            with disk.errors(target.name, size_bytes):
                target.parent.mkdir(parents=True, exist_ok=True)
                os.replace(part, target)
                sync_folder(target.parent)
        except BaseException:
            _drop(part)
            raise
        return hashes


def drop_from_memory(descriptor: int) -> None:
    """Ask the system to forget what it holds of a file in memory, so that reading asks the disk. Does what it can."""
    with contextlib.suppress(OSError):
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        elif _NO_CACHE is not None:
            fcntl.fcntl(descriptor, _NO_CACHE, 1)


def _drop(part: Path) -> None:
    """Remove an unfinished file. Giving gigabytes back to a disk takes it a quarter of a second, and nobody who has
    stopped a copy should wait for that: the name goes at once, the bytes on a thread that lives only for it."""
    with contextlib.suppress(OSError):
        if part.lstat().st_size < _SYNC_MOST_BYTES:
            part.unlink()
            return
        descriptor = os.open(part, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        part.unlink()
        threading.Thread(target=os.close, args=(descriptor,), name="library-drop").start()


def _kept(source: Path, target: Path, size_bytes: int, wanted: Wanted, steps: Steps) -> Hashes | None:
    """The hashes of a target that an interrupted copy had finished; None when it must be copied."""
    try:
        if target.is_symlink() or target.stat().st_size != size_bytes:
            return None
        found = hash_file(target, steps, wanted, from_disk=True)
    except (OSError, SourceWrong):
        return None
    if not wanted.digests:
        wanted = Wanted((f"sha256:{hash_file(source, steps).sha256}",))
    return found if found.agree_with(wanted) else None


def _copy(
    descriptor: int, source: Path, part: Path, size_bytes: int, disk: Disk, steps: Steps, wanted: Wanted, mode: int
) -> Hashes:
    hashing = _Hashing(size_bytes, wanted)
    disk.check()
    with disk.errors(source.name, size_bytes):
        part.unlink(missing_ok=True)
        written = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, mode)
    try:
        if _NO_CACHE is not None:
            # On macOS what was written past the memory is not there to be read back from it.
            drop_from_memory(written)
        pace = _Pace(written)
        while block := _read(descriptor, source):
            hashing.update(block)
            with disk.errors(source.name, size_bytes):
                _write(written, block)
                pace.wrote(len(block))
            steps.advance(len(block))
        with disk.errors(source.name, size_bytes):
            sync(written)
    finally:
        # Some shares tell only here that they could not write.
        with disk.errors(source.name, size_bytes):
            os.close(written)
    return hashing.result()


def _read_back(part: Path, hashes: Hashes, disk: Disk, name: str, steps: Steps) -> None:
    disk.check()
    try:
        found = hashlib.sha256()
        with _reading(part, from_disk=True) as (descriptor, _size_bytes):
            while block := _read(descriptor, part):
                found.update(block)
                steps.advance(len(block))
    except SourceWrong as error:
        disk.check()
        raise DiskUnreliable(str(disk.folder), name) from error
    if not agrees(f"sha256:{hashes.sha256}", found):
        disk.check()
        raise DiskUnreliable(str(disk.folder), name)


@contextlib.contextmanager
def _reading(path: Path, from_disk: bool = False) -> Iterator[tuple[int, int]]:
    """A descriptor of a plain file and its size. A link, a pipe or a folder is refused."""
    try:
        # Without O_NONBLOCK a pipe would hold us until somebody writes into it.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise SourceWrong(path.name, str(error)) from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise SourceWrong(path.name, "not a file")
        if from_disk:
            drop_from_memory(descriptor)
        yield descriptor, status.st_size
    finally:
        os.close(descriptor)


def _read(descriptor: int, path: Path) -> bytes:
    try:
        return os.read(descriptor, READ_BYTES)
    except OSError as error:
        raise SourceWrong(path.name, str(error)) from error


def _write(descriptor: int, block: bytes) -> None:
    view = memoryview(block)
    while view:
        view = view[os.write(descriptor, view) :]
