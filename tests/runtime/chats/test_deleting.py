from __future__ import annotations

import itertools
import random

import pytest

from runtime.chats import ids
from runtime.chats.attachments import Attachment
from runtime.chats.messages import MessageState
from runtime.chats.shelf import DAY_MS, DAYS_IN_BIN
from runtime.errors import ConversationNotFound
from runtime.requests import Role
from tests.runtime.chats.kit import Home, texts

LATER = (DAYS_IN_BIN + 1) * DAY_MS


def test_a_question_goes_with_its_answers_and_what_came_after_stays(home: Home) -> None:
    chat, (_q1, _a1, q2, a2, *_rest) = home.chat("1", "one", "2", "two", "3", "three")
    home.store.add_message(chat, Role.ASSISTANT, "two again", parent_id=q2)
    home.store.choose_branch(a2)
    assert texts(home.store.delete_message(q2).messages) == ["1", "one", "3", "three"]
    assert home.found("two") == []


def test_an_answer_without_versions_goes_alone(home: Home) -> None:
    chat, (_q1, a1, *_rest) = home.chat("1", "one", "2", "two")
    assert texts(home.store.delete_message(a1).messages) == ["1", "2", "two"]
    assert home.shown(chat) == ["1", "2", "two"]


def test_the_first_question_can_go(home: Home) -> None:
    _chat, (q1, *_rest) = home.chat("1", "one", "2", "two")
    assert texts(home.store.delete_message(q1).messages) == ["2", "two"]


def test_after_the_last_message_is_gone_the_chat_goes_on_above_it(home: Home) -> None:
    chat, (_q1, a1, q2, _a2) = home.chat("1", "one", "2", "two")
    home.store.delete_message(q2)
    assert home.shown(chat) == ["1", "one"]
    question, _answer = home.say(chat, "other", "thing")
    assert home.store.message(question).parent_id == a1
    assert home.store.siblings(question) == (question,)
    assert home.shown(chat) == ["1", "one", "other", "thing"]


def test_everything_can_go_and_the_chat_can_begin_anew(home: Home) -> None:
    chat, (question, _answer) = home.chat("1", "one")
    assert home.store.delete_message(question).messages == ()
    home.say(chat, "new", "beginning")
    assert home.shown(chat) == ["new", "beginning"]


def test_a_version_goes_with_its_branch_and_the_one_before_is_shown(home: Home) -> None:
    chat, (question, first, *_rest) = home.chat("1", "one", "2", "two")
    second = home.store.add_message(chat, Role.ASSISTANT, "second", parent_id=question)
    home.say(chat, "follow", "up")
    third = home.store.add_message(chat, Role.ASSISTANT, "third", parent_id=question)
    home.store.choose_branch(second)
    assert texts(home.store.delete_message(second).messages) == ["1", "one", "2", "two"]
    assert home.store.siblings(first) == (first, third)
    assert home.found("follow") == []
    # Without one before it, the next is shown.
    assert texts(home.store.delete_message(first).messages) == ["1", "third"]
    assert home.store.siblings(third) == (third,)


def test_another_wording_of_a_question_is_a_version(home: Home) -> None:
    chat, (question, _answer) = home.chat("why", "because")
    other, _ = home.say(chat, "how come", "so", under=None)
    assert texts(home.store.delete_message(other).messages) == ["why", "because"]
    assert home.store.siblings(question) == (question,)


def test_a_version_that_is_not_shown_goes_without_changing_what_is(home: Home) -> None:
    chat, (question, first) = home.chat("1", "one")
    home.store.add_message(chat, Role.ASSISTANT, "second", parent_id=question)
    assert texts(home.store.delete_message(first).messages) == ["1", "second"]


def test_a_branch_whose_end_was_deleted_before_is_left_all_the_same(home: Home) -> None:
    chat, (question, _first) = home.chat("1", "one")
    second = home.store.add_message(chat, Role.ASSISTANT, "second", parent_id=question)
    follow_up, _ = home.say(chat, "follow", "up")
    home.store.delete_message(follow_up)
    assert home.shown(chat) == ["1", "second"]
    assert texts(home.store.delete_message(second).messages) == ["1", "one"]


def test_undo_brings_back_exactly_what_was(home: Home) -> None:
    chat, (question, first, *_rest) = home.chat("1", "one", "2", "two")
    second = home.store.add_message(chat, Role.ASSISTANT, "second", parent_id=question)
    follow_up, older_end = home.say(chat, "follow", "older end")
    home.store.add_message(chat, Role.ASSISTANT, "newer end", parent_id=follow_up)
    every = [question, first, second, follow_up, older_end]
    for end, gone in itertools.product((first, older_end), every):
        home.store.choose_branch(end)
        before = home.store.read(chat)
        path = [message.id for message in before.messages]
        home.store.delete_message(gone)
        after = home.store.restore_message(gone)
        if gone in path:
            assert after == before, (end, gone)
        else:
            assert gone in [message.id for message in after.messages], (end, gone)
    home.check_index()


def test_what_is_brought_back_is_shown(home: Home) -> None:
    chat, (_q1, _a1, _q2, a2) = home.chat("1", "one", "2", "two")
    home.store.delete_message(a2)
    home.say(chat, "3", "three")
    assert home.shown(chat) == ["1", "one", "2", "3", "three"]
    assert texts(home.store.restore_message(a2).messages) == ["1", "one", "2", "two"]


def test_a_message_from_a_branch_that_went_later_brings_the_branch_back(home: Home) -> None:
    chat, (question, first) = home.chat("1", "one")
    second = home.store.add_message(chat, Role.ASSISTANT, "second", parent_id=question)
    follow_up, _ = home.say(chat, "follow", "up")
    home.store.delete_message(follow_up)
    home.store.delete_message(second)
    assert texts(home.store.restore_message(follow_up).messages) == ["1", "second", "follow", "up"]
    assert home.store.siblings(first) == (first, second)
    assert home.shelf.deleted_messages() == ()


def test_a_message_from_a_branch_whose_words_are_gone_can_still_be_shown(home: Home) -> None:
    chat, (question, first) = home.chat("1", "one")
    second = home.store.add_message(chat, Role.ASSISTANT, "second", parent_id=question)
    follow_up, _ = home.say(chat, "follow", "up")
    home.store.delete_message(follow_up)
    home.store.delete_message(second)
    home.shelf.forget_message(second)
    assert texts(home.store.restore_message(follow_up).messages) == ["1", "follow", "up"]
    home.store.choose_branch(first)
    assert home.shown(chat) == ["1", "one"]
    assert texts(home.store.choose_branch(follow_up).messages) == ["1", "follow", "up"]


def test_the_bin_lists_each_deletion_once_the_last_first(home: Home) -> None:
    chat, (_q1, a1, q2, _a2) = home.chat("1", "one", "2 " + "long " * 50, "two", title="Numbers")
    home.store.delete_message(a1)
    home.store.delete_message(q2)
    last, first = home.shelf.deleted_messages()
    assert (last.id, last.conversation_id, last.title) == (q2, chat, "Numbers")
    assert (first.id, first.excerpt) == (a1, "one")
    assert last.excerpt.startswith("2 long")
    assert len(last.excerpt) < 100
    assert last.deleted_at > first.deleted_at
    home.store.restore_message(last.id)
    assert [message.id for message in home.shelf.deleted_messages()] == [a1]
    home.shelf.move_to_bin(chat)
    assert home.shelf.deleted_messages() == ()


def test_words_that_are_gone_for_good_are_gone_everywhere(home: Home) -> None:
    chat = home.store.create("kept")
    question, answer = home.store.add_exchange(
        chat, "the zebra question", attachments=(Attachment("zebra.txt", "zebra file"),)
    )
    home.store.append_text(answer, "the zebra answer", "zebra thinking")
    home.store.finish_message(answer, MessageState.COMPLETE)
    home.store.pin_message(answer, True)
    home.say(chat, "next", "word")
    home.store.delete_message(question)
    home.shelf.forget_message(question)
    with home.database.read() as connection:
        rows = connection.execute("SELECT * FROM messages WHERE id IN (?, ?)", (question, answer)).fetchall()
    assert "zebra" not in str(rows)
    assert home.found("zebra") == []
    assert home.shown(chat) == ["next", "word"]
    assert home.shelf.deleted_messages() == ()
    with pytest.raises(ConversationNotFound):
        home.store.restore_message(question)
    home.check_index()


def test_the_bin_forgets_after_its_days(home: Home) -> None:
    chat, (_q1, _a1, q2, _a2) = home.chat("1", "one", "zebra", "stripes")
    home.store.delete_message(q2)
    assert home.shelf.purge_bin(ids.now_ms() + LATER - 2 * DAY_MS) == 0
    assert len(home.shelf.deleted_messages()) == 1
    assert home.shelf.purge_bin(ids.now_ms() + LATER) == 2
    assert home.shelf.deleted_messages() == ()
    assert home.shown(chat) == ["1", "one"]
    with home.database.read() as connection:
        assert connection.execute("SELECT 1 FROM messages WHERE text IN ('zebra', 'stripes')").fetchall() == []
    home.check_index()


def test_an_answer_deleted_while_it_is_written_leaves_nothing_behind(home: Home) -> None:
    question, answer = home.store.add_exchange(home.store.create(), "why")
    home.store.append_text(answer, "zebra ")
    home.store.delete_message(question)
    home.shelf.forget_message(question)
    home.store.append_text(answer, "zebra ")
    home.store.finish_message(answer, MessageState.COMPLETE, text="zebra")
    assert home.store.message(answer).text == ""
    assert home.found("zebra") == []


def test_what_is_not_there_cannot_be_deleted_or_brought_back(home: Home) -> None:
    _chat, (question, answer) = home.chat("1", "one")
    home.store.delete_message(answer)
    for attempt in (
        lambda: home.store.delete_message("nothing"),
        lambda: home.store.delete_message(answer),
        lambda: home.store.restore_message("nothing"),
        lambda: home.store.restore_message(question),
        lambda: home.shelf.forget_message(question),
        lambda: home.shelf.forget_message("nothing"),
    ):
        with pytest.raises(ConversationNotFound):
            attempt()


def test_whatever_is_deleted_the_chat_can_be_read_and_all_of_it_comes_back(home: Home) -> None:
    chance = random.Random(8)
    chat = home.store.create()
    for number in range(40):
        path = home.store.read(chat).messages
        match chance.randrange(3):
            case 0 if path:
                home.say(chat, f"version {number}", "a", under=chance.choice(path).parent_id)
            case 1 if path:
                home.store.choose_branch(chance.choice(chance.choice(path).siblings))
        home.say(chat, f"question {number}", f"answer {number}")
    with home.database.read() as connection:
        every = [row[0] for row in connection.execute("SELECT id FROM messages ORDER BY seq")]
    for _ in range(60):
        path = home.store.read(chat).messages
        if not path:
            break
        gone = chance.choice(path).id
        shown = home.store.delete_message(gone).messages
        assert gone not in [message.id for message in shown]
        assert all(message.id in message.siblings for message in shown)
    home.check_index()
    while deletions := home.shelf.deleted_messages():
        restored = chance.choice(deletions).id
        assert restored in [message.id for message in home.store.restore_message(restored).messages]
    for message_id in every:
        assert message_id in [message.id for message in home.store.choose_branch(message_id).messages]
