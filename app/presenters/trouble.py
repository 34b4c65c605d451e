"""The model in use as the conversation's page shows it: its name, whether it can be asked, what is wrong with it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app import sentences, texts
from app.chat.chat_page import ChatPage
from app.controllers.chat import ChatController
from app.controllers.computer import ComputerController
from app.controllers.models import ModelsController
from app.presenters.guide import GuidePresenter
from app.texts import Way
from runtime.api import EngineChanged, EngineState, Problem

SHORTENED = "This chat is getting long. The model no longer sees its first messages; they are all kept here."


class TroublePresenter(QObject):
    """Owns the banner above the conversation and the pill with the model's name.

    Signals:
        models_wanted: the person wants to see or choose models.
        smaller_model_wanted: the model in use was too much for this computer.
        fetch_wanted: the repository of a model to download.
        new_chat_wanted: a new conversation is the way on.
        toasted: sentence, label of an undo button and what it undoes ("" for none).
    """

    models_wanted = Signal()
    smaller_model_wanted = Signal()
    fetch_wanted = Signal(str)
    new_chat_wanted = Signal()
    toasted = Signal(str, str, str)

    def __init__(
        self,
        chat: ChatController,
        models: ModelsController,
        computer: ComputerController,
        guide: GuidePresenter,
        page: ChatPage,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._chat = chat
        self._models = models
        self._computer = computer
        self._guide = guide
        self._page = page
        self._about_chat = False  # the banner speaks of the open conversation
        page.banner_acted.connect(lambda action: self.do(Way(action)))
        chat.failed.connect(self.tell)
        chat.shortened.connect(self._on_shortened)
        models.engine_changed.connect(self._on_engine)
        computer.looked.connect(self.show_model)

    def do(self, way: Way) -> None:
        """Go one of the ways on that were offered."""
        match way:
            case Way.TRY_AGAIN | Way.ANSWER_AGAIN:
                self._page.hide_banner()
                self._models.use_last()
            case Way.SMALLER_MODEL:
                self.smaller_model_wanted.emit()
            case Way.NEW_CHAT:
                self._page.hide_banner()
                self.new_chat_wanted.emit()
            case Way.GET_AGAIN if self._models.chosen and "/" in self._models.chosen:
                self.fetch_wanted.emit(self._models.chosen)
            case Way.NOTHING:
                self._page.hide_banner()
            case _:
                self.models_wanted.emit()

    def tell(self, problem: Problem) -> None:
        """Something could not be done: said in passing, or if it is about what is kept, until it was read."""
        if problem.code.startswith("storage."):
            self.show_news(problem)
        else:
            self.toasted.emit(texts.one_line(problem), "", "")

    def show_news(self, problem: Problem) -> None:
        """Something was mended or could not be read; it is said once."""
        words = texts.explain(problem)
        self._show(f"{words.title}. {words.sentence}", (Way.NOTHING,))

    def show_problem(self, problem: Problem) -> None:
        """A problem of the model in use, in a line above the conversation, with what can be done."""
        words = texts.explain(problem)
        self._show(f"{words.title}. {words.sentence}", words.ways[:2])

    def forget_chat(self) -> None:
        """Another conversation is shown: what was said of the one before is over."""
        if self._about_chat:
            self._page.hide_banner()
            self._about_chat = False

    def show_model(self) -> None:
        """The name on the pill, and whether a question can be sent."""
        self._page.composer.set_placeholder(self._guide.hint)
        self._page.header.model_button.setVisible(self._models.current is None or not self._guide.answers)
        current = self._models.current
        if current is None:
            self._page.header.set_model("Choose a model")
            there = self._guide.answers
            self._page.composer.set_available(there, "" if there else "Choose a model first, then ask.")
            return
        title = sentences.model_title(self._computer.choice(current.repository), current.repository or current.folder)
        waking = self._models.engine.state in (EngineState.STARTING, EngineState.LOADING)
        self._page.header.set_model(f"{title} is waking up …" if waking else title)
        self._page.composer.set_available(True, "")

    def _show(self, sentence: str, ways: tuple[Way, ...], *, about_chat: bool = False) -> None:
        self._about_chat = about_chat
        self._page.show_banner(sentence, tuple((way, texts.LABELS[way]) for way in ways))

    def _on_shortened(self) -> None:
        self._show(SHORTENED, (Way.NEW_CHAT,), about_chat=True)

    def _on_engine(self, event: EngineChanged) -> None:
        self.show_model()
        if event.state is EngineState.FAILED and event.problem is not None and not self._chat.answering:
            self.show_problem(event.problem)
        elif event.state is EngineState.READY:
            self._page.hide_banner()
