"""A question answered with passages: by words, by meaning, by document, then made one order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from itertools import islice
from threading import Lock
from typing import Any

from runtime.documents.embedder import Embedder
from runtime.documents.fetching import fetched
from runtime.documents.fusion import LONG_DOCUMENT, credited, fused, meaning_weight, router_weight, spread
from runtime.documents.meaning import MeaningSearch
from runtime.documents.passages import whole_text
from runtime.documents.query import Query, read_query
from runtime.documents.relevance import NO_EVIDENCE, Evidence, SecondLook, meaning_of
from runtime.documents.router import Routes, routed
from runtime.documents.rows import Hit
from runtime.documents.scope import languages_in, scope_of
from runtime.documents.scoring import Candidate, Scored, score
from runtime.documents.snippets import highlights
from runtime.documents.spoken import is_foreign, is_spoken_by, is_spoken_where_found
from runtime.documents.store import IndexStore
from runtime.documents.together import begun
from runtime.documents.words import Scope, WordSearch
from runtime.documents.writing import HIDDEN_KIND, TABLE_KIND
from runtime.storage.connection import Connection

LIST_DEPTH = 100
# The further down the first list, the less an exact score would change; each costs 0.1 ms.
RESCORED = 48
ROWS_AT_ONCE = 100
# Documents that fit at least so well are searched by themselves as well, the best few.
ROUTED_FIT = 0.6
ROUTED_SEARCHED = 4
SAME_SHARE = 0.9
# The best of what was found: whether any of it has to do with the question.
WEIGHED = 80


@dataclass(frozen=True)
class FoundPassage:
    """A passage row with its score and document."""

    id: int
    document_id: int
    page: int
    start: int
    stop: int
    tokens: int
    table: bool
    hidden: bool
    language: str
    heading: str
    header: str
    body: str
    score: float = 0.0

    @property
    def text(self) -> str:
        """With its header row."""
        return whole_text(self.header, self.body)


@dataclass(frozen=True)
class Found:
    """What a question found, best first, and the question as it was understood."""

    query: Query
    passages: tuple[FoundPassage, ...]
    evidence: Evidence = NO_EVIDENCE


class Search:
    """Answers questions over one index. Any thread."""

    def __init__(self, store: IndexStore, meaning: MeaningSearch, executor: Executor) -> None:
        self._store = store
        self._meaning = meaning
        self._executor = executor
        self._words = WordSearch(store, executor)
        self._lock = Lock()
        self._languages: dict[str, int] | None = None

    def changed(self) -> None:
        """Documents came or went."""
        self._words.changed()
        with self._lock:
            self._languages = None

    def count(self, terms: Sequence[str]) -> None:
        """Know of these in how many passages they stand, before anybody asks. Raises StoreDamaged."""
        with self._store.read() as connection:
            scope = scope_of(connection, None)
        self._words.count(terms, scope)

    def find(
        self,
        text: str,
        *,
        documents: Sequence[int] | None = None,
        embedder: Embedder | None = None,
        typing: bool = False,
        depth: int = LIST_DEPTH,
        limit: int | None = None,
        weighed: bool = False,
    ) -> Found:
        """Passages in order of how well they answer; at most ``limit``, and about twice ``depth``. ``weighed``: the
        best are looked at once more, and ``evidence`` is told; some ms.

        Raises: StoreDamaged, and what the embedder raises.
        """
        with self._store.read() as connection:
            scope = scope_of(connection, documents)
            if documents is not None:
                languages: Mapping[str, int] = languages_in(connection, documents)
            else:
                languages = self._all_languages(connection)
        query = read_query(text, languages, typing=typing)
        searched = begun(self._executor, lambda: self._words.find(query, scope, depth))
        near = self._near(query, embedder, scope, depth)
        words = searched()
        query = replace(query, beginnings=words.beginnings)
        with self._store.read() as connection:
            rows = passage_rows(connection, words.passages)
            # A word is as rare as it is among the passages of its language.
            passages = languages.get(query.language) or sum(languages.values())
            by_words = _scored(query, list(rows.values()), words.counts, passages)
            found = [rows[passage].language for passage, _ in by_words.ranked]
            if embedder is not None and not near and is_spoken_where_found(embedder, query, found):
                near = self._meaning.nearest(embedder, query.text, depth, scope.ranges)
            routes = self._routes(connection, query, documents, words.counts, languages)
            near = self._also_routed(connection, query, embedder, near, routes.fits, scope, depth)
            rows.update(passage_rows(connection, [passage for passage, _ in near if passage not in rows]))
        by_meaning = _known(near, rows, embedder)
        scores = fused(by_words.ranked, by_meaning, meaning_weight(scope.passages, scope.documents))
        held = by_words.held
        credit = {one: routes.credit(rows[one].document_id, held.get(one, frozenset())) for one in scores}
        scores = credited(scores, credit, router_weight(scope.passages, scope.documents))
        scores = spread(scores, {passage: (rows[passage].document_id, rows[passage].page) for passage in scores})
        ordered = sorted(scores, key=lambda passage: (-scores[passage], passage))
        evidence = NO_EVIDENCE
        if weighed:
            # How rare a word is in all that is known tells whether it matters; one document may have it everywhere.
            look = SecondLook(query, words.counts, max(passages, round(scope.passages / max(scope.share, 1e-9))))
            best = [rows[one] for one in ordered[:WEIGHED]]
            covered = max((look.coverage(row.text, row.heading, row.language) for row in best), default=0.0)
            foreign = bool(best) and is_foreign(embedder, query, languages)
            evidence = Evidence(covered, meaning_of(by_meaning), scope.passages, foreign)
        return Found(query, tuple(islice(_without_repeats(rows, ordered, scores), limit)), evidence)

    def _routes(
        self,
        connection: Connection,
        query: Query,
        documents: Sequence[int] | None,
        counts: Mapping[str, int],
        languages: Mapping[str, int],
    ) -> Routes:
        """Which documents the question is about, where there are several."""
        if not languages or (documents is not None and len(documents) < 2):
            return Routes()
        within = None if documents is None else frozenset(documents)
        return routed(connection, query, within, counts, sum(languages.values()))

    def _also_routed(
        self,
        connection: Connection,
        query: Query,
        embedder: Embedder | None,
        near: list[tuple[int, float]],
        fits: Mapping[int, float],
        scope: Scope,
        depth: int,
    ) -> list[tuple[int, float]]:
        """What is near in the long documents that are asked about, beside what is nearer in others of their kind."""
        chosen = sorted((one for one in fits if fits[one] >= ROUTED_FIT), key=lambda one: -fits[one])
        if embedder is None or not near or not chosen or scope.passages < LONG_DOCUMENT * scope.documents:
            return near
        ranges = scope_of(connection, chosen[:ROUTED_SEARCHED]).ranges
        merged = {**dict(near), **dict(self._meaning.nearest(embedder, query.text, depth, ranges))}
        return sorted(merged.items(), key=lambda item: (-item[1], item[0]))

    def _all_languages(self, connection: Connection) -> Mapping[str, int]:
        with self._lock:
            if self._languages is None:
                self._languages = languages_in(connection, None)
            return self._languages

    def _near(self, query: Query, embedder: Embedder | None, scope: Scope, depth: int) -> list[tuple[int, float]]:
        if embedder is None or not is_spoken_by(embedder, query):
            return []
        return self._meaning.nearest(embedder, query.text, depth, scope.ranges)


def _scored(query: Query, rows: Sequence[FoundPassage], counts: Mapping[str, int], passages: int) -> Scored:
    candidates = [Candidate(row.id, row.text, row.heading, row.language) for row in rows[:RESCORED]]
    scored = score(query, candidates, counts, passages)
    lowest = scored.ranked[-1][1] if candidates else 0.0
    others = tuple((row.id, lowest * 0.99**at) for at, row in enumerate(rows[RESCORED:], 1))
    return Scored(scored.ranked + others, scored.held)


def _known(
    near: Sequence[tuple[int, float]], rows: Mapping[int, FoundPassage], embedder: Embedder | None
) -> list[tuple[int, float]]:
    """Of passages found by meaning those in a language that the model knows."""
    known = None if embedder is None else embedder.languages
    return [
        (passage, cosine)
        for passage, cosine in near
        if passage in rows and (known is None or not rows[passage].language or rows[passage].language in known)
    ]


def passage_rows(connection: Connection, ids: Sequence[int]) -> dict[int, FoundPassage]:
    """Passages by id; ids that are not there any more are left out."""
    found: dict[int, FoundPassage] = {}
    for begin in range(0, len(ids), ROWS_AT_ONCE):
        some = ids[begin : begin + ROWS_AT_ONCE]
        marks = ", ".join("?" for _ in some)
        for row in fetched(
            connection,
            "SELECT id, document_id, page, start, stop, tokens, kind, language, heading, header, text FROM passages"
            f" WHERE id IN ({marks})",
            tuple(some),
        ):
            found[row[0]] = _passage(*row)
    return {passage_id: found[passage_id] for passage_id in ids if passage_id in found}


def _passage(*row: Any) -> FoundPassage:
    kind = row[6]
    return FoundPassage(*row[:6], *(bool(kind & flag) for flag in (TABLE_KIND, HIDDEN_KIND)), *row[7:])


def hit_of(connection: Connection, passage: FoundPassage, query: Query) -> Hit:
    """A passage as it is shown, with its document's name and its page's label."""
    name, path, label, part = next(
        iter(
            fetched(
                connection,
                "SELECT name, path, coalesce(label, ''), coalesce(part, '') FROM documents LEFT JOIN pages"
                " ON document_id = documents.id AND number = ? WHERE documents.id = ?",
                (passage.page, passage.document_id),
            )
        ),
        ("", "", "", ""),
    )
    return Hit(
        document_id=passage.document_id,
        page=passage.page,
        heading=passage.heading,
        score=round(passage.score, 6),
        text=passage.text,
        start=passage.start,
        stop=passage.stop,
        highlights=highlights(passage.text, query, passage.language),
        name=name,
        path=path,
        label=label,
        part=part,
        tokens=passage.tokens,
        hidden=passage.hidden,
    )


def _without_repeats(
    rows: Mapping[int, FoundPassage], ordered: Sequence[int], scores: Mapping[int, float]
) -> Iterator[FoundPassage]:
    """A document's running headers and repeated clauses once; another document may say the same of another year."""
    words_of: dict[int, list[frozenset[str]]] = {}
    for passage_id in ordered:
        row = rows[passage_id]
        words = frozenset(row.body.split())
        before = words_of.setdefault(row.document_id, [])
        if any(_same(words, other) for other in before):
            continue
        before.append(words)
        yield replace(row, score=scores[passage_id])


def _same(one: frozenset[str], other: frozenset[str]) -> bool:
    enough = SAME_SHARE * max(len(one), len(other))
    # Most differ so much in length that their words need not be compared.
    return 0 < enough <= min(len(one), len(other)) and len(one & other) >= enough
