"""Halves, thirds and quarters as English writes them: "half a year", "two and a half hours", "two thirds of"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from runtime.documents.checking.figure_words import CURRENCIES, NUMBER_WORDS, UNITS

_ONES = "|".join(word for word, value in NUMBER_WORDS["en"].items() if 1 <= value <= 20 and value == int(value))
_UNIT_WORDS = "|".join(sorted((unit for unit in UNITS if len(unit) > 2 and unit.isalpha()), key=len, reverse=True))
_DIVISORS = {"half": 2, "halves": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "tenth": 10}
_AND_A_HALF = re.compile(rf"\b(?P<ones>\d{{1,2}}|{_ONES})[ -]and[ -]a[ -]half[ -](?P<unit>{_UNIT_WORDS})\b", re.I)
_HALF_A = re.compile(rf"\b(?P<part>half|quarter)(?: of)? an? (?P<unit>{_UNIT_WORDS})\b", re.I)
_HALF_OF = re.compile(r"(?<!first )(?<!second )(?<!other )(?<!and a )\bhalf\b(?!-)(?! board)", re.I)
_PART_OF = re.compile(
    rf"\b(?P<ones>an?|{_ONES})[ -](?P<part>third|quarter|fourth|fifth|tenth)(?P<many>s\b|\b(?= of\b))", re.I
)


@dataclass(frozen=True)
class Part:
    """``value`` of ``unit`` ("" where it is a share of something: 0.5); its place in the text."""

    value: float
    unit: str
    start: int
    stop: int


def parts_of(text: str) -> Iterator[Part]:
    """All of an English text; those that count a unit come first. Any thread."""
    for match in _AND_A_HALF.finditer(text):
        yield Part(_counted(match.group("ones")) + 0.5, match.group("unit").lower(), *match.span())
    for match in _HALF_A.finditer(text):
        unit = match.group("unit").lower()
        if unit not in CURRENCIES:
            yield Part(1 / _DIVISORS[match.group("part").lower()], unit, *match.span())
    for match in _PART_OF.finditer(text):
        yield Part(_counted(match.group("ones")) / _DIVISORS[match.group("part").lower()], "", *match.span())
    for match in _HALF_OF.finditer(text):
        yield Part(0.5, "", *match.span())


def _counted(written: str) -> float:
    folded = written.lower()
    return 1.0 if folded in ("a", "an") else NUMBER_WORDS["en"].get(folded) or float(folded)
