"""Candidates scored exactly: every word of the question, words beside each other, and parts of words.

Parts (runs of four letters) find "Vertragsstrafe" for "Strafe" and endings no stemmer knows. Measured on XQuAD against
words alone: nDCG@10 +.01 in the mean of nine languages, no language below.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from runtime.documents.normal import folded_word, is_unspaced, normaliser
from runtime.documents.query import Query
from runtime.documents.scripts import word_pattern

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

K1 = 1.2
B = 0.75
PAIR_WEIGHT = 0.2
PART_WEIGHT = 0.2
PART_LETTERS = 4
# Stands before the first letter of a word.
_BEGINNING = "^"
# Of each language, remembered with their parts: some 0.5 KB a word.
KNOWN_WORDS = 100_000


@dataclass(frozen=True)
class Candidate:
    """A passage as the scoring needs it: ``text`` with its header row, ``heading`` the path above it."""

    id: int
    text: str
    heading: str
    language: str


@dataclass(frozen=True)
class Scored:
    """Ids and scores of candidates, best first, and which of the question's terms each holds."""

    ranked: tuple[tuple[int, float], ...] = ()
    held: Mapping[int, frozenset[str]] = field(default_factory=dict)


@dataclass
class _Features:
    """The columns of the counts: words of the question, pairs of them, parts."""

    weights: list[float] = field(default_factory=list)
    words: dict[str, int] = field(default_factory=dict)
    pairs: dict[tuple[int, int], int] = field(default_factory=dict)
    parts: dict[str, int] = field(default_factory=dict)
    prefix: str = ""
    prefix_column: int = -1

    def column(self, weight: float) -> int:
        self.weights.append(weight)
        return len(self.weights) - 1


def score(query: Query, candidates: Sequence[Candidate], counts: Mapping[str, int], passages: int) -> Scored:
    """The candidates, best first. ``counts`` of ``passages`` tell how rare a term is in the index."""
    import numpy

    if not candidates:
        return Scored()
    features = _features(query, counts, passages)
    table = numpy.zeros((len(candidates), len(features.weights)))
    lengths = numpy.zeros(len(candidates))
    readers: dict[str, _Reader] = {}
    for at, candidate in enumerate(candidates):
        reader = readers.get(candidate.language)
        if reader is None:
            reader = readers[candidate.language] = _Reader(features, candidate.language)
        lengths[at] = reader.count(candidate.text, table[at])
        if candidate.heading:
            reader.count(candidate.heading, table[at])
    totals = _totals(table, lengths, numpy.array(features.weights))
    ids = [candidate.id for candidate in candidates]
    ranked = sorted(zip((-totals).tolist(), ids, strict=True))
    columns = list(features.words.items())
    held = (frozenset(term for term, column in columns if row[column]) for row in table.tolist())
    return Scored(tuple((passage_id, -total) for total, passage_id in ranked), dict(zip(ids, held, strict=True)))


def _totals(table: NDArray[float64], lengths: NDArray[float64], weights: NDArray[float64]) -> NDArray[float64]:
    import numpy

    pool = len(table)
    there = (table > 0).sum(axis=0)
    # A negative weight asks for the rarity among the candidates themselves: no count is kept of pairs and parts.
    among = numpy.log(1 + (pool - there + 0.5) / (there + 0.5))
    weights = numpy.where(weights < 0, -weights * among, weights)
    stretch = K1 * (1 - B + B * lengths / max(lengths.mean(), 1.0))
    result: NDArray[float64] = (table * (K1 + 1) / (table + stretch[:, None])) @ weights
    return result


def _features(query: Query, counts: Mapping[str, int], passages: int) -> _Features:
    features = _Features()
    previous: list[int] = []
    for word in query.words:
        columns: list[int] = []
        # Stems of one word in several languages share a column; the grams of a word have one each.
        for position in range(max(len(variant) for variant in word.variants)):
            terms = {variant[position] for variant in word.variants if position < len(variant)}
            known = [features.words[term] for term in terms if term in features.words]
            if known:
                columns.append(known[0])
            else:
                count = max(counts.get(term, 0) for term in terms)
                columns.append(features.column(_rarity(count, passages)))
            for term in terms:
                features.words.setdefault(term, columns[-1])
        gram = is_unspaced(word.surface)
        if not gram:
            for before in previous:
                features.pairs.setdefault((before, columns[0]), features.column(-PAIR_WEIGHT))
            for part in parts_of(word.surface, query.language):
                if part not in features.parts:
                    features.parts[part] = features.column(-PART_WEIGHT)
        previous = [] if gram else columns
    if query.prefix:
        features.prefix = query.prefix
        features.prefix_column = features.column(-1.0)
    return features


def _rarity(count: int, passages: int) -> float:
    count = min(count, passages)
    return math.log(1 + (passages - count + 0.5) / (count + 0.5))


def parts_of(word: str, language: str) -> tuple[str, ...]:
    """The runs of four letters in a word, its beginning marked."""
    marked = _BEGINNING + folded_word(word, language)
    return tuple([marked[at : at + PART_LETTERS] for at in range(max(1, len(marked) - PART_LETTERS + 1))])


class _Vocabulary:
    """The words met in one language that are one term, each with that and its parts: all a question may know it by.
    Any thread."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._normaliser = normaliser(language)
        self.known: dict[str, tuple[str, ...]] = {}

    def marks(self, word: str) -> tuple[str, ...]:
        """Empty for a word of several terms, or of none."""
        marks = self.known.get(word)
        if marks is not None:
            return marks
        terms = self._normaliser.terms_of_word(word)
        if len(terms) != 1:
            return ()
        if len(self.known) >= KNOWN_WORDS:
            self.known.clear()
        marks = self.known[word] = (*terms, *parts_of(word, self._language))
        return marks


@lru_cache(maxsize=64)
def _vocabulary(language: str) -> _Vocabulary:
    return _Vocabulary(language)


def meet(text: str, language: str) -> set[str]:
    """Remember the words of a text, as though it had been scored; the terms that they are."""
    vocabulary = _vocabulary(language)
    return {marks[0] for marks in map(vocabulary.marks, set(word_pattern(text).findall(text))) if marks}


# A word that has nothing to do with the question; most are.
_NOTHING: tuple[tuple[int, ...], tuple[int, ...], int] = ((), (), 1)


class _Reader:
    """Counts features in the texts of one language; what each word brings is worked out once."""

    def __init__(self, features: _Features, language: str) -> None:
        self._features = features
        self._language = language
        self._normaliser = normaliser(language)
        self._vocabulary = _vocabulary(language)
        self._brings: dict[str, tuple[tuple[int, ...], tuple[int, ...], int]] = {}
        # A word without any of these has nothing to do with the question. A beginning of fewer letters may be anywhere.
        self._known_by = features.words.keys() | features.parts.keys()
        self._marks = self._vocabulary.known if len(features.prefix) not in range(1, PART_LETTERS - 1) else {}
        if features.prefix:
            self._known_by.add(_BEGINNING + features.prefix[: PART_LETTERS - 1])

    def count(self, text: str, row: NDArray[float64]) -> int:
        """Add a text's features to a row of the counts; how many terms it has."""
        brings, pairs = self._brings, self._features.pairs
        columns: list[int] = []
        before = -1
        words = word_pattern(text).findall(text)
        length = len(words)
        self._bring(set(words).difference(brings))
        for brought in map(brings.__getitem__, words):
            if brought is _NOTHING:
                before = -1
                continue
            found, parts, terms = brought
            length += terms - 1
            columns += found
            columns += parts
            here = found[0] if found else -1
            if here >= 0 and (before, here) in pairs:
                columns.append(pairs[before, here])
            before = here
        for column, times in Counter(columns).items():
            row[column] += times
        return length

    def _bring(self, words: Iterable[str]) -> None:
        """Work out what words bring. Hundreds come with each text, and few have to do with the question."""
        brings, marks_of, is_foreign = self._brings, self._marks.get, self._known_by.isdisjoint
        for word in words:
            marks = marks_of(word)
            brings[word] = _NOTHING if marks and is_foreign(marks) else self._brought(word)

    def _brought(self, word: str) -> tuple[tuple[int, ...], tuple[int, ...], int]:
        features = self._features
        _, *parts_there = self._vocabulary.marks(word) or ("",)
        terms = self._normaliser.terms_of_word(word)
        words = tuple([features.words[term] for term in terms if term in features.words])
        if features.prefix and folded_word(word, self._language).startswith(features.prefix):
            words = (*words, features.prefix_column)
        parts = tuple([features.parts[part] for part in parts_there if part in features.parts])
        return (words, parts, len(terms)) if words or parts or len(terms) != 1 else _NOTHING
