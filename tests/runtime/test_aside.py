"""What is asked aside: kept nowhere, told to nobody else, and never in a person's way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.errors import EngineBusy, EngineDied
from runtime.events import Channel, EngineState, FinishReason, PromptProgress
from runtime.requests import ChatMessage, Generate, Priority, Role
from tests.runtime.told_engine import Scene

ASIDE = (ChatMessage(Role.USER, "A title, please."),)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path)
    yield scene
    scene.close()


def test_an_aside_is_answered_and_leaves_no_trace(scene: Scene) -> None:
    replies: list[str | None] = []
    assert scene.chat.aside(ASIDE, 24, replies.append)
    asked = scene.engine.asked[0]
    assert (asked.messages, asked.max_tokens, asked.thinking, asked.continues) == (ASIDE, 24, False, False)
    scene.engine.on_event(PromptProgress(asked.request_id, 1, 2))
    scene.engine.say("Hmm", Channel.THINKING)
    scene.engine.say("Paris ")
    scene.engine.say("in spring")
    assert replies == []
    scene.engine.end()
    assert replies == ["Paris in spring"]
    assert scene.events == []
    assert scene.store.search("Paris") == ()


def test_an_aside_that_reached_its_length_counts(scene: Scene) -> None:
    replies: list[str | None] = []
    scene.chat.aside(ASIDE, 24, replies.append)
    scene.engine.say("Paris in")
    scene.engine.end(FinishReason.LENGTH)
    assert replies == ["Paris in"]


@pytest.mark.parametrize("problem", [EngineDied(-9), None])
def test_an_aside_that_was_not_finished_is_none(scene: Scene, problem: EngineDied | None) -> None:
    replies: list[str | None] = []
    scene.chat.aside(ASIDE, 24, replies.append)
    scene.engine.say("Par")
    scene.engine.end(FinishReason.FAILED if problem else FinishReason.STOPPED, problem)
    assert replies == [None]
    assert scene.chat.aside(ASIDE, 24, replies.append), "the next one is taken"


def test_whatever_a_person_asks_comes_first_and_the_aside_is_gathered_anew(scene: Scene) -> None:
    replies: list[str | None] = []
    scene.chat.aside(ASIDE, 24, replies.append)
    aside_id = scene.engine.running
    scene.engine.say("Par")
    request_id = scene.chat.ask(scene.store.create(), "Why?")
    assert scene.engine.running == request_id
    scene.engine.say("Because.")
    scene.engine.end()
    assert scene.store.message(request_id).text == "Because."
    assert scene.engine.running == aside_id
    scene.engine.say("Paris")
    scene.engine.end()
    assert replies == ["Paris"]
    assert scene.engine.stopped == []


def test_an_aside_loads_no_model_and_waits_behind_everything(scene: Scene) -> None:
    replies: list[str | None] = []
    scene.engine.state = EngineState.LOADING
    assert not scene.chat.aside(ASIDE, 24, replies.append), "no model"
    scene.engine.state = EngineState.READY
    request_id = scene.chat.ask(scene.store.create(), "Why?")
    assert scene.chat.aside(ASIDE, 24, replies.append)
    assert scene.chat.aside(ASIDE, 24, replies.append)
    assert scene.engine.running == request_id
    scene.engine.end()
    for text in ("first", "second"):
        assert scene.engine.asked[-1].priority is Priority.ASIDE
        scene.engine.say(text)
        scene.engine.end()
    assert replies == ["first", "second"]


def test_who_is_told_of_the_end_may_ask_again(scene: Scene) -> None:
    taken: list[bool] = []
    scene.chat.aside(ASIDE, 24, lambda _reply: taken.append(scene.chat.aside(ASIDE, 24, lambda _again: None)))
    scene.engine.end()
    assert taken == [True]


def test_a_listener_that_fails_bars_no_later_aside(scene: Scene) -> None:
    def fail(_reply: str | None) -> None:
        raise RuntimeError("a broken listener")

    scene.chat.aside(ASIDE, 24, fail)
    with pytest.raises(RuntimeError):
        scene.engine.end()
    assert scene.chat.aside(ASIDE, 24, lambda _reply: None)


def test_an_engine_that_breaks_its_contract_takes_no_aside(scene: Scene) -> None:
    scene.engine.refuse_with = RuntimeError("broken")
    assert not scene.chat.aside(ASIDE, 24, lambda _reply: None)
    scene.engine.refuse_with = None
    scene.chat.ask(scene.store.create(), "Why?")
    assert [request.messages[-1].text for request in scene.engine.asked] == ["Why?"]


def test_closing_ends_an_aside(scene: Scene) -> None:
    replies: list[str | None] = []
    scene.chat.aside(ASIDE, 24, replies.append)
    scene.chat.close()
    assert replies == [None]
    assert not scene.chat.aside(ASIDE, 24, replies.append)


def test_two_questions_after_an_aside_are_never_both_taken(scene: Scene) -> None:
    scene.chat.aside(ASIDE, 24, lambda _reply: None)
    conversation_id = scene.store.create()
    scene.chat.ask(conversation_id, "one")
    with pytest.raises(EngineBusy):
        scene.chat.ask(conversation_id, "two")
    assert [type(request) for request in scene.engine.asked] == [Generate, Generate]
