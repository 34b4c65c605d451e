"""Numbers as people feel them."""

from __future__ import annotations

import pytest

from app import wording


@pytest.mark.parametrize(
    ("size_bytes", "words"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1_000, "1 kB"),
        (310_000_000, "310 MB"),
        (999_600_000, "1.0 GB"),
        (4_860_000_000, "4.9 GB"),
        (120e9, "120 GB"),
        (2.5e12, "2.5 TB"),
        (-5, "0 bytes"),
    ],
)
def test_size(size_bytes: float, words: str) -> None:
    assert wording.size(size_bytes) == words


@pytest.mark.parametrize(
    ("gib", "words"), [(16, "16 GB"), (7.5, "7.5 GB"), (15.6, "16 GB"), (512, "512 GB"), (0.5, "512 MB")]
)
def test_memory(gib: float, words: str) -> None:
    assert wording.memory(gib * 2**30) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (3, "a few seconds"),
        (42, "about 40 seconds"),
        (70, "about a minute"),
        (130, "about 2 minutes"),
        (3500, "about an hour"),
        (3 * 3600, "about 3 hours"),
        (3 * 86400, "about 3 days"),
    ],
)
def test_duration(seconds: float, words: str) -> None:
    assert wording.duration(seconds) == words


def test_part_of_uses_one_unit() -> None:
    assert wording.part_of(1_800_000_000, 4_900_000_000) == "1.8 of 4.9 GB"
    assert wording.part_of(450_000_000, 4_900_000_000) == "0.5 of 4.9 GB"
    assert wording.part_of(0, 310_000_000) == "0 of 310 MB"


@pytest.mark.parametrize(
    ("tokens_per_s", "words"),
    [
        (40, "about 30 words a second"),
        (1.2, "about a word a second"),
        (0.4, "about a word every 3 seconds"),
        (0, "about a word every 100 seconds"),
    ],
)
def test_words_a_second(tokens_per_s: float, words: str) -> None:
    assert wording.words_a_second(tokens_per_s) == words
