"""The seam between conversations and engine, with an engine that says exactly what a test tells it to."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from runtime.chats.messages import MessageState
from runtime.conversing import Conversing
from runtime.errors import ConversationNotFound, EngineBusy, EngineDied, PromptTooLong, StoreFull
from runtime.events import (
    AnswerDelta,
    AnswerFinished,
    AnswerStarted,
    AnswerStatistics,
    Channel,
    ConversationsChanged,
    ConversationShortened,
    EngineChanged,
    EngineState,
    FinishReason,
    PromptProgress,
)
from runtime.requests import ChatMessage, Generate, LoadModel, Role
from tests.runtime.told_engine import Scene


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path)
    yield scene
    scene.close()


def roles_and_texts(request: Generate) -> list[tuple[Role, str]]:
    return [(message.role, message.text) for message in request.messages]


def test_a_question_is_stored_before_the_engine_hears_of_it(scene: Scene) -> None:
    conversation_id = scene.store.create()
    seen: list[tuple[str, MessageState]] = []
    generate = scene.engine.generate

    def look_then_generate(request: Generate) -> None:
        seen.extend((m.text, m.state) for m in scene.store.path_to(request.request_id))
        generate(request)

    scene.engine.generate = look_then_generate  # type: ignore[method-assign]
    request_id = scene.chat.ask(conversation_id, "Why is the sky blue?")
    assert seen == [("Why is the sky blue?", MessageState.COMPLETE), ("", MessageState.STREAMING)]
    assert scene.engine.asked[0].request_id == request_id
    assert roles_and_texts(scene.engine.asked[0]) == [(Role.SYSTEM, "Be kind."), (Role.USER, "Why is the sky blue?")]
    assert scene.store.read(conversation_id).title == "Why is the sky blue?"
    assert scene.store.message(request_id).model == "tiny"


def test_one_that_does_not_remember_is_given_the_question_alone(scene: Scene) -> None:
    other = Conversing(
        scene.store,
        lambda on_event: scene.engine,
        scene.events.append,
        system_prompt="",
        answers_as="hearth-guide",
        remembers=False,
    )
    conversation_id = scene.store.create()
    scene.answered(conversation_id, "One?", "1")
    request_id = other.ask(conversation_id, "Two?")
    assert roles_and_texts(scene.engine.asked[-1]) == [(Role.USER, "Two?")]
    assert scene.store.message(request_id).model == "hearth-guide"
    started = scene.events[-2]
    assert isinstance(started, AnswerStarted)
    assert (started.model, started.forgotten_messages) == ("hearth-guide", 0)
    other.handle(AnswerFinished(request_id, FinishReason.COMPLETE, AnswerStatistics()))


def test_a_model_is_not_told_what_is_left_out(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.chat._left_out = lambda answer: answer.text == "I can't."
    conversation_id = scene.store.create()
    scene.answered(conversation_id, "One?", "I can't.")
    scene.answered(conversation_id, "Two?", "2")
    scene.chat.ask(conversation_id, "Three?")
    said = [text for role, text in roles_and_texts(scene.engine.asked[-1]) if role is not Role.SYSTEM]
    assert said == ["Two?", "2", "Three?"]
    scene.close()


def test_an_answer_is_stored_and_told_in_order(scene: Scene) -> None:
    conversation_id = scene.store.create()
    request_id = scene.chat.ask(conversation_id, "Why?")
    scene.engine.on_event(PromptProgress(request_id, 1, 2))
    scene.engine.say("Hmm", Channel.THINKING)
    scene.engine.say("Be")
    scene.engine.say("cause.")
    scene.engine.end()
    answer = scene.store.message(request_id)
    assert (answer.text, answer.thinking, answer.state) == ("Because.", "Hmm", MessageState.COMPLETE)
    assert answer.statistics is not None
    assert answer.statistics.thinking_s > 0
    assert replace(answer.statistics, thinking_s=0.0) == AnswerStatistics(answer_tokens=7)
    question_id = str(answer.parent_id)
    assert scene.events == [
        AnswerStarted(request_id, conversation_id, question_id, 0, "tiny"),
        ConversationsChanged(conversation_id),
        PromptProgress(request_id, 1, 2),
        AnswerDelta(request_id, "Hmm", Channel.THINKING),
        AnswerDelta(request_id, "Be"),
        AnswerDelta(request_id, "cause."),
        AnswerFinished(request_id, FinishReason.COMPLETE, answer.statistics),
        ConversationsChanged(conversation_id),
    ]


def test_the_next_question_brings_the_conversation_along(scene: Scene) -> None:
    conversation_id = scene.store.create()
    scene.answered(conversation_id, "one", "1")
    scene.answered(conversation_id, "two", "2")
    scene.chat.ask(conversation_id, "three")
    assert [m.text for m in scene.engine.asked[-1].messages] == ["Be kind.", "one", "1", "two", "2", "three"]


def test_without_instructions_there_is_no_system_turn(tmp_path: Path) -> None:
    scene = Scene(tmp_path, system_prompt=" ")
    scene.chat.ask(scene.store.create(), "one")
    assert roles_and_texts(scene.engine.asked[0]) == [(Role.USER, "one")]
    scene.close()


def test_text_reaches_the_disk_while_it_streams(scene: Scene) -> None:
    request_id = scene.chat.ask(scene.store.create(), "Why?")
    deadline = time.monotonic() + 20
    said = 0
    while not scene.store.message(request_id).text and time.monotonic() < deadline:
        scene.engine.say("word ")
        said += 1
        time.sleep(0.01)
    saved = scene.store.message(request_id)
    assert saved.state is MessageState.STREAMING
    assert saved.text == "word " * said
    assert said > 5, "each piece was written on its own"


def test_a_conversation_is_answered_one_question_at_a_time(scene: Scene) -> None:
    conversation_id = scene.store.create()
    request_id = scene.chat.ask(conversation_id, "one")
    with pytest.raises(EngineBusy):
        scene.chat.ask(conversation_id, "two")
    for again in (scene.chat.retry, scene.chat.go_on):
        with pytest.raises(EngineBusy):
            again(request_id)
    with pytest.raises(EngineBusy):
        scene.chat.edit(str(scene.store.message(request_id).parent_id), "One?")
    with pytest.raises(ConversationNotFound):
        scene.chat.retry("x")
    assert len(scene.store.read(conversation_id).messages) == 2
    scene.engine.end()
    scene.chat.ask(conversation_id, "two")


def test_two_conversations_are_answered_one_after_the_other(scene: Scene) -> None:
    first = scene.chat.ask(scene.store.create(), "one")
    second = scene.chat.ask(scene.store.create(), "two")
    assert scene.engine.running == first
    assert scene.store.message(second).state is MessageState.STREAMING
    scene.engine.say("1")
    scene.engine.end()
    assert scene.engine.running == second
    scene.engine.say("2")
    scene.engine.end()
    assert [scene.store.message(each).text for each in (first, second)] == ["1", "2"]


def test_an_answer_that_waits_can_be_stopped(scene: Scene) -> None:
    first = scene.chat.ask(scene.store.create(), "one")
    second = scene.chat.ask(scene.store.create(), "two")
    scene.chat.stop(second)
    assert scene.store.message(second).state is MessageState.STOPPED
    scene.engine.say("1")
    scene.engine.end()
    assert (scene.store.message(first).text, scene.engine.running) == ("1", "")


def test_closing_keeps_every_answer_as_interrupted(scene: Scene) -> None:
    asked = [scene.chat.ask(scene.store.create(), each) for each in ("one", "two")]
    scene.engine.say("1")
    scene.chat.close()
    assert [scene.store.message(each).state for each in asked] == [MessageState.INTERRUPTED] * 2
    assert scene.store.message(asked[0]).text == "1"


def test_a_model_is_made_ready_before_it_is_asked(scene: Scene) -> None:
    states: list[tuple[EngineState, int]] = []

    def wake() -> None:
        states.append((scene.engine.state, len(scene.engine.asked)))
        scene.engine.state = EngineState.READY

    scene.chat._before_asking = wake
    scene.engine.rest()
    request_id = scene.chat.ask(scene.store.create(), "Why?")
    assert states == [(EngineState.STOPPED, 0)]
    assert scene.engine.running == request_id


def test_a_model_that_rests_is_still_the_one_that_answers(scene: Scene) -> None:
    loaded = scene.engine.loaded
    assert loaded is not None
    scene.chat.handle(loaded)
    scene.engine.rest()
    scene.chat.handle(EngineChanged(EngineState.STOPPED, loaded.folder))
    assert (scene.chat.loaded, scene.chat.known) == (None, loaded)
    assert scene.store.message(scene.chat.ask(scene.store.create(), "Why?")).model == "tiny"
    scene.chat.handle(EngineChanged(EngineState.STOPPED))
    assert scene.chat.known is None


def test_two_questions_at_once_are_never_both_taken(scene: Scene) -> None:
    conversation_id = scene.store.create()
    taken: list[str] = []
    refused: list[EngineBusy] = []
    barrier = threading.Barrier(4)

    def ask() -> None:
        barrier.wait()
        try:
            taken.append(scene.chat.ask(conversation_id, "me"))
        except EngineBusy as error:
            refused.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(taken), len(refused), len(scene.engine.asked)) == (1, 3, 1)


def test_a_stopped_answer_keeps_what_was_said(scene: Scene) -> None:
    request_id = scene.chat.ask(scene.store.create(), "Why?")
    scene.engine.say("Beca")
    scene.chat.stop("another")
    scene.chat.stop(request_id)
    assert scene.engine.stopped == [request_id]
    scene.engine.end(FinishReason.STOPPED)
    answer = scene.store.message(request_id)
    assert (answer.text, answer.state) == ("Beca", MessageState.STOPPED)


def test_a_failed_answer_keeps_what_was_said_and_why(scene: Scene) -> None:
    conversation_id = scene.store.create()
    request_id = scene.chat.ask(conversation_id, "Why?")
    scene.engine.say("Beca")
    scene.engine.end(FinishReason.FAILED, EngineDied(-9))
    answer = scene.store.message(request_id)
    assert (answer.text, answer.state, answer.problem) == ("Beca", MessageState.FAILED, EngineDied(-9).problem())
    scene.chat.ask(conversation_id, "Go on")
    assert [m.text for m in scene.engine.asked[-1].messages] == ["Be kind.", "Why?", "Beca", "Go on"]


def test_another_try_is_a_sibling(scene: Scene) -> None:
    conversation_id = scene.store.create()
    scene.answered(conversation_id, "zero", "0")
    first = scene.answered(conversation_id, "Why?", "first")
    second = scene.chat.retry(first)
    assert [m.text for m in scene.engine.asked[-1].messages] == ["Be kind.", "zero", "0", "Why?"]
    scene.engine.say("second")
    scene.engine.end()
    assert scene.store.siblings(first) == (first, second)
    assert [m.text for m in scene.store.read(conversation_id).messages] == ["zero", "0", "Why?", "second"]
    question_id = str(scene.store.message(first).parent_id)
    third = scene.chat.retry(question_id)
    assert scene.store.siblings(first) == (first, second, third)


def test_a_question_in_other_words_is_a_sibling(scene: Scene) -> None:
    conversation_id = scene.store.create()
    scene.answered(conversation_id, "zero", "0")
    first = scene.answered(conversation_id, "Why?", "first")
    question_id = str(scene.store.message(first).parent_id)
    scene.chat.edit(question_id, "How come?")
    assert [m.text for m in scene.engine.asked[-1].messages] == ["Be kind.", "zero", "0", "How come?"]
    assert len(scene.store.siblings(question_id)) == 2
    scene.engine.end()
    with pytest.raises(ConversationNotFound):
        scene.chat.edit(first, "an answer cannot be asked")


def test_what_does_not_exist_is_named_and_blocks_nothing(scene: Scene) -> None:
    with pytest.raises(ConversationNotFound):
        scene.chat.ask("x", "t")
    with pytest.raises(ConversationNotFound):
        scene.chat.retry("x")
    with pytest.raises(ConversationNotFound):
        scene.chat.edit("x", "t")
    scene.chat.ask(scene.store.create(), "one")


def test_the_oldest_turns_are_left_out_when_the_conversation_outgrows_the_model(tmp_path: Path) -> None:
    scene = Scene(tmp_path, context_tokens=400)
    conversation_id = scene.store.create()
    for number in range(6):
        scene.answered(conversation_id, f"question {number} " + "x" * 90, f"answer {number} " + "y" * 90)
    scene.chat.ask(conversation_id, "last")
    sent = scene.engine.asked[-1].messages
    started = [event for event in scene.events if isinstance(event, AnswerStarted)][-1]
    assert sent[0] == ChatMessage(Role.SYSTEM, "Be kind.")
    assert sent[1].role is Role.USER
    assert sent[-1].text == "last"
    assert 2 < len(sent) < 14
    assert started.forgotten_messages == 13 - (len(sent) - 1)
    scene.close()


def test_a_prompt_that_is_too_long_is_tried_once_more_with_less(scene: Scene) -> None:
    conversation_id = scene.store.create()
    for number in range(6):
        scene.answered(conversation_id, f"question {number} " + "x" * 90, f"answer {number} " + "y" * 90)
    request_id = scene.chat.ask(conversation_id, "last")
    before = scene.engine.asked[-1]
    scene.engine.end(FinishReason.FAILED, PromptTooLong(prompt_tokens=2000, limit_tokens=1000))
    after = scene.engine.asked[-1]
    assert after.request_id == request_id
    assert after.messages[0] == before.messages[0]
    assert after.messages[1:] == before.messages[-len(after.messages) + 1 :]
    assert 3 <= len(after.messages) <= len(before.messages) // 2 + 1
    assert not [event for event in scene.events if isinstance(event, AnswerFinished) and event.request_id == request_id]
    forgotten = len(before.messages) - len(after.messages)
    assert [e for e in scene.events if isinstance(e, ConversationShortened)] == [
        ConversationShortened(request_id, forgotten)
    ]
    assert len([e for e in scene.events if isinstance(e, AnswerStarted) and e.request_id == request_id]) == 1

    scene.engine.end(FinishReason.FAILED, PromptTooLong(prompt_tokens=1100, limit_tokens=1000))
    assert scene.engine.asked[-1] is after, "only once"
    assert scene.store.message(request_id).state is MessageState.FAILED
    finished = [event for event in scene.events if isinstance(event, AnswerFinished)][-1]
    assert finished.problem == PromptTooLong(1100, 1000).problem()


def test_one_question_alone_that_is_too_long_fails_at_once(scene: Scene) -> None:
    request_id = scene.chat.ask(scene.store.create(), "word " * 1000)
    scene.engine.end(FinishReason.FAILED, PromptTooLong(prompt_tokens=2000, limit_tokens=1000))
    assert len(scene.engine.asked) == 1
    assert scene.store.message(request_id).state is MessageState.FAILED


def test_an_engine_that_breaks_its_contract_leaves_no_answer_streaming(scene: Scene) -> None:
    scene.engine.refuse_with = RuntimeError("broken")
    request_id = scene.chat.ask(scene.store.create(), "Why?")
    answer = scene.store.message(request_id)
    assert answer.state is MessageState.FAILED
    assert answer.problem is not None
    assert answer.problem.code == "unexpected"
    scene.engine.refuse_with = None
    scene.chat.retry(request_id)
    assert len(scene.engine.asked) == 1


def test_events_of_unknown_answers_pass_through(scene: Scene) -> None:
    event = AnswerFinished("elsewhere", FinishReason.COMPLETE)
    scene.chat.handle(event)
    scene.chat.handle(AnswerDelta("elsewhere", "x"))
    assert scene.events == [event, AnswerDelta("elsewhere", "x")]


def test_closing_in_mid_answer_keeps_it_as_interrupted(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    request_id = scene.chat.ask(scene.store.create(), "Why?")
    scene.engine.say("Beca")
    scene.chat.close()
    answer = scene.store.message(request_id)
    assert (answer.text, answer.state, answer.problem) == ("Beca", MessageState.INTERRUPTED, None)
    scene.close()


def test_an_answer_that_found_no_room_is_written_when_there_is_some(scene: Scene) -> None:
    conversation_id = scene.store.create()
    request_id = scene.chat.ask(conversation_id, "Why?")
    with scene.database.write() as connection:
        connection.pragma("max_page_count", connection.pragma("page_count"))
    text = "because " * 3000
    scene.engine.say(text)
    scene.engine.end()
    finished = [event for event in scene.events if isinstance(event, AnswerFinished)][-1]
    assert finished.reason is FinishReason.FAILED
    assert finished.problem is not None
    assert finished.problem.code == StoreFull.code
    assert scene.store.message(request_id).state is MessageState.STREAMING
    with scene.database.write() as connection:
        connection.pragma("max_page_count", 100_000)
    scene.chat.ask(conversation_id, "And now?")
    answer = scene.store.message(request_id)
    assert (answer.text, answer.state) == (text, MessageState.COMPLETE)
    assert [m.text for m in scene.engine.asked[-1].messages] == ["Be kind.", "Why?", text, "And now?"]


def test_the_model_is_loaded_and_unloaded_through_the_one_engine(scene: Scene) -> None:
    scene.chat.load(LoadModel("/models/other"))
    assert scene.chat.loaded is not None
    assert scene.chat.loaded.folder == "/models/other"
    assert scene.chat.state is EngineState.READY
    scene.chat.unload()
    assert scene.engine.loaded is None


def test_a_stop_that_comes_before_the_engine_knows_the_answer_is_not_lost(scene: Scene) -> None:
    generate = scene.engine.generate

    def stop_then_generate(request: Generate) -> None:
        scene.chat.stop(request.request_id)
        scene.engine.stopped.clear()
        generate(request)

    scene.engine.generate = stop_then_generate  # type: ignore[method-assign]
    request_id = scene.chat.ask(scene.store.create(), "Why?")
    assert scene.engine.stopped == [request_id]


def test_a_stopped_answer_is_not_tried_again_with_less(scene: Scene) -> None:
    conversation_id = scene.store.create()
    scene.answered(conversation_id, "one", "1")
    scene.answered(conversation_id, "two", "2")
    request_id = scene.chat.ask(conversation_id, "three")
    scene.chat.stop(request_id)
    scene.engine.end(FinishReason.FAILED, PromptTooLong(prompt_tokens=2000, limit_tokens=1000))
    assert len(scene.engine.asked) == 3
    assert scene.store.message(request_id).state is MessageState.STOPPED


def test_a_private_conversation_leaves_nothing_of_its_reading_on_disk(scene: Scene) -> None:
    for private in (True, False):
        scene.chat.ask(scene.store.create(private=private), "Why?")
        assert scene.engine.asked[-1].private is private
        scene.engine.end()
