"""The conversation's page joined to what is said: asking, answers as they come, what is done with messages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from app.chat.answers.shown import Backing
from app.chat.chat_page import ChatPage
from app.chat.messages.items import MessageItem
from app.controllers.attachments import AttachmentsController
from app.controllers.chat import ChatController
from app.controllers.computer import ComputerController
from app.controllers.downloads import DownloadsController
from app.controllers.guide import GuideController
from app.controllers.models import ModelsController
from app.controllers.speech import SpeechController
from app.presenters.acting import ActsPresenter
from app.presenters.answer_flow import AnswerFlow
from app.presenters.guide import GuidePresenter
from app.presenters.messages import Doors, message_item
from app.presenters.question_files import QuestionFiles
from app.presenters.trouble import TroublePresenter
from app.texts import Way
from runtime.api import (
    Conversation,
    DocumentScope,
    Message,
    MessageState,
    Problem,
)

NEW_TITLE = "New chat"
PRIVATE_TITLE = "Private chat"
NO_PICTURES = "A pasted picture can't be read yet. Saved as a file, it can be added to your documents."
# After an answer only the messages near the end can look different: others keep what is done with them.
RECHECKED = 6


class ChatPresenter(QObject):
    """Owns the chat page.

    Signals:
        models_wanted: the person wants to see or choose models.
        smaller_model_wanted: the model in use was too much for this computer.
        toasted: sentence, label of an undo button and what it undoes ("" for none).
        fetch_wanted: the repository of a model to download.
        download_wanted: the person wants to see the download that is under way.
        shown: a Conversation is on the page (None: a new one), or is now stored differently.
        documents_dropped: the id of a conversation ("": a new one), and files and folders for the documents.
    """

    models_wanted = Signal()
    smaller_model_wanted = Signal()
    toasted = Signal(str, str, str)
    fetch_wanted = Signal(str)
    download_wanted = Signal()
    shown = Signal(object)
    documents_dropped = Signal(str, list)

    def __init__(
        self,
        chat: ChatController,
        models: ModelsController,
        computer: ComputerController,
        downloads: DownloadsController,
        guide: GuideController,
        attachments: AttachmentsController,
        speech: SpeechController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._chat = chat
        self._models = models
        self._speech = speech
        self.page = ChatPage()
        self._guide_files = guide
        self._guide = GuidePresenter(guide, chat, models, computer, downloads, self.page, self)
        self._trouble = TroublePresenter(chat, models, computer, self._guide, self.page, self)
        self._acts = ActsPresenter(chat, self._guide, speech, self.page, lambda: self._messages, self)
        self._messages: tuple[Message, ...] = ()
        self._shown_doors: Doors | None = None  # what the messages on the page allow
        self._flow = AnswerFlow(
            chat, models, self._guide, self.page, lambda message: self._item(message, self._doors(), last=True), self
        )
        self._files = QuestionFiles(chat, attachments, self.page.composer, lambda: self._guide.wanted, self.send, self)
        # Of documents this knows nothing; who does says what an answer stands on and what answers are to come from, and
        # may hold a question back until the person has decided.
        self.backing: Callable[[Message], Backing | None] = lambda _message: None
        self.scope: Callable[[], DocumentScope] = DocumentScope
        self.holds: Callable[[str], bool] = lambda _question: False
        self.documents_of: Callable[[str], int] = lambda _request_id: 0
        self._flow.documents_of = lambda request_id: self.documents_of(request_id)
        self._guide.from_documents = lambda: self.scope().wanted
        self._connect_view()
        self._connect_controllers()

    def _connect_view(self) -> None:
        composer, transcript = self.page.composer, self.page.transcript
        composer.send_requested.connect(self.send)
        composer.stop_requested.connect(self._chat.stop)
        composer.draft_changed.connect(self._chat.note_draft)
        composer.about_to_ask.connect(self._on_about_to_ask)
        composer.image_pasted.connect(lambda: self.toasted.emit(NO_PICTURES, "", ""))
        composer.text_cut.connect(lambda: self.toasted.emit("The text was too long and has been cut.", "", ""))
        composer.edit_last_requested.connect(self._acts.edit_last)
        transcript.acted.connect(self._acts.act)
        transcript.edited.connect(self._edit)
        transcript.branch_chosen.connect(self._chat.choose_branch)
        transcript.notice_action.connect(self._on_notice)
        transcript.example_chosen.connect(self.send)
        transcript.link_chosen.connect(lambda address: QDesktopServices.openUrl(QUrl(address)))
        transcript.copied.connect(lambda _id: self.toasted.emit("Copied", "", ""))
        self.page.header.model_menu_requested.connect(self.models_wanted)
        self.page.download_wanted.connect(self.download_wanted)
        self._guide.fetch_wanted.connect(self.fetch_wanted)
        self._guide.ask_wanted.connect(self.send)
        self._guide.models_wanted.connect(self.models_wanted)
        self._guide.changed.connect(self._on_doors)
        self._trouble.models_wanted.connect(self.models_wanted)
        self._trouble.smaller_model_wanted.connect(self.smaller_model_wanted)
        self._trouble.fetch_wanted.connect(self.fetch_wanted)
        self._trouble.toasted.connect(self.toasted)
        self._trouble.new_chat_wanted.connect(self.new_chat)

    def _connect_controllers(self) -> None:
        self._chat.opened.connect(self._on_opened)
        self._chat.path_changed.connect(self._on_path)
        self._chat.not_asked.connect(self._on_not_asked)
        self._chat.message_deleted.connect(
            lambda message_id: self.toasted.emit("The message was deleted", "Undo", f"message:{message_id}")
        )
        self._files.passed_on.connect(self.documents_dropped)
        self._files.toasted.connect(self.toasted)
        self._models.installed_changed.connect(self._on_doors)

    # --- asking ---------------------------------------------------------------------------------------------------

    def new_chat(self) -> None:
        """An empty conversation, ready to type in."""
        self._chat.new()
        self.page.composer.setFocus()

    def new_private_chat(self) -> None:
        """An empty conversation that will be in memory alone."""
        self._chat.new(private=True)
        self.page.composer.setFocus()

    def open_help(self) -> None:
        """An empty conversation with the guide, whatever models there are."""
        self._chat.new(guided=True)
        self.page.composer.setFocus()
        if self._guide_files.problem is not None:
            self._trouble.show_problem(self._guide_files.problem)

    def ask_guide(self, question: str) -> None:
        """A new conversation in which whoever is there answers: the guide, as long as there is no model."""
        self.new_chat()
        self.send(question)

    def send(self, text: str, *, read_all: bool | None = None) -> None:
        """Show the question at once, then ask it. ``read_all``: whether all documents are read for it, None while
        nobody has been asked."""
        if not text.strip() or self._chat.answering_here:
            return
        if self._files.hold(text) or (read_all is None and self.holds(text.strip())):
            return
        attached = self._files.take()
        self._flow.show_question(text, tuple(attachment.name for attachment in attached))
        self.page.composer.set_text("")
        self._chat.ask(text, attached, guide=self._guide.answers, scope=self.scope(), read_all=bool(read_all))

    def take_files(self, paths: list[str]) -> None:
        """Files for the question being typed. Those that are no text to go with it are :attr:`documents_dropped`, and
        so are folders."""
        self._files.take_files(paths)

    def stop(self) -> bool:
        """End what is being answered; whether anything was."""
        answering = bool(self._chat.answering)
        self._chat.stop()
        return answering

    def _on_about_to_ask(self) -> None:
        if not self._guide.wanted:
            self._models.expect_question()

    def _on_not_asked(self, text: str, problem: Problem) -> None:
        """Nothing was stored: what was typed goes back to where it was typed."""
        self._flow.take_question_back()
        self.page.composer.set_text(text)
        self._files.put_back()
        self._trouble.tell(problem)

    @property
    def guide_answers(self) -> bool:
        """Whether the built-in guide would answer a question asked now."""
        return self._guide.answers

    @property
    def messages(self) -> tuple[Message, ...]:
        """Those of the open conversation, as they are stored."""
        return self._messages

    def note_scope(self) -> None:
        """Answers are to come from other documents, or from none."""
        self._guide.refresh()

    def look_again(self) -> None:
        """What messages stand on may look different now."""
        self._recheck(len(self._messages))

    def message(self, message_id: str) -> Message | None:
        """A message of the open conversation as it is stored."""
        return self._acts.message(message_id)

    def retry(self, message_id: str) -> None:
        """Another answer beside an old one."""
        self._acts.retry(message_id)

    # --- what is done with messages -------------------------------------------------------------------------------

    def _edit(self, message_id: str, text: str) -> None:
        if self._chat.answering_here:
            self.page.composer.set_text(text)
            self.toasted.emit("Stop the answer first, then send this.", "", "")
            return
        message = self._acts.message(message_id)
        names = tuple(attachment.name for attachment in message.attachments) if message else ()
        self.page.transcript.cut_after(message_id)
        self.page.transcript.take_away(message_id)
        self._flow.show_question(text, names)
        self._files.forget_last()
        self._chat.edit(message_id, text, guide=self._guide.answers)

    # --- the open conversation ------------------------------------------------------------------------------------

    def _on_opened(self, conversation: Conversation | None, at: str) -> None:
        self.page.header.cancel_rename()
        self._messages = conversation.messages if conversation else ()
        self._flow.forget_question()
        self._trouble.forget_chat()
        self.page.transcript.set_messages(self._items(self._messages), at)
        self.page.set_private(self._chat.private)
        fresh = "" if self._chat.private or self._chat.guided else self._chat.new_draft
        self.page.composer.set_text(conversation.draft if conversation else fresh)
        self._files.show_open()
        self._show_title(conversation)
        self.shown.emit(conversation)

    def _on_path(self, conversation: Conversation) -> None:
        """The same conversation, read anew: ids, other versions, pins and ratings may be others."""
        self._messages = conversation.messages
        self._recheck(len(self._messages) if len(self._messages) < RECHECKED else RECHECKED)
        for message in self._messages[:-RECHECKED]:
            shown = self.page.transcript.item(message.id)
            if shown is not None and (shown.pinned, shown.rating) != (message.pinned, message.rating):
                self.page.transcript.replace_item(replace(shown, pinned=message.pinned, rating=message.rating))
        self._show_title(conversation)
        self.shown.emit(conversation)

    def _show_title(self, conversation: Conversation | None) -> None:
        untitled = PRIVATE_TITLE if self._chat.private else NEW_TITLE
        self.page.header.set_title(conversation.title if conversation and conversation.title else untitled)

    def _items(self, messages: tuple[Message, ...]) -> tuple[MessageItem, ...]:
        doors, last = self._doors(), messages[-1].id if messages else ""
        self._shown_doors = doors
        return tuple(self._item(message, doors, last=message.id == last) for message in messages)

    def _item(self, message: Message, doors: Doors, *, last: bool) -> MessageItem:
        badge, offer = self._guide.badge(message.model), self._guide.offer(message)
        return message_item(message, doors, last=last, badge=badge, offer=offer, backing=self.backing(message))

    def _doors(self) -> Doors:
        model = self._models.current is not None
        return Doors(asking=model or self._guide.answers, continuing=model, speaking=self._speech.possible)

    def _recheck(self, count: int) -> None:
        """Show the last messages as they are now; what is being written is left alone."""
        doors = self._doors()
        for message in self._messages[-count:]:
            shown = self.page.transcript.item(message.id)
            if shown is None or shown.state == "streaming" or message.state is MessageState.STREAMING:
                continue
            item = self._item(message, doors, last=message is self._messages[-1])
            if item != shown:
                self.page.transcript.replace_item(item)

    def _on_doors(self) -> None:
        self._trouble.show_model()
        doors = self._doors()
        if doors != self._shown_doors:  # told of far more often than it changes, and also while a chat is opened
            self._shown_doors = doors
            self._recheck(len(self._messages))

    def _on_notice(self, message_id: str, action: str) -> None:
        way = Way(action)
        if way in (Way.ANSWER_AGAIN, Way.TRY_AGAIN):
            self._acts.retry(message_id)
        elif not self._guide.act(message_id, way):
            self._trouble.do(way)

    def show_news(self, problem: Problem) -> None:
        """Something was mended or could not be read at the start; it is said once."""
        self._trouble.show_news(problem)

    def show_problem(self, problem: Problem, _name: str = "") -> None:
        """A problem of the model in use, in a line above the conversation, with what can be done."""
        self._trouble.show_problem(problem)
