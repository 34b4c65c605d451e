"""Whether two words of names are the same name: with and without accents, as a plural, as what somebody is from."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Set
from functools import lru_cache

# "Chinese" and "China", "German" and "Germany", "Turkish" and "Turkey".
_FROM = ("ese", "es", "ian", "ean", "an", "ish", "i", "s")
_LEAST_LETTERS = 4


def names_agree(claimed: Set[str], found: Set[str]) -> bool:
    """Whether one name holds all words of the other: "Brown" is "Mr Brown", "Fox Mutual" is not "Wolf Mutual"."""
    return _all_in(claimed, found) or _all_in(found, claimed)


def known_name(stems: Iterable[str], vocabulary: Set[str]) -> bool:
    """Whether each word of a name stands among some words."""
    return all(stem in vocabulary or any(_alike(stem, other) for other in vocabulary) for stem in stems)


def _all_in(few: Set[str], many: Set[str]) -> bool:
    return all(stem in many or any(_alike(stem, other) for other in many) for stem in few)


@lru_cache(maxsize=50_000)
def _alike(one: str, other: str) -> bool:
    if one[:2] != other[:2] and one.isascii() and other.isascii():
        return False
    one, other = sorted((_plain(one), _plain(other)), key=len)
    if one == other:
        return True
    if other == one + "s":
        return len(one) > 1
    shorter = one.rstrip("aey")
    return len(shorter) >= _LEAST_LETTERS and other in (base + end for base in (one, shorter) for end in _FROM)


@lru_cache(maxsize=50_000)
def _plain(stem: str) -> str:
    if stem.isascii():
        return stem
    return "".join(letter for letter in unicodedata.normalize("NFD", stem) if not unicodedata.combining(letter))
