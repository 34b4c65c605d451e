"""Where sentences end: not behind an abbreviation, an initial, a German ordinal or inside a number."""

from __future__ import annotations

import re


def _listed(words: str) -> list[str]:
    return words.split()


_END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s|$)|[。！？｡।॥؟]+[”’」』）\"]*|\n+|(?<=[:;])\s*\n")
_BEFORE = re.compile(r"([^\s(\[\"'“„«]+)$")
# Lower case, without the last dot; those of two parts are listed by their last ("z. B.": "b" is an initial anyway).
_ABBREVIATIONS = frozenset(
    # English
    _listed(
        "mr mrs ms dr prof rev hon st sr jr no nos vs etc approx dept est fig figs vol vols ed eds p pp ch "
        "sec art para cf "
        "inc ltd co corp al e.g i.e a.m p.m u.s u.k ph.d jan feb mar apr jun jul aug sep sept oct nov dec "
        "gen col capt lt "
        "sgt gov sen rep messrs ca viz ext tel max min incl excl resp "
        # German
        "nr str bzw ca usw inkl exkl zzgl abs art ggf evtl sog vgl bspw max min mind dipl ing hr fr frl std "
        "tel mio mrd abb "
        "aufl bd ebd s.o s.u u.a z.b d.h o.ä v.a i.d.r u.u geb gest verh allg "
        # French
        "m mm mme mmes mlle env chap éd tél av boul cf p.ex c.-à-d n° art al hab "
        # Spanish
        "sr sra sres dra ud uds avda núm pág págs art aprox dpto admón p.ej ee uu ee.uu lic ing "
        # Italian, Portuguese, Dutch
        "sig ecc pag dott dhr mevr nl bijv blz"
    )
)
# They are other words as well, or end a sentence, where no number follows.
_BEFORE_NUMBERS = frozenset({"no", "nos", "pp", "figs", "vols"})
_ORDINAL_LANGUAGES = frozenset({"de", "da", "no", "fi", "cs", "hu", "sr", "pl"})
_MONTH = re.compile(
    r"(jan|feb|mär|maer|mar|apr|mai|may|jun|jul|aug|sep|okt|oct|nov|dez|dec|ener|ago|dic|janv|févr|avr|juil|août)", re.I
)


_WRAPPED = re.compile(r"(?m)^([^\n]*[^\s.!?:;])(?:[^\S\n]*\n)(?=[^\S\n]*(\S))")
LONG_LINE = 60


def unwrapped(text: str) -> str:
    """A text in which lines that only a page's width ended go on: a space stands for their end, nothing moves."""
    return _WRAPPED.sub(_goes_on_below, text)


def _goes_on_below(line: re.Match[str]) -> str:
    below = line.group(2)
    if len(line.group(1)) < LONG_LINE and not (below.islower() or below.isdecimal() or below in '("“„'):
        return line.group()
    return line.group(1) + " " * (len(line.group()) - len(line.group(1)))


def sentence_spans(text: str, language: str = "") -> list[tuple[int, int]]:
    """Start and stop of each sentence of a text, the space around left out. Any thread."""
    spans: list[tuple[int, int]] = []
    start = 0
    for end in _END.finditer(text):
        if _ends_here(text, start, end, language):
            spans.append((start, end.end()))
            start = end.end()
    spans.append((start, len(text)))
    return [trimmed for span in spans if (trimmed := _trimmed(text, *span))]


def _ends_here(text: str, start: int, end: re.Match[str], language: str) -> bool:
    mark = end.group()
    if mark[0] != ".":
        return True
    rest = text[end.end() :].lstrip()
    if rest and rest[0].islower():
        return False
    if len(mark) > 1 or not rest:
        return True
    before = _BEFORE.search(text, start, end.start())
    word = before.group(1) if before else ""
    return not _goes_on(word, rest, language)


def _goes_on(word: str, rest: str, language: str) -> bool:
    folded = word.casefold()
    if folded in _BEFORE_NUMBERS and not rest[0].isdecimal():
        return not rest[0].isupper()
    if folded in _ABBREVIATIONS:
        # "etc." and "a.m." may end a sentence too; a capital after them mostly begins one.
        return folded not in ("etc", "a.m", "p.m", "usw", "al") or not rest[0].isupper()
    if len(word) == 1 and word.isalpha() and word != "I":
        return True
    if word.isdecimal() and len(word) <= 2:
        return language in _ORDINAL_LANGUAGES or bool(_MONTH.match(rest))
    return bool(re.fullmatch(r"(?:[^\W\d_]\.)+[^\W\d_]", word)) and not rest[0].isupper()


def _trimmed(text: str, start: int, stop: int) -> tuple[int, int] | None:
    body = text[start:stop]
    inner = body.strip()
    if not inner:
        return None
    first = start + len(body) - len(body.lstrip())
    return first, first + len(inner)
