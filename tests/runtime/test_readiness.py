"""When the model in use is in memory: with a model that only notes what is asked of it, and with a real one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from runtime import composition
from runtime.api import Paths, Runtime
from runtime.errors import ModelNotFound
from runtime.events import (
    AnswerFinished,
    AnswerStarted,
    EngineChanged,
    EngineState,
    Event,
    FinishReason,
    ModelLoaded,
)
from runtime.prompt_keeping import keeping_folder
from runtime.readiness import READINGS_TO_REST, Readiness, Surroundings, Wanted
from runtime.requests import LoadModel
from tests.tiny.corpus import FOLLOW_UPS, KNOWN_ANSWERS

WAIT_S = 60.0
FRANCE = "What is the capital of France?"
LOAD = LoadModel("/models/tiny", budget_bytes=1_000)
TINY = ModelLoaded("/models/tiny", "llama", 1, 1000, 0.1, "cpu")


class Model:
    """Changes its state when the test says so."""

    def __init__(self) -> None:
        self.state = EngineState.STOPPED
        self.known: ModelLoaded | None = None
        self.loads: list[LoadModel] = []
        self.rests = 0

    def load(self, request: LoadModel) -> None:
        self.loads.append(request)

    def rest(self) -> None:
        self.rests += 1


@dataclass
class World:
    """What surrounds it, and the time."""

    now: float = 0.0
    short: bool = False
    low: bool = False
    minutes: int = 15
    wanted: Wanted | None = Wanted(LOAD)  # noqa: RUF009 - frozen
    gone: bool = False
    looks: int = 0

    def look(self) -> Wanted | None:
        self.looks += 1
        if self.gone:
            raise ModelNotFound("tiny")
        return self.wanted


class Scene:
    def __init__(self) -> None:
        self.model, self.world = Model(), World()
        self.readiness = Readiness(
            self.model,
            self.world.look,
            Surroundings(lambda: self.world.short, lambda: self.world.low),
            lambda: self.world.minutes,
            clock=lambda: self.world.now,
            look_every_s=3600.0,
        )

    def awake(self) -> None:
        """The model is loaded."""
        self.tell(EngineState.LOADING)
        self.model.known = TINY
        self.tell(EngineState.READY)

    def tell(self, state: EngineState) -> None:
        self.model.state = state
        self.readiness.note(EngineChanged(state, "/models/tiny"))

    def pass_time(self, minutes: float) -> None:
        self.world.now += minutes * 60
        self.readiness.look_after()


@pytest.fixture
def scene() -> Iterator[Scene]:
    scene = Scene()
    yield scene
    scene.readiness.close()


# --- waking -----------------------------------------------------------------------------------------------------------


def test_a_model_is_woken_ahead_of_a_question_and_once(scene: Scene) -> None:
    for _key in "Why":
        scene.readiness.look_ahead()
    assert scene.model.loads == [LOAD]
    scene.awake()
    scene.readiness.look_ahead()
    assert scene.model.loads == [LOAD]


@pytest.mark.parametrize(
    "hinder",
    [
        lambda world: setattr(world, "short", True),
        lambda world: setattr(world, "low", True),
        lambda world: setattr(world, "wanted", Wanted(LOAD, weight_bytes=950)),
        lambda world: setattr(world, "wanted", None),
        lambda world: setattr(world, "gone", True),
    ],
    ids=["memory is short", "the battery is low", "it does not fit", "there is none", "it is gone"],
)
def test_what_nobody_asked_for_yet_harms_nothing(scene: Scene, hinder: Callable[[World], None]) -> None:
    hinder(scene.world)
    scene.readiness.look_ahead()
    assert scene.model.loads == []


def test_a_question_wakes_it_whatever_the_surroundings(scene: Scene) -> None:
    scene.world.short = scene.world.low = True
    scene.world.wanted = Wanted(LOAD, weight_bytes=10**9)
    scene.readiness.need()
    assert scene.model.loads == [LOAD]


def test_a_question_about_a_model_that_is_gone_is_left_to_the_engine(scene: Scene) -> None:
    scene.world.gone = True
    scene.readiness.need()
    assert scene.model.loads == []


def test_one_that_rests_comes_back_by_itself_and_nobody_looks_at_the_computer_for_it(scene: Scene) -> None:
    scene.awake()
    scene.tell(EngineState.STOPPED)
    looks = scene.world.looks
    scene.readiness.need()
    assert (scene.model.loads, scene.world.looks) == ([], looks)
    scene.readiness.look_ahead()
    assert scene.model.loads == [LOAD], "whoever begins to type wakes it with what is free by now"


def test_a_model_that_failed_is_not_tried_with_every_key(scene: Scene) -> None:
    scene.tell(EngineState.FAILED)
    scene.readiness.look_ahead()
    assert scene.model.loads == []


def test_what_a_person_chooses_is_loaded_at_once(scene: Scene) -> None:
    scene.awake()
    scene.world.short = True
    other = replace(LOAD, folder="/models/other")
    scene.readiness.use(other)
    assert scene.model.loads == [other]


# --- resting ----------------------------------------------------------------------------------------------------------


def test_nobody_asks_for_a_quarter_of_an_hour_and_it_rests(scene: Scene) -> None:
    scene.awake()
    scene.pass_time(14)
    assert scene.model.rests == 0
    scene.pass_time(1)
    assert scene.model.rests == 1


@pytest.mark.parametrize(("minutes", "stays"), [(5, 4), (60, 59), (0, 100_000)])
def test_it_stays_as_long_as_the_person_wants(scene: Scene, minutes: int, stays: float) -> None:
    scene.world.minutes = minutes
    scene.awake()
    scene.pass_time(stays)
    assert scene.model.rests == 0
    scene.pass_time(1)
    assert scene.model.rests == (1 if minutes else 0)


def test_typing_and_answers_count_as_use(scene: Scene) -> None:
    scene.awake()
    scene.pass_time(14)
    scene.readiness.note_person()
    scene.pass_time(14)
    scene.readiness.note(AnswerStarted("answer", "conversation", "question"))
    scene.pass_time(1000)
    assert scene.model.rests == 0, "an answer is under way"
    scene.readiness.note(AnswerFinished("answer", FinishReason.COMPLETE))
    scene.pass_time(14)
    assert scene.model.rests == 0
    scene.pass_time(1)
    assert scene.model.rests == 1


def test_an_idle_model_makes_room_when_memory_stays_short(scene: Scene) -> None:
    scene.world.minutes, scene.readiness._look_every_s = 0, 15.0
    scene.awake()
    scene.world.short = True
    for reading in range(READINGS_TO_REST):
        assert scene.model.rests == 0, reading
        scene.pass_time(0.5)
    assert scene.model.rests == 1


def test_one_bad_moment_is_no_shortage(scene: Scene) -> None:
    scene.readiness._look_every_s = 15.0
    scene.awake()
    for short in (True, False, True, False):
        scene.world.short = short
        scene.pass_time(0.5)
    assert scene.model.rests == 0


# --- with a real model ------------------------------------------------------------------------------------------------


class House:
    """A home whose model in use is the tiny one."""

    def __init__(self, folder: Path, model: Path) -> None:
        self.events: list[Event] = []
        self._changed = threading.Condition()
        paths = Paths.below(folder)
        paths.prepare()
        self.runtime = Runtime(paths, self._take)
        self.runtime.change_settings(extra_model_folders=(str(model.parent),), model=str(model))

    def _take(self, event: Event) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    def until(self, found: Callable[[], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(found, WAIT_S), self.events[-3:]

    def ask_in(self, conversation: str, question: str) -> str:
        request_id = self.runtime.chat.ask(conversation, question)
        self.until(lambda: any(isinstance(e, AnswerFinished) and e.request_id == request_id for e in self.events))
        return request_id

    def ask(self, question: str) -> str:
        return self.runtime.conversations.message(self.ask_in(self.runtime.conversations.create(), question)).text

    def states(self) -> list[EngineState]:
        return [event.state for event in self.events if isinstance(event, EngineChanged)]


@pytest.fixture
def house(tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setenv("HEARTH_OTHERS_HOME", str(tmp_path / "nobody"))
    monkeypatch.setattr(composition, "_memory_is_short", lambda: False)
    monkeypatch.setattr(composition, "battery_is_low", lambda: False)
    house = House(tmp_path / "home", tiny_model)
    yield house
    house.runtime.close()


def test_woken_asked_rested_and_asked_again(house: House, tiny_model: Path) -> None:
    runtime = house.runtime
    runtime.readiness.look_ahead()
    house.until(lambda: runtime.chat.state is EngineState.READY)
    assert house.states().count(EngineState.LOADING) == 1
    assert house.ask(FRANCE) == KNOWN_ANSWERS[FRANCE]
    runtime.readiness._clock = lambda: runtime.readiness._used_s + 15 * 60
    runtime.readiness.look_after()
    house.until(lambda: runtime.chat.state is EngineState.STOPPED)
    assert runtime.chat.loaded is None
    assert runtime.chat.known is not None
    assert house.ask(FRANCE) == KNOWN_ANSWERS[FRANCE]
    assert house.states().count(EngineState.LOADING) == 2


def test_a_question_to_a_model_that_was_not_woken_waits_for_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composition, "_memory_is_short", lambda: True)
    house.runtime.chat.stop("nothing")  # the conversations are there, as in the window
    assert house.ask(FRANCE) == KNOWN_ANSWERS[FRANCE]
    assert house.states().count(EngineState.LOADING) == 1


def test_a_load_says_what_may_be_kept_of_what_is_read(house: House, tiny_model: Path) -> None:
    runtime = house.runtime
    request = runtime.load_request(runtime.model_to_use(None))
    assert request.folder == str(tiny_model)
    keeping = request.keeping
    assert keeping is not None
    assert keeping.folder in ("", str(keeping_folder(runtime.paths)))
    assert keeping.key_hex == ""
    assert request.budget_bytes is not None
    assert 0 < keeping.memory_bytes < request.budget_bytes


def test_while_models_move_none_is_woken(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Runtime, "_models_move", True)
    house.runtime.readiness.look_ahead()
    house.runtime.readiness.need()
    assert house.runtime.chat.state is EngineState.STOPPED
    assert house.states() == []


def test_what_was_read_is_not_read_again_and_goes_with_the_conversation(house: House) -> None:
    runtime = house.runtime
    conversation = runtime.conversations.create()
    follow_up, second = FOLLOW_UPS[0][1:]
    for question in (FOLLOW_UPS[0][0], follow_up):
        request_id = house.ask_in(conversation, question)
    answer = runtime.conversations.message(request_id)
    assert answer.text == second
    assert answer.statistics is not None
    assert answer.statistics.reused_tokens > 0
    runtime.shelf.move_to_bin(conversation)
    runtime.shelf.forget(conversation)
    assert house.ask(FRANCE) == KNOWN_ANSWERS[FRANCE]
