"""Deleting what cancelled and forgotten jobs have left, beside the service's thread: large parts take their time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial

from runtime.downloads.models_disk import models_disk_missing
from runtime.downloads.stage import Stage, sweep_forgotten
from runtime.paths import Paths

_log = logging.getLogger(__name__)
# Most parts are gone within this; only the deletion of larger ones goes on behind the word that the job is cancelled.
USUAL_TIME_S = 0.03


class Removals:
    """Owns short-lived threads, each with one thing to delete. Methods belong to the service's thread.

    ``on_over`` is called on such a thread with a repository, and True if its parts are off the disk; the service
    answers with :meth:`over`.
    """

    def __init__(self, paths: Paths, on_over: Callable[[str, bool], None]) -> None:
        self._paths = paths
        self._on_over = on_over
        self._busy: set[str] = set()
        self._threads: list[threading.Thread] = []

    def __contains__(self, repository: object) -> bool:
        return repository in self._busy

    def discard(self, repository: str) -> bool:
        """Delete the parts of a job; True when that is done already."""
        if repository in self._busy:
            return False
        self._busy.add(repository)
        done = threading.Event()
        self._begin(partial(self._discard, repository, done)).join(USUAL_TIME_S)
        return done.is_set()

    def over(self, repository: str) -> None:
        """The job may be begun again."""
        self._busy.discard(repository)

    def sweep(self, known: Iterable[str]) -> None:
        """Delete what nobody remembers; see :func:`sweep_forgotten`."""
        self._begin(partial(self._sweep, tuple(known)))

    def close(self, timeout_s: float) -> None:
        """Wait for the threads, but not for long: what is left is deleted in the next run."""
        deadline = time.monotonic() + timeout_s
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _begin(self, action: Callable[[], None]) -> threading.Thread:
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(target=action, name="downloads-removal", daemon=True)
        self._threads.append(thread)
        thread.start()
        return thread

    def _discard(self, repository: str, done: threading.Event) -> None:
        try:
            if not models_disk_missing(self._paths):
                Stage(self._paths.models, repository).discard()
                done.set()
        except OSError as error:
            _log.warning("the parts of %s were not deleted: %s", repository, error)
        finally:
            self._on_over(repository, done.is_set())

    def _sweep(self, known: tuple[str, ...]) -> None:
        if not models_disk_missing(self._paths):
            sweep_forgotten(self._paths.models, known)
