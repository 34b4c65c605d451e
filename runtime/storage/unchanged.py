"""What was read from files, remembered for as long as the files stay as they are."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Generic, TypeVar

T = TypeVar("T")
Stamp = tuple[tuple[int, int, int] | None, ...]

# A file that changed just now may change again within the same tick of the disk's clock (2 s on FAT).
_SETTLED_AFTER_NS = 2_500_000_000
_MOST = 2000


def stamp(paths: Iterable[Path]) -> Stamp:
    """Place, size and time of each file; None for one that is not there. Links are followed. A few microseconds."""
    found: list[tuple[int, int, int] | None] = []
    for path in paths:
        try:
            status = os.stat(path)
        except OSError:
            found.append(None)
        else:
            found.append((status.st_ino, status.st_size, status.st_mtime_ns))
    return tuple(found)


class Unchanged(Generic[T]):
    """One value per path, read anew when its stamp differs. Any thread; what raises is not remembered."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: dict[str, tuple[Stamp, T]] = {}

    def get(self, path: Path, now: Stamp, read: Callable[[], T]) -> T:
        """The value that ``read`` gave when the files of ``path`` last looked like ``now``, else what it gives now."""
        with self._lock:
            known = self._values.get(str(path))
        if known is not None and known[0] == now:
            return known[1]
        value = read()
        newest = max((entry[2] for entry in now if entry), default=0)
        if time.time_ns() - newest > _SETTLED_AFTER_NS:
            with self._lock:
                if len(self._values) >= _MOST:
                    self._values.clear()
                self._values[str(path)] = (now, value)
        return value
