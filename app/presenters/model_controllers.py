"""What the parts of the page "Models" ask: its controllers, and what several of them know together."""

from __future__ import annotations

from dataclasses import dataclass

from app import sentences
from app.controllers.computer import ComputerController
from app.controllers.downloads import DownloadsController
from app.controllers.hub_search import HubSearchController
from app.controllers.models import ModelsController
from app.controllers.settings import SettingsController
from app.controllers.shelves import ShelvesController
from app.controllers.works import WorksController
from app.presenters import model_documents
from runtime.api import InstalledModel


@dataclass(frozen=True)
class ModelControllers:
    """All that the page is about."""

    computer: ComputerController
    downloads: DownloadsController
    models: ModelsController
    works: WorksController
    shelves: ShelvesController
    search: HubSearchController
    settings: SettingsController

    @property
    def here(self) -> frozenset[str]:
        """The repositories whose models are on this computer."""
        ours = (*self.models.installed, *filter(None, [self.models.for_documents]))
        return frozenset(model.repository for model in ours if model.repository)

    @property
    def coming(self) -> frozenset[str]:
        """The repositories that are on their way."""
        return frozenset(self.downloads.jobs)

    @property
    def for_documents(self) -> str:
        """The repository of the model for documents."""
        return self.models.offered.model.repository

    def model(self, folder: str) -> InstalledModel | None:
        """The model in a folder, if there is one to talk to."""
        return next((model for model in self.models.installed if model.folder == folder), None)

    def name(self, subject: str) -> str:
        """A repository, a model's folder or a copy's folder in a person's words."""
        if subject == self.for_documents:
            return model_documents.title(self.models.offered)
        for model in self.models.installed:
            if subject in (model.folder, model.repository):
                return sentences.model_title(self.computer.choice(model.repository), model.name)
        for copy in (copy for shelf in self.shelves.shelves for copy in shelf.copies):
            if copy.folder == subject:
                return copy.card.role or copy.name
        return sentences.model_title(self.computer.choice(subject), subject)
