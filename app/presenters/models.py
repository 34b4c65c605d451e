"""The page "Models" joined to what is here, what is coming, what could be found, and the shelves."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from app import sentences, texts, wording
from app.bridge.tasks import TaskRunner
from app.controllers.computer import ComputerController
from app.controllers.downloads import DownloadsController
from app.controllers.hub_search import HubSearchController
from app.controllers.models import ModelsController
from app.controllers.settings import SettingsController
from app.controllers.shelves import ShelvesController
from app.controllers.works import WorksController
from app.models.forecast import Instead
from app.models.page import ModelsPage
from app.presenters import model_cards, model_documents, model_offers, model_shelves, model_ways
from app.sentences import for_documents
from app.texts import Way
from app.widgets.token_dialog import TokenDialog
from runtime.api import (
    CheckKind,
    InstalledModel,
    Judgement,
    Problem,
    RemovedModel,
    WorkChanged,
    WorkKind,
    WorkState,
)

UNDO = "model:"


class ModelsPresenter(QObject):
    """Owns the models page.

    Signals:
        chat_wanted: go back to the conversation.
        judged: how the models on this computer do here is known (again).
        moving: what the move of the models is doing, in one line; "" once it is over.
        toasted: sentence, label of an undo button and what it undoes ("" for none).
    """

    chat_wanted = Signal()
    toasted = Signal(str, str, str)
    moving = Signal(str)
    judged = Signal()

    def __init__(
        self,
        computer: ComputerController,
        downloads: DownloadsController,
        models: ModelsController,
        works: WorksController,
        shelves: ShelvesController,
        search: HubSearchController,
        settings: SettingsController,
        questions: TaskRunner,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._questions = questions
        self._computer = computer
        self._downloads = downloads
        self._models = models
        self._works = works
        self._shelves = shelves
        self._search = search
        self._settings = settings
        self.page = ModelsPage()
        self._judgements: dict[str, Judgement] = {}
        self._failed_works: dict[str, WorkChanged] = {}
        self._checked: dict[str, tuple[datetime, bool]] = {}
        self._coming_shown: frozenset[str] = frozenset()
        self._connect_page()
        self._connect_controllers()

    def _connect_page(self) -> None:
        page, here, way = self.page, self.page.here, self.page.way
        page.back_requested.connect(self.chat_wanted)
        page.shelve_requested.connect(self._shelve)
        page.place_shown.connect(self._on_place)
        here.chat_requested.connect(self._use)
        here.mend_requested.connect(self._mend)
        here.check_requested.connect(self._works.verify)
        here.reveal_requested.connect(reveal)
        here.remove_requested.connect(self._models.remove)
        here.restore_requested.connect(self._models.bring_back)
        here.purge_requested.connect(self._models.empty_bin)
        here.purge_all_requested.connect(lambda: self._models.empty_bin())
        here.suggestion_requested.connect(self._downloads.start)
        here.get_requested.connect(self._downloads.start)
        here.look_again_requested.connect(self._models.refresh)
        here.kept.move_requested.connect(self._works.move)
        here.kept.others_switched.connect(self._models.use_others)
        here.kept.folder_added.connect(self._models.name_folder)
        here.kept.folder_forgotten.connect(self._models.forget_folder)
        way.pause_requested.connect(self._downloads.pause)
        way.resume_requested.connect(self._downloads.resume)
        way.cancel_requested.connect(self._downloads.cancel)
        way.stop_requested.connect(self._stop_work)
        way.first_requested.connect(lambda repository: self._downloads.move(repository, 0))
        way.earlier_requested.connect(lambda repository: self._move(repository, -1))
        way.later_requested.connect(lambda repository: self._move(repository, 1))
        way.way_requested.connect(self._on_way)
        self._connect_documents()
        self._connect_search_and_shelf()

    def _connect_documents(self) -> None:
        documents, repository = self.page.here.documents, self._models.offered.model.repository
        documents.download_requested.connect(lambda: self._downloads.start(repository))
        documents.pause_requested.connect(lambda: self._downloads.pause(repository))
        documents.resume_requested.connect(lambda: self._downloads.resume(repository))
        documents.cancel_requested.connect(lambda: self._downloads.cancel(repository))
        documents.mend_requested.connect(lambda: self._downloads.start(repository))
        documents.remove_requested.connect(self._remove_documents_model)

    def _remove_documents_model(self) -> None:
        if self._models.for_documents is not None:
            self._models.remove(self._models.for_documents.folder)

    def _connect_search_and_shelf(self) -> None:
        find, shelf = self.page.finder, self.page.shelf
        find.search_requested.connect(self._search.find)
        find.more_requested.connect(self._search.find_more)
        find.search_left.connect(self._search.leave)
        find.download_requested.connect(self._downloads.start)
        find.use_requested.connect(self._use)
        find.page_requested.connect(self._open_page)
        shelf.bring_back_requested.connect(self._works.bring_back)
        shelf.check_requested.connect(self._works.check_copy)
        shelf.reveal_requested.connect(reveal)
        shelf.shelf_added.connect(self._shelves.add)
        shelf.shelf_forgotten.connect(self._shelves.forget)
        shelf.shelf_revealed.connect(reveal)
        shelf.look_again_requested.connect(self._shelves.refresh)

    def _connect_controllers(self) -> None:
        self._computer.looked.connect(self._on_looked)
        self._models.installed_changed.connect(self._on_installed)
        self._models.engine_changed.connect(self._show_here)
        self._models.removed_one.connect(self._on_removed)
        self._models.trouble.connect(self._on_trouble)
        self._models.nothing_found.connect(self._on_nothing_found)
        self._downloads.changed.connect(self._on_download)
        self._downloads.arrived.connect(self._on_arrived)
        self._works.changed.connect(self._on_work)
        self._works.ended.connect(self._on_work_ended)
        self._works.failed.connect(lambda _folder, problem: self._on_trouble(problem))
        self._shelves.changed.connect(self._show_shelves)
        self._shelves.failed.connect(self._on_trouble)
        self._search.changed.connect(self._show_findings)
        self._settings.changed.connect(self._show_here)

    # --- showing --------------------------------------------------------------------------------------------------

    def show_all(self) -> None:
        """Bring every part of the page up to date; each changes only what differs."""
        self._show_here()
        self._show_ways()
        self._show_offers()
        self._show_findings()
        self._show_shelves()

    def _judge(self) -> None:
        """Who fits is asked when models or the computer changed, not at each progress; of many it takes a while."""
        computer = self._computer.computer
        self._questions.run(lambda: self._models.judged(computer), self._on_judged, self._on_trouble)

    def _on_judged(self, judgements: dict[str, Judgement]) -> None:
        self._judgements = judgements
        self._show_here()
        self.judged.emit()

    def _on_trouble(self, problem: Problem) -> None:
        self.toasted.emit(texts.one_line(problem), "", "")

    def _on_looked(self) -> None:
        self._judge()  # what is here is shown anew when it is judged
        self._show_offers()
        self._show_findings()

    def _on_installed(self) -> None:
        self._judge()
        self.show_all()

    def _show_here(self) -> None:
        self.page.here.show_here(
            model_cards.here(
                self._models,
                self._computer,
                self._works.works,
                frozenset(self._downloads.jobs),
                self._judgements,
                self._settings.settings,
                self._models.folder,
                datetime.now().astimezone(),
            )
        )
        self._show_documents()

    def _show_documents(self) -> None:
        offered, job = self._models.offered, self._downloads.jobs.get(self._models.offered.model.repository)
        if self._models.looked:
            shown = model_documents.for_documents(offered, self._models.for_documents, job)
            self.page.here.documents.show_documents(shown)

    def _show_ways(self) -> None:
        works = (*self._works.works.values(), *self._failed_works.values())
        self.page.way.show_rows(model_ways.rows(self._downloads.jobs.values(), works, self._name, self._here()))

    def _show_offers(self) -> None:
        recommendation = self._computer.recommendation
        if recommendation is None:
            return
        here, coming = self._here(), frozenset(self._downloads.jobs)
        choices = sorted(recommendation.choices, key=lambda choice: choice is not recommendation.pick)
        offers = [
            (
                choice,
                model_offers.chosen(
                    choice,
                    here,
                    coming,
                    recommended=choice is recommendation.pick,
                    instead=self._better(choice.edition.repository, choice),
                ),
            )
            for choice in choices
            if choice.edition.repository not in here
        ]
        self.page.finder.show_offers(
            tuple(offer for choice, offer in offers if choice.fit in model_offers.ROOMY),
            tuple(offer for fit in model_offers.NOT_ROOMY for choice, offer in offers if choice.fit is fit),
        )

    def _show_findings(self) -> None:
        found = model_offers.findings(self._search, self._here(), frozenset(self._downloads.jobs), self._better)
        self.page.finder.show_findings(found)

    def _show_shelves(self) -> None:
        here, now = self._here(), datetime.now().astimezone()
        self.page.shelf.show_shelves(
            tuple(
                model_shelves.shelf(shelf, here, self._works.works, self._checked, now)
                for shelf in self._shelves.shelves
            )
        )

    def _better(self, repository: str, forecast: sentences.Forecast | None) -> Instead | None:
        """What does better here than a model that would crawl or does not fit."""
        coming = frozenset(self._downloads.jobs)
        return model_cards.instead_of(repository, forecast, self._models, self._computer, coming)

    def judgement(self, folder: str) -> Judgement | None:
        """How a model on this computer does here, as it was judged last."""
        return self._judgements.get(folder)

    def _here(self) -> frozenset[str]:
        ours = (*self._models.installed, *filter(None, [self._models.for_documents]))
        return frozenset(model.repository for model in ours if model.repository)

    def _name(self, subject: str) -> str:
        """A repository, a model's folder or a copy's folder in a person's words."""
        if subject == self._models.offered.model.repository:
            return model_documents.title(self._models.offered)
        for model in self._models.installed:
            if subject in (model.folder, model.repository):
                return sentences.model_title(self._computer.choice(model.repository), model.name)
        for copy in (copy for shelf in self._shelves.shelves for copy in shelf.copies):
            if copy.folder == subject:
                return copy.card.role or copy.name
        return sentences.model_title(self._computer.choice(subject), subject)

    # --- doing ----------------------------------------------------------------------------------------------------

    def undo(self, what: str) -> bool:
        """Take back what a toast offered to undo; False if that was not ours."""
        if not what.startswith(UNDO):
            return False
        self._models.bring_back(what.removeprefix(UNDO))
        return True

    def _on_place(self, place: str) -> None:
        if place == "shelf":
            self._shelves.refresh()

    def _use(self, folder: str) -> None:
        self._models.use(folder)
        self.chat_wanted.emit()

    def _model(self, folder: str) -> InstalledModel | None:
        return next((model for model in self._models.installed if model.folder == folder), None)

    def _mend(self, folder: str) -> None:
        model = self._model(folder)
        if model is not None:
            self._downloads.repair(model)

    def _shelve(self, folder: str, shelf: str, free_after: bool) -> None:
        self._shelves.add(shelf)
        self._works.shelve(folder, shelf, free_after=free_after)

    def _move(self, repository: str, step: int) -> None:
        job = self._downloads.jobs.get(repository)
        if job is not None and job.place > 0:
            self._downloads.move(repository, job.place + step)

    def _stop_work(self, row_id: str) -> None:
        work_id = row_id.removeprefix(model_ways.WORK)
        if self._failed_works.pop(work_id, None) is None:
            self._works.stop(work_id)
        self._show_ways()

    def _on_way(self, repository: str, way: str) -> None:
        job = self._downloads.jobs.get(repository)
        parameters = job.problem.parameters if job and job.problem else {}
        match way:
            case Way.ENTER_TOKEN:
                self._ask_for_token(repository, str(parameters.get("page_url", "")))
            case Way.OPEN_PAGE:
                QDesktopServices.openUrl(QUrl(str(parameters.get("page_url", ""))))
            case Way.FREE_SPACE:
                reveal(str(parameters.get("folder", "")))
            case Way.ANOTHER_MODEL | Way.SMALLER_MODEL:
                self.page.show_place("find")
            case _:
                self._downloads.resume(repository)

    def _ask_for_token(self, repository: str, page_url: str) -> None:
        dialog = TokenDialog(page_url, self.page.window(), keychain=self._settings.keychain)
        token = dialog.token() if dialog.exec() else ""
        dialog.deleteLater()
        if token:
            self._downloads.enter_token(repository, token)

    def _open_page(self, repository: str) -> None:
        found = (judged.model for judged in self._search.found if judged.model.repository == repository)
        for model in found:
            QDesktopServices.openUrl(QUrl(model.page_url))

    # --- news -----------------------------------------------------------------------------------------------------

    def _on_download(self) -> None:
        self._show_ways()
        self._show_documents()
        coming = frozenset(self._downloads.jobs)
        if coming != self._coming_shown:
            self._coming_shown = coming
            self.show_all()

    def _on_arrived(self, repository: str, _folder: str) -> None:
        chats = repository != self._models.offered.model.repository
        if chats and self._models.none_to_wait_for and not self._models.chosen:
            self._models.use(repository)  # the first of all is the one to talk to
        else:
            self._models.refresh()

    def _on_work(self, work: WorkChanged) -> None:
        self._show_ways()
        if work.kind is WorkKind.MOVE:
            over = work.id not in self._works.works
            self.moving.emit("" if over else f"{sentences.work_title(work, '')}: {sentences.work_line(work)}")
        if work.state is not WorkState.RUNNING or work.done_bytes == 0:
            self._show_here()
            self._show_shelves()

    def _on_work_ended(self, work: WorkChanged) -> None:
        if work.state is WorkState.FAILED:
            self._failed_works[work.id] = work
        else:
            name = sentences.work_title(work, self._name(work.subject))
            model = self._model(work.subject)
            by_bytes = model is None or model.verified_by is not CheckKind.STRUCTURE
            self.toasted.emit(f"{name}: {sentences.work_line(work, by_bytes=by_bytes)}", "", "")
        if work.kind is WorkKind.CHECK_COPY and work.state is WorkState.DONE:
            self._checked[work.subject] = (datetime.now().astimezone(), not work.wrong_files)
        if work.kind is WorkKind.MOVE:
            self._settings.refresh()
            if work.state is WorkState.DONE and self._models.current is not None:
                self._models.use(self._models.current.repository or self._models.current.folder)
        self._models.refresh()
        self._computer.look()
        if work.kind in (WorkKind.SHELVE, WorkKind.CHECK_COPY, WorkKind.BRING_BACK):
            self._shelves.refresh()
        self._show_ways()

    def _on_removed(self, removed: RemovedModel) -> None:
        title = sentences.model_title(self._computer.choice(removed.repository), removed.name)
        freed = wording.size(removed.size_bytes)
        said = f"{title} was removed. {freed} go free in a day."
        if removed.repository == self._models.offered.model.repository:
            said = for_documents.better_removed(freed)
        self.toasted.emit(said, "Undo", f"{UNDO}{removed.id}")

    def _on_nothing_found(self, folder: str) -> None:
        self.toasted.emit(f"No model that Hearth can use is in “{Path(folder).name}”.", "", "")


def reveal(path: str) -> None:
    """Show a folder in the file manager."""
    if path:
        QDesktopServices.openUrl(QUrl.fromLocalFile(path))
