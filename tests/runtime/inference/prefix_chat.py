"""A model asked with and without what it keeps of what it read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import mlx.core as mx
import mlx_lm
import pytest

from runtime.cancel import CancelToken
from runtime.events import AnswerDelta, AnswerFinished, Event
from runtime.inference.mlx_backend import MlxBackend
from runtime.inference.prefix.keeping import PromptCaches
from runtime.requests import ChatMessage, Generate, LoadModel, Priority, PromptKeeping, Role, Sampling
from tests.runtime.inference.prefix_models import INSTEAD

GREEDY = Sampling(temperature=0.0)
SYSTEM = ChatMessage(Role.SYSTEM, "Never forget that the moon is far away. " * 3)
QUESTIONS = [f"Question {n}: how far away is the moon, in {n} words, when the bread is baked? " for n in range(6)]
ROOM = PromptKeeping(memory_bytes=2**30)
# Pieces of another length are summed in another order.
TOLERANCE = 2e-3


class Chat:
    """A loaded model, asked with and without what it keeps; notes each token and its log-probabilities."""

    def __init__(self, backend: MlxBackend, monkeypatch: pytest.MonkeyPatch) -> None:
        self.backend = backend
        self.steps: list[tuple[int, Any]] = []
        self.events: list[Event] = []
        self.worst = 0.0
        self.stop_at: Callable[[Event], bool] = lambda event: False
        self._cancel = CancelToken()
        real = mlx_lm.stream_generate

        def noted(*arguments: Any, **options: Any) -> Iterator[Any]:
            for response in real(*arguments, **options):
                self.steps.append((response.token, response.logprobs))
                yield response

        monkeypatch.setattr(mlx_lm, "stream_generate", noted)

    def _hear(self, event: Event) -> None:
        self.events.append(event)
        if self.stop_at(event):
            self._cancel.cancel()

    def ask(self, *messages: ChatMessage, continues: bool = False, tokens: int = 10, **options: Any) -> AnswerFinished:
        self.steps, self.events, self._cancel = [], [], CancelToken()
        priority = options.get("priority", Priority.PERSON)
        request = Generate(
            "r",
            messages,
            options.get("sampling", GREEDY),
            tokens,
            continues=continues,
            priority=priority,
            private=options.get("private", False),
        )
        return self.backend.generate(request, self._hear, self._cancel)

    @property
    def said(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, AnswerDelta))

    def ask_as_if_new(self, *messages: ChatMessage, **options: Any) -> AnswerFinished:
        kept = self.backend._caches
        self.backend._caches = PromptCaches(
            self.backend._model, self.backend._tokenizer, LoadModel(""), self.backend._memory
        )
        try:
            return self.ask(*messages, **options)
        finally:
            self.backend._caches = kept

    def same(self, *messages: ChatMessage, tolerance: float = TOLERANCE, **options: Any) -> AnswerFinished:
        """Ask with what is kept, then without; fails where the answers differ."""
        finished = self.ask(*messages, **options)
        steps, said = self.steps, self.said
        new = self.ask_as_if_new(*messages, **options)
        assert new.statistics.reused_tokens == 0
        assert [token for token, _ in steps] == [token for token, _ in self.steps]
        assert said == self.said
        self.worst = max(float(mx.max(mx.abs(a - b))) for (_, a), (_, b) in zip(steps, self.steps, strict=True))
        assert self.worst < tolerance
        return finished


def user(text: str) -> ChatMessage:
    return ChatMessage(Role.USER, text)


def model(text: str) -> ChatMessage:
    return ChatMessage(Role.ASSISTANT, text)


class Models:
    """Loads models, one after the other, into one engine."""

    def __init__(self, folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
        self.backend = MlxBackend()
        self._folders = folders
        self._monkeypatch = monkeypatch

    def load(self, kind: str, keeping: PromptKeeping | None = ROOM, folder: Path | None = None, **more: Any) -> Chat:
        backend = self.backend
        request = LoadModel(str(folder or self._folders[kind]), keeping=keeping, **more)
        backend.load(replace(request, keeping=None) if kind in INSTEAD else request)
        if kind in INSTEAD:
            backend._model.make_cache = INSTEAD[kind]
            backend._caches = PromptCaches(backend._model, backend._tokenizer, request, backend._memory)
        return Chat(backend, self._monkeypatch)
