"""Candidates scored exactly, whichever words were met before."""

from __future__ import annotations

import pytest

from runtime.documents import scoring
from runtime.documents.query import read_query
from runtime.documents.scoring import Candidate, Scored, parts_of, score

TEXTS = {
    "en": ["The harbour was built of oak.", "Harbours and harbouring ships.", "Oak is a tree.", "Nothing of it."],
    "de": ["Die Vertragsstrafe wird fällig.", "Der Vertrag und die Strafe.", "Nichts davon.", "Ein Verfahren."],
    "zh": ["合同的租金为每月一千元。", "狗不得入内。", "租金", "合同"],
    "th": ["ค่าเช่าต้องชำระทุกเดือน", "ห้ามเลี้ยงสุนัข", "เดือน", "สุนัขเดือน"],
}


def scores(question: str, language: str, *, typing: bool = False) -> list[tuple[int, float]]:
    """The texts of a language, scored."""
    query = read_query(question, {language: 4}, typing=typing)
    candidates = [Candidate(at, text, "", language) for at, text in enumerate(TEXTS[language])]
    return list(score(query, candidates, {}, 100).ranked)


@pytest.mark.parametrize("room", [100_000, 3])
@pytest.mark.parametrize(
    ("language", "question", "best"),
    [("en", "oak harbour", 0), ("de", "Strafe Vertrag", 1), ("zh", "租金", 2), ("th", "สุนัข", 3)],
)
def test_scores_do_not_depend_on_what_is_remembered(
    monkeypatch: pytest.MonkeyPatch, room: int, language: str, question: str, best: int
) -> None:
    monkeypatch.setattr(scoring, "KNOWN_WORDS", room)
    scoring._vocabulary.cache_clear()
    first = scores(question, language)
    assert first[0][0] == best
    assert scores(question, language) == first
    scores("ein ganz anderer Satz " + question, language)
    assert scores(question, language) == first


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("h", {0, 1}),
        ("ha", {0, 1}),
        ("har", {0, 1}),
        ("harbo", {0, 1}),
        ("harbouri", {1}),
        ("oa", {0, 2}),
        ("q", set()),
    ],
)
def test_a_beginning_counts_however_short_it_is(typed: str, found: set[int]) -> None:
    assert {passage for passage, points in scores(typed, "en", typing=True) if points > 0} == found


def test_words_beside_each_other_count_more_than_apart() -> None:
    query = read_query("oak pier", {"en": 4})
    together, apart = Candidate(1, "The oak pier of stone.", "", "en"), Candidate(2, "The oak of a pier.", "", "en")
    assert [passage for passage, _ in score(query, [apart, together], {}, 100).ranked] == [1, 2]


def test_the_parts_of_a_word_begin_with_its_beginning() -> None:
    assert parts_of("Strafe", "de") == ("^str", "stra", "traf", "rafe")
    assert parts_of("ab", "en") == ("^ab",)
    assert score(read_query("oak", {"en": 1}), [], {}, 10) == Scored()
