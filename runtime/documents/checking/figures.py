"""The numbers, amounts and dates in a text, each with what it counts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from runtime.documents.checking.bounds import Bound, bound_of
from runtime.documents.checking.figure_words import (
    BEFORE_UNITS,
    BILLION,
    BILLION_WORDS,
    CURRENCIES,
    HEDGES,
    MONTHS,
    NUMBER_WORDS,
    ORDINAL_WORDS,
    PERCENTS,
    SCALES,
    SQUARED,
    UNITS,
)
from runtime.documents.checking.parts import Part, parts_of


class FigureKind(StrEnum):
    """What a figure counts."""

    NUMBER = "number"
    PERCENT = "percent"
    MONEY = "money"
    MEASURE = "measure"
    DATE = "date"
    ORDINAL = "ordinal"


@dataclass(frozen=True)
class Figure:
    """``value`` is in ``unit``'s base (seconds, months, metres, grams ...); for a date ``value`` is its year (0 where
    none is written) and ``month``, ``day`` are 0 where not written. ``digits``: the value before its unit.
    ``rounded``: "about" stands before it. ``worded``: written in letters. ``bound``: it is a limit. Places are of the
    text it was read from."""

    kind: FigureKind
    value: float
    unit: str
    start: int
    stop: int
    text: str
    digits: float = 0.0
    month: int = 0
    day: int = 0
    rounded: bool = False
    worded: bool = False
    bound: Bound = Bound.NONE


_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_YEAR = r"(?P<year>\d{4})"
_DAY = r"(?P<day>\d{1,2})"
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_YEAR}-(?P<number>\d{{2}})-{_DAY}\b",
        rf"\b{_DAY}[./](?P<number>\d{{1,2}})[./]{_YEAR}\b",
        rf"\b{_DAY}(?:st|nd|rd|th|er|\.|º)?\s+(?:of\s+|de\s+)?(?P<month>{_MONTH})\b\.?(?:,?\s+(?:de\s+|del\s+)?{_YEAR}\b)?",
        rf"\b(?P<month>{_MONTH})\b\.?\s+{_DAY}(?:st|nd|rd|th)?\b(?!\s*(?:%|percent))(?:,?\s+{_YEAR}\b)?",
        rf"\b(?P<month>{_MONTH})\b\.?,?\s+(?:de\s+|of\s+|del\s+)?{_YEAR}\b",
    )
)
_NUMBER = re.compile(
    r"(?<![\w.,])(?:(?P<before>US\$|[€$£¥₹]|EUR|USD|GBP|CHF)\s?)?(?P<sign>[-−](?=\d))?"
    r"(?P<digits>\d{1,3}(?:[ \u00a0\u202f'’]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)*)"
    r"(?P<ordinal>(?:st|nd|rd|th|ème|er|º|ª)\b)?(?P<short>[kKmM](?=[\s.,;)]|$))?"
)
_AFTER = re.compile(r"\.?[\s\u00a0\u202f-]{0,2}(?P<word>%|°\s?[CF]?\b|°|[€$£¥₹]|[^\W\d_]+[²2]?)")
# "one of them", "this one".
_ONE_OF = re.compile(
    r"one\s*(?:of\b|another\b|[.,;:?!)]|(?:can|could|must|may|should|has|needs|would|will|cannot)\b|$)"
    r"|(?<=[a-z] )one(?! [a-z])",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def figures_of(text: str, language: str) -> list[Figure]:
    """All figures of a text, in order. Any thread."""
    found = list(_dates(text))
    if language == "en":
        for part in parts_of(text):
            found += _not_in(iter([_of_part(part, text)]), [(figure.start, figure.stop) for figure in found])
    taken = [(figure.start, figure.stop) for figure in found]
    found += _not_in(_written_in_digits(text, language), taken)
    taken = [(figure.start, figure.stop) for figure in found]
    found += _not_in(_written_in_letters(text, language), taken)
    return sorted(found, key=lambda figure: figure.start)


def _dates(text: str) -> Iterator[Figure]:
    taken: list[tuple[int, int]] = []
    for pattern in _DATES:
        for match in pattern.finditer(text):
            groups = match.groupdict()
            month = MONTHS.get((groups.get("month") or "").lower(), 0) or int(groups.get("number") or 0)
            day, year = int(groups.get("day") or 0), int(groups.get("year") or 0)
            if month > 12 and day <= 12:
                month, day = day, month
            inside = any(match.start() < stop and match.end() > start for start, stop in taken)
            if inside or not 1 <= month <= 12 or day > 31:
                continue
            taken.append(match.span())
            yield Figure(FigureKind.DATE, float(year), "", *match.span(), match.group(), float(year), month, day)


def _written_in_digits(text: str, language: str) -> Iterator[Figure]:
    for match in _NUMBER.finditer(text):
        value = number_of(match.group("digits"), language)
        if match.group("sign"):
            value = -value
        if match.group("short"):
            value *= 1e3 if match.group("short") in "kK" else 1e6
        currency = CURRENCIES.get((match.group("before") or "").lower(), "")
        yield _with_unit(text, value, match.start(), match.end(), language, currency, bool(match.group("ordinal")))


def number_of(digits: str, language: str) -> float:
    """A number as it is written in a language, thousands marks and decimals told apart."""
    digits = re.sub(r"[ \u00a0\u202f'’]", "", digits)
    dots, commas = digits.count("."), digits.count(",")
    if dots and commas:
        decimal = "." if digits.rfind(".") > digits.rfind(",") else ","
    elif dots + commas > 1:
        decimal = ""
    else:
        decimal = _decimal_mark(digits, "." if dots else ",", language) if dots + commas else ""
    whole = "".join(letter for letter in digits if letter.isdecimal() or letter == decimal)
    try:
        return float(whole.replace(decimal, ".") if decimal else whole)
    except ValueError:
        return 0.0


def _decimal_mark(digits: str, mark: str, language: str) -> str:
    thousands = "," if language in ("en", "zh", "ja", "hi", "th", "") else "."
    before, after = digits.split(mark)
    groups = len(after) == 3 and 1 <= len(before) <= 3 and before != "0"
    return "" if groups and mark == thousands else mark


def _written_in_letters(text: str, language: str) -> Iterator[Figure]:
    words, ordinals = NUMBER_WORDS.get(language, {}), ORDINAL_WORDS.get(language, {})
    last_stop = -1
    for match in _WORD.finditer(text):
        folded = match.group().lower()
        if match.start() < last_stop:
            continue
        stop = match.end()
        if folded not in words and "-" in folded:
            # "two-thirds", "three-year"
            folded = folded.split("-")[0]
            stop = match.start() + len(folded)
        if folded in ordinals:
            yield Figure(
                FigureKind.ORDINAL, ordinals[folded], "", match.start(), stop, folded, ordinals[folded], worded=True
            )
        elif folded in words and not (folded == "one" and _ONE_OF.match(text, match.start())):
            figure = _with_unit(text, words[folded], match.start(), stop, language, "", False, worded=True)
            last_stop = figure.stop
            yield figure


def _with_unit(
    text: str,
    value: float,
    start: int,
    stop: int,
    language: str,
    currency: str,
    ordinal: bool,
    worded: bool = False,
) -> Figure:
    if ordinal:
        return Figure(FigureKind.ORDINAL, value, "", start, stop, text[start:stop], value)
    value, stop = _scaled(text, value, stop, language)
    rounded = _hedged(text, start)
    kind, unit, factor = (FigureKind.MONEY if currency else FigureKind.NUMBER), currency, 1.0
    after = _AFTER.match(text, stop)
    if after and text[stop] == "." and text[start:stop][-3:].lower() not in ("mio", "mrd"):
        after = None
    word = after.group("word") if after else ""
    spelled = word if word in ("m", "M") else word.lower().replace(" ", "")
    if after and not currency and (spelled in PERCENTS or text[stop : stop + 11].strip().lower() in PERCENTS):
        kind, unit, stop = FigureKind.PERCENT, "%", after.end()
    elif after and not currency and spelled in CURRENCIES and spelled != "fr":
        kind, unit, stop = FigureKind.MONEY, CURRENCIES[spelled], after.end()
    elif after and not currency and (measure := _measure(text, spelled, after.end())):
        (unit, factor, stop), kind = measure, FigureKind.MEASURE
    bound = bound_of(text, start, stop, language)
    return Figure(
        kind, value * factor, unit, start, stop, text[start:stop], value, rounded=rounded, worded=worded, bound=bound
    )


def _of_part(part: Part, text: str) -> Figure:
    bound, words = bound_of(text, part.start, part.stop, "en"), text[part.start : part.stop]
    if not part.unit:
        share = part.value * 100
        return Figure(
            FigureKind.PERCENT, share, "%", part.start, part.stop, words, share, rounded=True, worded=True, bound=bound
        )
    unit, factor = UNITS[part.unit]
    value = part.value * factor
    return Figure(FigureKind.MEASURE, value, unit, part.start, part.stop, words, part.value, worded=True, bound=bound)


def _measure(text: str, spelled: str, stop: int) -> tuple[str, float, int] | None:
    """A unit, how many of its base it is, and where it ends; "square" and "cubic" belong to the next word."""
    if spelled in UNITS:
        return *UNITS[spelled], stop
    if spelled in BEFORE_UNITS and (after := _AFTER.match(text, stop)) and after.group("word").lower() in UNITS:
        return *UNITS[after.group("word").lower()], after.end()
    if spelled in SQUARED and (after := _AFTER.match(text, stop)):
        unit, factor = UNITS.get(after.group("word").lower(), ("", 0.0))
        if unit == "length":
            return "area", factor**2, after.end()
    return None


def _scaled(text: str, value: float, stop: int, language: str) -> tuple[float, int]:
    for _ in range(2):
        after = _AFTER.match(text, stop)
        word = after.group("word").lower() if after else ""
        factor = BILLION.get(language, 1e9) if word in BILLION_WORDS else SCALES.get(word, 0.0)
        if not after or not factor or "." in text[stop : after.start("word")]:
            break
        value, stop = value * factor, after.end()
    return value, stop


def _hedged(text: str, start: int) -> bool:
    before = text[max(0, start - 24) : start].lower().split()
    return any(word.strip("(,.") in HEDGES for word in before[-2:])


def _not_in(figures: Iterator[Figure], taken: list[tuple[int, int]]) -> list[Figure]:
    return [
        figure for figure in figures if not any(figure.start < stop and figure.stop > start for start, stop in taken)
    ]
