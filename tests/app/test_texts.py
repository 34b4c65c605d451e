"""Every error of the tree has plain words, and the words keep the house's rules."""

from __future__ import annotations

import re
import string

import pytest

from app import texts
from runtime.errors import leaves
from tests.runtime.test_errors import sample

LEAVES = {leaf.code: leaf for leaf in leaves()}
FORBIDDEN = re.compile(
    r"\b(error|failed|fail|invalid|exception|quantiz|token|VRAM|checkpoint|safetensors|context window)\b|!",
    re.IGNORECASE,
)


def test_entries_and_tree_agree() -> None:
    assert set(texts.ENTRIES) == set(LEAVES)


@pytest.mark.parametrize("code", sorted(LEAVES))
def test_the_words_fit_the_parameters(code: str) -> None:
    words = texts.explain(sample(LEAVES[code]).problem())
    assert "?" not in words.title + words.sentence
    assert "{" not in words.title + words.sentence
    assert words.ways


@pytest.mark.parametrize("code", sorted(LEAVES))
def test_the_voice_is_plain(code: str) -> None:
    title, sentence, _ways = texts.ENTRIES[code]
    plain = "".join(part for part, *_field in string.Formatter().parse(title + " " + sentence))
    assert FORBIDDEN.search(plain) is None
    assert sentence.endswith(".")
    assert len(sentence) < 240


def test_every_way_has_a_label() -> None:
    assert set(texts.LABELS) == set(texts.Way)


def test_sizes_are_worded() -> None:
    from runtime.errors import DiskFull

    words = texts.explain(DiskFull("/models", 4_900_000_000, 3_100_000_000).problem())
    assert "needs 4.9 GB" in words.sentence
    assert "3.1 GB free" in words.sentence
