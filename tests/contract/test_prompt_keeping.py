"""What every engine must keep of what was read, and over which restarts: on a real model, through the wire."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runtime.events import EngineState, FinishReason
from runtime.inference.host import EngineHost
from runtime.inference.in_process import InProcessEngine
from runtime.inference.prefix.shelf import forget_kept_prompts
from runtime.requests import ChatMessage, Generate, LoadModel, PromptKeeping, Role, Sampling
from tests.contract.recording import WAIT_S, RecordedEngine
from tests.tiny.corpus import FOLLOW_UPS, KNOWN_ANSWERS, LONG_ANSWER, LONG_QUESTION

ENGINES = {"child process": EngineHost, "in process": InProcessEngine}
MOON = "How far away is the moon? " * 60
Start = Callable[[PromptKeeping], RecordedEngine]


@pytest.fixture(params=ENGINES, ids=list(ENGINES))
def start(request: pytest.FixtureRequest, tiny_model: Path) -> Iterator[Start]:
    started: list[RecordedEngine] = []

    def make(keeping: PromptKeeping) -> RecordedEngine:
        for before in started:
            before.engine.close()
        recorded = RecordedEngine(ENGINES[request.param])
        started.append(recorded)
        recorded.engine.load(LoadModel(str(tiny_model), keeping=keeping))
        recorded.wait(lambda: recorded.engine.state is EngineState.READY)
        return recorded

    yield make
    for recorded in started:
        recorded.engine.close()


@pytest.fixture
def keeping(tmp_path: Path) -> PromptKeeping:
    return PromptKeeping(str(tmp_path / "kept"), "7f" * 32, 2**28, 2**28)


def written(keeping: PromptKeeping, least: int) -> None:
    """Wait until so many files are there; they are written after the answer."""
    until = time.monotonic() + WAIT_S
    while len([path for path in Path(keeping.folder).glob("*/*") if path.suffix != ".part"]) < least:
        assert time.monotonic() < until, list(Path(keeping.folder).glob("*/*"))
        time.sleep(0.02)


def test_the_next_turn_reads_only_what_is_new(start: Start, keeping: PromptKeeping) -> None:
    engine = start(PromptKeeping(memory_bytes=2**28))
    for first, second, answer in FOLLOW_UPS:
        assert engine.ask(first) == KNOWN_ANSWERS[first]
        request = engine.start(first, KNOWN_ANSWERS[first], second)
        statistics = engine.finish(request).statistics
        assert engine.text(request) == answer
        assert statistics.reused_tokens > statistics.prompt_tokens // 2
        assert engine.progress(request)[0].done_tokens == statistics.reused_tokens
        assert engine.progress(request)[-1].done_tokens == statistics.prompt_tokens


def test_an_answer_that_was_stopped_and_one_that_is_written_on_are_known(start: Start) -> None:
    engine = start(PromptKeeping(memory_bytes=2**28))
    request = engine.start(LONG_QUESTION)
    engine.wait(lambda: engine.deltas(request) >= 8)
    engine.engine.stop(request)
    assert engine.finish(request).reason is FinishReason.STOPPED
    said = engine.text(request)
    turns = (ChatMessage(Role.USER, LONG_QUESTION), ChatMessage(Role.ASSISTANT, said))
    engine.engine.generate(Generate("on", turns, max_tokens=400, continues=True))
    finished = engine.finish("on")
    assert said + engine.text("on") == LONG_ANSWER
    assert finished.statistics.reused_tokens >= finished.statistics.prompt_tokens - 4
    # The same once more, from the start.
    again = engine.finish(engine.start(LONG_QUESTION)).statistics
    assert again.reused_tokens == again.prompt_tokens - 1
    # A seed gives the same words whether or not the question was read before.
    wild = Sampling(temperature=1.6, seed=11)
    first, second = (engine.ask(LONG_QUESTION, sampling=wild, max_tokens=40) for _ in range(2))
    assert first == second


def test_a_conversation_outlives_the_engine_until_it_is_forgotten(start: Start, keeping: PromptKeeping) -> None:
    engine = start(keeping)
    asked = engine.finish(engine.start(MOON, max_tokens=20)).statistics
    pages = asked.prompt_tokens // 128
    written(keeping, pages + 1)
    engine = start(keeping)
    again = engine.finish(engine.start(MOON, max_tokens=20)).statistics
    assert again.reused_tokens >= (pages - 1) * 128
    written(keeping, pages + 1)
    forget_kept_prompts(Path(keeping.folder))
    assert not Path(keeping.folder).exists()
    assert engine.finish(engine.start(MOON, max_tokens=20)).statistics.reused_tokens == 0
