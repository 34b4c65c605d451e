"""Small files replaced whole or not at all; damaged ones kept aside; leftovers swept away."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from runtime.errors import HomeNotWritable, StoreFull

TEMPORARY_PREFIX = ".hearth-new-"
STALE_AFTER_S = 24 * 60 * 60
_FULL = (errno.ENOSPC, errno.EDQUOT)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A new file that becomes ``path`` when the block ends and vanishes if it raises: after a crash at any moment
    there is the old file or the new one, whole.

    The file is readable by its owner alone. A link is followed, not replaced. Any thread; the end of the block waits
    until the bytes are on the disk.

    Raises:
        OSError: the folder is missing, full or not writable; ``path`` is as it was. See :func:`storage_errors`.
    """
    path = Path(os.path.realpath(path))
    descriptor, name = tempfile.mkstemp(prefix=TEMPORARY_PREFIX, dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
            stream.flush()
            sync(stream.fileno())
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
    sync_folder(path.parent)


def replace_file(path: Path, data: bytes) -> None:
    """Make ``path`` hold exactly ``data``. Raises as :func:`replacing`."""
    with replacing(path) as stream:
        stream.write(data)


def copy_file(source: Path, target: Path) -> None:
    """Make ``target`` hold the bytes of another file of any size. Raises as :func:`replacing`, also for ``source``."""
    with replacing(target) as stream, open(source, "rb") as content:
        shutil.copyfileobj(content, stream, 1024 * 1024)


def replace_folder(new: Path, target: Path, aside: Path) -> None:
    """Rename a folder into its place; what had that place is put ``aside``, and back again if the rename fails.

    Between the two renames a crash leaves the old one aside, whole. Raises OSError.
    """
    had_place = os.path.lexists(target)
    if had_place:
        os.replace(target, aside)
    try:
        os.replace(new, target)
    except OSError:
        if had_place:
            os.replace(aside, target)
        raise
    sync_folder(target.parent)


def shown_name(path: Path) -> str:
    """A file's name as it can be shown and stored, in one line: names of files may hold anything."""
    name = os.fsencode(path.name or str(path)).decode("utf-8", "replace")
    return " ".join("".join(c if c.isprintable() else " " for c in name).split()) or "file"


def keep_aside(path: Path) -> Path:
    """Rename a damaged file to a dated name beside it, never over another one, and return that name.

    Raises:
        OSError: the file is missing or the folder is not writable.
    """
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    number = 1
    while True:
        suffix = f"-{number}" if number > 1 else ""
        kept = path.with_name(f"{path.name}.damaged-{stamp}{suffix}")
        if not kept.exists():
            os.rename(path, kept)
            sync_folder(path.parent)
            return kept
        number += 1


def sweep_temporary_files(folder: Path) -> None:
    """Remove what a crash in mid-replace left behind. Young files stay: another process may be writing them."""
    oldest_kept = time.time() - STALE_AFTER_S
    with contextlib.suppress(OSError):
        for leftover in folder.glob(TEMPORARY_PREFIX + "*"):
            with contextlib.suppress(OSError):
                if leftover.stat().st_mtime < oldest_kept:
                    leftover.unlink()


def sync(descriptor: int) -> None:
    """Put what was written on the disk itself. On macOS plain fsync stops at the drive's own cache."""
    full = getattr(fcntl, "F_FULLFSYNC", None)
    if full is not None:
        with contextlib.suppress(OSError):
            fcntl.fcntl(descriptor, full)
            return
    os.fsync(descriptor)


def sync_folder(folder: Path) -> None:
    """Put a rename inside ``folder`` on the disk. Silent where the system has no such thing (Windows, some shares)."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """The one place that turns an OSError on our own files into a leaf of the error tree.

    Raises:
        StoreFull: no room is left on the disk.
        HomeNotWritable: anything else that keeps us from reading or writing.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StoreFull(str(path)) from error
        raise HomeNotWritable(str(path.parent)) from error
