"""A folder or lock file held against other processes while work goes on in it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from runtime.cancel import CancelToken
from runtime.errors import FolderNotWritable
from runtime.storage.locks import wait_for_lock
from runtime.storage.models_layout import INCOMING

WAIT_S = 10.0


@contextlib.contextmanager
def held(path: Path, subject: str, cancel: CancelToken, wait_s: float = WAIT_S) -> Iterator[bool]:
    """Hold a folder, or a lock file that is made if it is missing. The system frees it when the holder dies.

    Yields False when whoever held it before has renamed or removed it meanwhile.

    Raises:
        AlreadyDownloading: another process works there for longer than ``wait_s``; ``subject`` is what it is told of.
        FolderNotWritable: it can't be opened.
        Cancelled.
    """
    # Not opened for writing: a lock needs none, and the disk may be one that can only be read.
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | (0 if path.is_dir() else os.O_CREAT)
    try:
        descriptor = os.open(path, flags, 0o600)
    except OSError as error:
        raise FolderNotWritable(str(path.parent)) from error
    try:
        wait_for_lock(descriptor, subject, cancel, wait_s)
        yield _is_still(descriptor, path)
    finally:
        os.close(descriptor)


def download_lock(models: Path, folder_name: str) -> Path:
    """The file that a download of this model holds while it runs. Makes its folder. Raises OSError."""
    incoming = models / INCOMING
    incoming.mkdir(mode=0o700, exist_ok=True)
    return incoming / f"{folder_name}.lock"


def _is_still(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.lstat())
    except OSError:
        return False
