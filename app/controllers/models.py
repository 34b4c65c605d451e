"""The models on this computer, and the one in use."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from app.bridge.events import EventBridge
from app.bridge.tasks import TaskRunner
from runtime.api import EngineChanged, EngineState, Event, InstalledModel, ModelLoaded, Problem, Runtime


class ModelsController(QObject):
    """Lists what is installed, puts one model in use, and follows the engine's state.

    Signals:
        installed_changed: the list in :attr:`installed` is new.
        engine_changed: an EngineChanged.
        failed: name or folder, and the Problem.
    """

    installed_changed = Signal()
    engine_changed = Signal(object)
    failed = Signal(str, object)

    def __init__(
        self, runtime: Runtime, bridge: EventBridge, questions: TaskRunner, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._runtime = runtime
        self._questions = questions
        self.installed: tuple[InstalledModel, ...] = ()
        self.current: InstalledModel | None = None
        self.refused = False
        self.engine = EngineChanged(EngineState.STOPPED)
        self.loaded: ModelLoaded | None = None
        bridge.event_arrived.connect(self._on_event)

    @property
    def ready(self) -> bool:
        """True while a model is loaded and can answer at once."""
        return self.engine.state is EngineState.READY

    @property
    def chosen(self) -> str:
        """The repository or folder that the person chose, whether or not it is there."""
        return self._runtime.settings.settings.model

    @property
    def none_to_wait_for(self) -> bool:
        """True when no model is in use and none is about to be: never chosen, deleted, or it can't be used."""
        return self.current is None and (not self.chosen or self.refused)

    def refresh(self) -> None:
        """Look at the models folder anew."""
        self._questions.run(self._runtime.library.models, self._on_installed, self._on_problem(""))

    def use(self, name: str) -> None:
        """Make a model the one that answers, from now on and after a restart. ``name``: repository or folder."""

        def choose() -> tuple[InstalledModel, tuple[InstalledModel, ...]]:
            model = self._runtime.library.find(name)
            if model.problem is None:
                self._runtime.settings.change(model=model.repository if model.ours else model.folder)
                self._runtime.chat.load(self._runtime.load_request(model))
            return model, self._runtime.library.models()

        self._questions.run(choose, self._on_chosen, self._on_problem(name))

    def use_last(self) -> None:
        """Wake the model of the last run, or the newest one here."""
        self._questions.run(
            lambda: self._runtime.model_to_use(None).folder,
            self.use,
            self._on_problem(self.chosen),
        )

    def remove(self, repository: str) -> None:
        """Delete a model that Hearth downloaded."""

        def delete() -> tuple[InstalledModel, ...]:
            if self.current is not None and self.current.repository == repository:
                self._runtime.chat.unload()
            self._runtime.library.delete(repository)
            return self._runtime.library.models()

        self._questions.run(delete, lambda left: self._on_deleted(repository, left), self._on_problem(repository))

    def _on_deleted(self, repository: str, left: tuple[InstalledModel, ...]) -> None:
        if self.current is not None and self.current.repository == repository:
            self.current, self.refused = None, True
        self._on_installed(left)

    def _on_chosen(self, found: tuple[InstalledModel, tuple[InstalledModel, ...]]) -> None:
        model, installed = found
        if model.problem is not None:
            self.refused = True
            self.failed.emit(model.folder, model.problem)
        else:
            self.current, self.refused = model, False
        self._on_installed(installed)

    def _on_installed(self, installed: tuple[InstalledModel, ...]) -> None:
        self.installed = installed
        self.installed_changed.emit()

    def _on_problem(self, name: str) -> Callable[[Problem], None]:
        def tell(problem: Problem) -> None:
            self.refused = True
            self.failed.emit(name, problem)

        return tell

    def _on_event(self, event: Event) -> None:
        if isinstance(event, ModelLoaded):
            self.loaded = event
        elif isinstance(event, EngineChanged):
            self.engine = event
            self.engine_changed.emit(event)
