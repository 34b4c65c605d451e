"""What happens in followed folders, told a moment after it has calmed down."""

from __future__ import annotations

import functools
import logging
import os
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from runtime.documents.walking import is_wanted_below, stored_path

_log = logging.getLogger(__name__)

CALM_S = 0.6
LONGEST_S = 3.0
_EVENTS = ("created", "modified", "moved", "deleted", "closed")


class FolderWatch:
    """Owns the system's watch over folders. Any thread.

    ``calm`` gives the places where something happened, once nothing happens there any more. Where the system gives no
    such news (a network share, too many folders), ``polled`` has the folders that must be looked through now and then.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._lock = threading.Lock()
        self._touched: dict[str, None] = {}
        self._first = self._last = 0.0
        self._observer: Any = None
        self._watches: dict[str, Any] = {}
        self._identities: dict[str, tuple[int, int] | None] = {}
        self.polled: set[str] = set()

    def follow(self, folders: Iterable[str]) -> set[str]:
        """Watch exactly these folders from now on. Those that are to be looked through: a watch over them begins or has
        ended, because the folder went away (a disk that is taken out), came back, or another took its place."""
        wanted = set(folders)
        anew = {
            folder for folder in self._watches if folder in wanted and _identity(folder) != self._identities[folder]
        }
        for folder in (set(self._watches) - wanted) | anew:
            self._end(folder)
        self.polled &= wanted
        for folder in wanted - set(self._watches):
            identity = _identity(folder)
            watch = self._begin(folder)
            if watch is None:
                self.polled.add(folder)
            else:
                self._watches[folder] = watch
                self._identities[folder] = identity
                self.polled.discard(folder)
                anew.add(folder)
        return anew

    def _end(self, folder: str) -> None:
        try:
            self._observer.unschedule(self._watches.pop(folder))
        except (KeyError, OSError):
            # The system ended it with the folder.
            _log.info("a watch had ended by itself", exc_info=True)

    def _begin(self, folder: str) -> Any:
        if not os.path.isdir(folder):
            return None
        try:
            from watchdog.events import FileSystemEventHandler
            from watchdog.observers import Observer

            if self._observer is None:
                self._observer = Observer(timeout=0.2)
                self._observer.start()
            handler = FileSystemEventHandler()
            handler.on_any_event = functools.partial(self._notice, folder)
            return self._observer.schedule(handler, folder, recursive=True)
        except (ImportError, OSError, RuntimeError):
            _log.warning("a folder can't be watched and is looked through instead", exc_info=True)
            return None

    def _notice(self, folder: str, event: Any) -> None:
        if event.event_type not in _EVENTS or (event.is_directory and event.event_type == "modified"):
            return
        places = [os.fsdecode(place) for place in (event.src_path, getattr(event, "dest_path", "")) if place]
        wanted = [place for place in places if is_wanted_below(place, folder)]
        if wanted:
            self.touch(wanted)

    def touch(self, places: Iterable[str]) -> None:
        """Something happened there."""
        now = time.monotonic()
        with self._lock:
            if not self._touched:
                self._first = now
            self._last = now
            self._touched.update(dict.fromkeys(map(stored_path, places)))
        self._wake()

    def calm(self) -> tuple[list[str], float | None]:
        """The places that have calmed down, and in how many seconds to ask again (None: when woken)."""
        now = time.monotonic()
        with self._lock:
            if not self._touched:
                return [], None
            left = min(self._last + CALM_S, self._first + LONGEST_S) - now
            if left > 0:
                return [], left
            places = list(self._touched)
            self._touched.clear()
            return places, None

    def close(self) -> None:
        """Watch no more."""
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()
            self._observer = None


def _identity(folder: str) -> tuple[int, int] | None:
    """Which folder lies there now; None for none."""
    try:
        found = os.stat(folder)
    except OSError:
        return None
    return found.st_dev, found.st_ino
