"""Which words of a source stand for a word of a claim: the same stem, another form, a word that means the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from runtime.documents.checking.prepared import Prepared, Word
from runtime.documents.checking.sources import Evidence, Sentence
from runtime.documents.checking.synonyms import alike_in_meaning

SAME_BEGINNING = 0.8
PART_OF_COMPOUND = 0.7
SHORTEST_BEGINNING = 5
NAME_WEIGHT = 1.5


@dataclass(frozen=True)
class Matches:
    """For each content word of a claim: which stems of the sources stand for it, and how well (0 to 1)."""

    words: tuple[Word, ...]
    weights: tuple[float, ...]
    stems: tuple[dict[str, float], ...]

    @property
    def total(self) -> float:
        """The sum of the weights."""
        return sum(self.weights) or 1.0

    def quality(self, word: int, sentence: Sentence) -> float:
        """How well the claim's word is found in a sentence."""
        return max((quality for stem, quality in self.stems[word].items() if stem in sentence.stems), default=0.0)

    def places(self, word: int, sentence: Sentence, least: float = 0.5) -> list[int]:
        """At which words of the source it is found."""
        return [
            place
            for stem, quality in self.stems[word].items()
            if quality >= least
            for place in sentence.stems.get(stem, ())
        ]

    def coverage(self, sentences: Iterable[Sentence]) -> float:
        """The weighted share of the claim's words that stand in any of these sentences."""
        known = list(sentences)
        found = (
            weight * max((self.quality(at, sentence) for sentence in known), default=0.0)
            for at, weight in enumerate(self.weights)
        )
        return sum(found) / self.total


def lexical_matches(claim: Prepared, evidence: Evidence) -> Matches:
    """By letters alone."""
    words = tuple(claim.content)
    stems = tuple(_alike(word.stem, evidence) for word in words)
    weights = tuple(
        NAME_WEIGHT if word.name or (word.opening and word.stem in evidence.name_stems) else 1.0 for word in words
    )
    return Matches(words, weights, stems)


def _alike(stem: str, evidence: Evidence) -> dict[str, float]:
    others = alike_in_meaning(stem, evidence.language)
    found = {other: quality for other, quality in others.items() if other in evidence.vocabulary}
    if stem in evidence.vocabulary:
        found[stem] = 1.0
    if len(stem) < SHORTEST_BEGINNING:
        return found
    for other in evidence.vocabulary:
        if other == stem or len(other) < SHORTEST_BEGINNING:
            continue
        same = _common_beginning(stem, other)
        if same >= SHORTEST_BEGINNING and same >= min(len(stem), len(other)) - 2 and same >= 0.6 * len(stem):
            found[other] = SAME_BEGINNING
        elif evidence.language == "de" and (stem in other or other in stem):
            found[other] = PART_OF_COMPOUND
    return found


def _common_beginning(one: str, other: str) -> int:
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count
