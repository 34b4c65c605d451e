"""Whether a figure is a limit ("at most", "more than", "up to"), and from which side."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache


class Bound(StrEnum):
    """``ABOVE``: the figure or more is meant; ``BELOW``: the figure or less."""

    NONE = ""
    ABOVE = "above"
    BELOW = "below"


# Right before a figure.
_ABOVE = {
    "en": r"(?:more|greater|higher|larger|bigger|longer|later|older|heavier|warmer|wider) than|over|above|beyond|"
    r"exceed(?:s|ed|ing)?|at (?:the )?least|(?:a )?minimum(?: of)?|(?:not|no) (?:less|fewer|earlier|sooner) than|"
    r"not (?:fall )?(?:under|below)|from at least",
    "de": r"(?:mehr|höher|größer|länger|später|älter) als|über|oberhalb von|mindestens|nicht weniger als|ab",
    "fr": r"plus (?:grand |long |élevé )?(?:de|que)|au[- ]dessus de|au moins|minimum|au-delà de|dès",
    "es": r"(?:más|mayor|superior) (?:de|que|a)|por encima de|al menos|como mínimo|mínimo|a partir de",
}
_BELOW = {
    "en": r"(?:less|fewer|lower|smaller|shorter|earlier|sooner|younger|lighter|cheaper|cooler|narrower) than|under|"
    r"below|up to|at (?:the )?(?:very )?most|(?:a )?maximum(?: of)?|(?:not|no|never) (?:more|later|longer|higher) than|"
    r"(?:not|never|n['’]t) (?:to )?exceed(?:ing)?|within|until",
    "de": r"(?:weniger|niedriger|kleiner|kürzer|früher|jünger) als|unter|unterhalb von|höchstens|maximal|bis(?: zu)?|"
    r"nicht mehr als|innerhalb(?: von)?|binnen",
    "fr": r"moins (?:de|que)|au[- ]dessous de|au plus|jusqu['’]à|maximum|pas plus de|dans un délai de",
    "es": r"(?:menos|menor|inferior) (?:de|que|a)|por debajo de|como máximo|a lo sumo|hasta|máximo|no más de|"
    r"dentro de",
}
# Right after it.
_ABOVE_AFTER = {
    "en": r"or (?:more|older|longer|above|later)|and (?:above|more|over)|at (?:the )?least|upwards",
    "de": r"oder mehr|und mehr|und älter",
    "fr": r"ou plus|au moins|minimum",
    "es": r"o más|como mínimo|al menos",
}
_BELOW_AFTER = {
    "en": r"or (?:less|fewer|under|younger|below|earlier)|at (?:the )?(?:very )?most|at the latest|maximum",
    "de": r"oder weniger|höchstens|spätestens",
    "fr": r"ou moins|au plus|maximum",
    "es": r"o menos|como máximo",
}
_BETWEEN = r"(?:\s+(?:a|an|the|than|of|about|day|total of|von|de|an|einer|einem))?[\s(]*$"
_SEEN_BEFORE = 36


def bound_of(text: str, start: int, stop: int, language: str) -> Bound:
    """Which limit the figure at these places is. Any thread."""
    before, after = text[max(0, start - _SEEN_BEFORE) : start].lower(), text[stop : stop + 24].lower()
    for found, pattern in _patterns(language):
        if pattern[0].search(before) or pattern[1].match(after):
            return found
    return Bound.NONE


@lru_cache(maxsize=8)
def _patterns(language: str) -> tuple[tuple[Bound, tuple[re.Pattern[str], re.Pattern[str]]], ...]:
    # "no more than" holds "more than": what is below is looked for first, but "not below" before "below".
    def both(before: str, after: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
        return re.compile(rf"(?:^|\b)(?:{before}){_BETWEEN}"), re.compile(rf"\s*,?\s*(?:{after})\b")

    if language not in _ABOVE:
        return ()
    denied = r"not (?:fall )?(?:under|below)|(?:not|no) (?:less|fewer|earlier|sooner) than|nicht weniger als"
    return (
        (Bound.ABOVE, both(denied, r"(?!)")),
        (Bound.BELOW, both(_BELOW[language], _BELOW_AFTER[language])),
        (Bound.ABOVE, both(_ABOVE[language], _ABOVE_AFTER[language])),
    )
