"""The small rules: how much goes in, which questions lean on others, what a sentence is worth."""

from __future__ import annotations

import pytest

from runtime.documents.gathering import is_about_all
from runtime.grounding.budgets import budgets
from runtime.grounding.checking import check_answer
from runtime.grounding.follow_ups import leans_on_what_was_said, whole_question
from runtime.grounding.pace import Pace
from runtime.requests import ChatMessage, Role
from runtime.sources import Source, VerdictKind

TEXT = "The lease of the bakery began in March 2019. The monthly rent is 1,450 euros. Pets are not allowed."


def source(text: str = TEXT) -> Source:
    return Source(1, 1, "a.txt", "/a.txt", 1, "", "", "", text, 0, len(text))


def test_a_fast_model_is_given_more_and_a_slow_one_less() -> None:
    unknown, slow, fast = budgets(40_000, None), budgets(40_000, Pace(100, 10)), budgets(40_000, Pace(9_000, 90))
    assert (unknown.whole, unknown.passages) == (20_000, 16_000)
    assert (slow.whole, slow.passages) == (800, 1_000)
    assert (fast.whole, fast.passages) == (20_000, 16_000)
    assert budgets(40_000, Pace(100, 10), patient=True).whole == 20_000
    assert budgets(1_000, None).passages == 600, "a small model is never given more than it can read"


@pytest.mark.parametrize(
    "question",
    [
        "When did it begin?",
        "And the deposit?",
        "Why?",
        "Wann hat er begonnen?",
        "Et quand a-t-il commencé ?",
        "它多少钱？",
    ],
)
def test_questions_that_lean_on_what_was_said(question: str) -> None:
    assert leans_on_what_was_said(question)


@pytest.mark.parametrize("question", ["How high is the rent of the bakery?", "Wie hoch ist die Miete der Bäckerei?"])
def test_questions_that_stand_alone(question: str) -> None:
    assert not leans_on_what_was_said(question)
    before = (ChatMessage(Role.USER, "Hello there, dear model?"), ChatMessage(Role.ASSISTANT, "Yes."))
    assert whole_question(question, before, lambda *_: pytest.fail("asked")) == question


def test_a_chain_of_follow_ups_goes_back_to_what_it_is_about() -> None:
    said = ("How high is the rent of the bakery?", "1,450 euros.", "And who is the landlord?", "Ms Okafor.")
    roles = (Role.USER, Role.ASSISTANT) * 2
    before = tuple(ChatMessage(role, text) for role, text in zip(roles, said, strict=True))
    assert whole_question("When did it begin?", before, None) == f"When did it begin? {said[2]} {said[0]}"


def test_questions_about_all_of_it() -> None:
    assert is_about_all("Summarise this, please.")
    assert is_about_all("What is this document about?")
    assert is_about_all("Worum geht es in dem Vertrag?")
    assert not is_about_all("What does the lease say about pets?")


@pytest.mark.parametrize(
    ("sentence", "kind", "reason"),
    [
        ("The monthly rent is 1,450 euros [1].", VerdictKind.FOUND, ""),
        ("The monthly rent is 1,540 euros [1].", VerdictKind.NOT_FOUND, "number"),
        ("Pets are allowed here [1].", VerdictKind.NOT_FOUND, "negation"),
        ("The tenant sells flowers in Madrid.", VerdictKind.NOT_FOUND, "words"),
        ("The lease of the bakery in Vienna began in March 2019.", VerdictKind.NOT_FOUND, "name"),
        ("Yes.", VerdictKind.UNCHECKED, ""),
    ],
)
def test_what_a_sentence_is_worth(sentence: str, kind: VerdictKind, reason: str) -> None:
    (verdict,) = check_answer(sentence, [source()])
    assert (verdict.kind, verdict.reason) == (kind, reason)
    assert sentence[verdict.start : verdict.stop].startswith(sentence[:3])
