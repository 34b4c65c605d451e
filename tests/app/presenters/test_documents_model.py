"""The model for documents on the models page, fetched from a real hub: it is never the one that chats."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.bridge.events import EventBridge
from app.bridge.tasks import TaskRunner
from app.controllers.computer import ComputerController
from app.controllers.downloads import DownloadsController
from app.controllers.hub_search import HubSearchController
from app.controllers.models import ModelsController
from app.controllers.settings import SettingsController
from app.controllers.shelves import ShelvesController
from app.controllers.works import WorksController
from app.presenters.models import ModelsPresenter
from app.theme.theme import Theme
from runtime.api import DocumentsStatus, OfferedModel, Paths, Runtime
from tests.hub import LoopbackHub
from tests.runtime.documents.embeddings.kit import XLMR, make_model

NAME = "made/small-encoder"
WAIT_MS = 30_000


class Window:
    """The models page with everything behind it."""

    def __init__(self, qtbot: QtBot, home: Path, hub: LoopbackHub, offered: OfferedModel) -> None:
        root = self.root = QObject()  # what belongs to it is not deleted by a collection on another thread
        self.bridge = bridge = EventBridge(root)
        paths = Paths.below(home)
        paths.prepare()
        self.runtime = runtime = Runtime(paths, bridge.deliver, endpoint=hub.endpoint, offered=offered)
        self._questions, self._store = TaskRunner("questions", root), TaskRunner("store", root)
        questions = self._questions
        computer = ComputerController(runtime, questions, root)
        self.models = ModelsController(runtime, bridge, questions, root)
        self.view = ModelsPresenter(
            computer,
            DownloadsController(runtime, bridge, questions, root),
            self.models,
            WorksController(runtime, bridge, questions, root),
            ShelvesController(runtime, questions, root),
            HubSearchController(runtime, computer, questions, root),
            SettingsController(runtime, self._store, root),
            questions,
            root,
        )
        qtbot.addWidget(self.view.page)
        self.view.page.resize(900, 900)
        self.view.page.show()
        self.models.refresh()

    def close(self) -> None:
        self._questions.close()
        self._store.close()
        self.bridge.close()
        self.runtime.close()


@pytest.fixture
def window(qtbot: QtBot, private_home: Path, tmp_path: Path, theme: Theme) -> Iterator[Window]:
    with LoopbackHub() as hub:
        model = replace(make_model(tmp_path / "encoder", XLMR), repository=NAME, folder="", model_id="small@1")
        commit = hub.add_repository(NAME, tmp_path / "encoder").commit
        made = Window(qtbot, private_home, hub, OfferedModel(model, commit, 60_000, 100, "mit", {}))
        yield made
        made.close()
        made.root.deleteLater()
        QApplication.sendPostedEvents(None, 0)


def test_downloaded_here_removed_and_brought_back(qtbot: QtBot, window: Window) -> None:
    section, models = window.view.page.here.documents, window.models
    qtbot.waitUntil(section.download_button.isVisible, timeout=WAIT_MS)
    section.download_button.click()
    qtbot.waitUntil(section.remove_button.isVisible, timeout=WAIT_MS)
    assert models.for_documents is not None
    assert models.for_documents.verified
    # It is the first model of all that is here, and still none to talk to.
    assert (models.installed, models.current, models.chosen) == ((), None, "")
    assert window.runtime.document_model() is not None
    assert not window.view.page.here.cards.views
    status = DocumentsStatus(3, {}, 30, 200, 50, busy=True, paused=False, seconds_left=None, model="small@1")
    window.view.show_learning(status)
    assert (section.bar.isVisible(), section.bar.value()) == (True, 250)
    window.view.show_learning(replace(status, learnt=200))
    assert not section.bar.isVisible()
    toasts: list[tuple[str, str, str]] = []
    window.view.toasted.connect(lambda *words: toasts.append(words))
    section.remove_button.click()
    qtbot.waitUntil(lambda: len(toasts) == 1 and section.download_button.isVisible(), timeout=WAIT_MS)
    assert toasts[0][0].startswith("Documents are found by meaning in English again.")
    assert [removed.repository for removed in models.removed] == [NAME]
    assert window.view.undo(toasts[0][2])
    qtbot.waitUntil(section.remove_button.isVisible, timeout=WAIT_MS)
