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
from app.bridge.tasks import TaskRunner
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
from app.presenters.document_intake import SHOW_DOCUMENTS
from app.presenters.documents import DocumentsPresenter
from app.presenters.measuring import MeasuringPresenter
from app.presenters.models import ModelsPresenter
from app.presenters.onboarding import OnboardingPresenter
from app.presenters.settings import SettingsPresenter
from app.presenters.shelf import ShelfPresenter
from app.theme.theme import Theme
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
        self._store = TaskRunner("store", self)
        self._questions = TaskRunner("questions", self)
        self._searches = TaskRunner("searches", self)
        self._documents_asked, self._documents_searched, self._pages_drawn = (
            TaskRunner(f"documents-{what}", self) for what in ("asked", "searched", "drawn")
        )
        self._sources_drawn = TaskRunner("sources-drawn", self)
        self._closed = self._started = False
        self._early_files: list[str] = []
        runtime, bridge = self.runtime, self.bridge
        self.settings = SettingsController(runtime, self._store, self)
        self.computer = ComputerController(runtime, self._questions, self)
        self.downloads = DownloadsController(runtime, bridge, self._questions, self)
        self.models = ModelsController(runtime, bridge, self._questions, self)
        self.works = WorksController(runtime, bridge, self._questions, self)
        self.shelves = ShelvesController(runtime, self._questions, self)
        self.hub_search = HubSearchController(runtime, self.computer, self._searches, self)
        self.network = NetworkController(self)
        self.chat = ChatController(runtime, bridge, self._store, self)
        self.shelf = ShelfController(runtime, bridge, self._store, self._questions, self)
        self.measuring = MeasuringController(
            runtime.measuring, bridge, self.computer, self.models, self.chat, self.downloads, self.works, self
        )
        self.documents = DocumentsController(lambda: runtime.documents, bridge, self._documents_asked, self)
        self.answers = AnswersController(
            self.chat,
            lambda: runtime.conversations,
            lambda: runtime.documents,
            bridge,
            self._store,
            self._documents_asked,
            self,
        )
        self.attachments = AttachmentsController(self._questions, self)
        self.speech = SpeechController(self)
        self.guide = GuideController(runtime, self._store, self)
        self.onboarding = OnboardingPresenter(self.computer, self.downloads, self.models, self.guide, self)
        self.models_view = ModelsPresenter(
            self.computer,
            self.downloads,
            self.models,
            self.works,
            self.shelves,
            self.hub_search,
            self.settings,
            self._questions,
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
            DocumentSearchController(lambda: runtime.documents, self._documents_searched, self),
            DocumentPagesController(lambda: runtime.documents, self._pages_drawn, self),
            self,
        )
        self.answers_view = AnswersPresenter(
            self.answers,
            self.documents,
            DocumentPagesController(lambda: runtime.documents, self._sources_drawn, self),
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
        self._wire()

    def _wire(self) -> None:
        window, onboarding = self.window, self.onboarding
        window.painted_first.connect(lambda: QTimer.singleShot(0, self._start))
        window.closing.connect(self.close)
        window.settings_opened.connect(self.settings_view.opened)
        window.stop_requested.connect(self.chat.stop)
        window.undo_requested.connect(self._undo)
        window.keeping_opened.connect(self.shelf.refresh_kept)
        window.documents_opened.connect(self.documents_view.opened)
        window.documents_opened.connect(lambda: window.dismiss_toast(SHOW_DOCUMENTS))
        window.help_requested.connect(self._show_help)
        window.person_seen.connect(self.measuring.note_person)
        onboarding.page_changed.connect(window.show_alone)
        onboarding.models_wanted.connect(self._show_models)
        onboarding.finished.connect(self._on_first_model)
        onboarding.guide_asked.connect(self._ask_guide)
        onboarding.went_on.connect(self.chat_view.page.show_download)
        self.models_view.chat_wanted.connect(window.show_chat)
        self.models_view.toasted.connect(window.toast)
        self.documents_view.toasted.connect(window.toast)
        self.documents_view.chat_wanted.connect(window.show_chat)
        self.documents_view.ask_wanted.connect(self.answers_view.ask_about)
        self.answers_view.chat_wanted.connect(window.show_chat)
        self.answers_view.toasted.connect(window.toast)
        self.network.changed.connect(self.downloads.set_network)
        self.settings_view.back_wanted.connect(window.show_chat)
        self.settings_view.move_wanted.connect(self._move_models)
        self.models_view.moving.connect(self.settings_view.show_moving)
        self.chat_view.models_wanted.connect(self._show_models)
        self.chat_view.smaller_model_wanted.connect(self._fetch_smaller)
        self.chat_view.fetch_wanted.connect(onboarding.fetch)
        self.chat_view.download_wanted.connect(self._show_download)
        self.chat_view.toasted.connect(window.toast)
        self.chat_view.shown.connect(self.shelf_view.on_shown)
        self.chat_view.documents_dropped.connect(lambda _conversation, paths: self.documents_view.take(paths))
        self.shelf_view.toasted.connect(window.toast)
        self.shelf_view.new_chat_wanted.connect(self.chat_view.new_chat)
        self.shelf_view.private_chat_wanted.connect(self.chat_view.new_private_chat)
        self.models.failed.connect(self._on_model_problem)
        self.shelf.recovered.connect(self.chat_view.show_news)

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
        self._questions.run(self.runtime.library.sweep, lambda _none: None, lambda _problem: None)
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
            self.models.use_last()
            self.computer.look()
        else:
            self.guide.wake()
            self.onboarding.begin()

    def _show_models(self) -> None:
        if self.computer.recommendation is None:
            self.computer.look()
        self.models_view.show_all()
        self.window.show_models()

    def _undo(self, what: str) -> None:
        if what == SHOW_DOCUMENTS:
            self.window.show_documents()
        elif not self.models_view.undo(what):
            self.shelf_view.undo(what)

    def _move_models(self) -> None:
        self._show_models()
        self.models_view.page.show_place("here")
        self.models_view.page.here.kept.change_button.click()

    def _show_help(self) -> None:
        self.chat_view.open_help()
        self.window.show_chat()

    def _ask_guide(self, question: str) -> None:
        self.window.show_chat()
        self.chat_view.ask_guide(question)

    def _show_download(self) -> None:
        if self.onboarding.active:
            self.onboarding.come_back()
        else:
            self._show_models()

    def _fetch_smaller(self) -> None:
        current = self.models.current
        smaller = self.computer.smaller_than(current.repository if current else "")
        if smaller is None:
            self._show_models()
            return
        repository = smaller.edition.repository
        if any(model.repository == repository for model in self.models.installed):
            self.models.use(repository)
        else:
            self.onboarding.fetch(repository)

    def _on_first_model(self, question: str) -> None:
        if not self.settings.settings.first_run_done:
            self.settings.change(first_run_done=True)
        self.window.show_chat()
        if question:
            self.chat_view.send(question)

    def _on_model_problem(self, name: str, problem: Problem) -> None:
        if self.onboarding.active:
            return
        self.chat_view.show_problem(problem, name)

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
        self._searches.close()
        for runner in (self._documents_asked, self._documents_searched, self._pages_drawn, self._sources_drawn):
            runner.close()
        self._questions.close()
        self._store.close()
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
