"""The composition root: the only place that makes objects and wires them together."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from app import texts
from app.application import FileOpener, SingleInstance, make_application
from app.bridge.events import EventBridge
from app.bridge.runners import Runners
from app.controllers.answers import AnswersController
from app.controllers.attachments import AttachmentsController
from app.controllers.chat import ChatController
from app.controllers.computer import ComputerController
from app.controllers.document_pages import DocumentPagesController
from app.controllers.document_search import DocumentSearchController
from app.controllers.documents import DocumentsController
from app.controllers.downloads import DownloadsController
from app.controllers.guide import GuideController
from app.controllers.hub_search import HubSearchController
from app.controllers.measuring import MeasuringController
from app.controllers.models import ModelsController
from app.controllers.network import NetworkController
from app.controllers.settings import SettingsController
from app.controllers.shelf import ShelfController
from app.controllers.shelves import ShelvesController
from app.controllers.speech import SpeechController
from app.controllers.works import WorksController
from app.onboarding.trouble_page import Trouble, TroublePage, WayOut
from app.presenters.answers import AnswersPresenter
from app.presenters.chat import ChatPresenter
from app.presenters.documents import DocumentsPresenter
from app.presenters.measuring import MeasuringPresenter
from app.presenters.models import ModelsPresenter
from app.presenters.onboarding import OnboardingPresenter
from app.presenters.settings import SettingsPresenter
from app.presenters.shelf import ShelfPresenter
from app.theme.theme import Theme
from app.ways import Ways
from app.window import MainWindow
from runtime.api import HearthError, InstanceLock, Paths, Problem, Runtime, start_logging, stop_logging

log = logging.getLogger(__name__)


class Hearth(QObject):
    """One open Hearth: engine, controllers, presenters and the window. Lives on the UI thread.

    Nothing slow happens before the first paint; :meth:`close` ends every thread and child process.
    """

    def __init__(self, paths: Paths, theme: Theme, *, in_process: bool = False) -> None:
        super().__init__()
        self.bridge = EventBridge(self)
        self.runtime = Runtime(paths, self.bridge.deliver, in_process=in_process)
        self._runners = runners = Runners(self)
        self._closed = self._started = False
        self._early_files: list[str] = []
        runtime, bridge = self.runtime, self.bridge
        self.settings = SettingsController(runtime, runners.store, self)
        self.computer = ComputerController(runtime, runners.questions, self)
        self.downloads = DownloadsController(runtime, bridge, runners.questions, self)
        self.models = ModelsController(runtime, bridge, runners.questions, self)
        self.works = WorksController(runtime, bridge, runners.questions, self)
        self.shelves = ShelvesController(runtime, runners.questions, self)
        self.hub_search = HubSearchController(runtime, self.computer, runners.searches, self)
        self.network = NetworkController(self)
        self.chat = ChatController(runtime, bridge, runners.store, self)
        self.shelf = ShelfController(runtime, bridge, runners.store, runners.questions, self)
        self.measuring = MeasuringController(
            runtime.measuring, bridge, self.computer, self.models, self.chat, self.downloads, self.works, self
        )
        self.documents = DocumentsController(lambda: runtime.documents, bridge, runners.documents_asked, self)
        self.answers = AnswersController(
            self.chat,
            lambda: runtime.conversations,
            lambda: runtime,
            bridge,
            runners.store,
            runners.documents_asked,
            self,
        )
        self.attachments = AttachmentsController(runners.questions, self)
        self.speech = SpeechController(self)
        self.guide = GuideController(runtime, runners.store, self)
        self.onboarding = OnboardingPresenter(self.computer, self.downloads, self.models, self.guide, self)
        self.models_view = ModelsPresenter(
            self.computer,
            self.downloads,
            self.models,
            self.works,
            self.shelves,
            self.hub_search,
            self.settings,
            runners.questions,
            self,
        )
        self.chat_view = ChatPresenter(
            self.chat, self.models, self.computer, self.downloads, self.guide, self.attachments, self.speech, self
        )
        self.shelf_view = ShelfPresenter(self.shelf, self.chat, self.chat_view.page, self)
        self.settings_view = SettingsPresenter(self.settings, theme, paths, self)
        self.measuring_view = MeasuringPresenter(
            self.measuring, self.computer, self.models, self.models_view, self.settings_view.page.computer, self
        )
        self.documents_view = DocumentsPresenter(
            self.documents,
            DocumentSearchController(
                lambda: runtime.documents, runners.documents_searched, runners.documents_warmed, self
            ),
            DocumentPagesController(lambda: runtime.documents, runners.pages_drawn, self),
            self,
        )
        self.answers_view = AnswersPresenter(
            self.answers,
            self.documents,
            DocumentPagesController(lambda: runtime.documents, runners.sources_drawn, self),
            self.chat,
            self.chat_view,
            self,
        )
        self.window = MainWindow()
        self.window.build(
            self.chat_view.page,
            self.shelf_view.sidebar,
            self.models_view.page,
            self.settings_view.page,
            self.shelf_view.keeping_page,
            self.documents_view.page,
        )
        self.ways = Ways(
            self.window,
            self.computer,
            self.models,
            self.settings,
            self.onboarding,
            self.chat_view,
            self.shelf_view,
            self.models_view,
            self.settings_view,
            self.documents_view,
            self.answers_view,
            self,
        )
        self._wire()

    def _wire(self) -> None:
        window = self.window
        window.painted_first.connect(lambda: QTimer.singleShot(0, self._start))
        window.closing.connect(self.close)
        window.keeping_opened.connect(self.shelf.refresh_kept)
        window.person_seen.connect(self.measuring.note_person)
        self.network.changed.connect(self.downloads.set_network)
        self.shelf.recovered.connect(self.chat_view.show_news)
        self.documents.status_changed.connect(lambda: self.models_view.show_learning(self.documents.status))

    def show(self) -> None:
        """Open the window: on the conversation when there is a model, else at the start of the road."""
        settings = self.settings.settings
        self.window.restore_geometry_text(settings.window_geometry)
        if settings.first_run_done:
            self.window.show_chat()
        else:
            self.onboarding.begin_page()
        self.window.show()
        if self.runtime.settings.problem is not None:
            self.chat_view.show_news(self.runtime.settings.problem)

    def test_when_quiet(self) -> None:
        """From now on this computer may be tested in a quiet moment. Only the program itself asks for it."""
        self.window.watch_person()
        self.measuring.watch()

    def come_again(self, arguments: list[str]) -> None:
        """Hearth was started a second time: this window comes to the front, with the files that were named."""
        self.window.come_to_front()
        self.take_files(arguments)

    def take_files(self, arguments: list[str]) -> None:
        """Files and folders dropped on the app's icon: on macOS an event, elsewhere named when it is started."""
        files = [argument for argument in arguments if Path(argument).exists()]
        if files and not self._started:
            self._early_files += files
        elif files:
            if self.settings.settings.first_run_done:
                self.window.show_chat()
            self.chat_view.take_files(files)

    def _start(self) -> None:
        """After the first paint: wake what was here, or look at the computer."""
        if self._closed:
            return
        self._runners.questions.run(self.runtime.library.sweep, lambda _none: None, lambda _problem: None)
        self._started = True
        self.chat.begin(anew=bool(self._early_files))
        self.take_files(self._early_files)
        self.shelf.refresh()
        self.shelf.tidy()
        self.models.refresh()
        self.documents.start()
        self.downloads.restore()
        self.network.start()
        self.works.finish_move()
        if self.settings.settings.first_run_done:
            self.guide.look()
            self.models.use_last(ahead=True)
            self.computer.look()
        else:
            self.guide.wake()
            self.onboarding.begin()

    def close(self) -> None:
        """Keep what must be kept and end everything. Safe to call twice."""
        if self._closed:
            return
        self._closed = True
        self.chat.save_draft()
        self.measuring.close()
        self.speech.stop()
        self.settings.change(window_geometry=self.window.geometry_text())
        self.hub_search.close()
        self._runners.close()
        self.bridge.close()
        self.runtime.close()


def run(arguments: list[str]) -> int:
    """Open the window and stay until it is closed. The process's exit code."""
    arguments = [str(Path(given).resolve()) if Path(given).exists() else given for given in arguments]
    application = make_application(arguments)
    theme = Theme(application)
    theme.apply(application)
    sys.excepthook = _log_unexpected
    paths = Paths.default()
    lock = InstanceLock(paths)
    instance = SingleInstance(paths)
    try:
        paths.prepare()
        start_logging(paths)
        lock.acquire()
        hearth = Hearth(paths, theme, in_process="--in-process" in arguments)
    except HearthError as error:
        if error.code == "storage.already_running" and instance.hand_over(arguments):
            return 0
        return _show_trouble(application, error.problem())
    opener = FileOpener(application)
    application.installEventFilter(opener)
    opener.file_opened.connect(lambda path: hearth.take_files([path]))
    instance.shown_again.connect(hearth.come_again)
    instance.listen()
    hearth.show()
    hearth.test_when_quiet()
    hearth.take_files(arguments)
    code = application.exec()
    hearth.close()
    instance.close()
    lock.release()
    stop_logging()
    return code


def _show_trouble(application: QApplication, problem: Problem) -> int:
    """Hearth can't start: one page that says why, and one way on."""
    words = texts.explain(problem)
    page = TroublePage()
    page.setWindowTitle("Hearth")
    page.resize(720, 480)
    page.show_trouble(
        Trouble(words.title, words.sentence, (WayOut("quit", "Close Hearth", "", "Close", True),), words.details)
    )
    page.way_chosen.connect(lambda _way: application.quit())
    page.show()
    print(texts.one_line(problem), file=sys.stderr)  # noqa: T201 - started from a terminal, it is read there
    application.exec()
    return 1


def _log_unexpected(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    log.critical("unexpected", exc_info=(kind, error, trace))
    sys.__excepthook__(kind, error, trace)
