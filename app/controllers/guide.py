"""The built-in guide: whether it is there, and when it is awake."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.bridge.tasks import TaskRunner
from runtime.api import GuideFacts, Message, Problem, Runtime


class GuideController(QObject):
    """Wakes the guide and lets it rest; asking goes through the chat controller like every question.

    Signals:
        changed: :attr:`facts` or :attr:`problem` is known.
    """

    changed = Signal()

    def __init__(self, runtime: Runtime, store: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runtime = runtime
        self._store = store
        self.facts: GuideFacts | None = None
        self.problem: Problem | None = None

    @property
    def usable(self) -> bool:
        """True once its files were found to be right."""
        return self.facts is not None

    def look(self) -> None:
        """Find out whether its files are right, without starting it."""
        self._store.run(lambda: self._runtime.guide.check(), self._on_facts, self._on_problem)

    def wake(self) -> None:
        """Start its engine so that the first answer comes at once."""
        self._store.run(lambda: self._runtime.guide.wake(), self._on_facts, self._on_problem)

    def rest(self) -> None:
        """It is not needed now; its memory is given back."""
        if self.usable:
            self._store.run(lambda: self._runtime.guide.rest(), lambda _none: None, self._on_problem)

    def gave_up(self, message: Message) -> bool:
        """Whether an answer is the guide's "I can't answer that"."""
        return self.usable and self._runtime.guide.gave_up(message)

    def _on_facts(self, facts: GuideFacts) -> None:
        self.facts, self.problem = facts, None
        self.changed.emit()

    def _on_problem(self, problem: Problem) -> None:
        self.facts, self.problem = None, problem
        self.changed.emit()
