"""Which documents a question is about, told from their names, titles, first pages and what they keep naming."""

from __future__ import annotations

import math
from collections.abc import Collection as Ids
from collections.abc import Mapping

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


def routed(
    connection: Connection, query: Query, documents: Ids[int] | None, counts: Mapping[str, int], passages: int
) -> dict[int, float]:
    """Documents and how well they fit, the best 1.0; of ``documents`` alone unless None. ``counts`` tell in how many of
    ``passages`` each term of the question stands: a name stands in few, "revenue" in a great many."""
    fits: dict[int, float] = {}
    for match, rarity in _rarest(query, counts, passages):
        for document, rank in _matching(connection, match):
            if documents is None or document in documents:
                fits[document] = fits.get(document, 0.0) - rarity * rank
    best = max(fits.values(), default=0.0)
    if best <= 0:
        return {}
    found = {document: fit / best for document, fit in sorted(fits.items(), key=lambda item: (-item[1], item[0]))}
    found = dict(list(found.items())[:ROUTED_DOCUMENTS])
    return _by_numbers(connection, query, found)


def _rarest(query: Query, counts: Mapping[str, int], passages: int) -> list[tuple[str, float]]:
    """Words as they are matched, and how rare each is, the rarest first. A word is as common as its commonest stem:
    those of other languages are rare for no reason of their own."""
    rarities: dict[str, float] = {}
    for word in query.telling:
        count = max(counts.get(term, 0) for variant in word.variants for term in variant)
        match = " OR ".join(sorted({phrase(variant) for variant in word.variants}))
        rarities[match] = _rarity(count, passages)
    most = max(rarities.values(), default=0.0)
    telling = [(match, rarity) for match, rarity in rarities.items() if rarity >= LEAST_RARITY * most]
    return sorted(telling, key=lambda item: (-item[1], item[0]))[:MOST_TERMS]


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
    if not telling:
        return dict(found)
    fits = {
        document: fit * (1 + NUMBER_WEIGHT * sum(document in documents for documents in telling) / len(telling))
        for document, fit in found.items()
    }
    best = max(fits.values())
    return {document: fit / best for document, fit in fits.items()}


def _matching(connection: Connection, match: str) -> list[tuple[int, float]]:
    rows = fetched(connection, "SELECT rowid, rank FROM document_words WHERE document_words MATCH ?", (match,))
    return [(int(document), float(rank)) for document, rank in rows]
