"""How much of a model's window a text takes, told from its letters: no tokenizer is at hand where text is cut."""

from __future__ import annotations

import re

# A word piece of running Latin text is about 4.5 letters; digits and signs are mostly pieces of their own; letters of
# other alphabets make pieces half as long, and each letter of a script with thousands is one or more.
LETTERS_A_TOKEN = 4.5
_SIGNS = re.compile(r"[0-9!-/:-@\[-`{-~\u2010-\u206f\u20a0-\u20bf\u00a2-\u00bf]")
_FOREIGN = re.compile("[\u0370-\u1dff\u1f00-\u1fff\u2e80-\ua4ff\ua960-\uffee\U00010000-\U0003ffff]")
_IDEOGRAPHS = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
SIGN_EXTRA = 1.5
IDEOGRAPH_EXTRA = 1.2
FOREIGN_TOKENS_EXTRA = 0.6
IDEOGRAPH_TOKENS_EXTRA = 2.0


def weight_of(text: str) -> int:
    """How much a text says, as the length that running English would have: what passages are cut by."""
    weight = len(text) + SIGN_EXTRA * len(_SIGNS.findall(text))
    return int(weight if text.isascii() else weight + IDEOGRAPH_EXTRA * len(_IDEOGRAPHS.findall(text)))


def token_estimate(text: str) -> int:
    """About how many tokens a text is; on the high side for numbers, where a budget must hold."""
    if not text:
        return 0
    weight = len(text) + SIGN_EXTRA * len(_SIGNS.findall(text))
    if not text.isascii():
        weight += FOREIGN_TOKENS_EXTRA * len(_FOREIGN.findall(text))
        weight += IDEOGRAPH_TOKENS_EXTRA * len(_IDEOGRAPHS.findall(text))
    return max(1, round(weight / LETTERS_A_TOKEN))
