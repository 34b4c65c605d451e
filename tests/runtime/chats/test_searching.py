from __future__ import annotations

import pytest

from runtime.chats import searching
from runtime.chats.messages import MessageState
from tests.runtime.chats.kit import Home


def marked(home: Home, query: str) -> list[list[str]]:
    """What is marked in the excerpt of each message found."""
    return [[hit.excerpt[start:end] for start, end in hit.marks] for hit in home.store.search(query)]


def test_the_message_that_is_about_the_word_comes_first(home: Home) -> None:
    _chat, (_q, _a, said_often, *_rest) = home.chat(
        "the nile and many " + "other words " * 30,
        "nothing",
        "nile nile nile",
        "nothing",
        "once more the nile " + "in passing " * 30,
        "x",
    )
    assert home.found("nile")[0] == said_often
    assert len(home.found("nile")) == 3


def test_of_very_many_the_newest_come_first(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "RANKED_AT_MOST", 3)
    chat = home.store.create()
    questions = [home.say(chat, "nile " * (5 - number), "x")[0] for number in range(5)]
    assert home.found("nile") == questions[::-1]
    assert [hit.message_id for hit in home.store.search("nile", limit=2)] == questions[:2:-1]


def test_the_start_of_a_short_word_finds_the_newest_first(home: Home) -> None:
    chat = home.store.create()
    questions = [home.say(chat, word, "x")[0] for word in ("nile nile", "night", "nix and other words")]
    assert home.found("ni") == questions[::-1]


def test_a_single_letter_is_a_word_of_its_own(home: Home) -> None:
    _chat, (question, *_rest) = home.chat("plan b", "bananas")
    assert home.found("b") == [question]
    assert home.found("ba b") == []


def test_every_word_but_the_last_is_whole(home: Home) -> None:
    _chat, (question, answer) = home.chat("green apples", "greenish appliances")
    assert home.found("green app") == [question]
    assert home.found("app greenish") == [] == home.found("greeni apples")
    assert home.found("greenish appl") == [answer]


def test_capitals_and_accents_do_not_matter(home: Home) -> None:
    _chat, (question, answer) = home.chat("Ein CAFÉ in Köln", "naïve")
    assert home.found("café köln") == home.found("CAFE koln") == [question]
    assert home.found("NAIVE") == [answer]


@pytest.mark.parametrize("where", ["bin", "deleted", "forgotten"])
def test_what_was_thrown_away_is_not_found_and_hides_nothing(
    home: Home, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    monkeypatch.setattr(searching, "RANKED_AT_MOST", 3)
    _kept, (kept_question, _a) = home.chat("the nile", "x")
    chat = home.store.create()
    questions = [home.say(chat, f"nile {number}", "x")[0] for number in range(8)]
    assert len(home.found("nile")) == 9
    if where == "bin":
        home.shelf.move_to_bin(chat)
    else:
        for question in questions:
            home.store.delete_message(question)
    if where == "forgotten":
        home.shelf.empty_bin()
    assert home.found("nile") == home.found("nil") == [kept_question]


def test_words_are_found_within_scripts_without_spaces(home: Home) -> None:
    chat = home.store.create()
    chinese, japanese = home.say(chat, "我在学习GPT模型和汉语。", "東京へようこそ、きょうは3月です。")
    thai, mixed = home.say(chat, "วันนี้ที่นี่ฝนตก", "Python入門 for everyone_100%")
    assert home.found("汉语") == [chinese]
    assert home.found("模型") == home.found("gpt模型") == home.found("模型 汉语") == [chinese]
    assert home.found("きょう") == home.found("東京 3月") == [japanese]
    assert home.found("ที่นี่") == [thai]
    assert home.found("入門 EVERYONE") == home.found("入門 everyone_100") == [mixed]
    assert home.found("入門 everyone100") == home.found("漢語") == []
    assert marked(home, "汉语") == [["汉语"]]
    assert marked(home, "入門 python") == [["Python", "入門"]]
    assert marked(home, "ที่นี่") == [["ที่นี่"]]


def test_a_long_text_is_cut_around_what_was_found(home: Home) -> None:
    home.chat("a " * 300 + "needle" + " b" * 300, "漢" * 500 + "針" + "字" * 500)
    for query, word in (("needle", "needle"), ("針", "針")):
        (hit,) = home.store.search(query)
        assert [hit.excerpt[start:end] for start, end in hit.marks] == [word]
        assert hit.excerpt.startswith("…")
        assert hit.excerpt.endswith("…")
        assert len(hit.excerpt) < 200


def test_a_streaming_answer_in_such_a_script_is_found_once_it_ends(home: Home) -> None:
    _question, answer = home.store.add_exchange(home.store.create(), "?")
    home.store.append_text(answer, "汉语")
    assert home.found("汉语") == []
    home.store.finish_message(answer, MessageState.STOPPED)
    assert home.found("汉语") == [answer]


@pytest.mark.parametrize("word", ["word", "汉语"])
def test_a_whole_page_may_be_pasted_where_words_are_typed(home: Home, word: str) -> None:
    _chat, (question, _answer) = home.chat(f"{word} 1 2 3", "x")
    assert home.found(f"{word} " * 5_000) == [question]
    assert home.found(f"{word} other " * 5_000) == []
    assert home.found(word + "x" * 100_000) == []


def test_a_hit_says_where_and_when(home: Home) -> None:
    chat, (question, _answer) = home.chat("needle", "x", title="Haystack")
    (hit,) = home.store.search("needle")
    assert (hit.conversation_id, hit.message_id, hit.title) == (chat, question, "Haystack")
    assert hit.created_at == home.store.message(question).created_at
    assert (hit.excerpt, hit.marks) == ("needle", ((0, 6),))
