"""One window per home: two would overwrite each other's work."""

from __future__ import annotations

import errno
import fcntl
import os

from runtime.errors import AlreadyRunning
from runtime.paths import Paths
from runtime.storage.files import storage_errors

_HELD = (errno.EWOULDBLOCK, errno.EACCES, errno.EAGAIN)


class InstanceLock:
    """Held by the process that may write in this home. The system frees it when the process ends, however it ends."""

    def __init__(self, paths: Paths) -> None:
        self._path = paths.lock
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        """True between :meth:`acquire` and :meth:`release`."""
        return self._descriptor is not None

    def acquire(self) -> None:
        """Take the lock, at once or never. Taking it twice is fine.

        Raises:
            AlreadyRunning: another process (or another InstanceLock) has it.
            HomeNotWritable, StoreFull: the lock file can't be made.
        """
        if self._descriptor is not None:
            return
        with storage_errors(self._path):
            # Not inherited by children: one that outlives us must not keep the home locked.
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                os.close(descriptor)
                if error.errno in _HELD:
                    raise AlreadyRunning(str(self._path.parent)) from error
                raise
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the lock back. The file stays: removing it would let two processes lock two files of one name."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
