"""A question taken apart: its words, what each may look like in the index, and the language it is in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from runtime.documents.normal import folded_word, is_unspaced, normaliser, words_at
from runtime.documents.scripts import COMMON_WORDS, language_of, script_of, script_of_language

LONGEST_QUESTION_CHARS = 4_000
MOST_WORDS = 48
# A language with fewer of the passages is not worth a second stem for every word.
SMALLEST_SHARE = 0.02
MOST_LANGUAGES = 4


@dataclass(frozen=True)
class QueryWord:
    """One word. ``variants`` are runs of terms, each found as a phrase: usually one stem, one for each language that
    stems it differently, or the grams of a word written without spaces. ``common`` words tell nothing."""

    surface: str
    variants: tuple[tuple[str, ...], ...]
    common: bool


@dataclass(frozen=True)
class Query:
    """``language`` is "" where neither the question nor the index tells. ``prefix``: its last word is being typed.
    ``beginnings``: what terms may begin with, where a word itself was found hardly anywhere."""

    text: str
    words: tuple[QueryWord, ...]
    language: str
    prefix: str = ""
    beginnings: tuple[str, ...] = ()

    @property
    def telling(self) -> tuple[QueryWord, ...]:
        """The words to search for: all but the common ones, or all if there are no others."""
        return tuple(word for word in self.words if not word.common) or self.words


def read_query(text: str, languages: Mapping[str, int], *, typing: bool = False) -> Query:
    """Take a question apart. ``languages`` tells how many passages of each language may answer it."""
    text = text[:LONGEST_QUESTION_CHARS]
    language = query_language(text, languages)
    stems = _stem_languages(text, language, languages)
    words: dict[str, QueryWord] = {}
    placed = list(words_at(text))
    prefix = ""
    if typing and placed and placed[-1][2] == len(text) and not is_unspaced(placed[-1][0]):
        prefix = folded_word(placed.pop()[0], language)
    common = COMMON_WORDS.get(language, frozenset())
    for surface, _, _ in placed:
        if surface in words or len(words) >= MOST_WORDS:
            continue
        found = dict.fromkeys(normaliser(code).terms_of_word(surface) for code in stems)
        variants = tuple(terms for terms in found if terms)
        if variants:
            words[surface] = QueryWord(surface, variants, surface.casefold() in common)
    return Query(text, tuple(words.values()), language, prefix)


def query_language(text: str, languages: Mapping[str, int]) -> str:
    """The language of a question: its own words tell it, else what is mostly written in its script in the index."""
    told = language_of(text)
    if told:
        return told
    script = script_of(text)
    there = {code: count for code, count in languages.items() if code and script_of_language(code) == script}
    return max(there, key=lambda code: there[code]) if there else ""


def _stem_languages(text: str, language: str, languages: Mapping[str, int]) -> list[str]:
    script = script_of(text)
    total = sum(languages.values())
    there = [
        code
        for code, count in sorted(languages.items(), key=lambda item: (-item[1], item[0]))
        if count >= SMALLEST_SHARE * total and (not code or script_of_language(code) == script)
    ]
    return list(dict.fromkeys([language, *there]))[:MOST_LANGUAGES]
