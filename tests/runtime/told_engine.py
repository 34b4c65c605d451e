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
from runtime.inference.turns import Ending, Turns
from runtime.requests import Generate, LoadModel
from runtime.storage.database import Database


class ToldEngine:
    """Keeps the contract of the real one, whose line of requests it has; ``say`` and ``end`` are called by the test
    instead of by a model. ``asked`` has every request each time it was begun."""

    def __init__(self, on_event: Callable[[Event], None], context_tokens: int = 100_000) -> None:
        self.on_event = on_event
        self.state = EngineState.READY
        self.loaded: ModelLoaded | None = ModelLoaded("/models/tiny", "llama", 1, context_tokens, 0.1, "cpu")
        self.asked: list[Generate] = []
        self.stopped: list[str] = []
        self.refuse_with: Exception | None = None
        self._turns = Turns(lambda event: self.on_event(event), self.asked.append, self._ask_to_stop, lambda: None)

    @property
    def running(self) -> str:
        """The request that is being answered, "" while none is."""
        return self._turns.active_id

    def load(self, request: LoadModel) -> None:
        self.loaded = ModelLoaded(request.folder, "llama", 1, 1000, 0.1, "cpu")

    def unload(self) -> None:
        self.loaded = None

    def rest(self) -> None:
        self.loaded, self.state = None, EngineState.STOPPED

    def generate(self, request: Generate) -> None:
        if self.refuse_with is not None:
            raise self.refuse_with
        self._turns.add(request, ready=True)

    def stop(self, request_id: str) -> None:
        self.stopped.append(request_id)
        self._turns.stop(request_id)

    def close(self) -> None:
        self._turns.end_all(FinishReason.STOPPED)

    def say(self, text: str, channel: Channel = Channel.ANSWER) -> None:
        self.on_event(AnswerDelta(self.running, text, channel))

    def end(
        self,
        reason: FinishReason = FinishReason.COMPLETE,
        problem: object = None,
        *,
        reads_per_s: float = 0.0,
        read: int = 0,
        reused: int = 0,
    ) -> None:
        found = problem.problem() if isinstance(problem, EngineDied | PromptTooLong) else None
        figures = AnswerStatistics(
            prompt_tokens=read + reused, answer_tokens=7, prompt_tokens_per_s=reads_per_s, reused_tokens=reused
        )
        self._turns.finish(AnswerFinished(self.running, reason, figures, found))
        self._turns.go_on(ready=True)

    def _ask_to_stop(self, request_id: str, ending: Ending) -> None:
        if ending is Ending.MAKES_WAY or "aside-" in request_id:
            # Who asks waits for this; how a person's answer ends is the test's to say.
            self.end(FinishReason.STOPPED)


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
