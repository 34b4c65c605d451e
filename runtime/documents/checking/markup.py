"""Markdown as an answer is written in: which of its lines say something, and their words without the signs around."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_FENCE = re.compile(r"\s{0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r"\s{0,3}#{1,6}(\s|$)")
_RULE = re.compile(r"\s{0,3}([-*_=])\s*(\1\s*)+$")
_TABLE_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$")
_ROW = re.compile(r"\s*\|.*\|\s*$")
_ITEM = re.compile(r"\s*(?:[-*+•–]|\(?\d{1,3}[.)]|[a-z]\))\s+(?:\[[ xX]\]\s+)?")
_QUOTE = re.compile(r"\s*>+\s?")
_NUMBERS = r"\s*\d{1,3}(?:\s*(?:,|;|-|–|and|und|et|y)\s*\d{1,3})*\s*"
_SOURCE_WORD = r"(?:sources?|passages?|quellen?|passagen?|fuentes?|pasajes?|documents?|dokumente?)"
# [1], [1, 2], [^1], 【1】, (source 2), [Source 2, page 4]; with or without a link's target behind it.
_CITATION = re.compile(
    rf"\s*(?:\[\^?{_NUMBERS}\](?:\([^)\s]*\))?|【[^】\d]*{_NUMBERS}[^】]*】"
    rf"|[\[(]\s*{_SOURCE_WORD}\s*\.?\s*#?{_NUMBERS}(?:,[^\])]{{0,30}})?[\])])",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
_INLINE = re.compile(
    r"!\[[^\]]*\]\([^)\n]*\)"  # a picture: nothing is said
    r"|\[(?P<link>[^\]\n]+)\]\([^)\n]*\)"
    r"|(?P<ticks>`+)(?P<code>[^`\n]+)(?P=ticks)"
    r"|<(?:https?|mailto):[^>\s]*>|</?[a-zA-Z][^>\n]{0,100}>"
    r"|(?<!\w)\*{1,3}(?=\S)|\*{1,3}(?!\w)|(?<=\w)\*{2,3}(?=\w)|(?<!\w)_{1,3}(?=\S)|(?<=\S)_{1,3}(?!\w)|~~"
    r"|\\(?=[\\`*_{}\[\]()#+.!|>~-])"
)


@dataclass(frozen=True)
class Stretch:
    """Characters ``start`` to ``stop`` of an answer that are read as one: a paragraph, a list's item, a table's row."""

    start: int
    stop: int
    row: bool = False


@dataclass(frozen=True)
class PlainText:
    """A stretch without its signs. ``origins`` has the place in the answer of each letter of ``text``; ``citations``
    the place in ``text`` of each mark, and the numbers it names."""

    text: str
    origins: tuple[int, ...]
    citations: tuple[tuple[int, tuple[int, ...]], ...]


def stretches_of(answer: str) -> Iterator[Stretch]:
    """What an answer says, in order; headings, rules, code and the header of a table are left out."""
    start = stop = -1
    for line_start, line_stop, opens in _told_lines(answer):
        if start >= 0 and (opens or line_start > stop + 1):
            yield Stretch(start, stop)
            start = -1
        if opens == "row":
            yield Stretch(line_start, line_stop, row=True)
            continue
        start, stop = (line_start, line_stop) if start < 0 else (start, line_stop)
    if start >= 0:
        yield Stretch(start, stop)


def plain(answer: str, stretch: Stretch) -> PlainText:
    """The words of a stretch, the marks of its citations apart."""
    text = answer[: stretch.stop]
    letters: list[str] = []
    origins: list[int] = []
    citations: list[tuple[int, tuple[int, ...]]] = []
    at = stretch.start
    while at < stretch.stop:
        cited = _CITATION.match(text, at)
        if cited:
            citations.append((len(letters), _cited_numbers(cited.group())))
            at = cited.end()
            continue
        for place, letter in _kept(text, at):
            letters.append(letter)
            origins.append(place)
        found = _INLINE.match(text, at)
        at = found.end() if found else at + 1
    if stretch.row:
        letters = _cells(letters)
    return PlainText("".join(letters), tuple(origins), tuple(citations))


def _kept(text: str, at: int) -> Iterator[tuple[int, str]]:
    found = _INLINE.match(text, at)
    if not found:
        yield at, " " if text[at].isspace() else text[at]
        return
    for group in ("link", "code"):
        if found.group(group):
            yield from ((place, text[place]) for place in range(*found.span(group)))


def _cells(letters: list[str]) -> list[str]:
    """A row as words: its bars become commas, those at its ends go."""
    text = "".join(letters)
    inside = text.strip()
    first = len(text) - len(text.lstrip())
    ends = {first, first + len(inside) - 1}
    kept = [(" " if at in ends else ",") if letter == "|" else letter for at, letter in enumerate(letters)]
    for at in range(len(kept) - 1, 0, -1):
        # The space before a bar goes behind it.
        if kept[at] == "," and kept[at - 1] == " ":
            kept[at - 1], kept[at] = ",", " "
    return kept


def _cited_numbers(mark: str) -> tuple[int, ...]:
    # Of "[Source 2, page 4]" only the first is a source's number.
    numbers = [int(digits) for digits in _DIGITS.findall(mark.split("](")[0])]
    worded = any(letter.isalpha() for letter in mark.split(",")[0])
    return tuple(numbers[:1] if worded else numbers)


def _told_lines(answer: str) -> Iterator[tuple[int, int, str]]:
    """Start and stop of each line that says something; "item" or "row" where it begins anew, "" where it goes on."""
    lines = list(_lines(answer))
    fence = ""
    for number, (start, line) in enumerate(lines):
        mark = _FENCE.match(line)
        if fence or mark:
            fence = _after_fence(fence, mark.group(1) if mark else "")
            continue
        if not line.strip() or _HEADING.match(line) or _RULE.match(line) or _TABLE_RULE.match(line):
            continue
        if _ROW.match(line):
            header = number + 1 < len(lines) and _TABLE_RULE.match(lines[number + 1][1])
            if not header:
                yield start, start + len(line), "row"
            continue
        yield _without_opening(start, line)


def _after_fence(fence: str, mark: str) -> str:
    if not fence:
        return mark
    return "" if mark.startswith(fence) else fence


def _without_opening(start: int, line: str) -> tuple[int, int, str]:
    quote = _QUOTE.match(line)
    at = quote.end() if quote else 0
    item = _ITEM.match(line, at)
    at = item.end() if item else at
    return start + at, start + len(line), "item" if item else ""


def _lines(answer: str) -> Iterator[tuple[int, str]]:
    at = 0
    for line in answer.split("\n"):
        yield at, line
        at += len(line) + 1
