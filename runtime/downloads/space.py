"""Room on the disk: what a file takes already, what is kept for it, and what can be freed for it."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from runtime.cancel import CancelToken
from runtime.errors import DiskFull
from runtime.storage.manifest import ManifestFile
from runtime.storage.models_layout import BIN, discard_removed

ROOM_TO_LEAVE_BYTES = 64 * 1024 * 1024
RESERVE_STEP_BYTES = 1024 * 1024 * 1024
_KEEP_SIZE = 1
_CANT = (errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL, errno.ENODEV, errno.EPERM, errno.ENOTTY)


class DiskUsage(Protocol):
    """What ``shutil.disk_usage`` answers."""

    @property
    def free(self) -> int:
        """Bytes that may still be written."""


def occupied_bytes(path: Path) -> int:
    """Bytes of the disk that a file takes, reserved ones included; 0 when there is none."""
    try:
        return path.lstat().st_blocks * 512
    except OSError:
        return 0


def require_room(models: Path, needed_bytes: int, disk_usage: Callable[[Path], DiskUsage]) -> None:
    """Make sure that so much can be written with some room to spare, emptying the bin of removed models if it must be.

    The oldest go first, and none goes in vain. Raises DiskFull, OSError.
    """
    if not needed_bytes:
        return
    needed_bytes += ROOM_TO_LEAVE_BYTES
    free_bytes = disk_usage(models).free
    if needed_bytes <= free_bytes:
        return
    removed = _removed_models(models / BIN)
    if free_bytes + sum(_freed_bytes(folder) for folder in removed) >= needed_bytes:
        for folder in removed:
            discard_removed(folder)
            free_bytes = disk_usage(models).free
            if needed_bytes <= free_bytes:
                return
    raise DiskFull(str(models), needed_bytes, free_bytes)


def _removed_models(bin_folder: Path) -> list[Path]:
    if bin_folder.is_symlink() or not bin_folder.is_dir():
        return []
    folders = [entry for entry in bin_folder.iterdir() if entry.is_dir() and not entry.is_symlink()]
    return sorted(folders, key=lambda folder: folder.lstat().st_mtime)


def _freed_bytes(folder: Path) -> int:
    """What deleting a folder gives back: files that another name keeps alive give nothing."""
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            status = path.lstat()
            total += status.st_blocks * 512 if status.st_nlink == 1 else 0
    return total


def reserve(path: Path, file: ManifestFile, cancel: CancelToken) -> None:
    """Have the disk keep room for the whole of ``file`` at ``path``; its length stays what it is.

    Does nothing where the file system has no such thing (posix_fallocate would write zeros there instead, gigabytes
    of them). Raises OSError when there is no room, with what was kept given back; Cancelled.
    """
    if occupied_bytes(path) >= file.size_bytes:
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        for offset in range(0, file.size_bytes, RESERVE_STEP_BYTES):
            cancel.check()
            _reserve_step(descriptor, offset, min(RESERVE_STEP_BYTES, file.size_bytes - offset))
    except OSError as error:
        if error.errno not in _CANT:
            with contextlib.suppress(OSError):
                os.ftruncate(descriptor, os.fstat(descriptor).st_size)
            raise
    finally:
        os.close(descriptor)


def _reserve_step(descriptor: int, offset: int, count_bytes: int) -> None:
    if sys.platform == "darwin":
        _reserve_on_macos(descriptor, offset + count_bytes)
        return
    try:
        fallocate = ctypes.CDLL(None, use_errno=True).fallocate
    except (AttributeError, OSError) as error:
        raise OSError(errno.ENOSYS, "no fallocate") from error
    fallocate.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64)
    while fallocate(descriptor, _KEEP_SIZE, offset, count_bytes) != 0:
        number = ctypes.get_errno()
        if number != errno.EINTR:
            raise OSError(number, os.strerror(number))


def _reserve_on_macos(descriptor: int, size_bytes: int) -> None:
    """F_PREALLOCATE counts from the end of what is allocated already."""
    import fcntl

    missing = size_bytes - os.fstat(descriptor).st_blocks * 512
    if missing > 0:
        command = getattr(fcntl, "F_PREALLOCATE", 42)
        all_of_it, from_the_end = 4, 3
        fcntl.fcntl(descriptor, command, struct.pack("=Iiqqq", all_of_it, from_the_end, 0, missing, 0))
