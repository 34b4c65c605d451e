"""Whether a question may be asked by meaning: in a language that a model does not know its vectors only mislead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from runtime.documents.embedder import Embedder
from runtime.documents.query import Query

# The words of a question are of the model's languages where so many of the passages they stand in are.
KNOWN_SHARE = 0.9


def is_spoken_by(embedder: Embedder, query: Query) -> bool:
    """Whether the question itself tells that the model knows its language. Any thread; may ask the embedder's process,
    and raises what that raises."""
    if not query.text.strip():
        return False
    known = embedder.languages
    return known is None or (query.language in known and embedder.speaks(query.text))


def is_spoken_where_found(embedder: Embedder, query: Query, found: Sequence[str]) -> bool:
    """Whether what its words found tells it, for a question that does not ("dividend yield", "IBAN"). ``found``: the
    language of each passage with its words. With none there is nothing that meaning could push away."""
    if not found:
        return bool(query.text.strip())
    known = embedder.languages
    if known is None or query.language not in known:
        return False
    told = [language for language in found if language]
    return bool(told) and sum(language in known for language in told) >= KNOWN_SHARE * len(told)


def is_foreign(embedder: Embedder | None, query: Query, languages: Mapping[str, int]) -> bool:
    """Whether neither words nor meaning can tell if the documents, of these languages, answer."""
    if not query.language or query.language in languages:
        return False
    return embedder is None or (embedder.languages is not None and query.language not in embedder.languages)
