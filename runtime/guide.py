"""The built-in guide: a tiny model that ships with the app and answers questions about it, with no download at all."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from runtime.chats.attachments import Attachment
from runtime.chats.messages import Message, MessageState
from runtime.chats.store import ConversationStore
from runtime.conversing import Conversing
from runtime.errors import GuideUnusable
from runtime.events import EngineChanged, Event, ModelLoaded
from runtime.grounding.preparing import FromDocuments
from runtime.inference.engine import Engine
from runtime.library.guide import GUIDE_NAME, GuideFacts, check_guide
from runtime.requests import LoadModel

log = logging.getLogger(__name__)
LONGEST_ANSWER_TOKENS = 320


class Guide:
    """Answers in conversations like any model, with an engine of its own, beside the one of the real model.

    Its engine starts when it is woken or asked and ends with :meth:`rest`. Answers come to
    ``on_event`` as those of a model do; what its engine is doing does not, for that would be taken for the real one.
    Methods may be called from any thread and return after some milliseconds.
    """

    def __init__(
        self,
        folder: Path,
        store: ConversationStore,
        make_engine: Callable[[Callable[[Event], None]], Engine],
        on_event: Callable[[Event], None],
        from_documents: FromDocuments | None = None,
    ) -> None:
        self._folder = folder
        self._store = store
        self._on_event = on_event
        self._lock = threading.Lock()
        self._facts: GuideFacts | None = None
        self._awake = False
        self._conversing = Conversing(
            store,
            make_engine,
            self._pass_on,
            system_prompt="",
            max_tokens=LONGEST_ANSWER_TOKENS,
            answers_as=GUIDE_NAME,
            remembers=False,
            from_documents=from_documents,
        )

    def check(self) -> GuideFacts:
        """Look at the files; once they are found to be right, never again.

        Raises:
            GuideUnusable: its files are missing or damaged; everything else works without it.
        """
        with self._lock:
            if self._facts is None:
                try:
                    self._facts = check_guide(self._folder)
                except GuideUnusable as error:
                    log.warning("no guide: %s", error)
                    raise
            return self._facts

    def wake(self) -> GuideFacts:
        """Start the engine, if it does not run, so that the next answer comes at once. Raises as :meth:`check`."""
        facts = self.check()
        with self._lock:
            if not self._awake:
                self._awake = True
                self._conversing.load(LoadModel(str(self._folder)))
        return facts

    def gave_up(self, message: Message) -> bool:
        """Whether an answer is the guide's "I can't answer that". False while there is no guide to compare with."""
        if message.model != GUIDE_NAME or message.state is not MessageState.COMPLETE:
            return False
        try:
            return message.text.strip() == self.check().beyond.strip()
        except GuideUnusable:
            return False

    def rest(self) -> None:
        """End the engine and give its memory back. An answer in the middle ends as stopped."""
        with self._lock:
            if self._awake:
                self._awake = False
                self._conversing.unload()

    def ask(
        self, conversation_id: str, text: str, attachments: tuple[Attachment, ...] = (), *, read_all: bool = False
    ) -> str:
        """As :meth:`Conversing.ask`; over documents it quotes, and reads no more than that. Raises GuideUnusable before
        anything is stored."""
        if self._conversing.needs_model(conversation_id):
            self.wake()
        return self._conversing.ask(conversation_id, text, attachments, read_all=read_all)

    def edit(self, message_id: str, text: str) -> str:
        """As :meth:`Conversing.edit`. Raises GuideUnusable before anything is stored."""
        if self._conversing.needs_model(self._store.message(message_id).conversation_id):
            self.wake()
        return self._conversing.edit(message_id, text)

    def retry(self, message_id: str) -> str:
        """As :meth:`Conversing.retry`. Raises GuideUnusable before anything is stored."""
        if self._conversing.needs_model(self._store.message(message_id).conversation_id):
            self.wake()
        return self._conversing.retry(message_id)

    def stop(self, request_id: str) -> None:
        """As :meth:`Conversing.stop`."""
        self._conversing.stop(request_id)

    def close(self) -> None:
        """As :meth:`Conversing.close`."""
        self._conversing.close()

    def _pass_on(self, event: Event) -> None:
        if not isinstance(event, EngineChanged | ModelLoaded):
            self._on_event(event)
