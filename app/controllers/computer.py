"""What this computer is and which model suits it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.bridge.tasks import TaskRunner
from runtime.api import Choice, Computer, Problem, Recommendation, Runtime


class ComputerController(QObject):
    """Looks at the computer off the UI thread and keeps what it found.

    Signals:
        looked: computer and recommendation are known (again).
        failed: a Problem; the computer could not be read.
    """

    looked = Signal()
    failed = Signal(object)

    def __init__(self, runtime: Runtime, questions: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runtime = runtime
        self._questions = questions
        self.computer: Computer | None = None
        self.recommendation: Recommendation | None = None

    def look(self) -> None:
        """Ask the system anew; memory and disk change all the time."""
        self._questions.run(self._found, self._on_found, self._on_problem)

    def choice(self, repository: str) -> Choice | None:
        """The judged catalogue entry of a repository."""
        if self.recommendation is None:
            return None
        return next((c for c in self.recommendation.choices if c.edition.repository == repository), None)

    def smaller_than(self, repository: str) -> Choice | None:
        """The best choice that needs less than ``repository`` does; the one offered when that one failed."""
        recommendation, failed = self.recommendation, self.choice(repository)
        if recommendation is None:
            return None
        fitting = [c for c in recommendation.choices if c.fit in ("comfortable", "tight")]
        smaller = [c for c in fitting if failed is None or c.need_bytes < failed.need_bytes]
        return max(smaller, key=lambda c: c.model.quality, default=None)

    def _found(self) -> tuple[Computer, Recommendation]:
        computer = self._runtime.computer()
        return computer, self._runtime.recommend(computer)

    def _on_found(self, found: tuple[Computer, Recommendation]) -> None:
        self.computer, self.recommendation = found
        self.looked.emit()

    def _on_problem(self, problem: Problem) -> None:
        self.failed.emit(problem)
