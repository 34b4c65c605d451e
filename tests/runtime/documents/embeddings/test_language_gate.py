"""Models of several languages are gated by their scripts alone."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from runtime.documents.embeddings.language_gate import is_spoken

TWELVE = frozenset({"en", "de", "es", "fr", "ja", "pt", "ar", "cs", "it", "ko", "nl", "zh"})


def never(text: str) -> Sequence[str]:
    raise AssertionError(text)


@pytest.mark.parametrize(
    "text", ["Kündigungsfrist", "通知期間は三か月です", "المستأجر", "임차인은 통지해야 한다", "123"]
)
def test_scripts_of_its_languages_pass(text: str) -> None:
    assert is_spoken(text, TWELVE, never)


@pytest.mark.parametrize("text", ["Арендатор обязан", "ผู้เช่าต้องแจ้ง", "किरायेदार को"])
def test_scripts_of_none_of_its_languages_do_not(text: str) -> None:
    assert not is_spoken(text, TWELVE, never)


def test_a_model_for_all_languages_takes_all() -> None:
    assert is_spoken("ผู้เช่าต้องแจ้ง", None, never)


def test_only_the_beginning_is_looked_at() -> None:
    seen: list[str] = []

    def pieces_of(text: str) -> list[str]:
        seen.append(text)
        return ["word"]

    assert is_spoken("lamp " * 100_000, frozenset({"en"}), pieces_of)
    assert [len(text) for text in seen] == [4000]


@pytest.mark.parametrize(
    "text",
    ["What was FNCB Bancorp's capex in FY2022?", "Where is the Kruskal-Wallis test?"],
)
def test_small_english_words_speak_for_a_question_of_names_and_abbreviations(text: str) -> None:
    assert is_spoken(text, frozenset({"en"}), never)


def test_a_text_without_small_words_is_judged_by_its_pieces() -> None:
    english = frozenset({"en"})
    assert is_spoken("harbour lights", english, lambda _: ["harbour", "lights"])
    assert not is_spoken("Mietvertrag Kaution", english, lambda _: ["mi", "##et", "##vert", "##rag", "ka", "##ution"])


def test_other_letters_are_not_english_whatever_else_stands_there() -> None:
    assert not is_spoken("เขาเขียนหนังสือเล่มนี้ในปีนั้นและ To the Nobility of the Nation", frozenset({"en"}), never)
