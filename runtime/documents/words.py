"""Candidates by their words: the word tables asked for the rarer words of a question, within a bound on rows."""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from threading import Lock
from typing import TypeVar

from runtime.documents.fetching import fetched
from runtime.documents.index_schema import words_table
from runtime.documents.normal import is_unspaced, phrase
from runtime.documents.query import Query, QueryWord
from runtime.documents.store import IndexStore
from runtime.storage.connection import Connection

# SQLite ranks about a row a microsecond. The commonest words of a question are left to the exact scoring of the
# candidates, which the rarer ones find; at least three words always search.
MOST_ROWS = 20_000
FEWEST_WORDS = 3
KNOWN_COUNTS = 20_000
SHORTEST_PREFIX = 4
SHORTEST_PREFIX_ALONE = 2
SHARDS_FOR_A_FEW_LETTERS = 4
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


class WordSearch:
    """Asks the word tables, several at once. Any thread. Counts of words are kept until :meth:`changed`."""

    def __init__(self, store: IndexStore, executor: Executor) -> None:
        self._store = store
        self._executor = executor
        self._counts: OrderedDict[tuple[int, str], int] = OrderedDict()
        self._lock = Lock()

    def changed(self) -> None:
        """The index has other words now."""
        with self._lock:
            self._counts.clear()

    def counts(self, words: Sequence[QueryWord], scope: Scope) -> dict[str, int]:
        """In how many passages of the whole index each term stands."""
        terms = sorted({term for word in words for variant in word.variants for term in variant})
        totals = dict.fromkeys(terms, 0)
        for part in self._on_shards(scope.shards, lambda connection, shard: self._count(connection, shard, terms)):
            for term, count in part.result().items():
                totals[term] += count
        return totals

    def candidates(self, query: Query, counts: dict[str, int], scope: Scope, depth: int) -> Callable[[], list[int]]:
        """Begin to look for the passages whose rarer words fit best; what is returned waits for them, at most ``depth``
        and best first. Meanwhile the thread that asked can do something else."""
        match = self._match(query, counts, scope)
        if not match:
            return list
        # Two or three letters are the beginning of a great many words: looked up where the newest documents are.
        few = not query.words and len(query.prefix) < SHORTEST_PREFIX
        waiting = self._on_shards(
            scope.shards[-SHARDS_FOR_A_FEW_LETTERS:] if few else scope.shards,
            lambda connection, shard: _ranked(connection, shard, match, scope, depth),
        )

        def found() -> list[int]:
            rows = sorted(row for part in waiting for row in part.result())
            return [passage_id for _, passage_id in rows[:depth]]

        return found

    def _match(self, query: Query, counts: dict[str, int], scope: Scope) -> str:
        # A term for itself, whichever word it is of: the grams of a word need not all be there.
        terms = {term for word in query.telling for variant in word.variants for term in variant if counts.get(term)}
        bound = MOST_ROWS / max(scope.share, 1e-9)
        chosen: list[str] = []
        rows = 0
        for count, term in sorted((counts[term], term) for term in terms):
            rows += count
            if len(chosen) >= FEWEST_WORDS and rows > bound:
                break
            chosen.append(phrase([term]))
        chosen += [phrase([beginning]) + "*" for beginning in _beginnings(query, counts)]
        # Beside other words a short beginning only helps to order what they find.
        if len(query.prefix) >= (SHORTEST_PREFIX if chosen else SHORTEST_PREFIX_ALONE):
            chosen.append(phrase([query.prefix]) + "*")
        return " OR ".join(chosen)

    def _count(self, connection: Connection, shard: int, terms: Sequence[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        with self._lock:
            known = {term: self._counts.get((shard, term)) for term in terms}
        missing = [term for term, count in known.items() if count is None]
        for term in missing:
            rows = fetched(connection, f"SELECT doc FROM temp.vocabulary_{shard} WHERE term = ?", (term,))
            found[term] = next((int(row[0]) for row in rows), 0)
        with self._lock:
            for term, count in found.items():
                self._counts[shard, term] = count
            while len(self._counts) > KNOWN_COUNTS:
                self._counts.popitem(last=False)
        return {term: found[term] if count is None else count for term, count in known.items()}

    def _on_shards(self, shards: Sequence[int], work: Callable[[Connection, int], T]) -> list[Future[T]]:
        def one(shard: int) -> T:
            with self._store.read() as connection:
                _name_vocabulary(connection, shard)
                return work(connection, shard)

        return [self._executor.submit(one, shard) for shard in shards]


def _beginnings(query: Query, counts: dict[str, int]) -> list[str]:
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


def _name_vocabulary(connection: Connection, shard: int) -> None:
    connection.execute(
        f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary_{shard} USING fts5vocab('main', '{words_table(shard)}',"
        " 'row')"
    )


def _ranked(connection: Connection, shard: int, match: str, scope: Scope, depth: int) -> list[tuple[float, int]]:
    name = words_table(shard)
    where, values = "", []
    if scope.ranges is not None and len(scope.ranges) > MOST_RANGES:
        where = "AND in_scope(rowid)"
        connection.create_scalar_function("in_scope", _inside(scope.ranges), 1)
    elif scope.ranges is not None:
        tests = " OR ".join("rowid >= ? AND rowid < ?" for _ in scope.ranges)
        where, values = f"AND ({tests})", [bound for both in scope.ranges for bound in both]
    rows = fetched(
        connection,
        f"SELECT rank, rowid FROM {name} WHERE {name} MATCH ? {where} ORDER BY rank LIMIT {depth}",
        (match, *values),
    )
    return [(float(rank), int(passage_id)) for rank, passage_id in rows]


def _inside(ranges: Sequence[tuple[int, int]]) -> Callable[..., bool]:
    firsts = [first for first, _ in ranges]

    def inside(passage_id: int) -> bool:
        at = bisect_right(firsts, passage_id) - 1
        return at >= 0 and passage_id < ranges[at][1]

    return inside
