"""Conversations with the real engine and a real, if tiny, model."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from runtime.chats.messages import MessageState
from runtime.chats.store import ConversationStore
from runtime.conversing import Conversing
from runtime.events import (
    AnswerDelta,
    AnswerFinished,
    AnswerStarted,
    ConversationShortened,
    EngineChanged,
    EngineState,
    Event,
    FinishReason,
)
from runtime.inference.host import EngineHost
from runtime.requests import LoadModel
from runtime.storage.database import Database
from tests.tiny.corpus import FOLLOW_UPS, KNOWN_ANSWERS, LONG_ANSWER, LONG_QUESTION

PATIENCE_S = 120.0


class Room:
    """A store, an engine and the events so far, to be waited for."""

    def __init__(self, folder: Path) -> None:
        self.database = Database(folder / "hearth.db")
        self.store = ConversationStore(self.database)
        self.events: list[Event] = []
        self._changed = threading.Condition()
        self.chat = Conversing(self.store, EngineHost, self._take)

    def _take(self, event: Event) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    def wait_for(self, found: Callable[[Event], bool]) -> Event:
        """The newest event of this kind, once there is one."""
        with self._changed:
            assert self._changed.wait_for(lambda: any(map(found, self.events)), PATIENCE_S), self.events[-3:]
            return [event for event in self.events if found(event)][-1]

    def wait_until_finished(self, request_id: str) -> AnswerFinished:
        event = self.wait_for(lambda e: isinstance(e, AnswerFinished) and e.request_id == request_id)
        assert isinstance(event, AnswerFinished)
        return event

    def wait_until_begun(self, request_id: str) -> None:
        self.wait_for(lambda e: isinstance(e, AnswerDelta) and e.request_id == request_id)

    def answer(self, conversation_id: str, question: str) -> str:
        """Ask and return the stored answer."""
        request_id = self.chat.ask(conversation_id, question)
        finished = self.wait_until_finished(request_id)
        message = self.store.message(request_id)
        assert finished.reason is FinishReason.COMPLETE, finished
        assert message.state is MessageState.COMPLETE
        assert message.statistics == finished.statistics
        return message.text


@pytest.fixture
def room(tmp_path: Path, tiny_model: Path) -> Iterator[Room]:
    room = Room(tmp_path)
    room.chat.load(LoadModel(str(tiny_model)))
    yield room
    room.chat.close()
    room.database.close()


def test_a_conversation_of_two_turns_is_answered_and_kept(room: Room) -> None:
    question, follow_up, expected = FOLLOW_UPS[0]
    conversation_id = room.store.create()
    assert room.answer(conversation_id, question) == KNOWN_ANSWERS[question]
    assert room.answer(conversation_id, follow_up) == expected
    conversation = room.store.open(conversation_id)
    assert [m.text for m in conversation.messages] == [question, KNOWN_ANSWERS[question], follow_up, expected]
    assert conversation.title == question
    assert [hit.message_id for hit in room.store.search("million people")] == [conversation.messages[3].id]


def test_an_answer_can_be_tried_again_and_a_question_reworded(room: Room) -> None:
    conversation_id = room.store.create()
    room.answer(conversation_id, "What is the capital of France?")
    question, first = room.store.read(conversation_id).messages
    second = room.chat.retry(first.id)
    room.wait_until_finished(second)
    assert room.store.message(second).text == first.text
    assert room.store.siblings(first.id) == (first.id, second)
    third = room.chat.edit(question.id, "What is the capital of Japan?")
    room.wait_until_finished(third)
    assert room.store.read(conversation_id).messages[-1].text == "The capital of Japan is Tokyo."


def test_a_stopped_answer_is_kept_as_far_as_it_was_shown(room: Room) -> None:
    conversation_id = room.store.create()
    request_id = room.chat.ask(conversation_id, LONG_QUESTION)
    room.wait_until_begun(request_id)
    room.chat.stop(request_id)
    finished = room.wait_until_finished(request_id)
    answer = room.store.message(request_id)
    shown = "".join(e.text for e in room.events if isinstance(e, AnswerDelta) and e.request_id == request_id)
    assert finished.reason is FinishReason.STOPPED
    assert answer.state is MessageState.STOPPED
    assert answer.text == shown
    assert LONG_ANSWER.startswith(answer.text.strip())
    assert len(answer.text) < len(LONG_ANSWER)


def test_an_answer_whose_engine_is_killed_is_kept_and_can_be_tried_again(room: Room) -> None:
    conversation_id = room.store.create()
    request_id = room.chat.ask(conversation_id, LONG_QUESTION)
    room.wait_until_begun(request_id)
    for child in psutil.Process().children(recursive=True):
        child.kill()
    finished = room.wait_until_finished(request_id)
    answer = room.store.message(request_id)
    shown = "".join(e.text for e in room.events if isinstance(e, AnswerDelta) and e.request_id == request_id)
    assert finished.reason is FinishReason.FAILED
    assert (answer.state, answer.text) == (MessageState.FAILED, shown)
    assert answer.problem is not None
    assert answer.problem.code == "inference.engine_died"
    again = room.chat.retry(request_id)
    assert room.wait_until_finished(again).reason is FinishReason.COMPLETE
    assert room.store.message(again).text == LONG_ANSWER


def test_a_conversation_longer_than_the_model_s_memory_goes_on(room: Room, tiny_model: Path) -> None:
    room.chat.load(LoadModel(str(tiny_model), context_tokens=200))
    room.wait_for(lambda e: isinstance(e, EngineChanged) and e.state is EngineState.READY)
    conversation_id = room.store.create()
    for _ in range(8):
        request_id = room.chat.ask(conversation_id, "What is the capital of France?")
        # So many turns are nothing the tiny model has seen: it may ramble on to its limit, but it must answer.
        assert room.wait_until_finished(request_id).reason in (FinishReason.COMPLETE, FinishReason.LENGTH)
    forgotten = {
        event.request_id: event.forgotten_messages
        for event in room.events
        if isinstance(event, AnswerStarted | ConversationShortened)
    }
    assert [count > 0 for count in forgotten.values()][:: len(forgotten) - 1] == [False, True]
    assert len(room.store.read(conversation_id).messages) == 16
