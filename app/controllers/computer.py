"""What this computer is and which model suits it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.bridge.tasks import TaskRunner
from runtime.api import Choice, Computer, Problem, Purpose, Recommendation, Runtime


class ComputerController(QObject):
    """Looks at the computer off the UI thread and keeps what it found, for what the person wants a model for.

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
        self.purpose = Purpose.EVERYDAY
        self.computer: Computer | None = None
        self.recommendation: Recommendation | None = None

    def look(self, purpose: Purpose | None = None) -> None:
        """Ask the system anew; memory and disk change all the time. None: for what was wanted last."""
        wanted = self.purpose = purpose or self.purpose
        self._questions.run(lambda: self._found(None, wanted), self._on_found, self._on_problem)

    def recommend(self, purpose: Purpose) -> None:
        """Choose anew for another purpose, for the computer as it was seen last."""
        if self.computer is None:
            self.look(purpose)
            return
        seen, self.purpose = self.computer, purpose
        self._questions.run(lambda: self._found(seen, purpose), self._on_found, self._on_problem)

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

    def _found(self, seen: Computer | None, purpose: Purpose) -> tuple[Computer, Recommendation]:
        computer = seen or self._runtime.fitting.computer()
        return computer, self._runtime.fitting.recommend(computer, purpose=purpose)

    def _on_found(self, found: tuple[Computer, Recommendation]) -> None:
        self.computer, recommendation = found
        if recommendation.purpose is not self.purpose:
            return  # another purpose was named meanwhile, and its answer is on the way
        self.recommendation = recommendation
        self.looked.emit()

    def _on_problem(self, problem: Problem) -> None:
        self.failed.emit(problem)
