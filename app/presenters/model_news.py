"""What downloads and works on models came to, as the page "Models" tells it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app import sentences, texts, wording
from app.presenters import model_ways
from app.presenters.model_controllers import ModelControllers
from app.sentences import for_documents
from runtime.api import CheckKind, Problem, RemovedModel, WorkChanged, WorkKind, WorkState

UNDO = "model:"


class ModelNews(QObject):
    """Owns the works that failed, until a person puts them away, and what checks of copies found.

    Signals:
        toasted: sentence, label of an undo button and what it undoes ("" for none).
        moving: what the move of the models is doing, in one line; "" once it is over.
        ways_changed, here_changed, shelves_changed: these parts of the page are to be shown anew.
    """

    toasted = Signal(str, str, str)
    moving = Signal(str)
    ways_changed = Signal()
    here_changed = Signal()
    shelves_changed = Signal()

    def __init__(self, controllers: ModelControllers, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._c = controllers
        self.failed_works: dict[str, WorkChanged] = {}
        self.checked: dict[str, tuple[datetime, bool]] = {}
        self._c.models.removed_one.connect(self._on_removed)
        self._c.models.trouble.connect(self.trouble)
        self._c.models.nothing_found.connect(self._on_nothing_found)
        self._c.downloads.arrived.connect(self._on_arrived)
        self._c.works.changed.connect(self._on_work)
        self._c.works.ended.connect(self._on_work_ended)
        self._c.works.failed.connect(lambda _folder, problem: self.trouble(problem))
        self._c.shelves.failed.connect(self.trouble)

    def trouble(self, problem: Problem) -> None:
        """Tell of a problem in one line."""
        self.toasted.emit(texts.one_line(problem), "", "")

    def stop(self, row_id: str) -> None:
        """End a work, or put away that it failed."""
        work_id = row_id.removeprefix(model_ways.WORK)
        if self.failed_works.pop(work_id, None) is None:
            self._c.works.stop(work_id)
        self.ways_changed.emit()

    def _on_arrived(self, repository: str, _folder: str) -> None:
        chats = repository != self._c.for_documents
        if chats and self._c.models.none_to_wait_for and not self._c.models.chosen:
            self._c.models.use(repository)  # the first of all is the one to talk to
        else:
            self._c.models.refresh()

    def _on_work(self, work: WorkChanged) -> None:
        self.ways_changed.emit()
        if work.kind is WorkKind.MOVE:
            over = work.id not in self._c.works.works
            self.moving.emit("" if over else f"{sentences.work_title(work, '')}: {sentences.work_line(work)}")
        if work.state is not WorkState.RUNNING or work.done_bytes == 0:
            self.here_changed.emit()
            self.shelves_changed.emit()

    def _on_work_ended(self, work: WorkChanged) -> None:
        if work.state is WorkState.FAILED:
            self.failed_works[work.id] = work
        else:
            name = sentences.work_title(work, self._c.name(work.subject))
            model = self._c.model(work.subject)
            by_bytes = model is None or model.verified_by is not CheckKind.STRUCTURE
            self.toasted.emit(f"{name}: {sentences.work_line(work, by_bytes=by_bytes)}", "", "")
        if work.kind is WorkKind.CHECK_COPY and work.state is WorkState.DONE:
            self.checked[work.subject] = (datetime.now().astimezone(), not work.wrong_files)
        if work.kind is WorkKind.MOVE:
            self._c.settings.refresh()
            if work.state is WorkState.DONE and self._c.models.current is not None:
                self._c.models.use(self._c.models.current.repository or self._c.models.current.folder)
        self._c.models.refresh()
        self._c.computer.look()
        if work.kind in (WorkKind.SHELVE, WorkKind.CHECK_COPY, WorkKind.BRING_BACK):
            self._c.shelves.refresh()
        self.ways_changed.emit()

    def _on_removed(self, removed: RemovedModel) -> None:
        title = sentences.model_title(self._c.computer.choice(removed.repository), removed.name)
        freed = wording.size(removed.size_bytes)
        said = f"{title} was removed. {freed} go free in a day."
        if removed.repository == self._c.for_documents:
            said = for_documents.better_removed(freed)
        self.toasted.emit(said, "Undo", f"{UNDO}{removed.id}")

    def _on_nothing_found(self, folder: str) -> None:
        self.toasted.emit(f"No model that Hearth can use is in “{Path(folder).name}”.", "", "")
