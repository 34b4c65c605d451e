"""Search that minds neither capitals nor accents."""

from __future__ import annotations

import re
import unicodedata
from itertools import accumulate


class _Folds(dict[int, str]):
    """What each letter becomes; worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        plain = unicodedata.normalize("NFKD", chr(code).casefold())
        folded = "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
        self[code] = folded
        return folded


_FOLDS = _Folds({0x2028: " ", 0x2019: "'"})
_NO_WORD = re.compile(r"[\W_]+")


def folded(text: str) -> str:
    """The text in small letters without accents."""
    return text.lower() if text.isascii() else text.translate(_FOLDS)


def bare(text: str) -> str:
    """Only the letters and figures, folded: if these are not in it, the words are not, whatever signs are between."""
    return _NO_WORD.sub("", folded(text))


def found_in(text: str, needle: str) -> list[tuple[int, int]]:
    """Where a folded needle stands in a text, as positions of its start and end."""
    plain = folded(text)
    starts = []
    at = plain.find(needle)
    while at >= 0:
        starts.append(at)
        at = plain.find(needle, at + len(needle))
    if not starts or (len(plain) == len(text) and text.isascii()):
        return [(start, start + len(needle)) for start in starts]
    return _in_original(text, starts, len(needle))


def _in_original(text: str, starts: list[int], length: int) -> list[tuple[int, int]]:
    """A letter may become several or none, so places in the folded text are counted back."""
    ends = list(accumulate(len(_FOLDS[ord(letter)]) for letter in text))
    places: list[int] = []  # the letter that each folded one comes from
    for number, end in enumerate(ends):
        places += [number] * (end - (ends[number - 1] if number else 0))
    found = []
    for start in starts:
        first, last = places[start], places[start + length - 1]
        after = last + 1
        while after < len(text) and unicodedata.combining(text[after]):
            after += 1
        found.append((first, after))
    return found
