"""A download service whose events are kept, for tests that wait for one of them."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import psutil

from runtime.downloads.manners import Surroundings
from runtime.downloads.patience import Patience
from runtime.downloads.service import DownloadService
from runtime.events import DownloadChanged, DownloadPhase, Event
from runtime.paths import Paths
from runtime.requests import Manners
from tests.hub import LoopbackHub
from tests.runtime.downloads.kit import IMPATIENT, NAME

PATIENCE_S = 60.0


class World:
    """Clock and battery of a computer that tests set as they like."""

    def __init__(self, hour: int = 12, on_battery: bool = False) -> None:
        self.hour = hour
        self.on_battery = on_battery

    def surroundings(self, give_way_s: float = 60.0) -> Surroundings:
        """Looked at twenty times a second."""
        return Surroundings(
            lambda: datetime(2026, 1, 1, self.hour, 30),
            lambda: self.on_battery,
            look_every_s=0.05,
            give_way_s=give_way_s,
        )


class Downloads:
    """A service with its events kept."""

    def __init__(
        self,
        paths: Paths,
        hub: LoopbackHub,
        token: str | None = None,
        patience: Patience = IMPATIENT,
        manners: Manners | None = None,
        surroundings: Surroundings | None = None,
    ) -> None:
        self.events: list[DownloadChanged] = []
        self.token = token
        self._arrived = threading.Condition()
        self.service = DownloadService(
            paths,
            self._keep,
            token=lambda: self.token,
            endpoint=hub.endpoint,
            patience=patience,
            manners=manners,
            surroundings=surroundings,
        )

    def _keep(self, event: Event) -> None:
        assert isinstance(event, DownloadChanged)
        with self._arrived:
            self.events.append(event)
            self._arrived.notify_all()

    def phases(self, name: str = NAME) -> list[DownloadPhase]:
        """The phases in order, repeats left out."""
        found: list[DownloadPhase] = []
        for event in self.events:
            if event.repository == name and (not found or found[-1] is not event.phase):
                found.append(event.phase)
        return found

    def until(self, condition: Callable[[DownloadChanged], bool], name: str = NAME, since: int = 0) -> DownloadChanged:
        """The first event, from number ``since`` on or still to come, that fulfils the condition."""
        seen = since

        def found() -> DownloadChanged | None:
            nonlocal seen
            while seen < len(self.events):
                event = self.events[seen]
                seen += 1
                if event.repository == name and condition(event):
                    return event
            return None

        with self._arrived:
            event = self._arrived.wait_for(found, PATIENCE_S)
        if event is None:
            raise AssertionError(f"never came; {self.phases(name)}")
        return event

    def ended(self, name: str = NAME) -> DownloadChanged:
        """The state in which a job comes to rest."""
        state = self.service.wait(name, PATIENCE_S)
        assert state is not None
        return state

    def order(self) -> list[str]:
        """The jobs as they are shown."""
        return [job.repository for job in self.service.jobs()]


def until_true(condition: Callable[[], bool], what: str = "") -> None:
    """Wait for something that sends no event."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, what or "never came true"
        time.sleep(0.005)


def workers() -> list[psutil.Process]:
    """The download processes of this test."""
    return [child for child in psutil.Process(os.getpid()).children() if _is_worker(child)]


def _is_worker(child: psutil.Process) -> bool:
    try:
        return "runtime.downloads.worker" in child.cmdline()
    except psutil.Error:
        return False


def files_below(folder: Path) -> list[Path]:
    """Every file that is there; what vanishes meanwhile is not."""
    return [Path(place) / name for place, _folders, names in os.walk(folder) for name in names]
