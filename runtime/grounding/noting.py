"""A model's notes on pages, put in order: each line once, and under the number of a page that was read for it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from runtime.sources import Source

NUMBERS = re.compile(r"\[(\d{1,6}(?:\s*,\s*\d{1,6})*)\]")
# So many of a line's words stand on a page that it is what the line tells of.
ENOUGH_WORDS = 0.6
FEWEST_WORDS = 3
_NOTHING = re.compile(r"\W*(?:(?:notes?|answer)\W+)?(?:none|nothing|n/?a)?\W*", re.IGNORECASE)
_WORD = re.compile(r"\w{3,}|\d+")


def ordered(notes: str, pages: Sequence[Source]) -> str:
    """The lines of ``notes`` that say anything. A number of a page that was not read is taken away; a line without any
    gets that of the page that most of its words stand on. Pure."""
    words = {page.number: _words(page.text) for page in pages}
    lines = (_numbered(line.strip(), words) for line in notes.splitlines() if not _NOTHING.fullmatch(line))
    return "\n".join(dict.fromkeys(line for line in lines if line))


def _numbered(line: str, pages: dict[int, set[str]]) -> str:
    kept = NUMBERS.sub(lambda marks: _known(marks.group(1), pages), line).strip()
    said = NUMBERS.sub("", kept)
    own = _words(said)
    if NUMBERS.search(kept) or len(own) < FEWEST_WORDS:
        return kept if any(letter.isalnum() for letter in said) else ""
    best = max(pages, key=lambda number: len(own & pages[number]), default=0)
    return f"{kept} [{best}]" if best and len(own & pages[best]) >= ENOUGH_WORDS * len(own) else kept


def _known(digits: str, pages: dict[int, set[str]]) -> str:
    known = [number for number in map(int, digits.split(",")) if number in pages]
    return f"[{', '.join(map(str, known))}]" if known else ""


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))
