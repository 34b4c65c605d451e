"""Two orders made one, the document that is asked about, and pages that take turns."""

from __future__ import annotations

import pytest

from runtime.documents.fusion import (
    LEAST_MEANING,
    LEAST_ROUTER,
    LONG_DOCUMENT,
    MOST_MEANING,
    MOST_ROUTER,
    SAME_PAGE,
    credited,
    fused,
    meaning_weight,
    router_weight,
    spread,
)


def test_the_best_of_both_is_one_and_the_last_by_words_is_nothing() -> None:
    scores = fused([(1, 9.0), (2, 0.0)], [(1, 0.8), (3, 0.7)], 0.5)
    assert scores[1] == pytest.approx(1.0)
    assert scores[2] == pytest.approx(0.0)
    # Two such steps below the best is zero: the last of the nearest is still half as near.
    assert scores[3] == pytest.approx(0.25)


def test_one_list_alone_keeps_its_order_whatever_the_weight() -> None:
    ranked = [(5, 3.0), (4, 2.0), (6, 1.0)]
    for scores in (fused(ranked, [], 0.75), fused([], ranked, 0.25)):
        assert sorted(scores, key=lambda one: -scores[one]) == [5, 4, 6]
    assert fused([], [], 0.5) == {}


def test_equal_scores_are_equally_good() -> None:
    assert fused([(1, 0.0), (2, 0.0)], [], 0.5) == {1: 1.0, 2: 1.0}


@pytest.mark.parametrize(
    ("weight", "least", "most"),
    [(meaning_weight, LEAST_MEANING, MOST_MEANING), (router_weight, LEAST_ROUTER, MOST_ROUTER)],
)
def test_weights_grow_with_the_length_of_documents(weight, least: float, most: float) -> None:  # type: ignore[no-untyped-def]
    assert weight(240, 240) == least
    assert weight(0, 0) == weight(3, 7) == least
    assert weight(LONG_DOCUMENT * 10, 10) == weight(1_000_000, 10) == most
    lengths = [weight(passages, 10) for passages in range(10, LONG_DOCUMENT * 10, 10)]
    assert lengths == sorted(lengths)
    assert least < lengths[len(lengths) // 2] < most


def test_further_passages_of_a_page_stand_behind_it_by_so_much_for_each() -> None:
    pages = {1: (1, 4), 2: (1, 4), 3: (1, 4), 4: (1, 5), 5: (2, 4)}
    result = spread({1: 0.9, 2: 1.0, 3: 0.8, 4: 0.7, 5: 0.6}, pages)
    left = 1 - SAME_PAGE
    assert result == pytest.approx({2: 1.0, 1: 0.9 * left, 3: 0.8 * left**2, 4: 0.7, 5: 0.6})


def test_of_equal_passages_of_a_page_the_first_is_kept() -> None:
    assert spread({7: 0.5, 3: 0.5}, {7: (1, 1), 3: (1, 1)}) == {3: 0.5, 7: 0.5 * (1 - SAME_PAGE)}


def test_passages_that_are_spoken_for_gain_and_others_lose_nothing() -> None:
    scores = {1: 0.9, 2: 0.5, 3: 0.4}
    assert credited(scores, {1: 0.0, 2: 8.0, 3: 4.0}, 0.25) == pytest.approx({1: 0.9, 2: 0.75, 3: 0.525})
    assert credited(scores, dict.fromkeys(scores, 0.0), 0.25) == scores
