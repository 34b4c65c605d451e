"""Conversations with the real engine and a real, if tiny, model."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from runtime.chats.messages import Message, MessageState
from runtime.chats.places import Places
from runtime.chats.store import ConversationStore
from runtime.conversing import Conversing
from runtime.events import (
    AnswerDelta,
    AnswerFinished,
    AnswerStarted,
    Channel,
    ConversationsChanged,
    ConversationShortened,
    EngineChanged,
    EngineState,
    Event,
    FinishReason,
)
from runtime.inference.host import EngineHost
from runtime.requests import ChatMessage, LoadModel, Role
from runtime.storage.database import Database
from runtime.titles import Titles
from tests.tiny.corpus import (
    FOLLOW_UPS,
    KNOWN_ANSWERS,
    LONG_ANSWER,
    LONG_QUESTION,
    THINKING_ANSWER,
    THINKING_QUESTION,
    THOUGHT,
    TITLE,
    TITLED_QUESTION,
)

PATIENCE_S = 120.0


class Room:
    """A store, an engine and the events so far, to be waited for."""

    def __init__(self, folder: Path) -> None:
        self.database = Database(folder / "hearth.db")
        self.store = ConversationStore(Places(self.database))
        self.events: list[Event] = []
        self._changed = threading.Condition()
        self.titles: Titles | None = None
        self.chat = self.begin()

    def begin(self) -> Conversing:
        """Conversations with an engine of their own."""
        return Conversing(self.store, EngineHost, self._take)

    def make_titles(self) -> Titles:
        """Name conversations as soon as nothing is asked."""
        self.titles = Titles(self.store, self.chat.aside, self._take, idle_s=0)
        return self.titles

    def _take(self, event: Event) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()
        if self.titles is not None:
            self.titles.note(event)

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

    def shown(self, request_id: str, channel: Channel = Channel.ANSWER) -> str:
        """What was said on the screen."""
        deltas = [e for e in self.events if isinstance(e, AnswerDelta) and e.request_id == request_id]
        return "".join(delta.text for delta in deltas if delta.channel is channel)

    def cut(self, question: str, tokens: int) -> str:
        """Ask, and let the answer end after so many tokens."""
        at_most, self.chat._max_tokens = self.chat._max_tokens, tokens
        request_id = self.chat.ask(self.store.create(), question)
        assert self.wait_until_finished(request_id).reason is FinishReason.LENGTH
        self.chat._max_tokens = at_most
        return request_id

    def go_on(self, request_id: str) -> Message:
        """Let an answer go on to its end."""
        before = len(self.events)
        assert self.chat.go_on(request_id) == request_id
        self.wait_for(lambda e: isinstance(e, AnswerFinished) and e in self.events[before:])
        return self.store.message(request_id)

    def close(self) -> None:
        if self.titles is not None:
            self.titles.close()
        self.chat.close()
        self.database.close()

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
    room.close()


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


# --- going on ---------------------------------------------------------------------------------------------------------


def test_a_stopped_answer_goes_on_to_the_whole(room: Room) -> None:
    request_id = room.chat.ask(room.store.create(), LONG_QUESTION)
    room.wait_until_begun(request_id)
    room.chat.stop(request_id)
    assert room.wait_until_finished(request_id).reason is FinishReason.STOPPED
    assert len(room.store.message(request_id).text) < len(LONG_ANSWER)
    answer = room.go_on(request_id)
    assert (answer.text, answer.state) == (LONG_ANSWER, MessageState.COMPLETE)
    assert room.shown(request_id) == LONG_ANSWER


def test_wherever_an_answer_was_cut_it_goes_on_without_a_seam(room: Room) -> None:
    # In a word, after one, after a line break, in the indents of a program, before the last word.
    for tokens in (1, 3, 6, 60, 82, 142, 143, 153, 222):
        request_id = room.cut(LONG_QUESTION, tokens)
        begun = room.store.message(request_id)
        assert begun.state is MessageState.CUT
        assert LONG_ANSWER.startswith(begun.text)
        answer = room.go_on(request_id)
        assert (answer.text, answer.state) == (LONG_ANSWER, MessageState.COMPLETE)
        assert room.shown(request_id) == LONG_ANSWER


def test_an_answer_in_several_parts_costs_what_it_costs_in_one(room: Room) -> None:
    in_one = room.chat.ask(room.store.create(), LONG_QUESTION)
    expected = room.wait_until_finished(in_one).statistics
    request_id = room.cut(LONG_QUESTION, 40)
    first = room.store.message(request_id).statistics
    answer = room.go_on(request_id)
    assert answer.statistics is not None
    assert first is not None
    assert first.answer_tokens == 40
    assert answer.statistics.answer_tokens == expected.answer_tokens
    assert answer.statistics.total_s > first.total_s


def test_an_answer_goes_on_after_its_engine_was_killed(room: Room) -> None:
    request_id = room.chat.ask(room.store.create(), LONG_QUESTION)
    room.wait_until_begun(request_id)
    for child in psutil.Process().children(recursive=True):
        child.kill()
    assert room.wait_until_finished(request_id).reason is FinishReason.FAILED
    answer = room.go_on(request_id)
    assert (answer.text, answer.state, answer.problem) == (LONG_ANSWER, MessageState.COMPLETE, None)


def test_an_answer_goes_on_after_hearth_itself_ended(room: Room, tiny_model: Path) -> None:
    request_id = room.chat.ask(room.store.create(), LONG_QUESTION)
    room.wait_until_begun(request_id)
    room.chat.close()
    assert room.store.message(request_id).state is MessageState.INTERRUPTED
    room.chat = room.begin()
    room.chat.load(LoadModel(str(tiny_model)))
    answer = room.go_on(request_id)
    assert (answer.text, answer.state) == (LONG_ANSWER, MessageState.COMPLETE)


def test_an_answer_cut_while_it_thought_is_given_anew_with_its_thoughts(room: Room) -> None:
    request_id = room.cut(THINKING_QUESTION, 12)
    begun = room.store.message(request_id)
    assert begun.text == ""
    assert THOUGHT.startswith(begun.thinking)
    assert begun.thinking
    answer = room.go_on(request_id)
    assert (answer.text, answer.state) == (THINKING_ANSWER, MessageState.COMPLETE)
    assert answer.thinking == f"{begun.thinking}\n\n{THOUGHT}"
    assert room.shown(request_id, Channel.THINKING) == answer.thinking


def test_the_conversation_goes_on_after_an_answer_did(room: Room) -> None:
    question, follow_up, expected = FOLLOW_UPS[0]
    request_id = room.cut(question, 4)
    assert room.go_on(request_id).text == KNOWN_ANSWERS[question]
    assert room.answer(room.store.message(request_id).conversation_id, follow_up) == expected


# --- aside ------------------------------------------------------------------------------------------------------------


def test_a_conversation_is_named_by_the_model(room: Room) -> None:
    room.make_titles()
    conversation_id = room.store.create()
    room.answer(conversation_id, TITLED_QUESTION)
    room.wait_for(lambda e: e == ConversationsChanged(conversation_id) and not room.store.wants_title(conversation_id))
    assert room.store.read(conversation_id).title == TITLE


def test_a_question_asked_during_an_aside_is_answered_at_once_and_the_aside_after_it(room: Room) -> None:
    conversation_id = room.store.create()
    room.answer(conversation_id, "Hello!")
    replies: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    assert room.chat.aside((ChatMessage(Role.USER, LONG_QUESTION),), 400, replies.put)
    before = len(room.events)
    assert room.answer(conversation_id, TITLED_QUESTION) == KNOWN_ANSWERS[TITLED_QUESTION]
    assert replies.empty()
    assert isinstance(room.events[before], AnswerStarted), "nothing of the aside is told"
    assert replies.get(timeout=PATIENCE_S) == LONG_ANSWER, "begun anew, and whole"


def test_two_conversations_are_answered_one_after_the_other(room: Room) -> None:
    first = room.chat.ask(room.store.create(), LONG_QUESTION)
    second = room.chat.ask(room.store.create(), "What is the capital of France?")
    assert room.wait_until_finished(second).reason is FinishReason.COMPLETE
    assert room.store.message(first).text == LONG_ANSWER
    assert room.store.message(second).text == KNOWN_ANSWERS["What is the capital of France?"]
    assert [m.state for m in map(room.store.message, (first, second))] == [MessageState.COMPLETE] * 2


def test_questions_come_before_titles_which_come_all_the_same(room: Room) -> None:
    room.make_titles()
    conversation_id = room.store.create()
    question, follow_up, expected = FOLLOW_UPS[0]
    assert room.answer(conversation_id, question) == KNOWN_ANSWERS[question]
    # By now the model is being asked for the title, or will be in a moment.
    assert room.answer(conversation_id, follow_up) == expected
    room.wait_for(lambda e: e == ConversationsChanged(conversation_id) and not room.store.wants_title(conversation_id))
    assert room.store.read(conversation_id).title == TITLE


def test_closing_in_the_midst_of_a_title_leaves_the_first_one(room: Room) -> None:
    titles = room.make_titles()
    conversation_id = room.store.create()
    room.answer(conversation_id, TITLED_QUESTION)
    titles.close()
    assert room.store.read(conversation_id).title in (TITLED_QUESTION, TITLE)
    assert room.answer(conversation_id, "Hello!")
