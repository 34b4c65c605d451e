"""Candidates by their words: the word tables asked for the rarer words of a question, within a bound on rows."""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import accumulate
from threading import Lock
from typing import Any, TypeVar

from runtime.documents.fetching import fetched, number
from runtime.documents.index_schema import BODY_WEIGHT, HEAD_WEIGHT, words_table
from runtime.documents.normal import is_unspaced, phrase
from runtime.documents.query import Query
from runtime.documents.store import IndexStore
from runtime.documents.together import together
from runtime.storage.connection import Connection

# SQLite ranks about a row a microsecond. The commonest words of a question are left to the exact scoring of the
# candidates, which the rarer ones find; at least three words always search.
MOST_ROWS = 20_000
FEWEST_WORDS = 3
# Words that nearly every passage has tell nothing of an old passage that they do not of a new one.
MOST_COMMON_ROWS = 150_000
# To count the rows of a beginning SQLite reads all of them, whatever part of the index is asked for.
MOST_ROWS_READ = 100_000
KNOWN_COUNTS = 20_000
SHORTEST_PREFIX = 4
SHORTEST_PREFIX_ALONE = 2
HARDLY_ANYWHERE = 3
SHORTEST_BEGINNING = 4
DROPPED_LETTERS = 2
# More ranges than this are looked up by us, row by row, instead of being spelled out in SQL.
MOST_RANGES = 40

T = TypeVar("T")


@dataclass(frozen=True)
class Scope:
    """What is searched: word tables, the passages (first, stop) allowed in order, None for all; how many they are,
    of how many documents, and their share of all passages."""

    shards: tuple[int, ...]
    ranges: tuple[tuple[int, int], ...] | None
    passages: int
    documents: int
    share: float

    @property
    def most_rows(self) -> float:
        """How many rows of the whole index may match what is ranked."""
        return MOST_ROWS / max(self.share, 1e-9)


@dataclass(frozen=True)
class ByWords:
    """Passages whose words fit, best first; in how many passages each term stands; the beginnings of words that
    searched beside the terms."""

    passages: tuple[int, ...]
    counts: Mapping[str, int]
    beginnings: tuple[str, ...]


class WordSearch:
    """Asks the word tables, several at once. Any thread. Counts of words are kept until :meth:`changed`."""

    def __init__(self, store: IndexStore, executor: Executor) -> None:
        self._store = store
        self._executor = executor
        self._counts: OrderedDict[tuple[int, str], int] = OrderedDict()
        self._state = 0
        self._lock = Lock()

    def changed(self) -> None:
        """The index has other words now."""
        with self._lock:
            self._state += 1
            self._counts.clear()

    def count(self, terms: Iterable[str], scope: Scope) -> dict[str, int]:
        """In how many passages each term stands, remembered. Raises StoreDamaged."""
        wanted = sorted(set(terms))
        with self._lock:
            state = self._state
            known = {shard: {term: self._counts.get((shard, term)) for term in wanted} for shard in scope.shards}
        unknown = [shard for shard in scope.shards if None in known[shard].values()]

        def counted(connection: Connection, shard: int) -> dict[str, int]:
            missing = [term for term, count in known[shard].items() if count is None]
            found = _counted(connection, shard, missing)
            self._keep(state, shard, found)
            return found

        for shard, found in zip(unknown, self._on_shards(unknown, counted), strict=True):
            known[shard].update(found)
        return {term: sum(known[shard][term] or 0 for shard in scope.shards) for term in wanted}

    def find(self, query: Query, scope: Scope, depth: int) -> ByWords:
        """At most ``depth`` passages whose rarer words fit best. Raises StoreDamaged."""
        counts = self.count((term for word in query.words for variant in word.variants for term in variant), scope)
        chosen = _rarer_terms(query, counts, scope)
        wanted = _beginnings(query, counts)
        # Beside other words a short beginning only helps to order what they find.
        if len(query.prefix) >= (SHORTEST_PREFIX if chosen or wanted else SHORTEST_PREFIX_ALONE):
            wanted.append(query.prefix)
        beginnings = tuple(one for one in wanted if self._newest_with(one, scope)[1] is None)
        if chosen or beginnings:
            newest = _newest_shards(sum(counts[term] for term in chosen), scope)
            in_all = _match(_rarest_terms(chosen, counts, scope), beginnings)
            matches = {shard: in_all for shard in scope.shards} | dict.fromkeys(newest, _match(chosen, beginnings))
            return ByWords(tuple(self._best(matches, scope, depth)), counts, beginnings)
        if wanted:
            return ByWords(tuple(self._beginning_with(wanted[-1], scope, depth)), counts, (wanted[-1],))
        return ByWords((), counts, ())

    def _best(self, matches: Mapping[int, str], scope: Scope, depth: int) -> list[int]:
        """The best by what each word table is asked for."""
        asked = [shard for shard, match in matches.items() if match]
        found = self._on_shards(
            asked, lambda connection, shard: _ranked(connection, shard, matches[shard], scope, depth)
        )
        return [passage_id for _, passage_id in sorted(row for rows in found for row in rows)[:depth]]

    def _beginning_with(self, beginning: str, scope: Scope, depth: int) -> list[int]:
        """Too many to rank, as of two letters: the newest are as good."""
        match = phrase([beginning]) + "*"
        within, _ = self._newest_with(beginning, scope)
        found = self._best(dict.fromkeys(within, match), scope, depth)
        for shard in reversed(scope.shards[: len(scope.shards) - len(within)]):
            if len(found) >= depth:
                break
            with self._store.read() as connection:
                found += _newest(connection, shard, match, scope, depth - len(found))
        return found

    def _newest_with(self, beginning: str, scope: Scope) -> tuple[list[int], int | None]:
        """The newest word tables that together hold a beginning in few enough rows to rank, and the one with which they
        are too many; None if there is no such."""
        bound = min(scope.most_rows, MOST_ROWS_READ)
        rows = 0
        within: list[int] = []
        for shard in reversed(scope.shards):
            rows += self._rows_beginning(shard, beginning)
            if rows > bound:
                return within, shard
            within.append(shard)
        return within, None

    def _rows_beginning(self, shard: int, beginning: str) -> int:
        # No term has a star.
        term, table = beginning + "*", words_table(shard)
        with self._lock:
            known, state = self._counts.get((shard, term)), self._state
        if known is None:
            match = phrase([beginning]) + "*"
            with self._store.read() as connection:
                known = number(connection, f"SELECT count(*) FROM {table} WHERE {table} MATCH ?", (match,))
            self._keep(state, shard, {term: known})
        return known

    def _keep(self, state: int, shard: int, found: Mapping[str, int]) -> None:
        with self._lock:
            # What was counted before a change is true no more.
            if state != self._state:
                return
            self._counts.update(((shard, term), count) for term, count in found.items())
            while len(self._counts) > KNOWN_COUNTS:
                self._counts.popitem(last=False)

    def _on_shards(self, shards: Sequence[int], work: Callable[[Connection, int], T]) -> list[T]:
        def one(shard: int) -> T:
            with self._store.read() as connection:
                return work(connection, shard)

        return together(self._executor, one, shards)


def _rarer_terms(query: Query, counts: Mapping[str, int], scope: Scope) -> list[str]:
    # A term for itself, whichever word it is of: the grams of a word need not all be there.
    terms = {term for word in query.telling for variant in word.variants for term in variant if counts.get(term)}
    chosen: list[str] = []
    rows = 0
    for count, term in sorted((counts[term], term) for term in terms):
        rows += count
        if len(chosen) >= FEWEST_WORDS and rows > scope.most_rows:
            break
        chosen.append(term)
    return chosen


def _match(terms: Sequence[str], beginnings: Sequence[str]) -> str:
    """What FTS5 is asked; "" for nothing."""
    return " OR ".join([phrase([term]) for term in terms] + [phrase([one]) + "*" for one in beginnings])


def _rarest_terms(chosen: Sequence[str], counts: Mapping[str, int], scope: Scope) -> list[str]:
    """Of terms, the rarest first, those that are not too many rows in all word tables."""
    rows = list(accumulate(counts[term] * scope.share for term in chosen))
    return [term for term, so_far in zip(chosen, rows, strict=True) if so_far <= MOST_COMMON_ROWS]


def _newest_shards(rows: int, scope: Scope) -> Sequence[int]:
    """All word tables; of so many rows that they would take seconds, the newest, about as many as are soon ranked."""
    if rows * scope.share <= MOST_COMMON_ROWS:
        return scope.shards
    share = MOST_COMMON_ROWS / (rows * scope.share)
    return scope.shards[-max(1, round(len(scope.shards) * share)) :]


def _beginnings(query: Query, counts: Mapping[str, int]) -> list[str]:
    """Beginnings of words that stand hardly anywhere: an ending no stemmer knows, or a name spelled in another way."""
    terms = {variant[0] for word in query.telling for variant in word.variants if len(variant) == 1}
    # One letter of a script without spaces is a word, and the index holds pairs of them.
    single = {term for term in terms if len(term) == 1 and is_unspaced(term)}
    return sorted(
        single
        | {
            term[: max(SHORTEST_BEGINNING, len(term) - DROPPED_LETTERS)]
            for term in terms
            if counts.get(term, 0) <= HARDLY_ANYWHERE and len(term) > SHORTEST_BEGINNING and not term.isdecimal()
        }
    )


def _counted(connection: Connection, shard: int, terms: Sequence[str]) -> dict[str, int]:
    connection.execute(
        f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary_{shard} USING fts5vocab('main', '{words_table(shard)}',"
        " 'row')"
    )
    sql = f"SELECT doc FROM temp.vocabulary_{shard} WHERE term = ?"
    return {term: number(connection, sql, (term,)) for term in terms}


def _ranked(connection: Connection, shard: int, match: str, scope: Scope, depth: int) -> list[tuple[float, int]]:
    name = words_table(shard)
    where, values = _in_scope(connection, scope)
    # The same number as "rank", but SQLite keeps the best of them where FTS5 would sort all.
    rows = fetched(
        connection,
        f"SELECT bm25({name}, {HEAD_WEIGHT}, {BODY_WEIGHT}) AS fit, rowid FROM {name} WHERE {name} MATCH ? {where}"
        f" ORDER BY fit, rowid LIMIT {depth}",
        (match, *values),
    )
    return [(float(fit), int(passage_id)) for fit, passage_id in rows]


def _newest(connection: Connection, shard: int, match: str, scope: Scope, depth: int) -> list[int]:
    name = words_table(shard)
    where, values = _in_scope(connection, scope)
    sql = f"SELECT rowid FROM {name} WHERE {name} MATCH ? {where} ORDER BY rowid DESC LIMIT {depth}"
    return [int(passage_id) for (passage_id,) in fetched(connection, sql, (match, *values))]


def _in_scope(connection: Connection, scope: Scope) -> tuple[str, list[Any]]:
    if scope.ranges is None:
        return "", []
    if len(scope.ranges) > MOST_RANGES:
        connection.create_scalar_function("in_scope", _inside(scope.ranges), 1)
        return "AND in_scope(rowid)", []
    tests = " OR ".join("rowid >= ? AND rowid < ?" for _ in scope.ranges)
    return f"AND ({tests})", [bound for both in scope.ranges for bound in both]


def _inside(ranges: Sequence[tuple[int, int]]) -> Callable[..., bool]:
    firsts = [first for first, _ in ranges]

    def inside(passage_id: int) -> bool:
        at = bisect_right(firsts, passage_id) - 1
        return at >= 0 and passage_id < ranges[at][1]

    return inside
