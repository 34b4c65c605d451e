"""Whether the letters that a page gives are those that it shows: some PDF files draw words that nobody can read out.

Their fonts lack the table that says which letter each shape is, or have a wrong one. What comes out is control signs,
letters of private use, or words whose letters are exchanged. An eye reads such a page as any other.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable, Iterable

from runtime.documents.scripts import COMMON_WORDS, script_of

# Fewer signs than this tell nothing.
_LEAST_SIGNS = 25
_SAMPLE_SIGNS = 40
# Of the sample, or of all signs: formulas, bullets and ornaments are less of any page of words.
_SHARE_UNKNOWN = 0.3
# PDFium's own marks of hyphens (2 and FFFE) are none of these.
_NO_LETTER = re.compile("[\x01\x03-\x08\x0e-\x1f\x7f-\x9f\ufffd\ue000-\uf8ff\U000f0000-\U0010fffd]")
_WORD = re.compile(r"(?<!\w)[^\W\d_]+(?!\w)")
# As in running text, with a space around it and its full stop: no parts of paths, names of programs or codes.
_LOOSE_WORD = re.compile(r"""(?<![^\s(\["'“„«])[^\W\d_]+(?=[.,;:!?)\]"'”“»]*(?!\S))""")
_FIRST_WORDS = 60
_LEAST_WORDS = 60
# Of the words of three letters and more, in reports: 12 % and more; where letters are exchanged, at most 7 %.
_COMMON_SHARE = 0.08
_SHORT_WORD, _LONG_WORD, _SHARE_OF_BOTH = 3, 7, 0.15
_VOWELS = frozenset("aeiouy")
# How much more often vowels and consonants take turns than chance would have it: 1.35 times and more in 1,500 pages
# of reports, 1.2 at most with exchanged letters in 96 of 100.
_TURNS_AT_LEAST = 1.2
_TURNS_OF_LANGUAGE = 1.3
_LEAST_PAIRS = 250
_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
# Of Chinese, Japanese and Korean these are a tenth and more.
_ASIAN_COMMON = re.compile(
    "[\u3040-\u30ff的一是不了在人有我他這个個们中来上大为和国地到以说時时要就出會会可也你生이는은을에의다가고지하기도로사한그어]"
)
_ASIAN_COMMON_SHARE = 0.04


def is_scrambled(text: str, is_unknown: Callable[[int], bool]) -> bool:
    """Whether a page's text is not what its letters look like. ``is_unknown`` says of a place in the text whether the
    file fails to tell which letter is drawn there."""
    if len(text) < _LEAST_SIGNS:
        return False
    if _share_unknown(text, is_unknown) >= _SHARE_UNKNOWN and not _reads_as_language(text):
        return True
    return _is_private(text) or _has_exchanged_letters(text)


def _share_unknown(text: str, is_unknown: Callable[[int], bool]) -> float:
    step = max(1, len(text) // _SAMPLE_SIGNS)
    seen = [is_unknown(at) for at in range(0, len(text), step) if text[at] not in " \r\n"]
    return sum(seen) / len(seen) if len(seen) >= _LEAST_SIGNS // 2 else 0.0


def _is_private(text: str) -> bool:
    if text.isascii() and text.isprintable():
        return False
    found = len(_NO_LETTER.findall(text))
    return found >= _LEAST_SIGNS and found >= _SHARE_UNKNOWN * len("".join(text.split()))


def _reads_as_language(text: str) -> bool:
    """Also without the table a letter's number may be the letter itself."""
    asian = len(_ASIAN.findall(text))
    if 2 * asian > len(text):
        return len(_ASIAN_COMMON.findall(text)) >= _ASIAN_COMMON_SHARE * asian
    # Numbers of shapes are small, and hardly ever all of another alphabet.
    if script_of(text) not in ("latin", "other", ""):
        return True
    words = [word.lower() for word in _WORD.findall(text)]
    turns = _turns(words)
    return _common_share(words) >= _COMMON_SHARE if turns is None else turns >= _TURNS_OF_LANGUAGE


def _has_exchanged_letters(text: str) -> bool:
    """Whether words in Latin letters are built as no language builds them. Codes, lists of short names and figures are
    not words enough to tell."""
    first = [found.group().lower() for found in itertools.islice(_LOOSE_WORD.finditer(text), _FIRST_WORDS)]
    # Nearly every page ends here.
    if len(first) < _LEAST_WORDS or _common_share(first) >= _COMMON_SHARE:
        return False
    words = [word.lower() for word in _LOOSE_WORD.findall(text)]
    # Every language has short words and long ones; sequences of genes and lists of abbreviations have not.
    short = sum(len(word) <= _SHORT_WORD for word in words)
    long = sum(len(word) >= _LONG_WORD for word in words)
    if min(short, long) < _SHARE_OF_BOTH * len(words) or _common_share(words) >= _COMMON_SHARE:
        return False
    turns = _turns(words)
    return turns is not None and turns < _TURNS_AT_LEAST


def _common_share(words: Iterable[str]) -> float:
    """How many of the words that are not tiny are among the commonest of a language."""
    longer = [word for word in words if len(word) >= _SHORT_WORD]
    common = _common_words()
    return sum(word in common for word in longer) / len(longer) if longer else 0.0


@functools.cache
def _common_words() -> frozenset[str]:
    return frozenset(word for words in COMMON_WORDS.values() for word in words if len(word) >= _SHORT_WORD)


def _turns(words: Iterable[str]) -> float | None:
    """How many times as often as by chance a vowel stands beside a consonant in words of plain Latin letters; None
    where these are too few to tell."""
    letters = vowels = pairs = turns = 0
    for word in words:
        if len(word) < _SHORT_WORD or not word.isascii():
            continue
        kinds = [letter in _VOWELS for letter in word]
        letters += len(kinds)
        vowels += sum(kinds)
        pairs += len(kinds) - 1
        turns += sum(a != b for a, b in itertools.pairwise(kinds))
    if pairs < _LEAST_PAIRS:
        return None
    share = vowels / letters
    by_chance = 2 * share * (1 - share)
    return turns / pairs / by_chance if by_chance else 0.0
