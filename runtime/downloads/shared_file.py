"""A file that several threads read and write, each at places of its own, and that one may close under the others."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import shutil
import stat
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

_SYNC_FILE_RANGE_WRITE = 2


def make_way(path: Path, *, links_allowed: bool = False) -> None:
    """Remove what is at a place of ours and can't be a file of ours: a link, a folder, a pipe, and without
    ``links_allowed`` a file that has other names too, whose owner would find our bytes in it. Raises OSError.
    """
    try:
        status = path.lstat()
    except OSError:
        return
    if stat.S_ISDIR(status.st_mode):
        shutil.rmtree(path)
    elif not stat.S_ISREG(status.st_mode) or (status.st_nlink > 1 and not links_allowed):
        path.unlink()


class SharedFile:
    """Owns one descriptor, opened for reading and writing, never through a link. Any thread. Raises OSError.

    Closing waits for nobody: the last one who is inside closes, and later calls fail with EBADF. Without that a number
    that the system gave to another file meanwhile could be written to.
    """

    def __init__(self, path: Path) -> None:
        make_way(path)
        self._lock = threading.Lock()
        self._inside = 0
        self._closed = False
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)

    @contextlib.contextmanager
    def descriptor(self) -> Iterator[int]:
        """The open descriptor, which stays open as long as the block lasts."""
        with self._lock:
            if self._closed:
                raise OSError(errno.EBADF, "closed")
            self._inside += 1
        try:
            yield self._descriptor
        finally:
            with self._lock:
                self._inside -= 1
                self._close_if_left()

    @property
    def size_bytes(self) -> int:
        """The file's length now."""
        with self.descriptor() as descriptor:
            return os.fstat(descriptor).st_size

    def write_at(self, offset: int, data: bytes | memoryview) -> None:
        """Write all of ``data`` at ``offset``."""
        view = memoryview(data)
        with self.descriptor() as descriptor:
            while view:
                count = os.pwrite(descriptor, view, offset)
                offset += count
                view = view[count:]

    def read_at(self, offset: int, count_bytes: int) -> bytes:
        """Up to ``count_bytes`` from ``offset``; less only at the end of the file."""
        found = b""
        with self.descriptor() as descriptor:
            while len(found) < count_bytes:
                data = os.pread(descriptor, count_bytes - len(found), offset + len(found))
                if not data:
                    break
                found = data if not found else found + data
        return found

    def start_writing_out(self, offset: int, count_bytes: int) -> None:
        """Have the system begin to put these bytes on the disk, without waiting, so that a later sync is short."""
        if sys.platform != "linux":
            return
        with self.descriptor() as descriptor, contextlib.suppress(AttributeError):
            start = ctypes.CDLL(None).sync_file_range
            start.argtypes = (ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint)
            start(descriptor, offset, count_bytes, _SYNC_FILE_RANGE_WRITE)

    def truncate(self, size_bytes: int) -> None:
        """Cut the file."""
        with self.descriptor() as descriptor:
            os.ftruncate(descriptor, size_bytes)

    def close(self) -> None:
        """No more reading and writing."""
        with self._lock:
            already, self._closed = self._closed, True
            if not already:
                self._close_if_left()

    def _close_if_left(self) -> None:
        if self._closed and not self._inside and self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            os.close(descriptor)
