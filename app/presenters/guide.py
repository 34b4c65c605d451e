"""When the built-in guide answers, what the conversation says about it, and the real model it offers."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from app import sentences, wording
from app.chat.chat_page import ChatPage
from app.chat.messages.items import Notice
from app.chat.transcript.transcript import Welcome
from app.controllers.chat import ChatController
from app.controllers.computer import ComputerController
from app.controllers.downloads import DownloadsController
from app.controllers.guide import GuideController
from app.controllers.models import ModelsController
from app.texts import LABELS, Way
from runtime.api import GUIDE_NAME, Conversation, Message, ReadingMode, Role

BADGE = "Guide"
BADGE_EXPLAINED = "The built-in guide answers here: it knows Hearth and AI at home, nothing else"
GUIDE_WELCOME = Welcome(
    "Ask the built-in guide",
    "It knows Hearth and AI on your own computer. A real model answers the rest.",
    ("How do I get a model?", "Is my data sent anywhere?", "What does 4-bit mean?", "How do I delete a chat?"),
)
MODEL_WELCOME = Welcome(
    "What can I help you with?",
    "Everything you write stays on this computer.",
    (
        "Explain this letter to me in plain words",
        "Plan a simple week of dinners",
        "Help me write a friendly but firm e-mail",
    ),
)
DOCUMENT_QUESTIONS = ("What is this about?", "Which dates and deadlines are named?", "What does it cost?")
QUOTES_WELCOME = Welcome(
    "Ask about your documents",
    "The passages that fit best are quoted, each with its page. A real model answers in its own words.",
    DOCUMENT_QUESTIONS,
)
DOCUMENTS_WELCOME = Welcome(
    "Ask about your documents",
    "Each answer names the pages that it comes from. A click opens them.",
    DOCUMENT_QUESTIONS,
)
PRIVATE_WELCOME = Welcome(
    "A private chat",
    "Nothing of it is written to disk. It is gone when you close it, or Hearth.",
    (),
)


class GuidePresenter(QObject):
    """Decides who answers in the open conversation and keeps badge, welcome and offers on the page in step with it.

    Signals:
        changed: who answers, or whether anybody can, is different now.
        fetch_wanted: the repository of the offered model.
        ask_wanted: a question to put to the real model, at the end of the open conversation.
        models_wanted: the person wants to choose a model.
    """

    changed = Signal()
    fetch_wanted = Signal(str)
    ask_wanted = Signal(str)
    models_wanted = Signal()

    def __init__(
        self,
        guide: GuideController,
        chat: ChatController,
        models: ModelsController,
        computer: ComputerController,
        downloads: DownloadsController,
        page: ChatPage,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._guide = guide
        self._chat = chat
        self._models = models
        self._computer = computer
        self._downloads = downloads
        self._page = page
        self._messages: list[Message] = []
        self._given_up: dict[str, Message] = {}
        self._handed_over: set[str] = set()  # answers whose question a model has been asked since
        self._promised = ("", "")  # conversation and answer that the model on its way will answer
        self._welcome: Welcome | None = None
        self.from_documents: Callable[[], bool] = lambda: False  # whether questions are answered from documents now
        guide.changed.connect(self._on_guide)
        models.engine_changed.connect(self._on_engine)
        models.installed_changed.connect(self.refresh)
        models.failed.connect(lambda _name, _problem: self.refresh())
        computer.looked.connect(self.refresh)
        downloads.changed.connect(lambda _event: self._show_offers())
        chat.opened.connect(self._on_opened)
        chat.answer_ended.connect(self._on_answer_ended)
        self.refresh()

    # --- who answers ----------------------------------------------------------------------------------------------

    @property
    def wanted(self) -> bool:
        """True where the guide is to answer: in its own conversations, and everywhere until a real model is in use."""
        return self._chat.guided or self._models.none_to_wait_for

    @property
    def hint(self) -> str:
        """What the field for questions says."""
        if self.from_documents():
            return "Ask about your documents."
        return "Ask about Hearth, or AI at home." if self.answers else "Ask anything."

    @property
    def answers(self) -> bool:
        """True where the guide answers."""
        return self.wanted and self._guide.usable

    def badge(self, model: str) -> str:
        """The word above an answer of ``model``."""
        return BADGE if model == GUIDE_NAME else ""

    def offer(self, message: Message) -> Notice | None:
        """What stands under an answer in which the guide gave up."""
        quoted = quotes(message)
        if message.id in self._handed_over or not (quoted or self._guide.gave_up(message)):
            return None
        if quoted and message.id != next((each.id for each in reversed(self._messages) if quotes(each)), message.id):
            return None  # once is enough
        this = "this in its own words" if quoted else "this"
        if self._models.current is not None:
            title = self._title(self._models.current.repository or self._models.current.folder)
            return Notice(f"“{title}” can answer {this}.", ((Way.ASK_MODEL, LABELS[Way.ASK_MODEL]),), offer=True)
        on_its_way = next(iter(self._downloads.jobs), "")
        if on_its_way:
            then = f"will answer {this}" if self._promised[1] == message.id else f"can answer {this} then"
            return Notice(f"“{self._title(on_its_way)}” is on its way and {then}.", (), offer=True)
        recommendation = self._computer.recommendation
        if recommendation is None or recommendation.pick is None:
            return Notice(f"A real model can answer {this}.", ((Way.ANOTHER_MODEL, "Choose a model"),), offer=True)
        pick = recommendation.pick
        sentence = f"“{pick.model.role}” can answer {this}. It downloads once, {wording.size(pick.download_bytes)}."
        return Notice(sentence, ((Way.GET_MODEL, LABELS[Way.GET_MODEL]),), offer=True)

    def act(self, message_id: str, way: Way) -> bool:
        """Do what an offer's button says; False if ``way`` is no offer's."""
        recommendation = self._computer.recommendation
        match way:
            case Way.ASK_MODEL:
                self._hand_over(message_id)
            case Way.GET_MODEL if recommendation is not None and recommendation.pick is not None:
                self._promised = (self._chat.current_id, message_id)
                self.fetch_wanted.emit(recommendation.pick.edition.repository)
            case Way.GET_MODEL:
                self.models_wanted.emit()
            case _:
                return False
        return True

    def _title(self, repository: str) -> str:
        return sentences.model_title(self._computer.choice(repository), repository)

    def _hand_over(self, message_id: str) -> None:
        """The real model answers in the guide's place; an older question is asked anew, so that what came after it
        stays in sight."""
        transcript = self._page.transcript
        self._given_up.pop(message_id, None)
        self._handed_over.add(message_id)
        self._chat.leave_guide()
        self.refresh()
        if transcript.last_id == message_id:
            transcript.take_away(message_id)
            self._chat.retry(message_id, guide=False)
        else:
            transcript.set_notice(message_id, None)
            self.ask_wanted.emit(transcript.question_before(message_id))
        self._rest_if_idle()

    def _rest_if_idle(self) -> None:
        """The guide's memory is given back once a model is awake and does all the answering."""
        if self._models.ready and not self.wanted and not self._chat.answering:
            self._guide.rest()

    # --- news -----------------------------------------------------------------------------------------------------

    def _on_guide(self) -> None:
        self._given_up = {
            message.id: message for message in self._messages if quotes(message) or self._guide.gave_up(message)
        }
        self.refresh()

    def _on_opened(self, conversation: Conversation | None) -> None:
        self._messages = list(conversation.messages) if conversation else []
        if self.wanted:
            self._guide.wake()
        self._rest_if_idle()
        self._on_guide()

    def _on_answer_ended(self, message: Message) -> None:
        if message.role is Role.ASSISTANT and (quotes(message) or self._guide.gave_up(message)):
            self._messages.append(message)
            self._given_up[message.id] = message
            if self._downloads.jobs:
                self._promised = (message.conversation_id, message.id)
            self._show_offers()

    def _on_engine(self) -> None:
        self.refresh()
        if not self._models.ready:
            return
        conversation_id, message_id = self._promised
        self._promised = ("", "")
        if message_id and conversation_id == self._chat.current_id and not self._chat.answering:
            self._hand_over(message_id)
        self._rest_if_idle()

    def refresh(self) -> None:
        """Badge, welcome and offers as they are to be now."""
        self._show_offers()
        answers = self.answers
        self._page.header.set_guide(BADGE if answers else "", BADGE_EXPLAINED)
        welcome = self._welcome_now()
        if welcome is not self._welcome:
            self._welcome = welcome
            self._page.transcript.set_welcome(welcome)
        self.changed.emit()

    def _welcome_now(self) -> Welcome:
        if self.from_documents():
            return QUOTES_WELCOME if self.answers else DOCUMENTS_WELCOME
        if self._chat.private:
            return PRIVATE_WELCOME
        return GUIDE_WELCOME if self.answers else MODEL_WELCOME

    def _show_offers(self) -> None:
        for message in self._given_up.values():
            self._page.transcript.set_notice(message.id, self.offer(message))


def quotes(message: Message) -> bool:
    """Whether an answer of the guide's is nothing but passages of documents."""
    grounding = message.grounding
    return message.model == GUIDE_NAME and grounding is not None and grounding.mode is ReadingMode.QUOTED
