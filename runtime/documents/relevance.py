"""A second look at what was found: how much of a question stands together in one place of a passage, and so whether
anything found has to do with the question at all. It tells nothing of the order: measured over real reports, passages
moved by it are worse (the page that answers within 4,000 tokens of one report .90 without, .87 with)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from runtime.documents.normal import normaliser
from runtime.documents.query import Query, QueryWord

# About two sentences: words of a question that stand further apart belong to different statements.
WINDOW_TERMS = 40
# What a heading says counts for all below it, but less than the text itself.
HEADING_SHARE = 0.5
# Chosen on questions about real reports, and about other things, that stand apart from those reported
# (tests/bench/documents_reports.py --nothing), so that hardly any that can be answered goes without passages.
ENOUGH_WORDS = 0.45
ENOUGH_WORDS_ALONE = 0.12
# The more passages there are, the nearer is the nearest of them to any question: .34 of 400, .42 of 33,000.
LEAST_MEANING = 0.23
MEANING_A_DOUBLING = 0.0125


@dataclass(frozen=True)
class Evidence:
    """``words``: the share of the question's telling words, each as heavy as it is rare, that stand together in one
    place. ``meaning``: the cosine of the nearest of ``passages``, None where meaning was not asked. ``foreign``:
    something was found, and neither can tell, as the question is in a language of its own."""

    words: float = 0.0
    meaning: float | None = None
    passages: int = 1
    foreign: bool = False

    @property
    def is_enough(self) -> bool:
        """Whether to answer from what was found."""
        if self.foreign:
            return True
        if self.meaning is None:
            return self.words >= ENOUGH_WORDS_ALONE
        near = LEAST_MEANING + MEANING_A_DOUBLING * math.log2(max(1, self.passages))
        return self.words >= ENOUGH_WORDS or self.meaning >= near


NO_EVIDENCE = Evidence()


class SecondLook:
    """Weighs the words of one question; ``counts`` tell in how many of ``passages`` each term stands. One thread."""

    def __init__(self, query: Query, counts: Mapping[str, int], passages: int) -> None:
        telling = [word for word in query.words if not word.common]
        self._weights = [_rarity(word, counts, passages) for word in telling]
        self._total = sum(self._weights)
        # Term to the words it is a part of, and how large a part.
        self._parts: dict[str, list[tuple[int, float]]] = {}
        for at, word in enumerate(telling):
            for variant in word.variants:
                for term in set(variant):
                    self._parts.setdefault(term, []).append((at, 1 / len(set(variant))))

    def coverage(self, text: str, heading: str, language: str) -> float:
        """The share of the question's weight in the best place of a passage, 0 to 1."""
        if not self._total:
            return 0.0
        words = normaliser(language)
        places = [(at, part) for at, term in enumerate(words.terms(text)) for part in self._parts.get(term, ())]
        above: dict[int, float] = {}
        for term in words.terms(heading) if heading else ():
            for word, share in self._parts.get(term, ()):
                above[word] = min(HEADING_SHARE, above.get(word, 0.0) + share)
        best = self._weight(above)
        for begin, (first, _) in enumerate(places):
            shares: dict[int, float] = {}
            seen: set[tuple[int, float, int]] = set()
            for at, (word, share) in places[begin:]:
                if at - first > WINDOW_TERMS:
                    break
                if (word, share, at) not in seen:
                    seen.add((word, share, at))
                    shares[word] = min(1.0, shares.get(word, 0.0) + share)
            best = max(best, self._weight({**above, **shares}))
        return best / self._total

    def _weight(self, shares: Mapping[int, float]) -> float:
        return sum(self._weights[word] * share for word, share in shares.items())


def meaning_of(by_meaning: Sequence[tuple[int, float]]) -> float | None:
    """The best cosine; None where there is none."""
    return max((cosine for _, cosine in by_meaning), default=None)


def _rarity(word: QueryWord, counts: Mapping[str, int], passages: int) -> float:
    # Of the grams of a word the rarest tells how rare the word is.
    count = max((min(counts.get(term, 0) for term in variant) for variant in word.variants), default=0)
    # A word that is nowhere is no rarer than one that is somewhere once: it may be another word for what is there.
    count = min(max(count, 1), passages)
    return math.log(1 + (passages - count + 0.5) / (count + 0.5)) + 0.1
