"""The conversation: list, transcript and composer joined to the chat controller."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from app import sentences, texts, wording
from app.chat.chat_page import ChatPage
from app.chat.items import MessageItem, Notice
from app.chat.sidebar import ConversationRow, Sidebar
from app.controllers.chat import ChatController
from app.controllers.computer import ComputerController
from app.controllers.downloads import DownloadsController
from app.controllers.guide import GuideController
from app.controllers.models import ModelsController
from app.presenters.guide import GuidePresenter
from app.texts import Way
from runtime.api import (
    AnswerDelta,
    AnswerStarted,
    Conversation,
    EngineChanged,
    EngineState,
    Message,
    MessageState,
    Problem,
    PromptProgress,
    Role,
)

NEW_TITLE = "New chat"
SHORTENED = "This chat is getting long. The model no longer sees its first messages; they are all kept here."


class ChatPresenter(QObject):
    """Owns the chat page and the sidebar.

    Signals:
        models_wanted: the person wants to see or choose models.
        smaller_model_wanted: the model in use was too much for this computer.
        toasted: sentence, label of an undo button and the id it undoes ("" for none).
        fetch_wanted: the repository of a model to download.
        download_wanted: the person wants to see the download that is under way.
    """

    models_wanted = Signal()
    smaller_model_wanted = Signal()
    toasted = Signal(str, str, str)
    fetch_wanted = Signal(str)
    download_wanted = Signal()

    def __init__(
        self,
        chat: ChatController,
        models: ModelsController,
        computer: ComputerController,
        downloads: DownloadsController,
        guide: GuideController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._chat = chat
        self._models = models
        self._computer = computer
        self.page = ChatPage()
        self.sidebar = Sidebar()
        self._guide_files = guide
        self._guide = GuidePresenter(guide, chat, models, computer, downloads, self.page, self)
        self._question_id = 0
        self._thinking_since = 0.0
        self._connect_view()
        self._connect_controllers()

    def _connect_view(self) -> None:
        composer, transcript = self.page.composer, self.page.transcript
        composer.send_requested.connect(self.send)
        composer.stop_requested.connect(self._chat.stop)
        composer.draft_changed.connect(self._chat.note_draft)
        composer.files_dropped.connect(self.take_files)
        transcript.retry_requested.connect(self._retry)
        transcript.notice_action.connect(self._on_notice)
        transcript.example_chosen.connect(self.send)
        transcript.link_chosen.connect(lambda address: QDesktopServices.openUrl(QUrl(address)))
        transcript.copied.connect(lambda _id: self.toasted.emit("Copied", "", ""))
        self.page.banner_acted.connect(lambda action: self._do(Way(action)))
        self.page.header.model_menu_requested.connect(self.models_wanted)
        self.page.download_wanted.connect(self.download_wanted)
        self._guide.fetch_wanted.connect(self.fetch_wanted)
        self._guide.ask_wanted.connect(self.send)
        self._guide.models_wanted.connect(self.models_wanted)
        self._guide.changed.connect(self._show_model)
        self.sidebar.new_chat_requested.connect(self.new_chat)
        self.sidebar.conversation_chosen.connect(self._chat.open)
        self.sidebar.rename_requested.connect(self._chat.rename)
        self.sidebar.delete_requested.connect(self._chat.move_to_bin)

    def _connect_controllers(self) -> None:
        self._chat.summaries_changed.connect(self._on_summaries)
        self._chat.opened.connect(self._on_opened)
        self._chat.answer_started.connect(self._on_answer_started)
        self._chat.answer_grew.connect(self._on_answer_grew)
        self._chat.prompt_progressed.connect(self._on_prompt_progressed)
        self._chat.answer_ended.connect(self._on_answer_ended)
        self._chat.answering_changed.connect(self.page.composer.set_answering)
        self._chat.binned.connect(
            lambda id_, title: self.toasted.emit(f"“{title or NEW_TITLE}” is in the bin", "Undo", id_)
        )
        self._chat.failed.connect(self._on_problem)
        self._chat.shortened.connect(self._on_shortened)
        self._models.engine_changed.connect(self._on_engine)
        self._models.installed_changed.connect(self._show_model)
        self._computer.looked.connect(self._show_model)

    # --- asking ---------------------------------------------------------------------------------------------------

    def new_chat(self) -> None:
        """An empty conversation, ready to type in."""
        self._chat.new()
        self.page.composer.setFocus()

    def open_help(self) -> None:
        """An empty conversation with the guide, whatever models there are."""
        self._chat.new(guided=True)
        self.page.composer.setFocus()
        if self._guide_files.problem is not None:
            self.show_problem(self._guide_files.problem)

    def ask_guide(self, question: str) -> None:
        """A new conversation in which whoever is there answers: the guide, as long as there is no model."""
        self.new_chat()
        self.send(question)

    def send(self, text: str) -> None:
        """Show the question at once, then ask it."""
        if not text.strip() or self._chat.answering:
            return
        self._question_id += 1
        self.page.transcript.append_message(MessageItem(f"question-{self._question_id}", "user", text, "", "complete"))
        self.page.composer.set_text("")
        self._chat.ask(text, guide=self._guide.answers)

    def _retry(self, message_id: str) -> None:
        self._chat.retry(message_id, guide=self._guide.answers)

    def take_files(self, _paths: list[str]) -> None:
        """Files dropped on the page or the app's icon."""
        self.toasted.emit("Documents come in a later version. You can paste text for now.", "", "")

    # --- the open conversation ------------------------------------------------------------------------------------

    def _on_opened(self, conversation: Conversation | None) -> None:
        messages = conversation.messages if conversation else ()
        self.page.transcript.set_messages(tuple(self._item(message) for message in messages))
        self.page.header.set_title(conversation.title if conversation and conversation.title else NEW_TITLE)
        self.page.composer.set_text(conversation.draft if conversation else "")
        self.sidebar.set_current(conversation.id if conversation else "")

    def _on_summaries(self) -> None:
        rows = tuple(
            ConversationRow(s.id, s.title or NEW_TITLE, datetime.fromtimestamp(s.updated_at / 1000, UTC).astimezone())
            for s in self._chat.summaries
        )
        self.sidebar.set_conversations(rows)
        self.sidebar.set_current(self._chat.current_id)
        current = next((s for s in self._chat.summaries if s.id == self._chat.current_id), None)
        if current is not None:
            self.page.header.set_title(current.title or NEW_TITLE)

    def _on_answer_started(self, event: AnswerStarted) -> None:
        self._thinking_since = time.monotonic()
        badge = self._guide.badge(event.model)
        self.page.transcript.append_message(
            MessageItem(event.request_id, "assistant", "", "", "streaming", badge=badge)
        )
        waiting = "Reading your question …" if badge or self._models.ready else "Waking up the model …"
        self.page.transcript.set_status(event.request_id, waiting)

    def _on_prompt_progressed(self, event: PromptProgress) -> None:
        if event.total_tokens > event.done_tokens > 0:
            share = round(100 * event.done_tokens / event.total_tokens)
            self.page.transcript.set_status(event.request_id, f"Reading the conversation … {share} %")

    def _on_answer_grew(self, event: AnswerDelta) -> None:
        self.page.transcript.append_delta(event.request_id, event.text, str(event.channel))

    def _on_answer_ended(self, message: Message) -> None:
        item = self._item(message)
        self.page.transcript.finish_message(item.id, item.state, item.caption, item.notice)

    def _item(self, message: Message) -> MessageItem:
        item = message_item(message)
        return replace(item, badge=self._guide.badge(message.model), notice=item.notice or self._guide.offer(message))

    # --- trouble --------------------------------------------------------------------------------------------------

    def _on_notice(self, message_id: str, action: str) -> None:
        way = Way(action)
        if way in (Way.ANSWER_AGAIN, Way.TRY_AGAIN):
            self._retry(message_id)
        elif not self._guide.act(message_id, way):
            self._do(way)

    def _do(self, way: Way) -> None:
        match way:
            case Way.TRY_AGAIN | Way.ANSWER_AGAIN:
                self.page.hide_banner()
                self._models.use_last()
            case Way.SMALLER_MODEL:
                self.smaller_model_wanted.emit()
            case Way.NEW_CHAT:
                self.new_chat()
            case Way.GET_AGAIN if self._models.chosen and "/" in self._models.chosen:
                self.fetch_wanted.emit(self._models.chosen)
            case Way.NOTHING:
                self.page.hide_banner()
            case _:
                self.models_wanted.emit()

    def _on_problem(self, problem: Problem) -> None:
        if problem.code.startswith("storage."):
            self.show_news(problem)  # about what is kept: it stays until it was read
        else:
            self.toasted.emit(texts.one_line(problem), "", "")

    def _on_shortened(self) -> None:
        self.page.show_banner(SHORTENED, ((Way.NEW_CHAT, texts.LABELS[Way.NEW_CHAT]),))

    def show_news(self, problem: Problem) -> None:
        """Something was mended or could not be read at the start; it is said once."""
        words = texts.explain(problem)
        self.page.show_banner(f"{words.title}. {words.sentence}", ((Way.NOTHING, texts.LABELS[Way.NOTHING]),))

    def show_problem(self, problem: Problem, _name: str = "") -> None:
        """A problem of the model in use, in a line above the conversation, with what can be done."""
        words = texts.explain(problem)
        self.page.show_banner(f"{words.title}. {words.sentence}", tuple((w, texts.LABELS[w]) for w in words.ways[:2]))

    # --- the model pill -------------------------------------------------------------------------------------------

    def _on_engine(self, event: EngineChanged) -> None:
        self._show_model()
        if event.state is EngineState.FAILED and event.problem is not None and not self._chat.answering:
            words = texts.explain(event.problem)
            self.page.show_banner(
                f"{words.title}. {words.sentence}", tuple((w, texts.LABELS[w]) for w in words.ways[:2])
            )
        elif event.state is EngineState.READY:
            self.page.hide_banner()

    def _show_model(self) -> None:
        self.page.composer.set_placeholder(self._guide.hint)
        self.page.header.model_button.setVisible(self._models.current is None or not self._guide.answers)
        current = self._models.current
        if current is None:
            self.page.header.set_model("Choose a model")
            there = self._guide.answers
            self.page.composer.set_available(there, "" if there else "Choose a model first, then ask.")
            return
        title = sentences.model_title(self._computer.choice(current.repository), current.repository or current.folder)
        waking = self._models.engine.state in (EngineState.STARTING, EngineState.LOADING)
        self.page.header.set_model(f"{title} is waking up …" if waking else title)
        self.page.composer.set_available(True, "")


def message_item(message: Message) -> MessageItem:
    """A stored message as the transcript shows it."""
    return MessageItem(
        id=message.id,
        role="user" if message.role is Role.USER else "assistant",
        text=message.text,
        thinking=message.thinking,
        state=str(message.state),
        caption=_caption(message),
        notice=_notice(message),
    )


def _caption(message: Message) -> str:
    statistics = message.statistics
    if message.role is Role.USER or statistics is None:
        return ""
    parts = [wording.took(statistics.total_s)]
    if message.state is MessageState.STOPPED:
        parts.append("stopped")
    return " · ".join(parts)


def _notice(message: Message) -> Notice | None:
    if message.state is MessageState.INTERRUPTED:
        return Notice("Hearth was closed while this was being answered.", ((Way.ANSWER_AGAIN, "Answer again"),))
    if message.state is not MessageState.FAILED:
        return None
    words = texts.explain(message.problem or Problem("unexpected"))
    actions = tuple((way, texts.LABELS[way]) for way in words.ways[:2] if way is not Way.SHOW_REPORT)
    return Notice(f"{words.title}. {words.sentence}", actions)
