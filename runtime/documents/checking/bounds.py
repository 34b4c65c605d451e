"""Whether a figure is a limit ("at most", "more than", "up to"), and from which side."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache


class Bound(StrEnum):
    """``MORE`` and ``LESS`` compare with a figure; ``AT_LEAST`` and ``AT_MOST`` name the limit itself."""

    NONE = ""
    MORE = "more"
    LESS = "less"
    AT_LEAST = "at least"
    AT_MOST = "at most"

    @property
    def upwards(self) -> bool:
        """Whether what is meant lies above."""
        return self in (Bound.MORE, Bound.AT_LEAST)

    @property
    def compares(self) -> bool:
        """Whether another figure than the one written is meant."""
        return self in (Bound.MORE, Bound.LESS)


# Right before a figure, those that hold another one first: "not below" before "below".
_BEFORE = {
    "en": (
        (Bound.AT_LEAST, r"at (?:the )?least|(?:a )?minimum(?: of)?|(?:not|no) (?:less|fewer|earlier|sooner) than|"
                         r"not (?:fall )?(?:under|below)"),
        (Bound.AT_MOST, r"up to|at (?:the )?(?:very )?most|(?:a )?maximum(?: of)?|within|until|"
                        r"(?:not|no|never) (?:more|later|longer|higher) than|"
                        r"(?:not|never|n['’]t) (?:to )?exceed(?:ing)?"),
        (Bound.LESS, r"(?:less|fewer|lower|smaller|shorter|earlier|sooner|younger|lighter|cheaper|cooler|narrower) "
                     r"than|under|below"),
        (Bound.MORE, r"(?:more|greater|higher|larger|bigger|longer|later|older|heavier|warmer|wider) than|over|above|"
                     r"beyond|exceed(?:s|ed|ing)?"),
    ),
    "de": (
        (Bound.AT_LEAST, r"mindestens|nicht (?:weniger als|unter)|ab"),
        (Bound.AT_MOST, r"höchstens|maximal|bis(?: zu)?|nicht (?:mehr als|über)|innerhalb(?: von)?|binnen"),
        (Bound.LESS, r"(?:weniger|niedriger|kleiner|kürzer|früher|jünger) als|unter|unterhalb von"),
        (Bound.MORE, r"(?:mehr|höher|größer|länger|später|älter) als|über|oberhalb von"),
    ),
    "fr": (
        (Bound.AT_LEAST, r"au moins|minimum|dès|pas moins de"),
        (Bound.AT_MOST, r"au plus|jusqu['’]à|maximum|pas plus de|dans un délai de"),
        (Bound.LESS, r"moins (?:de|que)|au[- ]dessous de"),
        (Bound.MORE, r"plus (?:grand |long |élevé )?(?:de|que)|au[- ]dessus de|au-delà de"),
    ),
    "es": (
        (Bound.AT_LEAST, r"al menos|como mínimo|mínimo|a partir de|no menos de"),
        (Bound.AT_MOST, r"como máximo|a lo sumo|hasta|máximo|no más de|dentro de"),
        (Bound.LESS, r"(?:menos|menor|inferior) (?:de|que|a)|por debajo de"),
        (Bound.MORE, r"(?:más|mayor|superior) (?:de|que|a)|por encima de"),
    ),
}  # fmt: skip
# Right after it.
_AFTER = {
    "en": (
        (Bound.AT_LEAST, r"or (?:more|older|longer|above|later)|and (?:above|more|over)|at (?:the )?least|upwards"),
        (Bound.AT_MOST, r"or (?:less|fewer|under|younger|below|earlier)|at (?:the )?(?:very )?most|at the latest|"
                        r"maximum"),
    ),
    "de": ((Bound.AT_LEAST, r"oder mehr|und mehr|und älter"), (Bound.AT_MOST, r"oder weniger|höchstens|spätestens")),
    "fr": ((Bound.AT_LEAST, r"ou plus|au moins|minimum"), (Bound.AT_MOST, r"ou moins|au plus|maximum")),
    "es": ((Bound.AT_LEAST, r"o más|como mínimo|al menos"), (Bound.AT_MOST, r"o menos|como máximo")),
}  # fmt: skip
_BETWEEN = r"(?:\s+(?:a|an|the|than|of|about|day|total of|von|de|an|einer|einem))?[\s(]*$"
_SEEN_BEFORE = 36


def bound_of(text: str, start: int, stop: int, language: str) -> Bound:
    """Which limit the figure at these places is. Any thread."""
    before, after = text[max(0, start - _SEEN_BEFORE) : start].lower(), text[stop : stop + 24].lower()
    leading, trailing = _patterns(language)
    for found, pattern in leading:
        if pattern.search(before):
            return found
    return next((found for found, pattern in trailing if pattern.match(after)), Bound.NONE)


Patterns = tuple[tuple[Bound, re.Pattern[str]], ...]


@lru_cache(maxsize=8)
def _patterns(language: str) -> tuple[Patterns, Patterns]:
    leading = ((found, re.compile(rf"(?:^|\b)(?:{words}){_BETWEEN}")) for found, words in _BEFORE.get(language, ()))
    trailing = ((found, re.compile(rf"\s*,?\s*(?:{words})\b")) for found, words in _AFTER.get(language, ()))
    return tuple(leading), tuple(trailing)
