"""A question on its way to be stored, and the answer to it as it comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject

from app.chat.chat_page import ChatPage
from app.chat.messages.items import MessageItem
from app.controllers.chat import ChatController, PromptReading
from app.controllers.models import ModelsController
from app.presenters.guide import GuidePresenter
from runtime.api import AnswerDelta, AnswerStarted, Message

WAITS = "Waiting until your other question is answered …"
WAKING = "Waking up the model …"
READING = "Reading your question …"
# What takes less is over before its share could be read.
SHARE_AFTER_S = 1.0


def reading_words(reading: PromptReading, *, documents: int, earlier: bool) -> str:
    """What is being read, and how much of that is done once it takes a while. ``documents``: how many the answer
    stands on; ``earlier``: something was said before the question."""
    if documents:
        what = "document" if documents == 1 else "documents"
        what = f"your {what}"
    else:
        # What was said before is mostly kept from the last answer, and only the question is new.
        what = "the conversation" if earlier and not reading.kept else "your question"
    if reading.seconds < SHARE_AFTER_S or reading.total <= 0:
        return f"Reading {what} …"
    return f"Reading {what} … {100 * min(reading.done, reading.total) // reading.total} %"


class AnswerFlow(QObject):
    """Shows what is told of the open conversation. ``item`` makes a stored message what the transcript shows."""

    def __init__(
        self,
        chat: ChatController,
        models: ModelsController,
        guide: GuidePresenter,
        page: ChatPage,
        item: Callable[[Message], MessageItem],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._models, self._guide, self._item = models, guide, item
        self._transcript = page.transcript
        self._chat = chat
        # Of documents this knows nothing; who does says how many an answer stands on.
        self.documents_of: Callable[[str], int] = lambda _request_id: 0
        self._pending = ""  # the place on the page of a question that is not stored yet
        self._questions = 0
        chat.answer_started.connect(self._on_started)
        chat.answer_grew.connect(self._on_grew)
        chat.prompt_progressed.connect(self._on_prompt_progressed)
        chat.answer_ended.connect(self._on_ended)
        chat.answering_here_changed.connect(page.composer.set_answering)

    def show_question(self, text: str, names: tuple[str, ...] = ()) -> None:
        """A question that is being stored, with the names of its files."""
        self._questions += 1
        self._pending = f"question-{self._questions}"
        item = MessageItem(self._pending, "user", text, "", "complete", attachments=names)
        self._transcript.append_message(item)

    def take_question_back(self) -> None:
        """It could not be stored."""
        if self._pending:
            self._transcript.take_away(self._pending)
        self._pending = ""

    def forget_question(self) -> None:
        """Another conversation is on the page."""
        self._pending = ""

    # --- what is told ---------------------------------------------------------------------------------------------

    def _on_started(self, event: AnswerStarted) -> None:
        transcript, badge = self._transcript, self._guide.badge(event.model)
        begun = transcript.item(event.request_id)
        if event.continued and begun is not None:
            transcript.replace_item(replace(begun, state="streaming", notice=None, acts=frozenset()))
        else:
            if self._pending:
                transcript.rename(self._pending, event.question_id)
            elif event.question_id in transcript.ids:
                transcript.cut_after(event.question_id)
            transcript.append_message(MessageItem(event.request_id, "assistant", "", "", "streaming", badge=badge))
        self._pending = ""
        waiting = READING if badge or self._models.ready else WAKING
        transcript.set_status(event.request_id, WAITS if self._chat.waits(event.request_id) else waiting)

    def _on_prompt_progressed(self, reading: PromptReading) -> None:
        ids = self._transcript.ids
        earlier = reading.request_id in ids and ids.index(reading.request_id) > 1
        words = reading_words(reading, documents=self.documents_of(reading.request_id), earlier=earlier)
        self._transcript.set_status(reading.request_id, words)

    def _on_grew(self, event: AnswerDelta) -> None:
        self._transcript.append_delta(event.request_id, event.text, str(event.channel))

    def _on_ended(self, message: Message) -> None:
        item = self._item(message)
        self._transcript.finish_message(item.id, item.state, item.caption, item.notice)
        self._transcript.replace_item(item)
