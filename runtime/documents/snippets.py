"""Where the words of a question stand in a passage, and the part of it worth showing."""

from __future__ import annotations

from runtime.documents.normal import folded_word, is_unspaced, normaliser, words_at
from runtime.documents.query import Query

MOST_HIGHLIGHTS = 200


def highlights(text: str, query: Query, language: str) -> tuple[tuple[int, int], ...]:
    """Places (start, stop) of the question's words in a text, in order, touching ones joined."""
    wanted = {term for word in query.telling for variant in word.variants for term in variant}
    beginnings = tuple(one for one in query.beginnings if one != query.prefix)
    words = normaliser(language)
    spaced = text.isascii()
    found: list[tuple[int, int]] = []
    for word, start, stop in words_at(text):
        if not spaced and is_unspaced(word):
            found += _inside(word, start, words.terms_of_word(word), wanted)
            found += [(start + at, start + at + 1) for at, letter in enumerate(word) if letter in beginnings]
        elif not wanted.isdisjoint(terms := words.terms_of_word(word)) or _begins(terms, beginnings):
            found.append((start, stop))
        elif query.prefix and folded_word(word, language).startswith(query.prefix):
            found.append((start, min(stop, start + len(query.prefix))))
    return _joined(sorted(found))[:MOST_HIGHLIGHTS]


def _begins(terms: tuple[str, ...], beginnings: tuple[str, ...]) -> bool:
    return bool(beginnings) and any(term.startswith(beginnings) for term in terms)


def _inside(word: str, start: int, terms: tuple[str, ...], wanted: set[str]) -> list[tuple[int, int]]:
    # The grams of a word follow each other by one letter; folding may have changed their number, then all is marked.
    size = len(terms[0]) if terms else 0
    if len(word) != len(terms) + size - 1:
        return [(start, start + len(word))] if not wanted.isdisjoint(terms) else []
    return [(start + at, start + at + size) for at, term in enumerate(terms) if term in wanted]


def _joined(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    joined: list[tuple[int, int]] = []
    for start, stop in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(stop, joined[-1][1]))
        else:
            joined.append((start, stop))
    return tuple(joined)


def excerpt(text: str, spans: tuple[tuple[int, int], ...], chars: int = 240) -> tuple[str, tuple[tuple[int, int], ...]]:
    """About ``chars`` letters of a text around most of its highlights, cut at spaces, and the highlights in them."""
    if len(text) <= chars:
        return text, spans
    first = max(
        (start for start, _ in spans), key=lambda at: (sum(at <= s < at + chars for s, _ in spans), -at), default=0
    )
    begin = max(0, min(first - chars // 6, len(text) - chars))
    if begin:
        space = text.find(" ", begin, begin + chars // 6)
        begin = space + 1 if space >= 0 else begin
    end = min(len(text), begin + chars)
    if end < len(text):
        space = text.rfind(" ", end - chars // 6, end)
        end = space if space > begin else end
    inside = tuple((max(s, begin) - begin, min(e, end) - begin) for s, e in spans if s < end and e > begin)
    return text[begin:end], inside
