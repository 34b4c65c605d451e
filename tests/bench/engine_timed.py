"""The engine in its child process, timed from outside, as the window hears it."""

from __future__ import annotations

import time
from pathlib import Path

from runtime.events import AnswerFinished, AnswerStatistics, EngineState, Event, PromptProgress
from runtime.inference.host import EngineHost
from runtime.requests import ChatMessage, Generate, LoadModel, PromptKeeping, Role, Sampling
from tests.contract.recording import RecordedEngine

PATIENCE_S = 3600.0
# One of these is about seven tokens of the tiny tokenizer.
SENTENCE = "How far away is the moon? "
PAGE_TOKENS = 128


def keeping(folder: Path, memory_bytes: int = 4 * 2**30) -> PromptKeeping:
    """All that is read is kept, encrypted."""
    return PromptKeeping(str(folder), "5a" * 32, memory_bytes, 32 * 2**30)


class TimedEngine(RecordedEngine):
    """An engine with a model loaded; notes when the first word and the end of each answer arrive."""

    def __init__(self, model: Path, keep: PromptKeeping | None) -> None:
        self.first_s = self.end_s = 0.0
        super().__init__(EngineHost)
        self.engine.load(LoadModel(str(model), keeping=keep))
        self.wait(lambda: self.engine.state is EngineState.READY)

    def _take(self, event: Event) -> None:
        if isinstance(event, PromptProgress):
            self.first_s = time.perf_counter()
        elif isinstance(event, AnswerFinished):
            self.end_s = time.perf_counter()
        super()._take(event)

    def timed(self, messages: tuple[ChatMessage, ...], tokens: int = 8) -> tuple[float, AnswerStatistics]:
        """Seconds until the first word, and what the engine says of the answer."""
        self._count += 1
        request = Generate(f"bench-{self._count}", messages, Sampling(temperature=0.0), tokens)
        self.events.clear()
        began = time.perf_counter()
        self.engine.generate(request)
        with self._changed:
            assert self._changed.wait_for(lambda: bool(self.ends(request.request_id)), PATIENCE_S)
        finished = self.ends(request.request_id)[0]
        assert finished.problem is None, finished
        return self.first_s - began, finished.statistics


def conversation(tokens: int, name: str, turns: int = 8) -> tuple[ChatMessage, ...]:
    """Turns of about so many tokens in all, the last one a question; no other conversation begins alike."""
    sentences = max(1, tokens // 8 // (2 * turns))
    found = []
    for turn in range(2 * turns + 1):
        role = Role.ASSISTANT if turn % 2 else Role.USER
        found.append(ChatMessage(role, f"{name}, part {turn}. " + SENTENCE * sentences))
    return tuple(found)


def pages_in(folder: Path) -> int:
    """How many pages are on disk."""
    return sum(1 for _ in folder.glob("*/*.page"))


def wait_written(folder: Path, pages: int) -> None:
    """Until at least so many pages are on disk, and the point that is written after the last of them."""
    until = time.monotonic() + PATIENCE_S
    while pages_in(folder) < pages or not list(folder.glob("*/*.point")):
        assert time.monotonic() < until
        time.sleep(0.05)
