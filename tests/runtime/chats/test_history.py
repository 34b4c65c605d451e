from __future__ import annotations

import pytest

from runtime.chats.history import (
    DROPPED_TURNS,
    TITLE_CHARACTERS,
    estimated_tokens,
    newest_that_fit,
    title_from,
    turns_of,
    without,
)
from runtime.chats.messages import Message
from runtime.requests import ChatMessage, Role

U, A = Role.USER, Role.ASSISTANT


def messages(*turns: tuple[Role, str]) -> list[Message]:
    return [Message(str(number), "c", None, role, text, thinking="hidden") for number, (role, text) in enumerate(turns)]


def test_turns_are_what_was_said_without_the_thinking() -> None:
    assert turns_of(messages((U, "a"), (A, "b"), (U, "c"))) == (
        ChatMessage(U, "a"),
        ChatMessage(A, "b"),
        ChatMessage(U, "c"),
    )


def test_questions_around_a_missing_answer_are_joined() -> None:
    assert turns_of(messages((U, "a"), (A, ""), (U, "b"), (A, " \n"), (U, "c"))) == (ChatMessage(U, "a\n\nb\n\nc"),)


def test_exchanges_with_a_left_out_answer_are_not_told_but_the_last_question_is() -> None:
    path = messages((U, "a"), (A, "no"), (U, "b"), (A, "yes"), (U, "c"), (U, "d"), (A, "no"), (U, "e"))
    kept = without(path, lambda answer: answer.text == "no")
    assert [message.text for message in kept] == ["b", "yes", "e"]
    assert without(path, lambda _answer: False) == tuple(path)
    assert [message.text for message in without(path, lambda _answer: True)] == ["e"]


@pytest.mark.parametrize("room", [-5, 0, 20, 60, 100, 1000])
def test_the_oldest_pairs_go_first_and_the_question_stays(room: float) -> None:
    turns = turns_of(messages(*((U if n % 2 == 0 else A, f"{n:02d} " + "word " * 10) for n in range(11))))
    kept = newest_that_fit(turns, room)
    assert kept == turns[len(turns) - len(kept) :]
    assert len(kept) % 2 == 1
    assert kept[0].role is U
    assert len(kept) == 1 or estimated_tokens(kept) <= room
    if len(kept) < len(turns):
        assert estimated_tokens(turns[max(0, len(turns) - len(kept) - DROPPED_TURNS) :]) > room


def test_a_full_conversation_begins_alike_for_several_questions() -> None:
    turns = turns_of(messages(*((U if n % 2 == 0 else A, f"{n:02d} " + "word " * 10) for n in range(41))))
    room = estimated_tokens(turns[:13])
    beginnings = [newest_that_fit(turns[:length], room)[0] for length in range(15, 42, 2)]
    assert len(set(beginnings)) <= 5
    assert all(beginnings.count(one) >= 2 for one in set(beginnings[:-1]))


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("Why is the sky blue?", "Why is the sky blue?"),
        ("  Why\n is   the sky blue?  ", "Why is the sky blue?"),
        ("Why is the sky blue and not green or any other colour?", "Why is the sky blue and not green or any…"),
        ("x" * 100, "x" * TITLE_CHARACTERS + "…"),
        ("天" * 100, "天" * TITLE_CHARACTERS + "…"),
        ("", ""),
    ],
)
def test_a_title_is_the_beginning_cut_between_words(question: str, title: str) -> None:
    assert title_from(question) == title
