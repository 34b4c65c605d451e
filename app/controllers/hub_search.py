"""Looking for models that are not here yet."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.bridge.tasks import TaskRunner
from app.controllers.computer import ComputerController
from runtime.api import CancelToken, HubModel, HubQuery, JudgedModel, Problem, Runtime

FIRST = 30
MORE = 60

Found = tuple[JudgedModel[HubModel], ...]


class HubSearchController(QObject):
    """Asks the hub for words that a person entered, and has the answers judged for this computer.

    Signals:
        changed: :attr:`words`, :attr:`asking`, :attr:`found` or :attr:`problem` is new.
    """

    changed = Signal()

    def __init__(
        self, runtime: Runtime, computer: ComputerController, searches: TaskRunner, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._runtime = runtime
        self._computer = computer
        self._searches = searches
        self._cancel = CancelToken()
        self.words = ""
        self.limit = FIRST
        self.asking = False
        self.found: Found = ()
        self.problem: Problem | None = None

    @property
    def more(self) -> bool:
        """There are further answers."""
        return len(self.found) >= self.limit

    def find(self, words: str) -> None:
        """Ask for words; what was asked before is not wanted any more."""
        self.words, self.limit, self.found = words, FIRST, ()
        self._ask()

    def find_more(self) -> None:
        """Ask for further answers to the same words."""
        self.limit += MORE
        self._ask()

    def leave(self) -> None:
        """Nobody waits for an answer any more."""
        self._cancel.cancel()
        self.words, self.found, self.problem, self.asking = "", (), None, False
        self.changed.emit()

    def _ask(self) -> None:
        self._cancel.cancel()
        cancel = self._cancel = CancelToken()
        query = HubQuery(self.words, self.limit)
        self.asking, self.problem = True, None
        self.changed.emit()

        def ask() -> Found:
            if cancel.cancelled:
                return ()
            models = self._runtime.hub_search.find(query, cancel)
            fitting = self._runtime.fitting
            return fitting.judge_found(self._computer.computer or fitting.computer(), models)

        self._searches.run(
            ask,
            lambda found: self._on_found(cancel, found),
            lambda problem: self._on_problem(cancel, problem),
        )

    def _on_found(self, cancel: CancelToken, found: Found) -> None:
        if cancel is self._cancel and not cancel.cancelled:
            self.found, self.asking = found, False
            self.changed.emit()

    def _on_problem(self, cancel: CancelToken, problem: Problem) -> None:
        if cancel is self._cancel and not cancel.cancelled:
            self.problem, self.asking = problem, False
            self.changed.emit()

    def close(self) -> None:
        """Let a question that hangs go."""
        self._cancel.cancel()
