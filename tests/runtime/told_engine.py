"""An engine that says exactly what a test tells it to, and conversations with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from runtime.chats.places import Places
from runtime.chats.store import ConversationStore
from runtime.conversing import Conversing
from runtime.errors import EngineDied, PromptTooLong
from runtime.events import (
    AnswerDelta,
    AnswerFinished,
    AnswerStatistics,
    Channel,
    EngineState,
    Event,
    FinishReason,
    ModelLoaded,
)
from runtime.requests import Generate, LoadModel
from runtime.storage.database import Database


class ToldEngine:
    """Keeps the contract of the real one; ``say`` and ``end`` are called by the test instead of by a model."""

    def __init__(self, on_event: Callable[[Event], None], context_tokens: int = 100_000) -> None:
        self.on_event = on_event
        self.state = EngineState.READY
        self.loaded: ModelLoaded | None = ModelLoaded("/models/tiny", "llama", 1, context_tokens, 0.1, "cpu")
        self.asked: list[Generate] = []
        self.stopped: list[str] = []
        self.refuse_with: Exception | None = None
        self.running = ""

    def load(self, request: LoadModel) -> None:
        self.loaded = ModelLoaded(request.folder, "llama", 1, 1000, 0.1, "cpu")

    def unload(self) -> None:
        self.loaded = None

    def generate(self, request: Generate) -> None:
        if self.refuse_with is not None:
            raise self.refuse_with
        self.asked.append(request)
        self.running = request.request_id

    def stop(self, request_id: str) -> None:
        self.stopped.append(request_id)
        if self.running == request_id and request_id.startswith("aside-"):
            # Who asks waits for this; how a person's answer ends is the test's to say.
            self.end(FinishReason.STOPPED)

    def close(self) -> None:
        if self.running:
            self.end(FinishReason.STOPPED)

    def say(self, text: str, channel: Channel = Channel.ANSWER) -> None:
        self.on_event(AnswerDelta(self.running, text, channel))

    def end(
        self, reason: FinishReason = FinishReason.COMPLETE, problem: object = None, *, reads_per_s: float = 0.0
    ) -> None:
        running, self.running = self.running, ""
        found = problem.problem() if isinstance(problem, EngineDied | PromptTooLong) else None
        self.on_event(
            AnswerFinished(running, reason, AnswerStatistics(answer_tokens=7, prompt_tokens_per_s=reads_per_s), found)
        )


class Scene:
    """A store, conversations, and every event that they told."""

    def __init__(self, folder: Path, context_tokens: int = 100_000, system_prompt: str = "Be kind.") -> None:
        self.database = Database(folder / "hearth.db")
        self.store = ConversationStore(Places(self.database))
        self.events: list[Event] = []
        self.engines: list[ToldEngine] = []

        def make_engine(on_event: Callable[[Event], None]) -> ToldEngine:
            self.engines.append(ToldEngine(on_event, context_tokens))
            return self.engines[-1]

        self.chat = Conversing(self.store, make_engine, self.events.append, system_prompt=system_prompt)
        self.engine = self.engines[0]

    def answered(self, conversation_id: str, question: str, answer: str) -> str:
        request_id = self.chat.ask(conversation_id, question)
        self.engine.say(answer)
        self.engine.end()
        return request_id

    def close(self) -> None:
        self.chat.close()
        self.database.close()
