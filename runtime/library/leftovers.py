"""What an interrupted copy left in the folder where it gathers: used again if it is right, removed if it is not."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def is_there(path: Path, size_bytes: int) -> bool:
    """True for something of this size; whether its bytes are right is not known yet."""
    try:
        return path.lstat().st_size == size_bytes
    except OSError:
        return False


def remove_others(working: Path, keep: set[str]) -> None:
    """Delete every file of ``working`` whose path below it is not in ``keep``, and every link. Raises OSError."""
    for folder, folders, files in os.walk(working, topdown=False, followlinks=False):
        for name in files:
            path = Path(folder, name)
            if path.is_symlink() or path.relative_to(working).as_posix() not in keep:
                path.unlink()
        for name in folders:
            path = Path(folder, name)
            if path.is_symlink():
                path.unlink()
            else:
                with contextlib.suppress(OSError):
                    path.rmdir()
