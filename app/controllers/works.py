"""Slow work with the models on disk: checking, moving, copies on a shelf."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from app.bridge.events import EventBridge
from app.bridge.tasks import TaskRunner
from runtime.api import Event, Runtime, WorkChanged, WorkState

ENDS = (WorkState.DONE, WorkState.STOPPED, WorkState.FAILED)


class WorksController(QObject):
    """Starts slow work, follows it and stops it.

    Signals:
        changed: a WorkChanged, also at its end.
        ended: the last WorkChanged of a piece of work.
        failed: the folder concerned and the Problem of work that never began.
    """

    changed = Signal(object)
    ended = Signal(object)
    failed = Signal(str, object)

    def __init__(
        self, runtime: Runtime, bridge: EventBridge, questions: TaskRunner, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._runtime = runtime
        self._questions = questions
        self.works: dict[str, WorkChanged] = {}
        bridge.event_arrived.connect(self._on_event)

    def verify(self, folder: str) -> None:
        """Compare every byte of a model with what its maker published."""
        self._do(folder, lambda: self._runtime.housekeeping.verify(folder))

    def shelve(self, folder: str, shelf: str, *, free_after: bool) -> None:
        """Keep a copy of a model on a shelf; ``free_after``: then remove it here."""
        self._do(folder, lambda: self._runtime.housekeeping.shelve(folder, shelf, free_after=free_after))

    def check_copy(self, folder: str) -> None:
        """Read every byte of a copy on a shelf."""
        self._do(folder, lambda: self._runtime.housekeeping.check_copy(folder))

    def bring_back(self, folder: str) -> None:
        """Make a copy on a shelf a model of this computer again."""
        self._do(folder, lambda: self._runtime.housekeeping.bring_back(folder))

    def move(self, target: str) -> None:
        """Move all models to another folder."""
        self._do(target, lambda: self._runtime.housekeeping.move(target))

    def finish_move(self) -> None:
        """Go on with a move of all models that was cut off."""
        self._do("", lambda: self._runtime.housekeeping.finish_move())

    def stop(self, work_id: str) -> None:
        """End a piece of work early."""
        self._do("", lambda: self._runtime.housekeeping.stop(work_id))

    def _do(self, folder: str, action: Callable[[], object]) -> None:
        self._questions.run(action, lambda _id: None, lambda problem: self.failed.emit(folder, problem))

    def _on_event(self, event: Event) -> None:
        if not isinstance(event, WorkChanged):
            return
        if event.state in ENDS:
            self.works.pop(event.id, None)
        else:
            self.works[event.id] = event
        self.changed.emit(event)
        if event.state in ENDS:
            self.ended.emit(event)
