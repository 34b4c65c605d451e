"""Each sentence of an answer against the passages it was given: by its words, numbers, names and negations."""

from __future__ import annotations

import re
from collections.abc import Sequence

from runtime.documents.normal import normaliser
from runtime.documents.query import read_query
from runtime.documents.scripts import language_of
from runtime.sources import Source, Verdict, VerdictKind

ENOUGH_WORDS = 0.6
FEWEST_WORDS = 2
_SENTENCE = re.compile(
    r"[^\n.!?。！？]+(?:[.!?。！？](?=\d)[^\n.!?。！？]*)*[.!?。！？]*(?:\s*\[\d+(?:\s*,\s*\d+)*\])*"
)
_CITED = re.compile(r"\[(\d+(?:\s*,\s*\d+)*)\]")
_NUMBER = re.compile(r"\d[\d.,]*\d|\d")
# In the middle of a sentence; in German every noun counts as one.
_NAME = re.compile(r"(?<=[\w,;:] )[A-ZÀ-ÖØ-Þ]\w{2,}")
_NEGATION = re.compile(
    r"\b(?:not|no|never|without|nicht|kein\w*|nie|ohne|pas|jamais|sans|nunca|sin|non|senza|não|niet|geen)\b|n't\b",
    re.IGNORECASE,
)


def check_answer(text: str, sources: Sequence[Source]) -> tuple[Verdict, ...]:
    """One verdict for each sentence of an answer's Markdown, in order. Any thread; some ms a sentence."""
    passages = [(source, start, stop) for source in sources for start, stop in _sentences(source.text)]
    language = language_of(text) or ""
    return tuple(_checked(text, start, stop, passages, language) for start, stop in _sentences(text))


def _sentences(text: str) -> list[tuple[int, int]]:
    found = []
    for match in _SENTENCE.finditer(text):
        body = match.group()
        if any(letter.isalnum() for letter in _CITED.sub("", body)):
            start = match.start() + len(body) - len(body.lstrip(" >*-#\t"))
            found.append((start, match.start() + len(body.rstrip())))
    return found


def _checked(text: str, start: int, stop: int, passages: Sequence[tuple[Source, int, int]], language: str) -> Verdict:
    sentence = text[start:stop]
    claim = _CITED.sub("", sentence)
    words = _own_words(claim, language)
    if len(words) < FEWEST_WORDS:
        return Verdict(start, stop, VerdictKind.UNCHECKED)
    best, place = 0.0, None
    for source, begin, end in passages:
        there = words & set(normaliser(language).terms(source.text[begin:end]))
        if len(there) / len(words) > best:
            best, place = len(there) / len(words), (source, begin, end)
    if place is None or best < ENOUGH_WORDS:
        return Verdict(start, stop, VerdictKind.NOT_FOUND, reason="words")
    source, begin, end = place
    quote = source.text[begin:end]
    reason = _disagreement(claim, quote, source.text)
    if reason:
        return Verdict(start, stop, VerdictKind.NOT_FOUND, reason=reason)
    return Verdict(start, stop, VerdictKind.FOUND, source.number, begin, end)


def _own_words(claim: str, language: str) -> set[str]:
    query = read_query(claim, {language: 1} if language else {})
    return {word.variants[0][0] for word in query.words if not word.common}


def _disagreement(claim: str, quote: str, passage: str) -> str:
    if not _numbers(claim) <= _numbers(quote):
        return "number"
    if any(name.casefold() not in passage.casefold() for name in _NAME.findall(claim)):
        return "name"
    return "" if _same_sign(claim, quote) else "negation"


def _numbers(text: str) -> set[str]:
    return {number.replace(",", "").replace(".", "") for number in _NUMBER.findall(text)}


def _same_sign(one: str, other: str) -> bool:
    return bool(_NEGATION.search(one)) == bool(_NEGATION.search(other))
