"""The shelves: folders on other disks where copies of models are kept."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.bridge.tasks import TaskRunner
from runtime.api import Runtime, ShelvedModel


@dataclass(frozen=True)
class Shelf:
    """One shelf as it is now. ``connected`` is false while its disk is not there."""

    folder: str
    connected: bool
    copies: tuple[ShelvedModel, ...]
    free_bytes: int = 0


class ShelvesController(QObject):
    """Knows the shelves that the person made and what stands on them.

    Signals:
        changed: :attr:`shelves` is new.
        failed: a Problem.
    """

    changed = Signal()
    failed = Signal(object)

    def __init__(self, runtime: Runtime, questions: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runtime = runtime
        self._questions = questions
        self.shelves: tuple[Shelf, ...] = ()

    def refresh(self) -> None:
        """Look at every shelf anew."""
        self._questions.run(self._look, self._on_looked, self.failed.emit)

    def add(self, folder: str) -> None:
        """Remember a folder as a shelf."""
        self._change(lambda known: (*known, folder) if folder not in known else known)

    def forget(self, folder: str) -> None:
        """Think no more of a shelf. What stands on it stays."""
        self._change(lambda known: tuple(other for other in known if other != folder))

    def _change(self, change: Callable[[tuple[str, ...]], tuple[str, ...]]) -> None:
        def keep() -> tuple[Shelf, ...]:
            known = self._runtime.settings.settings.shelf_folders
            self._runtime.change_settings(shelf_folders=change(known))
            return self._look()

        self._questions.run(keep, self._on_looked, self.failed.emit)

    def _look(self) -> tuple[Shelf, ...]:
        folders = self._runtime.settings.settings.shelf_folders
        return tuple(self._look_at(folder) for folder in folders)

    def _look_at(self, folder: str) -> Shelf:
        if not Path(folder).is_dir():
            return Shelf(folder, False, ())
        return Shelf(folder, True, self._runtime.copies_on(folder), shutil.disk_usage(folder).free)

    def _on_looked(self, shelves: tuple[Shelf, ...]) -> None:
        self.shelves = shelves
        self.changed.emit()
