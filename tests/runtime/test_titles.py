"""Titles made in idle time, with an engine that says exactly what a test tells it to."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runtime.chats.attachments import Attachment
from runtime.chats.messages import MessageState
from runtime.chats.places import Places
from runtime.chats.store import ConversationStore
from runtime.conversing import Conversing
from runtime.errors import EngineDied, StoreFull
from runtime.events import (
    AnswerDelta,
    AnswerFinished,
    AnswerStarted,
    ConversationsChanged,
    EngineChanged,
    EngineState,
    Event,
    FinishReason,
    ModelLoaded,
)
from runtime.library.guide import GUIDE_NAME
from runtime.requests import ChatMessage, Generate, Role
from runtime.storage.database import Database
from runtime.titles import (
    EXCERPT_CHARACTERS,
    INSTRUCTION,
    READS_AT_LEAST_PER_S,
    TELLING_TOKENS,
    TRIES_AT_MOST,
    Titles,
    clean_title,
    title_request,
)
from tests.runtime.told_engine import ToldEngine

PATIENCE_S = 60.0
IDLE_S = 3.0


class Clock:
    """Stands still until it is set; knows what the thread of the titles saw last, and how often that looked."""

    def __init__(self) -> None:
        self.now = 0.0
        self.seen = -1.0
        self._changed = threading.Condition()
        self._looks = 0

    def __call__(self) -> float:
        with self._changed:
            if threading.current_thread().name == "titles":
                self.seen = self.now
                self._looks += 1
                self._changed.notify_all()
            return self.now

    def set(self, now: float, wake: Callable[[], None]) -> None:
        """Move on, and wait until the titles have looked at it twice: what they did at first look is done."""
        self.now = now
        for _ in range(2):
            with self._changed:
                looks = self._looks
            wake()
            self._wait_for_looks(looks + 1)

    def _wait_for_looks(self, looks: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self._looks >= looks, PATIENCE_S)


class Room:
    """Conversations, a told engine and the titles, joined as in the app."""

    def __init__(self, folder: Path) -> None:
        self.database = Database(folder / "hearth.db")
        self.store = ConversationStore(Places(self.database))
        self.clock = Clock()
        self.events: list[Event] = []
        self.refused = 0
        self._changed = threading.Condition()
        self._titles: Titles | None = None
        engines: list[ToldEngine] = []

        def make_engine(on_event: Callable[[Event], None]) -> ToldEngine:
            engines.append(ToldEngine(on_event))
            return engines[-1]

        self.chat = Conversing(self.store, make_engine, self.tell, system_prompt="")
        self.engine = engines[0]
        self.titles = Titles(self.store, self._ask, self.tell, IDLE_S, clock=self.clock)
        self._titles = self.titles

    def _ask(
        self, messages: tuple[ChatMessage, ...], tokens: int, on_done: Callable[[str | None], None], *, private: bool
    ) -> bool:
        taken = self.chat.aside(messages, tokens, on_done, private=private)
        with self._changed:
            self.refused += not taken
            self._changed.notify_all()
        return taken

    def tell(self, event: Event) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()
        if self._titles is not None:
            self._titles.note(event)

    def wait_for(self, condition: Callable[[], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(condition, PATIENCE_S)

    def answered(self, question: str = "Why?", answer: str = "Because.", conversation_id: str = "") -> str:
        conversation_id = conversation_id or self.store.create()
        self.chat.ask(conversation_id, question)
        self.engine.say(answer)
        self.engine.end()
        return conversation_id

    def look(self) -> None:
        """Something that matters to nobody."""
        self.titles.note(ConversationsChanged("elsewhere"))

    def be_quiet(self) -> None:
        """Let the time pass after which the model is asked."""
        self.clock.now += IDLE_S
        self.look()

    @property
    def asides(self) -> list[Generate]:
        return [request for request in self.engine.asked if "aside-" in request.request_id]

    def wait_until_asked(self, times: int = 1) -> Generate:
        self.wait_for(lambda: len(self.asides) >= times)
        assert len(self.asides) == times
        return self.asides[-1]

    def reply(self, text: str) -> None:
        self.engine.say(text)
        self.engine.end()

    def changes(self, conversation_id: str) -> int:
        return self.events.count(ConversationsChanged(conversation_id))

    def close(self) -> None:
        self.titles.close()
        self.chat.close()
        self.database.close()


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    room = Room(tmp_path)
    yield room
    room.close()


def asked_about(question: str, answer: str) -> tuple[ChatMessage, ...]:
    return title_request(question, answer)


# --- when -------------------------------------------------------------------------------------------------------------


def test_a_quiet_moment_after_an_answer_gives_the_conversation_a_title(room: Room) -> None:
    conversation_id = room.answered("What is the capital of France?", "The capital of France is Paris.")
    before = room.changes(conversation_id)
    room.be_quiet()
    asked = room.wait_until_asked()
    assert asked.messages == asked_about("What is the capital of France?", "The capital of France is Paris.")
    assert (asked.max_tokens, asked.thinking) == (24, False)
    room.reply("**Title:** “Capital of France.”")
    room.wait_for(lambda: room.changes(conversation_id) == before + 1)
    assert room.store.read(conversation_id).title == "Capital of France"
    assert not room.store.wants_title(conversation_id)


def test_a_model_too_slow_to_make_way_is_not_asked(room: Room) -> None:
    slow = room.store.create()
    room.chat.ask(slow, "Why?")
    room.engine.say("Because.")
    room.engine.end(reads_per_s=READS_AT_LEAST_PER_S - 1)
    room.clock.set(10.0, room.look)
    assert (room.asides, room.refused) == ([], 0)
    assert room.store.wants_title(slow)
    room.chat.ask(slow, "And then?")
    room.engine.end(reads_per_s=READS_AT_LEAST_PER_S)
    room.be_quiet()
    room.wait_until_asked()


def test_a_prompt_that_was_mostly_kept_tells_nothing_of_the_pace(room: Room) -> None:
    slow, quick = READS_AT_LEAST_PER_S - 1, room.store.create()
    room.chat.ask(quick, "Why?")
    room.engine.say("Because.")
    room.engine.end(reads_per_s=slow, read=TELLING_TOKENS, reused=5000)
    room.clock.set(10.0, room.look)
    assert room.asides == []
    room.chat.ask(quick, "And then?")
    room.engine.end(reads_per_s=slow, read=TELLING_TOKENS - 1, reused=5000)
    room.be_quiet()
    room.wait_until_asked()


def test_whoever_talks_is_not_interrupted(room: Room) -> None:
    conversation_id = room.answered()
    room.clock.set(2.9, room.look)
    room.chat.ask(conversation_id, "And then?")
    room.clock.set(3.1, room.look)
    room.engine.say("Wa")
    room.clock.set(6.0, room.look)
    room.engine.say("it.")
    room.clock.set(6.5, room.look)
    room.engine.end()
    room.clock.set(9.4, room.look)
    assert room.asides == []
    assert room.refused == 0, "not even tried"
    room.clock.now = 9.5
    room.look()
    room.wait_until_asked()
    assert room.clock.seen == 9.5


def test_an_answer_of_the_guide_postpones_too(room: Room) -> None:
    room.answered()
    room.clock.set(2.9, room.look)
    room.titles.note(AnswerDelta("of the guide", "word"))
    room.clock.set(5.8, room.look)
    assert room.asides == []
    room.clock.now = 5.9
    room.look()
    room.wait_until_asked()


def test_a_question_comes_before_a_title_which_comes_later(room: Room) -> None:
    conversation_id = room.answered("One?", "1")
    room.be_quiet()
    first = room.wait_until_asked()
    room.engine.say("Cou")
    request_id = room.chat.ask(conversation_id, "Two?")
    assert room.engine.running == request_id
    room.engine.say("2")
    room.engine.end()
    assert room.store.message(request_id).text == "2"
    assert room.wait_until_asked(2) is first, "begun anew, still of the first question"
    before = room.changes(conversation_id)
    room.reply("Counting")
    room.wait_for(lambda: room.changes(conversation_id) > before)
    assert room.store.read(conversation_id).title == "Counting"


def test_several_conversations_are_named_one_after_the_other_the_newest_first(room: Room) -> None:
    ids = [room.answered(f"{number}?", "Yes.") for number in range(3)]
    room.be_quiet()
    for times, number in enumerate((2, 1, 0), start=1):
        assert room.wait_until_asked(times).messages == asked_about(f"{number}?", "Yes.")
        room.reply(f"Number {number}")
    room.wait_for(lambda: not any(map(room.store.wants_title, ids)))
    assert [room.store.read(each).title for each in ids] == ["Number 0", "Number 1", "Number 2"]


def test_a_model_that_is_not_ready_is_asked_when_it_is(room: Room) -> None:
    room.answered()
    room.engine.state = EngineState.LOADING
    room.be_quiet()
    room.wait_for(lambda: room.refused == 1)
    room.engine.state = EngineState.READY
    room.tell(ModelLoaded("/models/tiny", "llama", 1, 1000, 0.1, "cpu"))
    room.tell(EngineChanged(EngineState.READY, "/models/tiny"))
    room.wait_until_asked()


# --- which ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", [FinishReason.STOPPED, FinishReason.LENGTH])
def test_an_answer_that_ended_early_is_enough(room: Room, reason: FinishReason) -> None:
    room.chat.ask(room.store.create(), "Why?")
    room.engine.say("Beca")
    room.engine.end(reason)
    room.be_quiet()
    assert room.wait_until_asked().messages == asked_about("Why?", "Beca")


def test_a_private_conversation_gets_one_as_well(room: Room) -> None:
    conversation_id = room.answered(conversation_id=room.store.create(private=True))
    before = room.changes(conversation_id)
    room.be_quiet()
    assert [request.private for request in (room.wait_until_asked(), room.engine.asked[0])] == [True, True]
    room.reply("A secret")
    room.wait_for(lambda: room.changes(conversation_id) > before)
    assert room.store.read(conversation_id).title == "A secret"


def leave_alone_first(room: Room, conversation_id: str) -> None:
    """The newest would be asked about first: that the other one is shows that it is left alone."""
    room.be_quiet()
    assert room.wait_until_asked(len(room.asides) + 1).messages == asked_about("Other?", "Other.")
    assert room.store.read(conversation_id).title == "Why?"


def test_an_answer_without_a_word_is_not_enough(room: Room) -> None:
    room.answered("Other?", "Other.")
    conversation_id = room.store.create()
    room.chat.ask(conversation_id, "Why?")
    room.engine.end(FinishReason.STOPPED)
    leave_alone_first(room, conversation_id)


def test_a_failed_answer_is_not_enough(room: Room) -> None:
    room.answered("Other?", "Other.")
    conversation_id = room.store.create()
    room.chat.ask(conversation_id, "Why?")
    room.engine.say("Be")
    room.engine.end(FinishReason.FAILED)
    leave_alone_first(room, conversation_id)


def test_what_the_person_named_is_not_asked_about(room: Room) -> None:
    room.answered("Other?", "Other.")
    conversation_id = room.answered()
    room.store.rename(conversation_id, "Why?")
    leave_alone_first(room, conversation_id)


def test_what_the_person_names_meanwhile_keeps_that_name(room: Room) -> None:
    conversation_id = room.answered()
    room.be_quiet()
    room.wait_until_asked()
    room.store.rename(conversation_id, "Mine")
    before = room.changes(conversation_id)
    room.reply("Not mine")
    room.titles.close()
    assert room.store.read(conversation_id).title == "Mine"
    assert room.changes(conversation_id) == before


def answered_by_the_guide(room: Room) -> str:
    conversation_id = room.store.create()
    question_id, request_id = room.store.add_exchange(conversation_id, "Why?", model=GUIDE_NAME, title="Why?")
    room.tell(AnswerStarted(request_id, conversation_id, question_id, model=GUIDE_NAME))
    room.store.finish_message(request_id, MessageState.COMPLETE, text="I am the guide.")
    room.tell(AnswerFinished(request_id, FinishReason.COMPLETE))
    return conversation_id


def test_a_conversation_with_the_guide_alone_is_left_alone(room: Room) -> None:
    room.answered("Other?", "Other.")
    leave_alone_first(room, answered_by_the_guide(room))


def test_what_a_model_answered_after_the_guide_gives_the_title(room: Room) -> None:
    conversation_id = answered_by_the_guide(room)
    room.chat.ask(conversation_id, "And now?")
    room.engine.say("Now a model.")
    room.engine.end()
    room.be_quiet()
    assert room.wait_until_asked().messages == asked_about("And now?", "Now a model.")


# --- giving up --------------------------------------------------------------------------------------------------------


def test_after_three_tries_a_conversation_keeps_its_title(room: Room) -> None:
    other = room.answered("Other?", "Other.")
    conversation_id = room.answered()
    for times in range(1, TRIES_AT_MOST + 1):
        room.be_quiet()
        assert room.wait_until_asked(times).messages == asked_about("Why?", "Because.")
        room.engine.end(FinishReason.FAILED, EngineDied(-9))
    room.be_quiet()
    assert room.wait_until_asked(TRIES_AT_MOST + 1).messages == asked_about("Other?", "Other.")
    assert room.store.wants_title(conversation_id)
    assert room.store.wants_title(other)


def test_a_reply_that_failed_is_not_asked_for_again_at_once(room: Room) -> None:
    room.answered()
    room.be_quiet()
    room.wait_until_asked()
    room.engine.end(FinishReason.FAILED, EngineDied(-9))
    room.clock.set(2 * IDLE_S - 0.1, room.look)
    assert len(room.asides) == 1
    room.clock.now = 2 * IDLE_S
    room.look()
    room.wait_until_asked(2)


def test_a_model_that_gives_no_title_is_not_asked_again(room: Room) -> None:
    conversation_id = room.answered()
    room.be_quiet()
    room.wait_until_asked()
    room.reply("I'm sorry, I can't do that.")
    room.answered("Other?", "Other.")
    room.answered("Once more?", "Yes.", conversation_id)
    leave_alone_first(room, conversation_id)


def test_a_conversation_deleted_meanwhile_harms_no_other(room: Room) -> None:
    other = room.answered("Other?", "Other.")
    conversation_id = room.answered()
    room.be_quiet()
    room.wait_until_asked()
    with room.database.write() as connection:
        connection.execute("DELETE FROM messages WHERE conversation_id = ?", (conversation_id,))
        connection.execute("DELETE FROM conversations WHERE id = ?", (conversation_id,))
    room.reply("Too late")
    assert room.wait_until_asked(2).messages == asked_about("Other?", "Other.")
    room.reply("Another one")
    room.wait_for(lambda: not room.store.wants_title(other))


def test_nothing_that_was_said_reaches_the_log(
    room: Room, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_conversation_id: str, _title: str) -> bool:
        raise StoreFull("/home/sesame")

    monkeypatch.setattr(room.store, "suggest_title", fail)
    caplog.set_level(logging.DEBUG)
    conversation_id = room.answered("Sesame question", "Sesame answer")
    room.be_quiet()
    room.wait_until_asked()
    room.reply("Sesame title")
    room.titles.close()
    assert room.store.wants_title(conversation_id), "it could not be kept"
    said = [record for record in caplog.records if record.name == "runtime.titles"]
    assert said
    assert "sesame" not in caplog.text.casefold()


def test_closing_waits_for_no_title(room: Room) -> None:
    conversation_id = room.answered()
    room.be_quiet()
    room.wait_until_asked()
    room.titles.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "titles"]
    room.reply("Too late")
    room.titles.note(ConversationsChanged(conversation_id))
    assert room.store.read(conversation_id).title == "Why?"
    room.titles.close()


# --- what is asked ----------------------------------------------------------------------------------------------------


def test_only_the_beginning_of_a_long_exchange_is_shown(room: Room) -> None:
    room.answered("q" * 5000, "a" * 5000)
    room.be_quiet()
    (turn,) = room.wait_until_asked().messages
    assert turn.role is Role.USER
    assert (turn.text.count("q" * 100), turn.text.count("a" * 100)) == (15, 15)
    assert len(turn.text) < 2 * EXCERPT_CHARACTERS + 300
    assert turn.text.endswith(INSTRUCTION)


def test_a_question_of_files_alone_is_named_by_them(room: Room) -> None:
    conversation_id = room.store.create()
    room.chat.ask(conversation_id, "", (Attachment("tea.txt", "about tea"), Attachment("rice.txt", "about rice")))
    room.engine.say("Two recipes.")
    room.engine.end()
    room.be_quiet()
    assert room.wait_until_asked().messages == asked_about("tea.txt, rice.txt", "Two recipes.")


# --- what is made of the reply ----------------------------------------------------------------------------------------

CLEAN = {
    "Capital of France": "Capital of France",
    "  Capital   of\tFrance \n": "Capital of France",
    "\n\nCapital of France\nParis is its capital.": "Capital of France",
    "Capital of France.": "Capital of France",
    "What is love?": "What is love?",
    "Baking bread…": "Baking bread",
    "# Capital of France": "Capital of France",
    "## **Capital** of *France* ##": "Capital of France",
    "- Capital of France": "Capital of France",
    "* Capital of France": "Capital of France",
    "> Capital of France": "Capital of France",
    "```\nCapital of France\n```": "Capital of France",
    "Using `print` in Python": "Using print in Python",
    "Learning C#": "Learning C#",
    "What 2 * 3 is": "What 2 * 3 is",
    '"Capital of France."': "Capital of France",
    "'Capital of France'": "Capital of France",
    "“Capital of France”.": "Capital of France",
    "„Hauptstadt von Frankreich“": "Hauptstadt von Frankreich",
    "« Capitale de la France »": "Capitale de la France",
    "「フランスの首都」": "フランスの首都",
    "『フランスの首都』。": "フランスの首都",
    "《法国首都》": "法国首都",
    'The word "ice" in songs': "The word ice in songs",
    "L’été à Paris": "L’été à Paris",
    "Don't stop": "Don't stop",
    'הקמת צה"ל': 'הקמת צה"ל',
    "Title: Capital of France": "Capital of France",
    "**Title:** Capital of France": "Capital of France",
    "TITLE:\nCapital of France": "Capital of France",
    '"Title: Capital of France"': "Capital of France",
    "Titel: Hauptstadt von Frankreich": "Hauptstadt von Frankreich",
    "Titre : Capitale de la France": "Capitale de la France",
    "标题：法国首都": "法国首都",
    "Title deeds explained": "Title deeds explained",
    "Here is a title: Capital of France": "Capital of France",
    "Sure! Here's a title for you:\n\nCapital of France": "Capital of France",
    "Capital\u202e of\u200b Fra\u00adnce\x07\x1b\u2066": "Capital of France",
    "Capital of\u2028France": "Capital of",
    "می\u200cخواهم": "می\u200cخواهم",
    "Trip with 👩\u200d🚀": "Trip with 👩\u200d🚀",
    "Half an emoji \ufffd": "Half an emoji",
    "New York, New York": "New York, New York",
    "": "",
    " \n\t\n": "",
    "***": "",
    "---\n...": "",
    "😀😀": "",
    "Title:": "",
    '""': "",
    "I'm sorry, but I can't help with that.": "",
    "I’m sorry": "",
    "I cannot write a title.": "",
    "As an AI language model": "",
    "Es tut mir leid, das geht nicht": "",
    "Je suis désolé": "",
    "A title of at most six words": "",
    "Reply with only the title": "",
    "Question: What is the capital": "",
    "<think>\nThe person wants": "",
    "Paris Paris Paris Paris": "",
    "the the the the end": "",
    "哈哈哈哈哈哈": "",
    "lalalalalala": "",
}


@pytest.mark.parametrize("said", CLEAN, ids=range(len(CLEAN)))
def test_a_title_is_made_of_what_the_model_said(said: str) -> None:
    assert clean_title(said) == CLEAN[said]


@pytest.mark.parametrize("said", CLEAN, ids=range(len(CLEAN)))
def test_a_clean_title_stays_as_it_is(said: str) -> None:
    assert clean_title(CLEAN[said]) == CLEAN[said]


def test_a_long_title_is_cut_between_words() -> None:
    title = clean_title("A very long title that goes on and on, beyond all that fits about the capital of France")
    assert title == "A very long title that goes on and on, beyond all that fits…"
    assert len(title) == 60


def test_a_title_of_just_the_longest_length_is_whole() -> None:
    exact = "A title of sixty characters which is exactly what may be her"
    assert len(exact) == 60
    assert clean_title(exact) == exact


def test_a_long_title_without_spaces_is_cut_where_it_is() -> None:
    alphabet = "".join(chr(0x4E00 + number) for number in range(90))
    assert clean_title(alphabet) == f"{alphabet[:59]}…"
    early = clean_title("A " + "".join(chr(0x4E00 + number) for number in range(90)))
    assert len(early) == 60


def test_a_cut_parts_no_letter_from_its_accents() -> None:
    letters = "".join(chr(0x61 + number % 26) for number in range(58))
    title = clean_title(f"{letters}e\u0301\u0302\u0303\u0304 and more")
    assert title == f"{letters}…"
