"""What the first page says on each kind of computer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.onboarding.offered import Offer
from app.presenters import first_offer
from runtime.api import Computer, Purpose, Recommendation, described_computer
from tests.app.test_sentences_choices import AIR_8, AIR_16, CARD, COMPUTERS, EXPERT, GB, PLAIN, PRO_64, found


def offered(computer: Computer, recommendation: Recommendation | None = None) -> Offer:
    recommendation = recommendation or found(computer)
    assert recommendation.pick is not None
    return first_offer.offer(computer, recommendation, recommendation.pick)


def figures(offer: Offer) -> dict[str, tuple[str, str]]:
    return {figure.name: (figure.value, figure.note) for figure in offer.figures}


@pytest.mark.parametrize("computer", COMPUTERS, ids=lambda computer: computer.chip + str(computer.memory_bytes >> 30))
def test_every_computer_gets_one_model_its_figures_and_why(computer: Computer) -> None:
    offer = offered(computer)
    assert offer.why is not None
    assert set(figures(offer)) == {"Writes", "Download", "Leaves free"}
    assert [ground.name for ground in offer.why.grounds] == ["Memory", "Speed", "Long talks", "A smarter one?"]
    said = [offer.reason, *(ground.sentence for ground in offer.why.grounds)]
    said += [part for other in offer.why.others for part in (other.sentence, other.facts)]
    for sentence in said:
        assert sentence
        assert not EXPERT.search(sentence), sentence
    assert offer.model_title not in {other.title for other in offer.why.others}


def test_the_line_is_told_only_once_it_was_measured() -> None:
    assert figures(offered(AIR_16))["Download"] == ("5.3 GB", "")
    assert figures(offered(AIR_16, found(AIR_16, line=22e6)))["Download"] == ("5.3 GB", "about 4 minutes here")


def test_speed_is_marked_by_what_it_rests_on() -> None:
    words, basis = figures(offered(AIR_16))["Writes"]
    assert words.startswith("about ")
    assert words.endswith(" words a second")
    assert basis == "estimated"


def test_a_model_that_leaves_nothing_says_so() -> None:
    recommendation = found(AIR_16)
    assert recommendation.pick is not None
    pick = replace(recommendation.pick, left_bytes=0)
    offer = first_offer.offer(AIR_16, replace(recommendation, pick=pick), pick)
    assert figures(offer)["Leaves free"][0] == "next to nothing"


def test_the_next_stronger_is_named_with_its_reason_and_not_one_that_is_offered() -> None:
    offer = offered(AIR_16)
    assert offer.why is not None
    assert [other.kind for other in offer.why.others] == ["Faster", "Smarter"]
    smarter = offer.why.grounds[-1].sentence
    assert smarter.startswith("“Quick thinker” is smarter, but would crawl here")
    assert not any(other.title in smarter for other in offer.why.others)


def test_the_strongest_of_all_has_no_stronger() -> None:
    huge = described_computer("Apple M3 Ultra", 512)
    recommendation = found(huge)
    strongest = recommendation.choices[0]
    offer = first_offer.offer(huge, replace(recommendation, pick=strongest), strongest)
    assert offer.why is not None
    assert offer.why.grounds[-1].sentence == "Hearth knows no smarter one."


def test_what_the_person_took_stands_in_the_picks_place_and_the_pick_beside() -> None:
    recommendation = found(AIR_16)
    assert recommendation.smarter is not None
    offer = first_offer.offer(AIR_16, recommendation, recommendation.smarter)
    assert offer.badge == "Your choice"
    assert offer.why is not None
    assert [other.kind for other in offer.why.others] == ["Hearth's choice", "Faster"]


def test_the_smarter_one_for_a_purpose_is_made_for_it() -> None:
    offer = offered(AIR_8, found(AIR_8, Purpose.CODE))
    assert "so this is the best one for everyday use." in offer.reason
    assert offer.why is not None
    assert "Code helper" not in offer.why.grounds[-1].sentence


@pytest.mark.parametrize("computer", [AIR_8, PRO_64, PLAIN])
def test_the_shares_of_memory_are_those_of_the_figures(computer: Computer) -> None:
    recommendation = found(computer)
    offer = offered(computer, recommendation)
    assert recommendation.pick is not None
    assert offer.why is not None
    shares = offer.why.shares
    assert shares is not None
    left = 1 - shares.others - shares.model
    assert left * computer.memory_bytes == pytest.approx(recommendation.pick.left_bytes, rel=1e-6)
    assert min(shares.others, shares.model, left) > 0


def test_a_card_with_memory_of_its_own_has_no_shares() -> None:
    why = offered(CARD).why
    assert why is not None
    assert why.shares is None


# --- nothing fits -----------------------------------------------------------------------------------------------------


def nothing(memory_gb: float, available: int) -> tuple[Computer, Recommendation]:
    computer = replace(described_computer("Intel Celeron", memory_gb), available_bytes=available)
    recommendation = found(computer)
    assert recommendation.pick is None
    return computer, recommendation


def test_where_nothing_fits_the_ways_out_are_told() -> None:
    computer, recommendation = nothing(4, 2 * GB)
    sentence = first_offer.no_fit(recommendation.ways_out, again=False)
    assert "needs 1.5 GB of memory" in sentence
    assert sentence.endswith("can be used now.")
    ways = first_offer.ways_out(computer, recommendation.ways_out)
    assert [way.id for way in ways] == [first_offer.LOOK_AGAIN, first_offer.SEARCH, first_offer.ANOTHER_COMPUTER]
    assert [way.primary for way in ways] == [True, False, False]
    assert "With 8 GB of memory or more" in ways[-1].sentence
    assert "USB" in ways[-1].sentence
    assert "still" in first_offer.no_fit(recommendation.ways_out, again=True)


def test_closing_programs_is_no_way_where_the_whole_memory_would_not_do() -> None:
    computer, recommendation = nothing(1, GB)
    ways = first_offer.ways_out(computer, recommendation.ways_out)
    assert [way.id for way in ways] == [first_offer.SEARCH, first_offer.ANOTHER_COMPUTER]
    assert ways[0].primary


def test_a_model_that_would_fit_and_crawl_says_that() -> None:
    _computer, recommendation = nothing(4, 2 * GB)
    assert recommendation.ways_out is not None
    crawls = replace(recommendation.ways_out, missing_bytes=0)
    assert "fits, but would crawl" in first_offer.no_fit(crawls, again=False)


def test_a_full_disk_is_what_is_to_be_freed() -> None:
    full = replace(described_computer("Apple M2", 16), disk_free_bytes=0)
    ways = found(full).ways_out
    assert "of free disk space" in first_offer.no_fit(ways, again=False)
    first, *_others, last = first_offer.ways_out(full, ways)
    assert first.title == "Free some disk space"
    assert "1.8 GB" in first.sentence
    assert "of memory" not in last.sentence
