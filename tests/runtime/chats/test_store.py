from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.chats import ids
from runtime.chats.messages import Message, MessageState
from runtime.chats.places import Places
from runtime.chats.shelf import DAY_MS, DAYS_IN_BIN, Shelf
from runtime.chats.store import ConversationStore
from runtime.errors import ConversationNotFound, Problem
from runtime.events import AnswerStatistics
from runtime.requests import Role
from runtime.storage.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "hearth.db")
    yield database
    database.close()


@pytest.fixture
def places(database: Database) -> Places:
    return Places(database)


@pytest.fixture
def store(places: Places) -> ConversationStore:
    return ConversationStore(places)


@pytest.fixture
def shelf(places: Places) -> Shelf:
    return Shelf(places)


def exchange(store: ConversationStore, conversation_id: str, question: str, answer: str) -> tuple[str, str]:
    before = store.read(conversation_id).messages
    ids = store.add_exchange(conversation_id, question, parent_id=before[-1].id if before else None)
    store.finish_message(ids[1], MessageState.COMPLETE, text=answer)
    return ids


def texts(messages: tuple[Message, ...]) -> list[str]:
    return [message.text for message in messages]


def test_a_conversation_reads_as_it_was_written(store: ConversationStore) -> None:
    conversation_id = store.create()
    question_id, answer_id = store.add_exchange(conversation_id, "Why?", model="tiny", title="Why?")
    streaming = store.message(answer_id)
    assert (streaming.state, streaming.text, streaming.model) == (MessageState.STREAMING, "", "tiny")
    store.append_text(answer_id, "Be", "Hm")
    store.append_text(answer_id, "cau", "m")
    assert store.message(answer_id).text == "Becau"
    statistics = AnswerStatistics(prompt_tokens=3, answer_tokens=5, answer_tokens_per_s=18.5)
    store.finish_message(answer_id, MessageState.COMPLETE, text="se.", statistics=statistics)

    conversation = store.open(conversation_id)
    question, answer = conversation.messages
    assert conversation.title == "Why?"
    assert (question.id, question.parent_id, question.role, question.text) == (question_id, None, Role.USER, "Why?")
    assert (answer.id, answer.parent_id, answer.role) == (answer_id, question_id, Role.ASSISTANT)
    assert (answer.text, answer.thinking, answer.state) == ("Because.", "Hmm", MessageState.COMPLETE)
    assert answer.statistics == statistics
    assert 0 < question.created_at <= answer.created_at <= ids.now_ms()


def test_a_guided_conversation_stays_so_until_it_is_said_otherwise(store: ConversationStore) -> None:
    plain, guided = store.create(), store.create("Help", guided=True)
    assert (store.read(plain).guided, store.open(guided).guided) == (False, True)
    store.set_guided(guided, False)
    assert not store.read(guided).guided
    with pytest.raises(ConversationNotFound):
        store.set_guided("nowhere", True)


def test_an_ended_message_does_not_change_any_more(store: ConversationStore) -> None:
    _question, answer = exchange(store, store.create(), "Why?", "Because.")
    store.append_text(answer, "late")
    store.finish_message(answer, MessageState.FAILED, text="late", problem=Problem("x"))
    message = store.message(answer)
    assert (message.text, message.state, message.problem) == ("Because.", MessageState.COMPLETE, None)


def test_a_problem_is_kept_whole(store: ConversationStore) -> None:
    _question, answer = store.add_exchange(store.create(), "Why?")
    problem = Problem(
        "inference.engine_died", {"exit_code": -9, "detail": "„Ende“", "after_s": 1.5, "x": None}, "report"
    )
    store.finish_message(answer, MessageState.FAILED, text="Be", problem=problem)
    message = store.message(answer)
    assert (message.text, message.state, message.problem) == ("Be", MessageState.FAILED, problem)


def test_other_tries_stand_beside_each_other(store: ConversationStore) -> None:
    conversation_id = store.create()
    question, first = exchange(store, conversation_id, "Why?", "first")
    second = store.add_message(conversation_id, Role.ASSISTANT, "second", parent_id=question)
    follow_up = store.add_message(conversation_id, Role.USER, "And?", parent_id=second)
    assert texts(store.read(conversation_id).messages) == ["Why?", "second", "And?"]
    assert store.siblings(first) == store.siblings(second) == (first, second)
    assert store.read(conversation_id).messages[1].siblings == (first, second)

    assert texts(store.choose_branch(first).messages) == ["Why?", "first"]
    assert texts(store.open(conversation_id).messages) == ["Why?", "first"]
    assert texts(store.choose_branch(second).messages) == ["Why?", "second", "And?"]
    assert store.siblings(follow_up) == (follow_up,)
    assert texts(store.path_to(second)) == ["Why?", "second"]


def test_a_first_question_in_other_words_is_a_sibling_too(store: ConversationStore) -> None:
    conversation_id, other = store.create(), store.create()
    first, _ = exchange(store, conversation_id, "Why?", "a")
    exchange(store, other, "elsewhere", "b")
    second, _ = store.add_exchange(conversation_id, "How come?", parent_id=None)
    assert store.siblings(first) == (first, second)
    assert texts(store.read(conversation_id).messages) == ["How come?", ""]
    assert texts(store.choose_branch(first).messages) == ["Why?", "a"]


def test_the_list_shows_the_one_changed_last_first(
    store: ConversationStore, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(1000, 100_000, 10))
    monkeypatch.setattr("runtime.chats.store.now_ms", lambda: next(clock))
    monkeypatch.setattr("runtime.chats.rows.now_ms", lambda: next(clock))
    first, second, third = store.create("1"), store.create("2"), store.create("3")
    assert [s.title for s in shelf.summaries()] == ["3", "2", "1"]
    exchange(store, first, "again", "yes")
    assert [s.title for s in shelf.summaries()] == ["1", "3", "2"]
    store.rename(second, "two")
    store.set_draft(second, "half")
    store.open(second)
    assert [s.title for s in shelf.summaries()] == ["1", "3", "two"]
    assert [s.id for s in shelf.summaries(limit=2)] == [first, third]


def test_the_bin_holds_for_thirty_days(store: ConversationStore, shelf: Shelf) -> None:
    kept, binned = store.create("kept"), store.create("binned")
    exchange(store, binned, "needle", "hay")
    shelf.move_to_bin(binned)
    assert [s.id for s in shelf.summaries()] == [kept]
    assert [s.id for s in shelf.binned()] == [binned]
    assert store.search("needle") == ()
    assert store.last_opened() == kept
    assert shelf.purge_bin(ids.now_ms() + (DAYS_IN_BIN - 1) * DAY_MS) == 0
    shelf.restore(binned)
    assert shelf.binned() == ()
    assert len(store.search("needle")) == 1
    shelf.move_to_bin(binned)
    assert shelf.purge_bin(ids.now_ms() + (DAYS_IN_BIN + 1) * DAY_MS) == 1
    with pytest.raises(ConversationNotFound):
        store.open(binned)
    assert [s.id for s in shelf.summaries()] == [kept]


def test_a_very_long_conversation_opens_and_can_be_deleted(
    store: ConversationStore, shelf: Shelf, database: Database
) -> None:
    conversation_id, parent = store.create(), None
    with database.write():
        for number in range(1500):
            parent = store.add_message(conversation_id, Role.USER, str(number), parent_id=parent)
    conversation = store.open(conversation_id)
    assert texts(conversation.messages) == [str(number) for number in range(1500)]
    assert texts(store.choose_branch(conversation.messages[0].id).messages)[-1] == "1499"
    shelf.move_to_bin(conversation_id)
    assert shelf.purge_bin(ids.now_ms() + 31 * DAY_MS) == 1
    with database.read() as connection:
        assert connection.execute("SELECT count(*) FROM messages").fetchone() == (0,)


def test_a_draft_is_kept_until_it_is_sent(store: ConversationStore) -> None:
    conversation_id = store.create()
    store.set_draft(conversation_id, "half a th")
    assert store.open(conversation_id).draft == "half a th"
    store.add_exchange(conversation_id, "half a thought", title="t")
    assert store.open(conversation_id).draft == ""


def test_the_first_title_stays(store: ConversationStore) -> None:
    conversation_id = store.create()
    store.add_exchange(conversation_id, "a", title="first")
    store.add_exchange(conversation_id, "b", title="second")
    assert store.read(conversation_id).title == "first"


def test_the_one_opened_last_is_known(store: ConversationStore, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(1000, 100_000, 10))
    monkeypatch.setattr("runtime.chats.store.now_ms", lambda: next(clock))
    assert store.last_opened() is None
    first, second = store.create(), store.create()
    assert store.last_opened() == second
    store.open(first)
    assert store.last_opened() == first


def test_what_does_not_exist_is_named(store: ConversationStore, shelf: Shelf) -> None:
    conversation_id = store.create()
    other = exchange(store, store.create(), "a", "b")[0]
    for attempt in (
        lambda: store.open("x"),
        lambda: store.rename("x", "t"),
        lambda: store.set_draft("x", "t"),
        lambda: shelf.move_to_bin("x"),
        lambda: shelf.restore("x"),
        lambda: store.add_exchange("x", "t"),
        lambda: store.message("x"),
        lambda: store.choose_branch("x"),
        lambda: store.finish_message("x", MessageState.COMPLETE),
        lambda: store.add_message(conversation_id, Role.USER, "t", parent_id="x"),
        lambda: store.add_message(conversation_id, Role.USER, "t", parent_id=other),
    ):
        with pytest.raises(ConversationNotFound):
            attempt()
    assert store.read(conversation_id).messages == ()


def test_any_text_comes_back_as_it_was(store: ConversationStore) -> None:
    conversation_id = store.create()
    for text in ("", "\x00", "a\x00b", "漢字 🫖 \u202e", "'; DROP TABLE messages; --", "\r\n\t", "x" * 300_000):
        _question, answer = store.add_exchange(conversation_id, text)
        store.append_text(answer, text)
        store.finish_message(answer, MessageState.COMPLETE, text=text)
        assert store.message(answer).text == text + text
        assert store.read(conversation_id).messages[0].text == text


def test_half_a_character_does_not_cost_the_message(store: ConversationStore) -> None:
    _question, answer = store.add_exchange(store.create(), "\ud83d lost its half", title="\ude00")
    store.append_text(answer, "\ud83d\ude00 whole after all")
    assert store.message(answer).text == "😀 whole after all"
    assert store.path_to(answer)[0].text == "\ufffd lost its half"


# --- search ---------------------------------------------------------------------------------------------------------


def test_words_are_found_with_their_place(store: ConversationStore) -> None:
    conversation_id = store.create("Rivers")
    question, answer = exchange(store, conversation_id, "Where is the Nile?", "In Africa, the NILE flows north.")
    hits = store.search("nile")
    assert {hit.message_id for hit in hits} == {question, answer}
    for hit in hits:
        assert hit.title == "Rivers"
        assert [hit.excerpt[start:end].lower() for start, end in hit.marks] == ["nile"]
    assert [hit.message_id for hit in store.search("africa nile")] == [answer]
    assert [hit.message_id for hit in store.search("afr")] == [answer]
    assert store.search("nile danube") == ()


def test_a_streaming_answer_is_found_once_it_ends(store: ConversationStore) -> None:
    _question, answer = store.add_exchange(store.create(), "?")
    store.append_text(answer, "half a zebra")
    assert store.search("zebra") == ()
    store.finish_message(answer, MessageState.STOPPED)
    assert [hit.message_id for hit in store.search("zebra")] == [answer]


def test_any_query_is_a_query(store: ConversationStore) -> None:
    exchange(store, store.create(), 'He said "stop" AND left (NEAR the door) -- *', "naïve café")
    for query in ("", " ", '"', "*", "AND", "NEAR(", "a OR", "text:stop", "^", "-", "\x00", "'", "stop*", "(" * 50):
        store.search(query)
    assert len(store.search('"stop" AND')) == 1
    assert len(store.search("cafe")) == 1


def test_the_index_always_agrees_with_the_messages(store: ConversationStore, shelf: Shelf, database: Database) -> None:
    chance = random.Random(3)
    conversations = [store.create() for _ in range(3)]
    streaming: list[str] = []
    for number in range(200):
        match chance.randrange(4):
            case 0:
                streaming.append(store.add_exchange(chance.choice(conversations), f"question {number}")[1])
            case 1 if streaming:
                store.append_text(chance.choice(streaming), f" piece {number}")
            case 2 if streaming:
                state = chance.choice([MessageState.COMPLETE, MessageState.STOPPED, MessageState.FAILED])
                store.finish_message(streaming.pop(), state, text=f" end {number}")
            case 3 if number % 50 == 49:
                gone = conversations.pop()
                conversations.append(store.create())
                shelf.move_to_bin(gone)
                shelf.purge_bin(ids.now_ms() + 31 * DAY_MS)
                streaming.clear()
    ConversationStore(Places(database))
    with database.write() as connection:
        connection.execute("INSERT INTO message_words (message_words, rank) VALUES ('integrity-check', 1)")
        assert connection.execute("SELECT count(*) FROM messages WHERE state = 'streaming'").fetchone() == (0,)


# --- ids ------------------------------------------------------------------------------------------------------------


def test_ids_sort_by_their_making_and_never_repeat(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([5_000] * 5_000 + [4_000] * 5_000 + [6_000] * 5_000)
    monkeypatch.setattr(ids, "now_ms", lambda: next(moments))
    monkeypatch.setattr(ids, "_last", 0)
    made = [ids.new_id() for _ in range(15_000)]
    assert made == sorted(set(made))
    assert {(value[14], value[19] in "89ab", len(value)) for value in made} == {("7", True, 36)}


def test_ids_made_at_once_are_different() -> None:
    made: list[str] = []
    threads = [threading.Thread(target=lambda: made.extend(ids.new_id() for _ in range(2_000))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 8_000


def test_a_restored_database_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "hearth.db"
    path.write_bytes(b"rubbish" * 1000)
    database = Database(path)
    problem = ConversationStore(Places(database)).recovered
    database.close()
    database.close()
    assert problem is not None
    assert problem.code == "storage.damaged"
    again = Database(path)
    assert ConversationStore(Places(again)).recovered is None
    again.close()
