"""How one page of the window leads to another, and what is done on the way."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.controllers.computer import ComputerController
from app.controllers.models import ModelsController
from app.controllers.settings import SettingsController
from app.presenters.answers import AnswersPresenter
from app.presenters.chat import ChatPresenter
from app.presenters.document_intake import SHOW_DOCUMENTS
from app.presenters.documents import DocumentsPresenter
from app.presenters.models import ModelsPresenter
from app.presenters.onboarding import OnboardingPresenter
from app.presenters.settings import SettingsPresenter
from app.presenters.shelf import ShelfPresenter
from app.window import MainWindow
from runtime.api import Problem

NO_SUCH_MODEL = "model.not_found"


class Ways(QObject):
    """Owns no widget: it joins the window with the presenters of its pages."""

    def __init__(
        self,
        window: MainWindow,
        computer: ComputerController,
        models: ModelsController,
        settings: SettingsController,
        onboarding: OnboardingPresenter,
        chat: ChatPresenter,
        shelf: ShelfPresenter,
        models_view: ModelsPresenter,
        settings_view: SettingsPresenter,
        documents: DocumentsPresenter,
        answers: AnswersPresenter,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window, self._computer, self._models, self._settings = window, computer, models, settings
        self._onboarding, self._chat, self._shelf = onboarding, chat, shelf
        self._models_view, self._settings_view = models_view, settings_view
        self._documents, self._answers = documents, answers
        self._join_window()
        self._join_models()
        self._join_documents()
        for each in (models_view, documents, answers, chat, shelf):
            each.toasted.connect(window.toast)
        chat.shown.connect(shelf.on_shown)
        shelf.new_chat_wanted.connect(chat.new_chat)
        shelf.private_chat_wanted.connect(chat.new_private_chat)
        models.failed.connect(self._on_model_problem)

    def _join_window(self) -> None:
        window = self._window
        window.settings_opened.connect(self._settings_view.opened)
        window.stop_requested.connect(self._stop_or_close)
        window.undo_requested.connect(self._undo)
        window.documents_opened.connect(self._documents.opened)
        window.documents_opened.connect(lambda: window.dismiss_toast(SHOW_DOCUMENTS))
        window.help_requested.connect(self._show_help)
        self._settings_view.back_wanted.connect(window.show_chat)

    def _join_models(self) -> None:
        onboarding, chat = self._onboarding, self._chat
        onboarding.page_changed.connect(self._window.show_alone)
        onboarding.models_wanted.connect(self.show_models)
        onboarding.finished.connect(self._on_first_model)
        onboarding.guide_asked.connect(self._ask_guide)
        onboarding.went_on.connect(chat.page.show_download)
        self._models_view.chat_wanted.connect(self._window.show_chat)
        self._models_view.moving.connect(self._settings_view.show_moving)
        self._settings_view.move_wanted.connect(self._move_models)
        chat.models_wanted.connect(self.show_models)
        chat.smaller_model_wanted.connect(self._fetch_smaller)
        chat.fetch_wanted.connect(onboarding.fetch)
        chat.download_wanted.connect(self._show_download)

    def _join_documents(self) -> None:
        documents, answers = self._documents, self._answers
        documents.chat_wanted.connect(self._window.show_chat)
        documents.ask_wanted.connect(answers.ask_about)
        answers.chat_wanted.connect(self._window.show_chat)
        answers.documents_wanted.connect(self._window.show_documents)
        answers.act_wanted.connect(documents.act)
        self._chat.documents_dropped.connect(self._take_documents)
        # Whoever asks has seen what became of the files; the answer needs the room.
        self._chat.page.composer.send_requested.connect(lambda _text: self._window.dismiss_toast(SHOW_DOCUMENTS))

    # --- models ---------------------------------------------------------------------------------------------------

    def show_models(self) -> None:
        """The page of the models, with what fits this computer."""
        if self._computer.recommendation is None:
            self._computer.look()
        self._models_view.show_all()
        self._window.show_models()

    def _move_models(self) -> None:
        self.show_models()
        self._models_view.page.show_place("here")
        self._models_view.page.here.kept.change_button.click()

    def _show_download(self) -> None:
        if self._onboarding.active:
            self._onboarding.come_back()
        else:
            self.show_models()

    def _fetch_smaller(self) -> None:
        current = self._models.current
        smaller = self._computer.smaller_than(current.repository if current else "")
        if smaller is None:
            self.show_models()
            return
        repository = smaller.edition.repository
        if any(model.repository == repository for model in self._models.installed):
            self._models.use(repository)
        else:
            self._onboarding.fetch(repository)

    def _on_first_model(self, question: str) -> None:
        if not self._settings.settings.first_run_done:
            self._settings.change(first_run_done=True)
        self._window.show_chat()
        if question:
            self._chat.send(question)

    def _on_model_problem(self, name: str, problem: Problem) -> None:
        nobody_chose = not name and problem.code == NO_SUCH_MODEL
        if not self._onboarding.active and not nobody_chose:
            self._chat.show_problem(problem, name)

    # --- the rest -------------------------------------------------------------------------------------------------

    def _take_documents(self, conversation_id: str, paths: list[str]) -> None:
        """What is let go on a conversation becomes documents, and that conversation is answered from them."""
        self._documents.take(paths, self._answers.expect(conversation_id))

    def _stop_or_close(self) -> None:
        """Escape that nobody had a use for: an answer that is being written comes first."""
        if not self._chat.stop():
            self._answers.source_pages.close()

    def _undo(self, what: str) -> None:
        if what == SHOW_DOCUMENTS:
            self._window.show_documents()
        elif not self._models_view.undo(what):
            self._shelf.undo(what)

    def _show_help(self) -> None:
        self._chat.open_help()
        self._window.show_chat()

    def _ask_guide(self, question: str) -> None:
        self._window.show_chat()
        self._chat.ask_guide(question)
