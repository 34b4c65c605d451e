"""A file on its way: bytes are written as they come, hashed as they are written, and named only when they are right."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from runtime.cancel import CancelToken
from runtime.storage.files import sync_folder
from runtime.storage.manifest import READ_BYTES, ManifestFile, agrees, hash_for

SYNC_EVERY_BYTES = 64 * 1024 * 1024


class Part:
    """Owns the ``.part`` file of one listed file, with the hash of what it holds. One thread.

    A part left by an earlier run is hashed again first, so that resuming costs no trust. Raises OSError.
    """

    def __init__(self, file: ManifestFile, path: Path, cancel: CancelToken, on_hashed: Callable[[int], None]) -> None:
        self.file = file
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
        self._stream: BinaryIO = os.fdopen(descriptor, "r+b", buffering=0)
        self._unsynced_bytes = 0
        self.size_bytes = 0
        self._hash = hash_for(file.digest, file.size_bytes)
        try:
            self._rebuild(cancel, on_hashed)
        except BaseException:
            self._stream.close()
            raise

    def _rebuild(self, cancel: CancelToken, on_hashed: Callable[[int], None]) -> None:
        if os.fstat(self._stream.fileno()).st_size > self.file.size_bytes:
            self._stream.truncate(0)
        while block := self._stream.read(READ_BYTES):
            cancel.check()
            self._hash.update(block)
            self.size_bytes += len(block)
            on_hashed(len(block))

    @property
    def complete(self) -> bool:
        """True once all bytes are there, right or wrong."""
        return self.size_bytes == self.file.size_bytes

    def write(self, data: bytes) -> None:
        """Append bytes; never more than the file's listed size."""
        view = memoryview(data)[: self.file.size_bytes - self.size_bytes]
        self._hash.update(view)
        while view:
            count = self._stream.write(view)
            self.size_bytes += count
            self._unsynced_bytes += count
            view = view[count:]
        if self._unsynced_bytes >= SYNC_EVERY_BYTES:
            os.fsync(self._stream.fileno())
            self._unsynced_bytes = 0

    def restart(self) -> None:
        """Throw the bytes away: they were wrong."""
        self._stream.seek(0)
        self._stream.truncate(0)
        self.size_bytes = 0
        self._hash = hash_for(self.file.digest, self.file.size_bytes)

    def finish(self, target: Path) -> bool:
        """Give the file its name if its hash is the listed one; False, and nothing named, if not."""
        if not (self.complete and agrees(self.file.digest, self._hash)):
            return False
        os.fsync(self._stream.fileno())
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.replace(self._path, target)
        sync_folder(target.parent)
        return True

    def close(self) -> None:
        """Keep what is there for the next run."""
        self._stream.close()

    def __enter__(self) -> Part:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
