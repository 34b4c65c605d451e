"""The models on this computer, and the one in use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.bridge.events import EventBridge
from app.bridge.tasks import TaskRunner
from runtime.api import (
    Computer,
    EngineChanged,
    EngineState,
    Event,
    InstalledModel,
    Judgement,
    ModelLoaded,
    OfferedModel,
    Problem,
    RemovedModel,
    Runtime,
)


@dataclass(frozen=True)
class _Look:
    """One look at the disk."""

    installed: tuple[InstalledModel, ...]
    removed: tuple[RemovedModel, ...]
    for_documents: InstalledModel | None
    problem: Problem | None
    gone: str  # the folder of the model in use, if it is not there any more


class ModelsController(QObject):
    """Lists what is installed, puts one model in use, and follows the engine's state.

    Signals:
        installed_changed: the list in :attr:`installed` is new, and what :attr:`removed` holds.
        removed_one: a RemovedModel, which can be brought back.
        nothing_found: a folder that the person named holds no model.
        engine_changed: an EngineChanged.
        failed: name or folder of a model that can't be put in use, and the Problem.
        trouble: a Problem with something else.
    """

    installed_changed = Signal()
    removed_one = Signal(object)
    nothing_found = Signal(str)
    engine_changed = Signal(object)
    failed = Signal(str, object)
    trouble = Signal(object)

    def __init__(
        self, runtime: Runtime, bridge: EventBridge, questions: TaskRunner, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._runtime = runtime
        self._questions = questions
        self.installed: tuple[InstalledModel, ...] = ()
        self.for_documents: InstalledModel | None = None  # what finds by meaning in many languages
        self.removed: tuple[RemovedModel, ...] = ()
        self.problem: Problem | None = None  # the disk with the models is not there
        self.looked = False
        self.current: InstalledModel | None = None
        self.refused = False
        self.engine = EngineChanged(EngineState.STOPPED)
        self.loaded: ModelLoaded | None = None
        self._waking = False
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

    @property
    def offered(self) -> OfferedModel:
        """The model for documents that may be downloaded."""
        return self._runtime.offered

    @property
    def folder(self) -> str:
        """Where our models are kept now."""
        return str(self._runtime.library.folder)

    def judged(self, computer: Computer | None) -> dict[str, Judgement]:
        """How each model does on a computer, by folder."""
        if computer is None:
            return {}
        found = ((model.folder, self._runtime.fitting.judge_installed(computer, model)) for model in self.installed)
        return {folder: judgement for folder, judgement in found if judgement is not None}

    def refresh(self) -> None:
        """Look at the disk anew."""
        self._questions.run(self._look, self._on_looked, self._on_problem(""))

    def use(self, name: str, *, ahead: bool = False) -> None:
        """Make a model the one that answers, from now on and after a restart. ``name``: repository or folder.
        ``ahead``: it is not asked for now, and sleeps on where something speaks against waking it."""

        if name == self.offered.model.repository:
            return  # it finds, and can't answer

        def choose() -> tuple[InstalledModel, tuple[InstalledModel, ...]]:
            model = self._runtime.library.find(name)
            if model.problem is None:
                self._runtime.settings.change(model=model.repository if model.ours else model.folder)
                self._runtime.readiness.look_ahead() if ahead else self._runtime.use_model(model)
            return model, self._runtime.library.models()

        self._questions.run(choose, self._on_chosen, self._on_problem(name))

    def use_last(self, *, ahead: bool = False) -> None:
        """The model of the last run, or the newest one here, as :meth:`use`."""
        self._questions.run(
            lambda: self._runtime.model_to_use(None).folder,
            lambda folder: self.use(folder, ahead=ahead),
            self._on_problem(self.chosen),
        )

    def expect_question(self) -> None:
        """Somebody is about to ask: the model in use is wanted, and woken if it sleeps. Cheap: for every key."""
        if self.current is None:
            return
        self._runtime.readiness.note_person()
        if self.engine.state is EngineState.STOPPED and not self._waking:
            self._waking = True
            self._questions.run(self._runtime.readiness.look_ahead, self._on_woken, self._on_woken)

    def _on_woken(self, _done: object) -> None:
        self._waking = False

    def remove(self, folder: str) -> None:
        """Put a model of ours into the bin; :meth:`bring_back` undoes it."""

        def work() -> tuple[RemovedModel, _Look]:
            if self.current is not None and self.current.folder == folder:
                self._runtime.chat.unload()
            return self._runtime.library.remove(folder), self._look()

        def on_done(found: tuple[RemovedModel, _Look]) -> None:
            self._on_looked(found[1])
            self.removed_one.emit(found[0])

        self._questions.run(work, on_done, self.trouble.emit)

    def bring_back(self, removed_id: str) -> None:
        """Take a model out of the bin again."""
        self._then_look(lambda: self._runtime.library.bring_back(removed_id))

    def empty_bin(self, removed_id: str = "") -> None:
        """Delete removed models for good: all, or one."""
        self._then_look(lambda: self._runtime.library.empty_bin(removed_id))

    def name_folder(self, folder: str) -> None:
        """Use the models in a folder of the person's, where they are."""

        def work() -> _Look:
            known = self._runtime.settings.settings.extra_model_folders
            if folder not in known:
                self._runtime.change_settings(extra_model_folders=(*known, folder))
            look = self._look()
            if not any(Path(model.folder).is_relative_to(folder) for model in look.installed):
                self._runtime.change_settings(extra_model_folders=known)
                self._runtime.library.inspect_folder(Path(folder))  # says why, if it is a model that can't be used
            return look

        def on_problem(problem: Problem) -> None:
            no_model = problem.code == "model.damaged" and problem.parameters.get("file") == "config.json"
            self.nothing_found.emit(folder) if no_model else self.trouble.emit(problem)

        self._questions.run(work, self._on_looked, on_problem)

    def forget_folder(self, folder: str) -> None:
        """Use the models in a folder of the person's no longer. They stay."""
        known = self._runtime.settings.settings.extra_model_folders
        left = tuple(other for other in known if other != folder)
        self._then_look(lambda: self._runtime.change_settings(extra_model_folders=left))

    def use_others(self, wanted: bool) -> None:
        """Whether models of other programs are used, where they are."""
        self._then_look(lambda: self._runtime.change_settings(other_apps_models=wanted))

    def _then_look(self, work: Callable[[], object]) -> None:
        def both() -> _Look:
            work()
            return self._look()

        self._questions.run(both, self._on_looked, self.trouble.emit)

    def _look(self) -> _Look:
        library, current = self._runtime.library, self.current
        problem = library.problem
        # While its disk is away a model that is loaded still answers.
        gone = problem is None and current is not None and not Path(current.folder).is_dir()
        ours = next((model for model in library.apart() if model.repository == self.offered.model.repository), None)
        left = current.folder if gone and current else ""
        return _Look(library.models(), library.removed(), ours, problem, left)

    def _on_looked(self, look: _Look) -> None:
        self.looked = True
        self.removed, self.problem, self.for_documents = look.removed, look.problem, look.for_documents
        if self.current is not None and self.current.folder == look.gone:
            self.current, self.refused = None, True
        self._on_installed(look.installed)

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
