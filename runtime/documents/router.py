"""Which documents a question is about, told from their names, titles, first pages and what they keep naming."""

from __future__ import annotations

import math
from collections.abc import Collection as Ids
from collections.abc import Mapping, Set
from dataclasses import dataclass, field

from runtime.documents.fetching import fetched
from runtime.documents.normal import phrase
from runtime.documents.query import Query
from runtime.storage.connection import Connection

ROUTED_DOCUMENTS = 50
MOST_TERMS = 24
# A word that stands in so many passages tells so little of which document is meant that it is not looked up.
LEAST_RARITY = 0.2
# Reports of one firm differ in their numbers: the year or the quarter in the name is the one that is asked about.
NUMBER_WEIGHT = 0.3


@dataclass(frozen=True)
class RoutingWord:
    """A word of the question by which documents are told apart: its terms, and what it speaks for each document."""

    terms: frozenset[str]
    speaks_for: Mapping[int, float]

    @property
    def most(self) -> float:
        """For the document that it fits best."""
        return max(self.speaks_for.values())


@dataclass(frozen=True)
class Routes:
    """Documents and how well they fit, the best 1.0. ``numbered``: more than 1 for those whose name holds a number that
    the question names."""

    fits: Mapping[int, float] = field(default_factory=dict)
    words: tuple[RoutingWord, ...] = ()
    numbered: Mapping[int, float] = field(default_factory=dict)

    def credit(self, document: int, held: Set[str]) -> float:
        """What speaks for a passage: each word that its document is known by, and as much each that stands in the
        passage itself: where it does, it need not be told from the document."""
        total = sum(
            word.most if not held.isdisjoint(word.terms) else word.speaks_for.get(document, 0.0) for word in self.words
        )
        return total * self.numbered.get(document, 1.0)


def routed(
    connection: Connection, query: Query, documents: Ids[int] | None, counts: Mapping[str, int], passages: int
) -> Routes:
    """Which of ``documents`` (None: of all) the question is about. ``counts`` tell in how many of ``passages`` each
    term of the question stands: a name stands in few, "revenue" in a great many."""
    words: list[RoutingWord] = []
    fits: dict[int, float] = {}
    for terms, match, rarity in _rarest(query, counts, passages):
        speaks_for = {
            document: -rarity * rank
            for document, rank in _matching(connection, match)
            if documents is None or document in documents
        }
        for document, fit in speaks_for.items():
            fits[document] = fits.get(document, 0.0) + fit
        if speaks_for:
            words.append(RoutingWord(terms, speaks_for))
    best = max(fits.values(), default=0.0)
    if best <= 0:
        return Routes()
    found = {document: fit / best for document, fit in sorted(fits.items(), key=lambda item: (-item[1], item[0]))}
    found = dict(list(found.items())[:ROUTED_DOCUMENTS])
    numbered = _by_numbers(connection, query, found)
    found = {document: fit * numbered.get(document, 1.0) for document, fit in found.items()}
    best = max(found.values())
    return Routes({document: fit / best for document, fit in found.items()}, tuple(words), numbered)


def _rarest(query: Query, counts: Mapping[str, int], passages: int) -> list[tuple[frozenset[str], str, float]]:
    """The terms of words, how they are matched and how rare each is, the rarest first. A word is as common as its
    commonest stem: those of other languages are rare for no reason of their own."""
    rarities: dict[str, tuple[frozenset[str], float]] = {}
    for word in query.telling:
        count = max(counts.get(term, 0) for variant in word.variants for term in variant)
        match = " OR ".join(sorted({phrase(variant) for variant in word.variants}))
        rarities[match] = frozenset(variant[0] for variant in word.variants), _rarity(count, passages)
    most = max((rarity for _, rarity in rarities.values()), default=0.0)
    telling = [(terms, match, rarity) for match, (terms, rarity) in rarities.items() if rarity >= LEAST_RARITY * most]
    return sorted(telling, key=lambda item: (-item[2], item[1]))[:MOST_TERMS]


def _rarity(count: int, passages: int) -> float:
    count = min(count, passages)
    return math.log(1 + (passages - count + 0.5) / (count + 0.5))


def _by_numbers(connection: Connection, query: Query, found: Mapping[int, float]) -> dict[int, float]:
    """Documents in whose name or title a number of the question stands come before their likes."""
    numbers = sorted({term for word in query.words for (term, *_) in word.variants if term.isdecimal()})[:MOST_TERMS]
    standing = [
        {document for document, _ in _matching(connection, "{name title} : " + phrase([number])) if document in found}
        for number in numbers
    ]
    telling = [documents for documents in standing if documents]
    return {
        document: 1 + NUMBER_WEIGHT * sum(document in documents for documents in telling) / len(telling)
        for document in set().union(*telling)
    }


def _matching(connection: Connection, match: str) -> list[tuple[int, float]]:
    rows = fetched(connection, "SELECT rowid, rank FROM document_words WHERE document_words MATCH ?", (match,))
    return [(int(document), float(rank)) for document, rank in rows]
