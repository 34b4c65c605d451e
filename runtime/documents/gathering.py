"""What a question is answered from: all of the documents where they fit, else their best passages, or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from runtime.documents.asking import Asking
from runtime.documents.commanding import looks_like_orders
from runtime.documents.context import TOKENS_A_SOURCE
from runtime.documents.rows import DocumentState, Hit, IndexedDocument, PageText
from runtime.documents.standing import StandingIndex
from runtime.documents.weight import token_estimate
from runtime.sources import DocumentScope, Grounding, ReadingMode, Source

QUOTED_BUDGET_TOKENS = 1_200
# Words of questions about a document itself, which need not stand in it.
_ABOUT_ALL = re.compile(
    r"\b(?:summar\w*|overview|outline|gist|recap|tl;?dr|main (?:points?|ideas?|topics?)|key (?:points?|facts?)|"
    r"what (?:is|are) (?:this|these|it|they|the (?:documents?|files?|texts?|papers?)) (?:\w+ )?about|"
    r"zusammenfass\w*|fass\w*|überblick|worum geht|résum\w+|aperçu|resum\w+|resumen|riassum\w+|riassunto|"
    r"samenvat\w*|streszcz\w*|özet\w*)\b|кратк\w+|перескаж\w+|содержани\w+|总结|概括|摘要|要約|まとめ|요약|لخص|ملخص|सारांश",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Reach:
    """The documents that a scope comes to: those that can be searched, and how many can not (yet)."""

    documents: tuple[IndexedDocument, ...]
    left_out: int

    @property
    def pages(self) -> int:
        """All pages of theirs."""
        return sum(row.pages or max(1, row.pages_read) for row in self.documents)

    @property
    def tokens(self) -> int:
        """About how many tokens all of their text is, with what stands above each page."""
        return sum(row.tokens for row in self.documents) + TOKENS_A_SOURCE * self.pages


class Gathering:
    """Any thread; blocks as a search does. Raises StoreDamaged."""

    def __init__(self, index: StandingIndex, asking: Asking) -> None:
        self._index = index
        self._asking = asking

    def reach(self, scope: DocumentScope) -> Reach:
        """The documents of a scope. Those whose files are gone are left out, as they are of a search."""
        rows = self._index.documents.all()
        if not scope.everything:
            wanted = set(scope.documents)
            if scope.collection is not None:
                wanted.update(self._index.collections.members(scope.collection))
            rows = [row for row in rows if row.id in wanted]
        found = [row for row in rows if row.passages and row.state is not DocumentState.GONE]
        missing = 0 if scope.everything else len(set(scope.documents) - {row.id for row in rows})
        return Reach(tuple(found), len(rows) - len(found) + missing)

    def gather(self, question: str, scope: DocumentScope, budget_tokens: int, whole_tokens: int) -> Grounding:
        """What to answer from, its sources numbered from 1 in reading order."""
        reach = self.reach(scope)
        if reach.documents and reach.tokens <= whole_tokens:
            whole = _numbered(self._page_sources(reach.documents))
            return self._grounding(ReadingMode.WHOLE, question, reach, whole)
        sources, _ = self._passages(question, reach, budget_tokens)
        mode = ReadingMode.PASSAGES if sources else ReadingMode.NOTHING
        return self._grounding(mode, question, reach, sources)

    def _passages(self, question: str, reach: Reach, budget_tokens: int) -> tuple[tuple[Source, ...], Sequence[Hit]]:
        """The best passages, and what was found; or the documents' beginnings, where the question is of all of them."""
        if not reach.documents:
            return (), ()
        hits, evidence = self._asking.context(question, budget_tokens, [row.id for row in reach.documents])
        if evidence.is_enough:
            return _numbered(_of_hit(hit) for hit in hits), hits
        if is_about_all(question):
            return _numbered(self._openings(reach.documents, budget_tokens)), ()
        return (), ()

    def best(self, question: str, scope: DocumentScope, count: int) -> Grounding:
        """The passages to quote, best first; none where nothing has to do with the question."""
        reach = self.reach(scope)
        sources, hits = self._passages(question, reach, QUOTED_BUDGET_TOKENS)
        if hits:
            best = sorted(hits, key=lambda hit: -hit.score)
            sources = _numbered(_of_hit(hit) for hit in best[:count])
        mode = ReadingMode.PASSAGES if sources else ReadingMode.NOTHING
        return self._grounding(mode, question, reach, sources[:count])

    def pages(self, scope: DocumentScope) -> Iterator[Source]:
        """Every page with text of every document of a scope, in order, numbered from 1."""
        yield from _numbered(self._page_sources(self.reach(scope).documents))

    def size(self, scope: DocumentScope) -> tuple[int, int]:
        """How many pages reading all of a scope is, and about how many tokens its text is."""
        reach = self.reach(scope)
        return reach.pages, sum(row.tokens for row in reach.documents)

    def _page_sources(self, rows: Sequence[IndexedDocument]) -> Iterator[Source]:
        for row in rows:
            for number in self._index.documents.page_numbers(row.id):
                page = self._index.documents.page(row.id, number)
                if page is not None and page.text.strip():
                    yield _of_page(row, page)

    def _openings(self, rows: Sequence[IndexedDocument], budget_tokens: int) -> Iterator[Source]:
        """The beginning of each document, all of them with the same share of the budget."""
        share = max(TOKENS_A_SOURCE * 4, budget_tokens // len(rows))
        left = budget_tokens
        for row in rows:
            of_this = min(share, left)
            for number in self._index.documents.page_numbers(row.id):
                page = self._index.documents.page(row.id, number)
                if page is None or not page.text.strip():
                    continue
                cost = token_estimate(page.text) + TOKENS_A_SOURCE
                source = _of_page(row, page)
                if cost > of_this:
                    keep = int(len(page.text) * max(0, of_this - TOKENS_A_SOURCE) / cost)
                    if keep > 0:
                        yield _cut(source, keep)
                        left -= of_this
                    break
                yield source
                of_this -= cost
                left -= cost

    def _grounding(self, mode: ReadingMode, question: str, reach: Reach, sources: tuple[Source, ...]) -> Grounding:
        read = {(source.document_id, source.page) for source in sources}
        return Grounding(mode, question, len(reach.documents), reach.pages, len(read), sources, None, reach.left_out)


def is_about_all(question: str) -> bool:
    """Whether a question is about a document as a whole rather than about something in it."""
    return _ABOUT_ALL.search(question) is not None


def _numbered(sources: Iterator[Source]) -> tuple[Source, ...]:
    return tuple(replace(source, number=number) for number, source in enumerate(sources, 1))


def _of_hit(hit: Hit) -> Source:
    return Source(
        0,
        hit.document_id,
        hit.name,
        hit.path,
        hit.page,
        hit.label,
        hit.part,
        hit.heading,
        hit.text,
        hit.start,
        hit.stop,
        orders=looks_like_orders(f"{hit.heading}\n{hit.text}"),
    )


def _of_page(row: IndexedDocument, page: PageText) -> Source:
    return Source(
        0,
        row.id,
        row.name,
        row.path,
        page.number,
        page.label,
        page.part,
        "",
        page.text,
        0,
        len(page.text),
        orders=looks_like_orders(page.text),
    )


def _cut(source: Source, chars: int) -> Source:
    return replace(source, text=source.text[:chars], stop=source.start + chars)
