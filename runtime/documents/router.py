"""Which documents a question is about, told from their names, titles and first pages."""

from __future__ import annotations

from collections.abc import Collection as Ids

from runtime.documents.fetching import fetched
from runtime.documents.normal import normaliser, phrase
from runtime.documents.query import Query
from runtime.storage.connection import Connection

ROUTED_DOCUMENTS = 50
# How much the best document's place adds to a passage's score, which is at most 1. Measured over 74 long reports:
# evidence within 4,000 tokens .48 without, .70 with.
ROUTER_WEIGHT = 0.25
MOST_TERMS = 24


def routed(connection: Connection, query: Query, documents: Ids[int] | None) -> dict[int, float]:
    """Documents and how well they fit, the best 1.0; of ``documents`` alone unless None."""
    terms = {term for word in query.telling for variant in word.variants for term in variant}
    terms |= set(normaliser(query.language).terms(" ".join(word.surface for word in query.telling)))
    chosen = sorted(terms, key=lambda term: (-len(term), term))[:MOST_TERMS]
    if not chosen:
        return {}
    match = " OR ".join(phrase([term]) for term in chosen)
    rows = fetched(
        connection,
        "SELECT rank, rowid FROM document_words WHERE document_words MATCH ? ORDER BY rank LIMIT ?",
        (match, ROUTED_DOCUMENTS if documents is None else ROUTED_DOCUMENTS * 20),
    )
    found = {int(document): -float(rank) for rank, document in rows if documents is None or document in documents}
    best = max(found.values(), default=0.0)
    return {document: fit / best for document, fit in list(found.items())[:ROUTED_DOCUMENTS]} if best > 0 else {}
