"""The open conversation: asking, answering, its messages and its draft."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from app.bridge.events import EventBridge
from app.bridge.tasks import TaskRunner
from runtime.api import (
    GUIDE_NAME,
    AnswerChecked,
    AnswerDelta,
    AnswerFinished,
    AnswerStarted,
    Attachment,
    Conversation,
    ConversationShortened,
    Conversing,
    DocumentScope,
    Event,
    Guide,
    Message,
    PromptProgress,
    Runtime,
)

DRAFT_DELAY_MS = 500


@dataclass(frozen=True)
class PromptReading:
    """How far the prompt of an answer is read: ``done`` of the ``total`` tokens that had to be, for ``seconds`` now.
    What was read for an earlier answer and ``kept`` is in neither."""

    request_id: str
    done: int
    total: int
    kept: int
    seconds: float


class ChatController(QObject):
    """What is said in the conversation on the screen. All storage goes through one ordered runner.

    Signals:
        opened: a Conversation to show (None: a new, empty one) and the message to show it at ("": its end).
        path_changed: the open Conversation as it is stored now; what was said in it has not changed.
        answer_started: an AnswerStarted of the open conversation.
        answer_grew: an AnswerDelta of the open conversation.
        prompt_progressed: a PromptReading of the open conversation.
        answer_ended: the finished Message of the open conversation.
        answering_changed: whether an answer is under way, in any conversation.
        answering_here_changed: whether one is, or waits, in the open conversation.
        message_deleted: the id of a message that was deleted and can be brought back.
        not_asked: the words and the Problem of a question that could not be stored.
        shortened: a ConversationShortened, or an AnswerStarted that left turns out, of the open conversation.
        failed: a Problem.
    """

    opened = Signal(object, str)
    path_changed = Signal(object)
    answer_started = Signal(object)
    answer_grew = Signal(object)
    prompt_progressed = Signal(object)
    answer_ended = Signal(object)
    answering_changed = Signal(bool)
    answering_here_changed = Signal(bool)
    message_deleted = Signal(str)
    not_asked = Signal(str, object)
    shortened = Signal()
    failed = Signal(object)

    def __init__(self, runtime: Runtime, bridge: EventBridge, store: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runtime = runtime
        self._store = store
        self.current_id = ""
        self.guided = False  # the open conversation is the guide's, whatever models there are
        self.private = False  # the open conversation is in memory alone
        self.answering: dict[str, str] = {}  # request -> conversation, in the order in which they were asked
        self._of_guide: set[str] = set()  # requests that the guide answers, with an engine of its own
        self._read: dict[str, tuple[int, float]] = {}  # what was kept of a prompt, and when its reading began
        self.new_draft = ""  # what was typed in a conversation that does not exist yet
        self._beginning = False  # the first question of the open, new conversation is on its way to the disk
        self._draft = ("", "")
        self._draft_timer = QTimer(self)
        self._draft_timer.setSingleShot(True)
        self._draft_timer.setInterval(DRAFT_DELAY_MS)
        self._draft_timer.timeout.connect(self.save_draft)
        bridge.event_arrived.connect(self._on_event)

    # --- which conversation ---------------------------------------------------------------------------------------

    def begin(self, *, anew: bool = False) -> None:
        """Go on where the last run stopped: the same conversation, or (also if ``anew``) a new one."""

        def last() -> tuple[Conversation | None, str]:
            conversations = self._runtime.conversations
            conversation_id = None if anew else conversations.last_opened()
            return (conversations.open(conversation_id) if conversation_id else None, conversations.new_chat_draft())

        def on_last(found: tuple[Conversation | None, str]) -> None:
            self.new_draft = found[1]
            self._show(found[0])

        self._do(last, on_last)

    def open(self, conversation_id: str, at: str = "") -> None:
        """Show a conversation, at its end or at one of its messages."""
        self.save_draft()

        def read() -> Conversation:
            if at:
                self._runtime.conversations.reveal(at)
            return self._runtime.conversations.open(conversation_id)

        self._do(read, lambda conversation: self._show(conversation, at))

    def new(self, *, guided: bool = False, private: bool = False) -> None:
        """An empty page; the conversation is made when its first question is asked. ``guided``: it is the guide's.
        ``private``: it will be in memory alone."""
        self.save_draft()
        self._show(None, guided=guided, private=private)

    # --- asking ---------------------------------------------------------------------------------------------------

    def ask(
        self,
        text: str,
        attachments: tuple[Attachment, ...] = (),
        *,
        guide: bool,
        scope: DocumentScope | None = None,
        read_all: bool = False,
    ) -> None:
        """Send a question in the open conversation, making one if there is none. ``guide``: to the built-in guide.
        ``scope``: the documents that a conversation made for it is answered from; ``read_all``: every page of them."""
        self._draft_timer.stop()
        conversation_id, guided, private = self.current_id, self.guided, self.private
        self._beginning = not conversation_id
        if not conversation_id:
            self.new_draft = ""

        def send() -> None:
            conversations = self._runtime.conversations
            target = conversation_id or conversations.create(guided=guided, private=private)
            try:
                if scope is not None and scope.wanted and not conversation_id:
                    conversations.set_scope(target, scope)
                if read_all and not guide:
                    self._runtime.chat.ask(target, text, attachments, read_all=True)
                else:
                    self._answerer(guide).ask(target, text, attachments)
            except BaseException:
                conversations.discard_empty(target)
                raise
            if not conversation_id:
                conversations.set_draft("", "")

        self._store.run(send, lambda _none: None, lambda problem: self.not_asked.emit(text, problem))

    def edit(self, message_id: str, text: str, *, guide: bool) -> None:
        """Ask a question in other words; the earlier ones are kept beside it."""
        self._store.run(
            lambda: self._answerer(guide).edit(message_id, text),
            lambda _request_id: None,
            lambda problem: self.not_asked.emit(text, problem),
        )

    def retry(self, message_id: str, *, guide: bool) -> None:
        """Another answer beside an old one."""
        self._do(lambda: self._answerer(guide).retry(message_id), lambda _request_id: None)

    def go_on(self, message_id: str) -> None:
        """Let the model write on at an answer that ended early."""
        self._do(lambda: self._runtime.chat.go_on(message_id), lambda _request_id: None)

    def leave_guide(self) -> None:
        """From now on the model in use answers in the open conversation, not the guide."""
        conversation_id, was_guided, self.guided = self.current_id, self.guided, False
        if was_guided and conversation_id:
            self._do(lambda: self._runtime.conversations.set_guided(conversation_id, False), lambda _none: None)

    def stop(self) -> None:
        """End what is being answered in the open conversation, or if nothing is, everywhere; what was said stays."""
        here = [request_id for request_id, where in self.answering.items() if where == self.current_id]
        for request_id in here or list(self.answering):
            self._runtime.stop_answer(request_id)

    @property
    def answering_here(self) -> bool:
        """Whether an answer is under way, or waits, in the open conversation."""
        return bool(self.current_id) and self.current_id in self.answering.values()

    def waits(self, request_id: str) -> bool:
        """Whether another answer is before this one, in whichever conversation."""
        if request_id not in self.answering:
            return False
        before = list(self.answering)[: list(self.answering).index(request_id)]
        return any((each in self._of_guide) == (request_id in self._of_guide) for each in before)

    def _answerer(self, guide: bool) -> Guide | Conversing:
        return self._runtime.guide if guide else self._runtime.chat

    # --- messages -------------------------------------------------------------------------------------------------

    def choose_branch(self, message_id: str) -> None:
        """Show another version of a question or an answer, with what followed it."""
        self._do(
            lambda: self._runtime.conversations.choose_branch(message_id),
            lambda conversation: self._show_again(conversation, message_id),
        )

    def delete_message(self, message_id: str, stay_at: str) -> None:
        """Take a message out of the conversation; :meth:`restore_message` brings it back. ``stay_at``: what is to be
        seen afterwards."""

        def on_done(conversation: Conversation) -> None:
            self._show_again(conversation, stay_at)
            self.message_deleted.emit(message_id)

        self._do(lambda: self._runtime.conversations.delete_message(message_id), on_done)

    def restore_message(self, message_id: str) -> None:
        """Bring a deleted message back; it is shown if its conversation is the open one."""
        self._do(
            lambda: self._runtime.conversations.restore_message(message_id),
            lambda conversation: self._show_again(conversation, message_id),
        )

    def pin_message(self, message_id: str, pinned: bool) -> None:
        """Mark a message to be found again, or no longer."""
        self._do(lambda: self._runtime.conversations.pin_message(message_id, pinned), lambda _none: self._read_path())

    def rate(self, message_id: str, rating: int) -> None:
        """Keep what the person thinks of an answer: 1, -1 or 0."""
        self._do(lambda: self._runtime.conversations.rate(message_id, rating), lambda _none: self._read_path())

    # --- drafts ---------------------------------------------------------------------------------------------------

    def note_draft(self, text: str) -> None:
        """Keep what is typed but not sent, a moment after the last key."""
        if not self.current_id:
            if self.private:
                return
            self.new_draft = text
        self._draft = (self.current_id, text)
        self._draft_timer.start()

    def save_draft(self) -> None:
        """Write the noted draft now."""
        if not self._draft_timer.isActive() and self.sender() is not self._draft_timer:
            return
        self._draft_timer.stop()
        conversation_id, text = self._draft
        self._do(lambda: self._runtime.conversations.set_draft(conversation_id, text), lambda _none: None)

    # --- what comes back ------------------------------------------------------------------------------------------

    def _do(self, work: Callable[[], object], on_done: Callable[..., None]) -> None:
        self._store.run(work, on_done, self.failed.emit)

    def _show(
        self, conversation: Conversation | None, at: str = "", *, guided: bool = False, private: bool = False
    ) -> None:
        self.current_id = conversation.id if conversation else ""
        self.guided = conversation.guided if conversation else guided
        self.private = conversation.private if conversation else private
        self._beginning = False
        self.opened.emit(conversation, at)
        self.answering_here_changed.emit(self.answering_here)

    def _show_again(self, conversation: Conversation, at: str) -> None:
        if conversation.id == self.current_id:
            self.opened.emit(conversation, at)

    def read_again(self) -> None:
        """The open conversation may be stored differently; :attr:`path_changed` follows."""
        self._read_path()

    def _read_path(self) -> None:
        conversation_id = self.current_id
        if conversation_id:
            self._do(lambda: self._runtime.conversations.read(conversation_id), self._on_path)

    def _on_path(self, conversation: Conversation) -> None:
        if conversation.id == self.current_id:
            self.path_changed.emit(conversation)

    def _on_event(self, event: Event) -> None:
        match event:
            case AnswerStarted():
                self._on_answer_started(event)
            case AnswerDelta() if self._shown(event.request_id):
                self.answer_grew.emit(event)
            case PromptProgress() if event.request_id in self.answering:
                self._on_prompt_progress(event)
            case AnswerFinished():
                self._on_answer_finished(event)
            case AnswerChecked():
                self._read_path()
            case ConversationShortened() if self._shown(event.request_id):
                self.shortened.emit()
            case _:
                pass

    def _shown(self, request_id: str) -> bool:
        return self.answering.get(request_id, "-") == self.current_id

    def _on_prompt_progress(self, event: PromptProgress) -> None:
        """Heard also of conversations that are not open: how much was kept is told first and only once."""
        kept, began_s = self._read.setdefault(event.request_id, (event.done_tokens, time.monotonic()))
        if event.done_tokens < kept:  # it was begun again, with less of it kept
            kept, began_s = self._read[event.request_id] = (event.done_tokens, time.monotonic())
        if self._shown(event.request_id):
            done, total = event.done_tokens - kept, event.total_tokens - kept
            reading = PromptReading(event.request_id, done, total, kept, time.monotonic() - began_s)
            self.prompt_progressed.emit(reading)

    def _on_answer_started(self, event: AnswerStarted) -> None:
        self.answering[event.request_id] = event.conversation_id
        if event.model == GUIDE_NAME:
            self._of_guide.add(event.request_id)
        if self._beginning:
            self._beginning = False
            self.current_id = event.conversation_id
        self.answering_changed.emit(True)
        if event.conversation_id == self.current_id:
            self.answering_here_changed.emit(True)
            self.answer_started.emit(event)
            self._read_path()
            if event.forgotten_messages:
                self.shortened.emit()

    def _on_answer_finished(self, event: AnswerFinished) -> None:
        conversation_id = self.answering.pop(event.request_id, "")
        self._of_guide.discard(event.request_id)
        self._read.pop(event.request_id, None)
        self.answering_changed.emit(bool(self.answering))
        self.answering_here_changed.emit(self.answering_here)
        if conversation_id and conversation_id == self.current_id:
            self._do(lambda: self._runtime.conversations.message(event.request_id), self._on_message)

    def _on_message(self, message: Message) -> None:
        if message.conversation_id == self.current_id:
            self.answer_ended.emit(message)
            self._read_path()
