"""Thinking and saying are told apart, however the text is sliced."""

from __future__ import annotations

import random

import pytest

from runtime.events import Channel
from runtime.inference.thinking import ThinkingSplitter

CASES = {
    "plain": ("Just an answer.\n\nTwo parts.", False, "", "Just an answer.\n\nTwo parts."),
    "thought first": ("<think>\nhm, hm\n</think>\n\nYes.", False, "hm, hm", "Yes."),
    "opened by the prompt": ("hm, hm\n</think>\n\nYes.", True, "hm, hm", "Yes."),
    "empty thought": ("<think>\n\n</think>\n\nYes.", False, "", "Yes."),
    "never closed": ("<think>\nhm", False, "hm", ""),
    "looks like a marker": ("a < b <thin air", False, "", "a < b <thin air"),
    "inner line breaks": ("<think>one\n\ntwo</think>a\n\nb", False, "one\n\ntwo", "a\n\nb"),
}


def split(text: str, inside: bool, seed: int) -> dict[Channel, str]:
    chance, splitter = random.Random(seed), ThinkingSplitter("<think>", "</think>", inside=inside)
    found = {Channel.THINKING: "", Channel.ANSWER: ""}
    rest = text
    while rest:
        size = chance.randint(1, 9)
        for channel, piece in splitter.feed(rest[:size]):
            found[channel] += piece
        rest = rest[size:]
    for channel, piece in splitter.flush():
        found[channel] += piece
    return found


@pytest.mark.parametrize("name", CASES)
def test_any_slicing_gives_the_same(name: str) -> None:
    text, inside, thought, answer = CASES[name]
    for seed in range(60):
        found = split(text, inside, seed)
        assert found == {Channel.THINKING: thought, Channel.ANSWER: answer}


def test_a_model_that_does_not_think_is_passed_through() -> None:
    splitter = ThinkingSplitter("", "")
    assert splitter.feed("<think>x</think>") == [(Channel.ANSWER, "<think>x</think>")]
    assert splitter.flush() == []
