"""What a person does with one message, put into practice."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from app.chat.chat_page import ChatPage
from app.chat.messages.items import Act
from app.chat.transcript.plain_text import plain_text
from app.controllers.chat import ChatController
from app.controllers.speech import SpeechController
from app.presenters.guide import GuidePresenter
from runtime.api import Message, Role


class ActsPresenter(QObject):
    """Answers again, continues, deletes, pins, rates and reads aloud. ``messages`` gives those of the open chat."""

    def __init__(
        self,
        chat: ChatController,
        guide: GuidePresenter,
        speech: SpeechController,
        page: ChatPage,
        messages: Callable[[], tuple[Message, ...]],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._chat = chat
        self._guide = guide
        self._speech = speech
        self._transcript = page.transcript
        self._messages = messages

    def message(self, message_id: str) -> Message | None:
        """A message of the open chat as it is stored."""
        return next((message for message in self._messages() if message.id == message_id), None)

    def act(self, message_id: str, name: str) -> None:
        """Do what was chosen for a message; ``name`` is an Act's value."""
        message, shown = self.message(message_id), self._transcript.item(message_id)
        if message is None or shown is None:
            return
        match Act(name):
            case Act.AGAIN:
                self.retry(message_id)
            case Act.CONTINUE if not self._chat.answering_here:
                self._chat.go_on(message_id)
            case Act.DELETE if not self._chat.answering_here:
                self._chat.delete_message(message_id, self._neighbour(message_id))
            case Act.PIN:
                self._chat.pin_message(message_id, not message.pinned)
            case Act.RATE_GOOD:
                self._chat.rate(message_id, 0 if message.rating > 0 else 1)
            case Act.RATE_BAD:
                self._chat.rate(message_id, 0 if message.rating < 0 else -1)
            case Act.READ_OUT:
                self._speech.toggle(message_id, plain_text(shown))
            case _:
                pass

    def retry(self, message_id: str) -> None:
        """Another answer beside an old one, from whoever answers now."""
        if not self._chat.answering_here:
            self._chat.retry(message_id, guide=self._guide.answers)

    def edit_last(self) -> None:
        """Word the last question anew."""
        last = next((m.id for m in reversed(self._messages()) if m.role is Role.USER), "")
        if last and not self._chat.answering_here:
            self._transcript.perform(last, Act.EDIT)

    def _neighbour(self, message_id: str) -> str:
        """What stands above a message, or else below it."""
        ids = [message.id for message in self._messages()]
        place = ids.index(message_id)
        return ids[place - 1] if place else next(iter(ids[1:2]), "")
