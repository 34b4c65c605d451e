"""Conversations: the list, the one that is open, asking and stopping."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from app.bridge.events import EventBridge
from app.bridge.tasks import TaskRunner
from runtime.api import (
    AnswerDelta,
    AnswerFinished,
    AnswerStarted,
    Conversation,
    ConversationsChanged,
    ConversationShortened,
    ConversationSummary,
    Conversing,
    Event,
    Guide,
    Message,
    Problem,
    PromptProgress,
    Runtime,
)

DRAFT_DELAY_MS = 500


class ChatController(QObject):
    """Everything about conversations that is not a widget. All storage goes through one ordered runner.

    Signals:
        summaries_changed: :attr:`summaries` is new.
        opened: a Conversation to show from its start (None: a new, empty one).
        answer_started: an AnswerStarted of the open conversation.
        answer_grew: an AnswerDelta of the open conversation.
        prompt_progressed: a PromptProgress of the open conversation.
        answer_ended: the finished Message of the open conversation.
        answering_changed: whether an answer is under way, in any conversation.
        binned: id and title of a conversation that was moved to the bin.
        recovered: the Problem that a damaged database was, now that a backup took its place.
        shortened: a ConversationShortened, or an AnswerStarted that left turns out, of the open conversation.
        failed: a Problem.
    """

    recovered = Signal(object)
    shortened = Signal()
    summaries_changed = Signal()
    opened = Signal(object)
    answer_started = Signal(object)
    answer_grew = Signal(object)
    prompt_progressed = Signal(object)
    answer_ended = Signal(object)
    answering_changed = Signal(bool)
    binned = Signal(str, str)
    failed = Signal(object)

    def __init__(self, runtime: Runtime, bridge: EventBridge, store: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runtime = runtime
        self._store = store
        self.summaries: tuple[ConversationSummary, ...] = ()
        self.current_id = ""
        self.guided = False  # the open conversation is the guide's, whatever models there are
        self.answering: dict[str, str] = {}  # request -> conversation
        self._draft = ("", "")
        self._draft_timer = QTimer(self)
        self._draft_timer.setSingleShot(True)
        self._draft_timer.setInterval(DRAFT_DELAY_MS)
        self._draft_timer.timeout.connect(self.save_draft)
        bridge.event_arrived.connect(self._on_event)

    # --- what a person does ---------------------------------------------------------------------------------------

    def open_last(self) -> None:
        """Go on where the last run stopped: the same conversation, or a new one."""

        def last() -> Conversation | None:
            conversation_id = self._runtime.conversations.last_opened()
            return self._runtime.conversations.open(conversation_id) if conversation_id else None

        self._do(last, self._on_opened)
        self.refresh()

    def tidy(self) -> None:
        """Once a start: empty the bin of what lay there long enough, and say if the database had to be mended."""

        def work() -> Problem | None:
            self._runtime.conversations.purge_bin()
            return self._runtime.conversations.recovered

        self._do(work, lambda problem: self.recovered.emit(problem) if problem is not None else None)

    def open(self, conversation_id: str) -> None:
        """Show a conversation."""
        self.save_draft()
        self._do(lambda: self._runtime.conversations.open(conversation_id), self._on_opened)

    def new(self, *, guided: bool = False) -> None:
        """An empty page; the conversation is made when its first question is asked. ``guided``: it is the guide's."""
        self.save_draft()
        self._show(None, guided)

    def ask(self, text: str, *, guide: bool) -> None:
        """Send a question in the open conversation, making one if there is none. ``guide``: to the built-in guide."""
        self._draft_timer.stop()
        conversation_id, guided = self.current_id, self.guided

        def send() -> str:
            target = conversation_id or self._runtime.conversations.create(guided=guided)
            self._answerer(guide).ask(target, text)
            return target

        self._do(send, self._on_asked)

    def retry(self, message_id: str, *, guide: bool) -> None:
        """Another answer beside an old one."""
        self._do(lambda: self._answerer(guide).retry(message_id), lambda _request_id: None)

    def leave_guide(self) -> None:
        """From now on the model in use answers in the open conversation, not the guide."""
        conversation_id, was_guided, self.guided = self.current_id, self.guided, False
        if was_guided and conversation_id:
            self._do(lambda: self._runtime.conversations.set_guided(conversation_id, False), lambda _none: None)

    def stop(self) -> None:
        """End what is being answered; what was said stays."""
        for request_id in self.answering:
            self._runtime.stop_answer(request_id)

    def rename(self, conversation_id: str, title: str) -> None:
        """Give a conversation another title."""
        self._do(lambda: self._runtime.conversations.rename(conversation_id, title), lambda _none: self.refresh())

    def move_to_bin(self, conversation_id: str) -> None:
        """Take a conversation out of sight; :meth:`restore` brings it back."""
        title = next((s.title for s in self.summaries if s.id == conversation_id), "")

        def on_done(_none: object) -> None:
            self.binned.emit(conversation_id, title)
            self.refresh()
            if conversation_id == self.current_id:
                self._on_opened(None)

        self._do(lambda: self._runtime.conversations.move_to_bin(conversation_id), on_done)

    def restore(self, conversation_id: str) -> None:
        """Undo :meth:`move_to_bin` and show it again."""
        self._do(lambda: self._runtime.conversations.restore(conversation_id), lambda _none: self.open(conversation_id))
        self.refresh()

    def note_draft(self, text: str) -> None:
        """Keep what is typed but not sent, a moment after the last key."""
        self._draft = (self.current_id, text)
        self._draft_timer.start()

    def save_draft(self) -> None:
        """Write the noted draft now."""
        if not self._draft_timer.isActive() and self.sender() is not self._draft_timer:
            return
        self._draft_timer.stop()
        conversation_id, text = self._draft
        if conversation_id:
            self._do(lambda: self._runtime.conversations.set_draft(conversation_id, text), lambda _none: None)

    def refresh(self) -> None:
        """Read the list anew."""
        self._do(lambda: self._runtime.conversations.summaries(), self._on_summaries)

    def _answerer(self, guide: bool) -> Guide | Conversing:
        return self._runtime.guide if guide else self._runtime.chat

    # --- what comes back ------------------------------------------------------------------------------------------

    def _do(self, work: Callable[[], object], on_done: Callable[..., None]) -> None:
        self._store.run(work, on_done, self.failed.emit)

    def _on_summaries(self, summaries: tuple[ConversationSummary, ...]) -> None:
        self.summaries = summaries
        self.summaries_changed.emit()

    def _on_opened(self, conversation: Conversation | None) -> None:
        self._show(conversation, conversation is not None and conversation.guided)

    def _show(self, conversation: Conversation | None, guided: bool) -> None:
        self.current_id, self.guided = conversation.id if conversation else "", guided
        self.opened.emit(conversation)

    def _on_asked(self, conversation_id: str) -> None:
        if not self.current_id:
            self.current_id = conversation_id
        self.refresh()

    def _on_event(self, event: Event) -> None:
        match event:
            case AnswerStarted():
                self._on_answer_started(event)
            case AnswerDelta() if self._shown(event.request_id):
                self.answer_grew.emit(event)
            case PromptProgress() if self._shown(event.request_id):
                self.prompt_progressed.emit(event)
            case AnswerFinished():
                self._on_answer_finished(event)
            case ConversationsChanged():
                self.refresh()
            case ConversationShortened() if self._shown(event.request_id):
                self.shortened.emit()
            case _:
                pass

    def _shown(self, request_id: str) -> bool:
        return self.answering.get(request_id, "-") == self.current_id

    def _on_answer_started(self, event: AnswerStarted) -> None:
        self.answering[event.request_id] = event.conversation_id
        if not self.current_id:
            self.current_id = event.conversation_id
        self.answering_changed.emit(True)
        if event.conversation_id == self.current_id:
            self.answer_started.emit(event)
            if event.forgotten_messages:
                self.shortened.emit()

    def _on_answer_finished(self, event: AnswerFinished) -> None:
        conversation_id = self.answering.pop(event.request_id, "")
        self.answering_changed.emit(bool(self.answering))
        if conversation_id and conversation_id == self.current_id:
            self._do(lambda: self._runtime.conversations.message(event.request_id), self._on_message)

    def _on_message(self, message: Message) -> None:
        if message.conversation_id == self.current_id:
            self.answer_ended.emit(message)
