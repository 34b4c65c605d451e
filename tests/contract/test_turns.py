"""Who waits for whom: the same line of requests in front of every engine, with a real model behind it."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.events import AnswerDelta, AnswerFinished, AnswerWaits, EngineState, Event, FinishReason
from runtime.hardware.pressure import MemoryReading
from runtime.inference.host import EngineHost, Limits
from runtime.inference.in_process import InProcessEngine
from runtime.inference.transport import ProcessTransport
from runtime.requests import LoadModel, Priority
from tests.contract.recording import RecordedEngine
from tests.tiny.corpus import KNOWN_ANSWERS, LONG_ANSWER, LONG_QUESTION

ENGINES = {"child process": EngineHost, "in process": InProcessEngine}
FRANCE, ITALY = "What is the capital of France?", "What is the capital of Italy?"
LONG_PROMPT = "How far away is the moon? " * 150
MIB = 2**20


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> Iterator[RecordedEngine]:
    """Without a child, as the line stands before it; where it matters tests say so."""
    recorded = RecordedEngine(ENGINES[getattr(request, "param", "in process")])
    yield recorded
    recorded.engine.close()


in_both = pytest.mark.parametrize("engine", ENGINES, indirect=True)


@pytest.fixture
def ready(engine: RecordedEngine, tiny_model: Path) -> RecordedEngine:
    assert engine.load(tiny_model).state is EngineState.READY
    return engine


def waits(engine: RecordedEngine, request_id: str) -> int:
    return engine.events.count(AnswerWaits(request_id))


def text_since_it_waited(engine: RecordedEngine, request_id: str) -> str:
    """What counts: what was said before it made way is void."""
    said = ""
    for event in list(engine.events):
        if event == AnswerWaits(request_id):
            said = ""
        elif isinstance(event, AnswerDelta) and event.request_id == request_id:
            said += event.text
    return said


def order_of_ends(engine: RecordedEngine) -> list[str]:
    return [event.request_id for event in list(engine.events) if isinstance(event, AnswerFinished)]


@in_both
def test_the_less_urgent_makes_way_and_is_whole_in_the_end(ready: RecordedEngine) -> None:
    title = ready.start(LONG_QUESTION, priority=Priority.ASIDE)
    ready.wait(lambda: ready.deltas(title) >= 3)
    person = ready.start(FRANCE)
    assert ready.finish(person).reason is FinishReason.COMPLETE
    assert ready.text(person) == KNOWN_ANSWERS[FRANCE]
    assert not ready.ends(title), "it has only begun"
    assert ready.finish(title).reason is FinishReason.COMPLETE
    assert text_since_it_waited(ready, title) == LONG_ANSWER
    assert (waits(ready, title), waits(ready, person)) == (1, 1)
    ready.settle()
    assert order_of_ends(ready) == [person, title]


def test_a_long_prompt_of_documents_makes_way_while_it_is_read(ready: RecordedEngine) -> None:
    walk = ready.start(LONG_PROMPT, max_tokens=5, priority=Priority.DOCUMENTS)
    ready.wait(lambda: any(step.done_tokens > 0 for step in ready.progress(walk)))
    person = ready.start(FRANCE)
    ready.finish(person)
    assert not ready.ends(walk)
    finished = ready.finish(walk)
    assert finished.reason is FinishReason.LENGTH
    assert finished.statistics.answer_tokens == 5
    done = [step.done_tokens for step in ready.progress(walk)]
    assert done != sorted(done), "it was read again"


def test_the_most_urgent_first_and_among_equals_who_came_first(ready: RecordedEngine) -> None:
    running = ready.start(LONG_QUESTION)
    ready.wait(lambda: ready.deltas(running) >= 1)
    title = ready.start(FRANCE, priority=Priority.ASIDE)
    walk = ready.start(FRANCE, priority=Priority.DOCUMENTS)
    second_walk = ready.start(ITALY, priority=Priority.DOCUMENTS)
    person = ready.start(FRANCE)
    second_person = ready.start(ITALY)
    ready.finish(title)
    assert order_of_ends(ready) == [running, person, second_person, walk, second_walk, title]
    assert all(ready.ends(each)[0].reason is FinishReason.COMPLETE for each in order_of_ends(ready))
    assert waits(ready, running) == 0


def test_what_made_way_comes_before_its_equals_that_came_later(ready: RecordedEngine) -> None:
    first = ready.start(LONG_QUESTION, priority=Priority.DOCUMENTS)
    second = ready.start(FRANCE, priority=Priority.DOCUMENTS)
    ready.wait(lambda: ready.deltas(first) >= 1)
    person = ready.start(ITALY)
    ready.finish(second)
    assert order_of_ends(ready) == [person, first, second]


def test_one_that_waits_can_be_stopped_and_so_can_one_that_makes_way(ready: RecordedEngine) -> None:
    title = ready.start(LONG_QUESTION, priority=Priority.ASIDE)
    ready.wait(lambda: ready.deltas(title) >= 1)
    person, second = ready.start(LONG_QUESTION), ready.start(FRANCE)
    ready.engine.stop(second)
    assert ready.finish(second).reason is FinishReason.STOPPED
    assert ready.deltas(second) == 0
    ready.engine.stop(title)
    assert ready.finish(title).reason is FinishReason.STOPPED
    assert ready.finish(person).reason is FinishReason.COMPLETE
    ready.settle()
    assert sorted(order_of_ends(ready)) == sorted([title, person, second])


@pytest.mark.parametrize("how", ["unload", "close"])
def test_who_waits_is_told_of_the_end(ready: RecordedEngine, how: str) -> None:
    person = ready.start(LONG_QUESTION)
    ready.wait(lambda: ready.deltas(person) >= 1)
    others = [ready.start(FRANCE), ready.start(FRANCE, priority=Priority.ASIDE)]
    getattr(ready.engine, how)()
    ends = [ready.finish(each) for each in (person, *others)]
    assert [end.reason for end in ends] == [FinishReason.STOPPED] * 3
    assert len(order_of_ends(ready)) == 3


def test_who_waits_is_answered_by_the_model_that_is_chosen_meanwhile(
    ready: RecordedEngine, tiny_model: Path, tmp_path: Path
) -> None:
    other = shutil.copytree(tiny_model, tmp_path / "other")
    running = ready.start(LONG_QUESTION)
    ready.wait(lambda: ready.deltas(running) >= 1)
    waiting = ready.start(FRANCE)
    ready.engine.load(LoadModel(str(other)))
    assert ready.finish(running).reason is FinishReason.STOPPED
    assert ready.finish(waiting).reason is FinishReason.COMPLETE
    assert ready.text(waiting) == KNOWN_ANSWERS[FRANCE]
    assert ready.engine.loaded is not None
    assert ready.engine.loaded.folder == str(other)


# --- rest -------------------------------------------------------------------------------------------------------------


@in_both
def test_a_model_that_rests_comes_back_with_the_next_question(ready: RecordedEngine, tiny_model: Path) -> None:
    worker = ready.engine.worker if isinstance(ready.engine, EngineHost) else None
    ready.engine.rest()
    ready.wait(lambda: ready.engine.state is EngineState.STOPPED)
    assert ready.engine.loaded is None
    assert isinstance(ready.engine, EngineHost)
    assert ready.engine.worker is None
    assert ready.ask(FRANCE) == KNOWN_ANSWERS[FRANCE]
    assert ready.engine.worker not in (None, worker)


def test_a_model_that_is_asked_something_does_not_rest(ready: RecordedEngine) -> None:
    running, waiting = ready.start(LONG_QUESTION), ready.start(FRANCE, priority=Priority.ASIDE)
    ready.engine.rest()
    assert ready.finish(running).reason is FinishReason.COMPLETE
    assert ready.finish(waiting).reason is FinishReason.COMPLETE
    assert ready.engine.state is EngineState.READY


# --- trouble, which only a child process can have ---------------------------------------------------------------------


def worker_pid(engine: RecordedEngine) -> int:
    assert isinstance(engine.engine, EngineHost)
    assert isinstance(engine.engine.worker, ProcessTransport)
    return engine.engine.worker.pid


def test_a_worker_that_dies_takes_nobody_with_it_unheard(tiny_model: Path) -> None:
    engine = RecordedEngine(EngineHost)
    try:
        assert engine.load(tiny_model).state is EngineState.READY
        running = engine.start(LONG_QUESTION)
        engine.wait(lambda: engine.deltas(running) >= 1)
        waiting = engine.start(FRANCE)
        os.kill(worker_pid(engine), signal.SIGKILL)
        problems = [engine.finish(each).problem for each in (running, waiting)]
        assert [problem and problem.code for problem in problems] == ["inference.engine_died"] * 2
        assert engine.ask(FRANCE) == KNOWN_ANSWERS[FRANCE]
    finally:
        engine.engine.close()


def test_a_title_that_does_not_hear_makes_way_by_force_and_is_not_lost(tiny_model: Path) -> None:
    limits = Limits(way_s=0.2, terminate_s=0.2)
    engine = RecordedEngine(lambda on_event: EngineHost(on_event, limits=limits))
    try:
        assert engine.load(tiny_model).state is EngineState.READY
        title = engine.start(LONG_QUESTION, priority=Priority.ASIDE)
        engine.wait(lambda: engine.deltas(title) >= 1)
        os.kill(worker_pid(engine), signal.SIGSTOP)
        person = engine.start(FRANCE)
        assert engine.finish(person).reason is FinishReason.COMPLETE
        assert engine.finish(title).reason is FinishReason.COMPLETE
        assert text_since_it_waited(engine, title) == LONG_ANSWER
        assert order_of_ends(engine) == [person, title]
    finally:
        engine.engine.close()


def test_when_memory_is_short_nobody_who_waits_begins(tiny_model: Path) -> None:
    well = MemoryReading(0.0, 16_000 * MIB, 8_000 * MIB)
    readings = [well]
    engine = RecordedEngine(
        lambda on_event: EngineHost(on_event, limits=Limits(reading_s=0.02), read_memory=lambda: readings[-1])
    )
    try:
        assert engine.load(tiny_model).state is EngineState.READY
        running = engine.start(LONG_QUESTION)
        engine.wait(lambda: engine.deltas(running) >= 1)
        waiting = engine.start(FRANCE)
        readings.append(MemoryReading(0.0, 16_000 * MIB, 300 * MIB))
        problems = [engine.finish(each).problem for each in (running, waiting)]
        assert [problem and problem.code for problem in problems] == ["inference.stopped_for_memory"] * 2
        assert engine.deltas(waiting) == 0
        readings.append(well)
        assert engine.ask(FRANCE) == KNOWN_ANSWERS[FRANCE]
    finally:
        engine.engine.close()


def test_events_of_what_waits_are_plain(ready: RecordedEngine) -> None:
    """Whoever hears all events of an engine hears this one too, and may pass it on."""
    running, waiting = ready.start(LONG_QUESTION), ready.start(FRANCE)
    ready.finish(waiting)
    heard: list[Event] = [event for event in ready.events if isinstance(event, AnswerWaits)]
    assert heard == [AnswerWaits(waiting)]
    assert ready.ends(running)
