"""Why a model is or is not for a computer: the words follow the figures, and no expert word is among them."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from app import sentences
from runtime.api import Basis, Choice, Computer, Fit, Purpose, ReasonCode, Recommendation, described_computer
from runtime.catalogue.entries import load_catalogue
from runtime.catalogue.measured import Measured
from runtime.catalogue.recommend import recommend
from runtime.paths import assets_folder

CATALOGUE = load_catalogue(assets_folder() / "catalogue" / "models.json")
GB = 1_000_000_000
AIR_8 = described_computer("Apple M2", 8)
AIR_16 = described_computer("Apple M3", 16)
PRO_64 = described_computer("Apple M4 Max", 64)
PLAIN = described_computer("Intel Core i5", 16)
CARD = described_computer("NVIDIA GeForce RTX 4070", 32, gpu_memory_gb=12)
COMPUTERS = (AIR_8, AIR_16, PRO_64, PLAIN, CARD)
EXPERT = re.compile(r"token|context|quanti|\bbit\b|VRAM|cache|GPU|LLM|[{}]|None|  ", re.IGNORECASE)


def found(computer: Computer, purpose: Purpose = Purpose.EVERYDAY, line: float | None = None) -> Recommendation:
    return recommend(computer, CATALOGUE, purpose=purpose, measured=Measured(download_bytes_per_s=line))


def picked(computer: Computer, purpose: Purpose = Purpose.EVERYDAY) -> Choice:
    pick = found(computer, purpose).pick
    assert pick is not None
    return pick


@pytest.mark.parametrize("computer", COMPUTERS, ids=lambda computer: computer.chip + str(computer.memory_bytes >> 30))
@pytest.mark.parametrize("purpose", list(Purpose))
def test_whatever_is_said_of_a_model_is_said_in_lay_words(computer: Computer, purpose: Purpose) -> None:
    recommendation = found(computer, purpose)
    assert recommendation.pick is not None
    for choice in recommendation.choices:
        for said in (
            sentences.choice_reason(choice),
            sentences.short_reason(choice),
            sentences.not_taken(choice),
            sentences.beside(choice, recommendation.pick),
            sentences.speed_sentence(choice),
            sentences.memory_sentence(choice, computer, "this Mac"),
            sentences.reach(choice),
        ):
            assert said == said.strip()
            assert not EXPERT.search(said), said
            assert said.endswith("."), said


def test_what_should_not_be_taken_names_what_should() -> None:
    recommendation = found(AIR_16)
    assert recommendation.pick is not None
    bad = [choice for choice in recommendation.choices if choice.fit in (Fit.CRAWLS, Fit.TOO_LARGE)]
    assert {choice.reason.code for choice in bad} >= {ReasonCode.CRAWLS_FOR_MEMORY, ReasonCode.TOO_LARGE}
    for choice in bad:
        assert f"“{recommendation.pick.model.role}” does better here." in sentences.choice_reason(choice)


@pytest.mark.parametrize(
    ("purpose", "exists", "words"),
    [
        (Purpose.PICTURES, False, "Hearth can't look at pictures yet, so this is the best one for everyday use."),
        (Purpose.CODE, True, "Models made for code ask more than this computer can give, so this is"),
        (Purpose.CODE, False, "Hearth knows no model that is made for code, so this is"),
    ],
)
def test_where_nothing_is_made_for_it_this_is_said(purpose: Purpose, exists: bool, words: str) -> None:
    said = sentences.reason(ReasonCode.NONE_FOR_PURPOSE, {"purpose": purpose.value, "exists": exists})
    assert said.startswith(words)


def test_the_best_for_a_purpose_names_it() -> None:
    assert "The best one for writing that runs well here." in sentences.choice_reason(picked(PRO_64, Purpose.WRITING))


def test_what_is_left_is_the_figure_that_the_page_shows() -> None:
    pick = replace(picked(AIR_16), left_bytes=7 * GB)
    assert "It leaves at least 7.0 GB for your other programs." in sentences.choice_reason(pick)
    assert "leaves" not in sentences.choice_reason(replace(pick, left_bytes=GB))
    assert "leaves" not in sentences.short_reason(pick)


def test_speed_is_what_is_expected_not_the_least() -> None:
    figures = {"tokens_per_s_low": 8.0, "tokens_per_s_high": 16.0}
    assert "about 9 words a second" in sentences.reason(ReasonCode.SLOW_HERE, figures)
    expected = {**figures, "tokens_per_s_expected": 20.0}
    assert "about 15 words a second" in sentences.reason(ReasonCode.SLOW_HERE, expected)


def test_a_thinking_model_is_not_called_quick_for_its_words() -> None:
    recommendation = found(PRO_64)
    assert recommendation.pick is not None
    assert recommendation.faster is not None
    assert recommendation.pick.model.thinking
    at_once = next(choice for choice in recommendation.choices if not choice.model.thinking)
    quick = replace(at_once, reason=recommendation.faster.reason)
    assert sentences.beside(quick, recommendation.pick).startswith("Answers at once")
    assert not sentences.beside(recommendation.faster, recommendation.pick).startswith("Answers at once")


def test_each_ground_for_a_forecast_is_told() -> None:
    pick = picked(AIR_16)
    said = {sentences.speed_sentence(replace(pick, basis=basis)) for basis in Basis}
    assert len(said) == len(Basis)
    assert "estimated" in sentences.speed_sentence(replace(pick, basis=Basis.ESTIMATED))
    assert "measured here" in sentences.speed_sentence(replace(pick, basis=Basis.MEASURED_HERE))


def test_memory_is_the_cards_own_where_it_has_some() -> None:
    assert "graphics card has 12 GB of memory of its own" in sentences.memory_sentence(picked(CARD), CARD, "x")
    assert sentences.memory_sentence(picked(AIR_8), AIR_8, "this Mac").startswith("This Mac has 8 GB; ")
    measured = replace(picked(AIR_8), memory_measured=True)
    assert "(measured here)" in sentences.memory_sentence(measured, AIR_8, "this Mac")


def test_lengths_are_told_as_pages_each_verdict_once() -> None:
    pick = picked(AIR_8)
    fits = [length.fit for length in pick.lengths]
    assert fits[0] is Fit.COMFORTABLE
    assert fits[-1] is Fit.CRAWLS
    assert sentences.reach(pick) == "Comfortable up to about 120 pages. At about 260 pages it would crawl."
    tight = tuple(replace(length, fit=Fit.TIGHT) for length in pick.lengths)
    assert sentences.reach(replace(pick, lengths=tight)) == "Up to about 260 pages, if you close other programs."
