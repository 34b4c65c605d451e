"""The page "Models" joined to what is here, what is coming, what could be found, and the shelves."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QObject, Signal

from app import sentences
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
from app.presenters.model_acts import ModelActs
from app.presenters.model_controllers import ModelControllers
from app.presenters.model_news import UNDO, ModelNews
from runtime.api import DocumentsStatus, Judgement


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
        self._c = ModelControllers(computer, downloads, models, works, shelves, search, settings)
        self.page = ModelsPage()
        self._judgements: dict[str, Judgement] = {}
        self._learning: DocumentsStatus | None = None
        self._coming_shown: frozenset[str] = frozenset()
        self._acts = ModelActs(self.page, self._c, self)
        self._news = ModelNews(self._c, self)
        self._connect_parts()
        self._connect_controllers()

    def _connect_parts(self) -> None:
        self._acts.chat_wanted.connect(self.chat_wanted)
        self._acts.stop_requested.connect(self._news.stop)
        self._news.toasted.connect(self.toasted)
        self._news.moving.connect(self.moving)
        self._news.ways_changed.connect(self._show_ways)
        self._news.here_changed.connect(self._show_here)
        self._news.shelves_changed.connect(self._show_shelves)

    def _connect_controllers(self) -> None:
        self._c.computer.looked.connect(self._on_looked)
        self._c.models.installed_changed.connect(self._on_installed)
        self._c.models.engine_changed.connect(self._show_here)
        self._c.downloads.changed.connect(self._on_download)
        self._c.shelves.changed.connect(self._show_shelves)
        self._c.search.changed.connect(self._show_findings)
        self._c.settings.changed.connect(self._show_here)

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
        computer = self._c.computer.computer
        self._questions.run(lambda: self._c.models.judged(computer), self._on_judged, self._news.trouble)

    def _on_judged(self, judgements: dict[str, Judgement]) -> None:
        self._judgements = judgements
        self._show_here()
        self.judged.emit()

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
                self._c.models,
                self._c.computer,
                self._c.works.works,
                self._c.coming,
                self._judgements,
                self._c.settings.settings,
                self._c.models.folder,
                datetime.now().astimezone(),
            )
        )
        self._show_documents()

    def _show_documents(self) -> None:
        offered, job = self._c.models.offered, self._c.downloads.jobs.get(self._c.for_documents)
        if self._c.models.looked:
            shown = model_documents.for_documents(offered, self._c.models.for_documents, job, self._learning)
            self.page.here.documents.show_documents(shown)

    def show_learning(self, status: DocumentsStatus | None) -> None:
        """How far the documents are learnt, as it was told last."""
        self._learning = status
        self._show_documents()

    def _show_ways(self) -> None:
        works = (*self._c.works.works.values(), *self._news.failed_works.values())
        self.page.way.show_rows(model_ways.rows(self._c.downloads.jobs.values(), works, self._c.name, self._c.here))

    def _show_offers(self) -> None:
        recommendation = self._c.computer.recommendation
        if recommendation is None:
            return
        here, coming = self._c.here, self._c.coming
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
            if here.isdisjoint(choice.model.repositories)
        ]
        self.page.finder.show_offers(
            tuple(offer for choice, offer in offers if choice.fit in model_offers.ROOMY),
            tuple(offer for fit in model_offers.NOT_ROOMY for choice, offer in offers if choice.fit is fit),
        )

    def _show_findings(self) -> None:
        found = model_offers.findings(self._c.search, self._c.here, self._c.coming, self._better)
        self.page.finder.show_findings(found)

    def _show_shelves(self) -> None:
        here, now = self._c.here, datetime.now().astimezone()
        self.page.shelf.show_shelves(
            tuple(
                model_shelves.shelf(shelf, here, self._c.works.works, self._news.checked, now)
                for shelf in self._c.shelves.shelves
            )
        )

    def _better(self, repository: str, forecast: sentences.Forecast | None) -> Instead | None:
        """What does better here than a model that would crawl or does not fit."""
        return model_cards.instead_of(repository, forecast, self._c.models, self._c.computer, self._c.coming)

    def judgement(self, folder: str) -> Judgement | None:
        """How a model on this computer does here, as it was judged last."""
        return self._judgements.get(folder)

    # --- news -----------------------------------------------------------------------------------------------------

    def _on_download(self) -> None:
        self._show_ways()
        self._show_documents()
        coming = self._c.coming
        if coming != self._coming_shown:
            self._coming_shown = coming
            self.show_all()

    def undo(self, what: str) -> bool:
        """Take back what a toast offered to undo; False if that was not ours."""
        if not what.startswith(UNDO):
            return False
        self._c.models.bring_back(what.removeprefix(UNDO))
        return True
