"""An engine and everything it said, for tests."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from runtime.events import AnswerDelta, AnswerFinished, Channel, EngineChanged, EngineState, Event, PromptProgress
from runtime.inference.engine import Engine
from runtime.requests import ChatMessage, Generate, LoadModel, Priority, Role, Sampling

WAIT_S = 60.0


class RecordedEngine:
    """Owns the engine; ``events`` is everything in order."""

    def __init__(self, make: Callable[[Callable[[Event], None]], Engine]) -> None:
        self.events: list[Event] = []
        self.arrivals: list[float] = []
        self._changed = threading.Condition()
        self._count = 0
        self.engine = make(self._take)

    def _take(self, event: Event) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    def wait(self, condition: Callable[[], bool]) -> None:
        """Until the condition holds; fails with what was said instead."""
        with self._changed:
            assert self._changed.wait_for(condition, WAIT_S), self.events[-5:]

    def load(self, folder: object, **options: Any) -> EngineChanged:
        """Load and wait for READY or FAILED."""
        with self._changed:
            start = len(self.events)
        self.engine.load(LoadModel(str(folder), **options))
        ends = (EngineState.READY, EngineState.FAILED)

        def ended() -> bool:
            return any(isinstance(e, EngineChanged) and e.state in ends for e in self.events[start:])

        self.wait(ended)
        return next(e for e in self.events[start:] if isinstance(e, EngineChanged) and e.state in ends)

    def start(
        self,
        *turns: str,
        sampling: Sampling | None = None,
        max_tokens: int = 400,
        system: str = "",
        priority: Priority = Priority.PERSON,
    ) -> str:
        """Ask; turns alternate between the person and the model. Returns the request id."""
        self._count += 1
        request_id = f"request-{self._count}"
        roles = (Role.USER, Role.ASSISTANT)
        messages = [ChatMessage(roles[n % 2], text) for n, text in enumerate(turns)]
        if system:
            messages.insert(0, ChatMessage(Role.SYSTEM, system))
        self.engine.generate(
            Generate(request_id, tuple(messages), sampling or Sampling(), max_tokens, priority=priority)
        )
        return request_id

    def finish(self, request_id: str) -> AnswerFinished:
        """Wait for the end of an answer."""
        self.wait(lambda: bool(self.ends(request_id)))
        return self.ends(request_id)[0]

    def ask(self, *turns: str, sampling: Sampling | None = None, max_tokens: int = 400, system: str = "") -> str:
        """Ask and give the whole answer; fails if it did not end well."""
        request_id = self.start(*turns, sampling=sampling, max_tokens=max_tokens, system=system)
        finished = self.finish(request_id)
        assert finished.problem is None, finished
        return self.text(request_id)

    def ends(self, request_id: str) -> list[AnswerFinished]:
        """Every end of a request; there must never be more than one."""
        return [e for e in self.events if isinstance(e, AnswerFinished) and e.request_id == request_id]

    def text(self, request_id: str, channel: Channel = Channel.ANSWER) -> str:
        """What was said so far."""
        deltas = [e for e in list(self.events) if isinstance(e, AnswerDelta) and e.request_id == request_id]
        return "".join(d.text for d in deltas if d.channel is channel)

    def deltas(self, request_id: str) -> int:
        """How many pieces came."""
        return sum(isinstance(e, AnswerDelta) and e.request_id == request_id for e in list(self.events))

    def progress(self, request_id: str) -> list[PromptProgress]:
        """How the prompt was read."""
        return [e for e in list(self.events) if isinstance(e, PromptProgress) and e.request_id == request_id]

    def settle(self, seconds: float = 0.3) -> None:
        """Give late events the time to be wrong."""
        time.sleep(seconds)
