"""A house whose questions a real model answers, with every prompt it is given and every event about them kept."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from runtime.chats.messages import Message
from runtime.chats.places import Places
from runtime.chats.store import ConversationStore
from runtime.conversing import Conversing
from runtime.documents.service import DocumentService
from runtime.events import (
    AnswerChecked,
    AnswerDelta,
    AnswerFinished,
    AnswerStatistics,
    EngineChanged,
    EngineState,
    Event,
    FinishReason,
)
from runtime.grounding.pace import Pace
from runtime.grounding.preparing import FromDocuments
from runtime.inference.in_process import InProcessEngine
from runtime.requests import ChatMessage, Generate, LoadModel
from runtime.sources import DocumentScope
from runtime.storage.memory import MemoryDatabase

WAIT_S = 3_600.0


@dataclass
class Told:
    """What one question came to. Times by ``time.monotonic``."""

    message: Message
    prompts: list[tuple[ChatMessage, ...]]
    events: list[tuple[float, Event]]
    first_word_s: float | None
    began_s: float
    ended_s: float


@dataclass
class RealChat:
    """Owns the engine, in this process; :meth:`close` ends it. ``most_tokens``: the longest answer."""

    service: DocumentService
    model: Path
    most_tokens: int = 256
    pace: Pace | None = None
    figures: list[AnswerStatistics] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._prompts: list[tuple[ChatMessage, ...]] = []
        self._events: list[tuple[float, Event]] = []
        self._changed = threading.Condition()
        prompts = self._prompts

        class Listening(InProcessEngine):
            def generate(self, request: Generate) -> None:
                prompts.append(request.messages)
                super().generate(request)

        through = FromDocuments(lambda: self.service, lambda: self.pace, measured=self.figures.append)
        self.store = ConversationStore(Places(MemoryDatabase()))
        self.chat = Conversing(self.store, Listening, self._hear, max_tokens=self.most_tokens, from_documents=through)
        self.chat.load(LoadModel(str(self.model)))
        self._wait(lambda: self.chat.state in (EngineState.READY, EngineState.FAILED))
        assert self.chat.state is EngineState.READY, self._events

    def ask(self, question: str, scope: DocumentScope, conversation: str = "", *, read_all: bool = False) -> Told:
        """Wait for the answer and the check of its sentences."""
        conversation = conversation or self.store.create()
        self.store.set_scope(conversation, scope)
        prompts, events = len(self._prompts), len(self._events)
        began = time.monotonic()
        request_id = self.chat.ask(conversation, question, read_all=read_all)
        self._wait(lambda: self._over(request_id, events))
        mine = [one for one in self._events[events:] if getattr(one[1], "request_id", "") == request_id]
        first = next((at for at, event in mine if isinstance(event, AnswerDelta)), None)
        ended = next(at for at, event in mine if isinstance(event, AnswerFinished))
        self.figures += [event.statistics for _, event in mine if isinstance(event, AnswerFinished)]
        return Told(self.store.message(request_id), self._prompts[prompts:], mine, first, began, ended)

    def close(self) -> None:
        """End the engine."""
        self.chat.close()

    def _over(self, request_id: str, since: int) -> bool:
        for _, event in self._events[since:]:
            if getattr(event, "request_id", "") != request_id:
                continue
            failed = isinstance(event, AnswerFinished) and event.reason is FinishReason.FAILED
            if failed or isinstance(event, AnswerChecked):
                return True
        return False

    def _wait(self, found: object) -> None:
        assert callable(found)
        with self._changed:
            assert self._changed.wait_for(found, WAIT_S), self._events[-3:]

    def _hear(self, event: Event) -> None:
        if isinstance(event, EngineChanged):
            pass
        with self._changed:
            self._events.append((time.monotonic(), event))
            self._changed.notify_all()
