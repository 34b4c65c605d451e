"""An answer that only says the same is noticed; one that says much, or a little often, is not."""

from __future__ import annotations

import random

import pytest

from runtime.inference.repeating import LEAST_CHARACTERS, LEAST_TIMES, LOOK_EVERY_CHARACTERS, Repeating


def noticed_after(text: str, piece: int = 7) -> int | None:
    """After how many characters it is told that they repeat themselves."""
    repeating = Repeating()
    for at in range(0, len(text), piece):
        if repeating.hears(text[at : at + piece]):
            return at + piece
    return None


@pytest.mark.parametrize(
    "said", [" no", "The capital of France is Paris. ", "Käse und Brot, 一二三. " * 8, "=", "\n| |"]
)
def test_the_same_again_and_again_is_noticed(said: str) -> None:
    beginning = "There are several things to say about this. " * 2
    after = noticed_after(beginning + said * (8_000 // len(said)))
    assert after is not None
    assert after <= len(beginning) + max(LEAST_CHARACTERS, LEAST_TIMES * len(said)) + 2 * LOOK_EVERY_CHARACTERS


def test_what_says_something_new_each_time_is_not() -> None:
    chance = random.Random(3)
    words = ["oak", "pier", "stone", "harbour", "rope", "of", "the", "and", "under"]
    assert noticed_after(" ".join(chance.choices(words, k=5_000))) is None
    assert noticed_after("".join(f"{at}. I will not talk in class.\n" for at in range(400))) is None


def test_a_line_that_was_asked_for_some_times_is_not() -> None:
    assert noticed_after("I will not talk in class.\n" * 60) is None
    assert noticed_after(("A whole verse. " * 20 + "\n") * 6) is None
