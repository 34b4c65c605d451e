"""Waiting for the lock of a file that another process may hold."""

from __future__ import annotations

import fcntl
import time

from runtime.cancel import CancelToken
from runtime.errors import AlreadyDownloading

_LOOK_EVERY_S = 0.05


def wait_for_lock(descriptor: int, subject: str, cancel: CancelToken, wait_s: float) -> None:
    """Lock an open file or folder against other processes; the system frees it when the holder dies or closes it.

    Where a disk knows no locks (some shares) nothing is held: better one job unguarded than none at all. Raises:
        AlreadyDownloading: another process holds it for longer than ``wait_s``; ``subject`` is what it is told of.
        Cancelled.
    """
    deadline = time.monotonic() + wait_s
    while not _try_lock(descriptor):
        if time.monotonic() >= deadline:
            raise AlreadyDownloading(subject)
        cancel.wait(_LOOK_EVERY_S)
        cancel.check()


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
