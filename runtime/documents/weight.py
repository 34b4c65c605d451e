"""How much of a model's window a text takes, told from its letters: no tokenizer is at hand where text is cut."""

from __future__ import annotations

import re
from functools import cache

# A word piece of running Latin text is about 4.5 letters; digits and signs are mostly pieces of their own; letters of
# other alphabets make pieces half as long, and each letter of a script with thousands is one or more.
LETTERS_A_TOKEN = 4.5
_SIGNS = re.compile(r"[0-9!-/:-@\[-`{-~\u2010-\u206f\u20a0-\u20bf\u00a2-\u00bf]")
# For each ASCII letter whether it is one.
_IS_SIGN = bytes(code < 128 and bool(_SIGNS.match(chr(code))) for code in range(256))
_FOREIGN = "[\u0370-\u1dff\u1f00-\u1fff\u2e80-\ua4ff\ua960-\uffee\U00010000-\U0003ffff]"
_IDEOGRAPHS = "[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
SIGN_EXTRA = 1.5
IDEOGRAPH_EXTRA = 1.2
FOREIGN_TOKENS_EXTRA = 0.6
IDEOGRAPH_TOKENS_EXTRA = 2.0


def weight_of(text: str) -> int:
    """How much a text says, as the length that running English would have: what passages are cut by."""
    return Weights(text).of(0, len(text))


class Weights:
    """The weights of parts of one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        # Looked up for all of it at once: a tenth of what the pattern takes.
        self._signs = text.encode("ascii").translate(_IS_SIGN) if text.isascii() else None

    def of(self, start: int, stop: int) -> int:
        """What :func:`weight_of` says of this part."""
        if self._signs is not None:
            return int(stop - start + SIGN_EXTRA * self._signs.count(1, start, stop))
        part = self._text[start:stop]
        weight = len(part) + SIGN_EXTRA * _signs(part)
        return int(weight if part.isascii() else weight + IDEOGRAPH_EXTRA * len(_letters(_IDEOGRAPHS).findall(part)))


def token_estimate(text: str) -> int:
    """About how many tokens a text is; on the high side for numbers, where a budget must hold."""
    if not text:
        return 0
    weight = len(text) + SIGN_EXTRA * _signs(text)
    if not text.isascii():
        weight += FOREIGN_TOKENS_EXTRA * len(_letters(_FOREIGN).findall(text))
        weight += IDEOGRAPH_TOKENS_EXTRA * len(_letters(_IDEOGRAPHS).findall(text))
    return max(1, round(weight / LETTERS_A_TOKEN))


def _signs(text: str) -> int:
    """How many digits and signs there are."""
    if text.isascii():
        return text.encode("ascii").translate(_IS_SIGN).count(1)
    return len(_SIGNS.findall(text))


@cache
def _letters(pattern: str) -> re.Pattern[str]:
    # Patterns of so many letters take long to make, and many a process never needs them.
    return re.compile(pattern)
