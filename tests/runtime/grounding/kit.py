"""Conversations over real documents, with an engine that says what a test tells it, or a real one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from runtime.chats.messages import Message
from runtime.chats.places import Places
from runtime.chats.store import ConversationStore
from runtime.conversing import Conversing
from runtime.documents.service import DocumentService
from runtime.errors import PromptTooLong
from runtime.events import AnswerChecked, AnswerFinished, Event, FinishReason
from runtime.grounding.preparing import FromDocuments
from runtime.inference.engine import Engine
from runtime.paths import Paths
from runtime.sources import DocumentScope
from runtime.storage.database import Database
from tests.runtime.told_engine import ToldEngine

PATIENCE_S = 90.0
EVERYTHING = DocumentScope(everything=True)


class Desk:
    """A home with documents and conversations about them; events can be waited for."""

    def __init__(
        self,
        folder: Path,
        make_engine: Callable[[Callable[[Event], None]], Engine] | None = None,
        *,
        context_tokens: int = 8_000,
        quotes: bool = False,
    ) -> None:
        self.folder = folder
        self.paths = Paths.below(folder / "home")
        self.paths.prepare()
        self.database = Database(self.paths.database)
        self.store = ConversationStore(Places(self.database))
        self.events: list[Event] = []
        self._changed = threading.Condition()
        self.documents = DocumentService(self.paths, lambda _event: None, embedder=lambda: None)
        self.documents.start()
        through = FromDocuments(lambda: self.documents, quotes=quotes)
        made: list[ToldEngine] = []

        def told(on_event: Callable[[Event], None]) -> Engine:
            made.append(ToldEngine(on_event, context_tokens))
            return made[0]

        self.chat = Conversing(self.store, make_engine or told, self._take, from_documents=through)
        self._made = made

    @property
    def engine(self) -> ToldEngine:
        """The engine, where it is one that is told what to say."""
        return self._made[0]

    def read(self, **files: str | bytes) -> None:
        """Take in files; a name's last "_" is its point."""
        paths = []
        for name, content in files.items():
            path = self.folder / ".".join(name.rsplit("_", 1))
            path.write_bytes(content.encode() if isinstance(content, str) else content)
            paths.append(str(path))
        self.documents.add(paths)
        assert self.documents.wait(timeout_s=PATIENCE_S)

    def conversation(self, scope: DocumentScope = EVERYTHING) -> str:
        """A new one over documents."""
        conversation = self.store.create()
        self.store.set_scope(conversation, scope)
        return conversation

    def until(self, found: Callable[[], object]) -> None:
        """Wait until something is so; events wake it."""
        with self._changed:
            assert self._changed.wait_for(found, PATIENCE_S), self.events[-4:]

    def wait_for(self, kind: type[Event], request_id: str) -> Event:
        """The newest event of a kind about an answer, once there is one."""

        def matching() -> list[Event]:
            return [e for e in self.events if isinstance(e, kind) and getattr(e, "request_id", "") == request_id]

        self.until(matching)
        return matching()[-1]

    def asked(self, count: int) -> None:
        """Wait until the engine was asked so many times."""
        end = threading.Event()
        for _ in range(int(PATIENCE_S / 0.01)):
            if len(self.engine.asked) >= count and self.engine.running:
                return
            end.wait(0.01)
        raise AssertionError(f"asked {len(self.engine.asked)} times")

    def refuse_prompts(self, request_id: str, problem: PromptTooLong) -> None:
        """Let the engine find every prompt too long, until nobody asks it any more."""
        looks = threading.Event()
        for _ in range(int(PATIENCE_S / 0.01)):
            if [e for e in self.events if isinstance(e, AnswerFinished) and e.request_id == request_id]:
                return
            if self.engine.running:
                self.engine.end(FinishReason.FAILED, problem)
            looks.wait(0.01)
        raise AssertionError(f"asked {len(self.engine.asked)} times")

    def answer(self, conversation: str, question: str, says: str) -> Message:
        """Ask, let the engine say something, and wait for the check of its sentences."""
        before = len(self.engine.asked)
        request_id = self.chat.ask(conversation, question)
        self.asked(before + 1)
        self.engine.say(says)
        self.engine.end()
        self.wait_for(AnswerChecked, request_id)
        return self.store.message(request_id)

    def finished(self, request_id: str) -> AnswerFinished:
        """How an answer ended."""
        event = self.wait_for(AnswerFinished, request_id)
        assert isinstance(event, AnswerFinished)
        return event

    def close(self) -> None:
        self.chat.close()
        self.documents.close()
        self.database.close()

    def _take(self, event: Event) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()
