"""Work off the UI thread in order: one function after the other, then each result back on the UI thread."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from runtime.api import Problem, problem_of

Result = TypeVar("Result")
Job = Callable[[], Callable[[], None]]


class TaskRunner(QObject):
    """Owns one thread that runs tasks in the order they were given; joined in :meth:`close`. Lives on the UI thread.

    One runner for what must stay in order (everything that touches the database), another for slow questions.
    A task's callbacks run on the UI thread, never after ``close``.
    """

    _finished = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._closed = False
        self._finished.connect(self._on_finished, Qt.ConnectionType.QueuedConnection)
        self._thread = threading.Thread(target=self._work, name=f"tasks-{name}", daemon=True)
        self._thread.start()

    def run(
        self,
        work: Callable[[], Result],
        on_done: Callable[[Result], None],
        on_problem: Callable[[Problem], None],
    ) -> None:
        """Queue ``work``; then exactly one of the two callbacks."""

        def job() -> Callable[[], None]:
            try:
                result = work()
            except Exception as error:
                problem = problem_of(error)
                return lambda: on_problem(problem)
            return lambda: on_done(result)

        self._jobs.put(job)

    def close(self) -> None:
        """Finish what is queued and call nobody any more."""
        self._closed = True
        self._jobs.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            self._finished.emit(job())

    def _on_finished(self, callback: Callable[[], None]) -> None:
        if not self._closed:
            callback()
