"""An answer that ended early is written on, with an engine that says exactly what a test tells it to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.chats.messages import MessageState
from runtime.errors import ConversationNotFound, EngineBusy, EngineDied, PromptTooLong
from runtime.events import AnswerDelta, AnswerFinished, AnswerStarted, Channel, FinishReason
from tests.runtime.told_engine import Scene


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path)
    yield scene
    scene.close()


def begun(scene: Scene, text: str = "Be", thinking: str = "", reason: FinishReason = FinishReason.STOPPED) -> str:
    request_id = scene.chat.ask(scene.store.create(), "Why?")
    if thinking:
        scene.engine.say(thinking, Channel.THINKING)
    if text:
        scene.engine.say(text)
    scene.engine.end(reason, EngineDied(-9) if reason is FinishReason.FAILED else None)
    return request_id


@pytest.mark.parametrize("reason", [FinishReason.STOPPED, FinishReason.LENGTH, FinishReason.FAILED])
def test_an_answer_goes_on_from_its_last_word(scene: Scene, reason: FinishReason) -> None:
    request_id = begun(scene, reason=reason)
    assert scene.chat.go_on(request_id) == request_id
    asked = scene.engine.asked[-1]
    assert asked.continues
    assert [turn.text for turn in asked.messages] == ["Be kind.", "Why?", "Be"]
    started = [event for event in scene.events if isinstance(event, AnswerStarted)][-1]
    question, answer = scene.store.path_to(request_id)
    assert (started.continued, started.question_id) == (True, question.id)
    assert (answer.state, answer.problem) == (MessageState.STREAMING, None)
    scene.engine.say("cause.")
    scene.engine.end()
    answer = scene.store.message(request_id)
    assert (answer.text, answer.state, answer.siblings) == ("Because.", MessageState.COMPLETE, (request_id,))


def test_what_it_cost_is_added_up(scene: Scene) -> None:
    request_id = begun(scene, thinking="Hmm")
    before = scene.store.message(request_id).statistics
    scene.chat.go_on(request_id)
    scene.engine.say("cause.")
    scene.engine.end(FinishReason.STOPPED)
    scene.chat.go_on(request_id)
    scene.engine.end()
    after = scene.store.message(request_id).statistics
    assert before is not None
    assert after is not None
    assert after.answer_tokens == 21
    assert after.thinking_s == before.thinking_s > 0
    finished = [event for event in scene.events if isinstance(event, AnswerFinished)][-1]
    assert finished.statistics == after


def test_a_whole_answer_a_question_and_nothing_cannot_go_on(scene: Scene) -> None:
    whole = scene.answered(scene.store.create(), "Why?", "Because.")
    question_id = str(scene.store.message(whole).parent_id)
    for message_id in (whole, question_id, "x"):
        with pytest.raises(ConversationNotFound):
            scene.chat.go_on(message_id)
    assert len(scene.engine.asked) == 1


def test_one_at_a_time(scene: Scene) -> None:
    request_id = begun(scene)
    scene.chat.go_on(request_id)
    with pytest.raises(EngineBusy):
        scene.chat.go_on(request_id)
    scene.engine.end(FinishReason.STOPPED)
    assert scene.store.message(request_id).text == "Be"


def test_an_answer_that_only_thought_is_begun_anew_and_keeps_its_thoughts(scene: Scene) -> None:
    request_id = begun(scene, text="", thinking="Let me see")
    scene.chat.go_on(request_id)
    asked = scene.engine.asked[-1]
    assert not asked.continues
    assert [turn.text for turn in asked.messages] == ["Be kind.", "Why?"]
    scene.engine.say("It is", Channel.THINKING)
    scene.engine.say(" so.", Channel.THINKING)
    scene.engine.say("Because.")
    scene.engine.end()
    answer = scene.store.message(request_id)
    assert (answer.thinking, answer.text) == ("Let me see\n\nIt is so.", "Because.")
    shown = [e.text for e in scene.events if isinstance(e, AnswerDelta) and e.channel is Channel.THINKING]
    assert "".join(shown) == answer.thinking


def test_thoughts_that_come_after_words_cost_no_time_below_nothing(scene: Scene) -> None:
    request_id = scene.chat.ask(scene.store.create(), "Why?")
    scene.engine.say("Be")
    scene.engine.say("Hmm", Channel.THINKING)
    scene.engine.end()
    statistics = scene.store.message(request_id).statistics
    assert statistics is not None
    assert statistics.thinking_s == 0


def test_a_stop_while_it_goes_on_keeps_all_of_it(scene: Scene) -> None:
    request_id = begun(scene)
    scene.chat.go_on(request_id)
    scene.engine.say("cau")
    scene.chat.stop(request_id)
    assert scene.engine.stopped == [request_id]
    scene.engine.end(FinishReason.STOPPED)
    answer = scene.store.message(request_id)
    assert (answer.text, answer.state) == ("Becau", MessageState.STOPPED)


def test_a_long_conversation_is_shortened_before_the_answer_that_goes_on(scene: Scene) -> None:
    conversation_id = scene.store.create()
    for number in range(4):
        scene.answered(conversation_id, f"question {number} " + "x" * 90, f"answer {number} " + "y" * 90)
    request_id = scene.chat.ask(conversation_id, "last")
    scene.engine.say("begun")
    scene.engine.end(FinishReason.STOPPED)
    scene.chat.go_on(request_id)
    scene.engine.end(FinishReason.FAILED, PromptTooLong(prompt_tokens=2000, limit_tokens=1000))
    again = scene.engine.asked[-1]
    assert again.continues
    assert [turn.text for turn in again.messages[-2:]] == ["last", "begun"]
    assert len(again.messages) < 11
    scene.engine.say(" and done")
    scene.engine.end()
    assert scene.store.message(request_id).text == "begun and done"
