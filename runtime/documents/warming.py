"""What a first question would work out, worked out before it: the words that most passages have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from runtime.documents.fetching import fetched, number
from runtime.documents.scoring import meet
from runtime.documents.search import Search
from runtime.documents.store import IndexStore

# So many passages have nine in ten of the words of any other; meeting them takes some 1.2 s of one core.
SAMPLED = 4_000
READ_AT_ONCE = 50
# A word of fewer passages is counted in no time when it is asked for.
COMMON_SHARE = 0.02


class Warming:
    """Meets the words of a sample of all passages, once for as long as the index is about as large, and counts the
    common ones after each change. Any thread; blocks."""

    def __init__(self, store: IndexStore, search: Search) -> None:
        self._store = store
        self._search = search
        self._sampled_of = 0
        self._common: tuple[str, ...] = ()

    def warm_up(self) -> None:
        """Be ready for a question. Raises StoreDamaged."""
        with self._store.read() as connection:
            last = number(connection, "SELECT coalesce(max(id), 0) FROM passages")
        if last > 2 * self._sampled_of:
            self._common = self._met(last)
            self._sampled_of = last
        self._search.count(self._common)

    def _met(self, last: int) -> tuple[str, ...]:
        """The common terms of the sample."""
        step = max(1, last // SAMPLED)
        sample = range(1, last + 1, step)
        seen: Counter[str] = Counter()
        for at in range(0, len(sample), READ_AT_ONCE):
            for language, text in self._texts(sample[at : at + READ_AT_ONCE]):
                seen.update(meet(text, language))
        least = max(2.0, COMMON_SHARE * len(sample))
        return tuple(term for term, times in seen.items() if times >= least)

    def _texts(self, ids: Sequence[int]) -> list[tuple[str, str]]:
        marks = ", ".join("?" for _ in ids)
        with self._store.read() as connection:
            rows = fetched(connection, f"SELECT language, text FROM passages WHERE id IN ({marks})", ids)
        return [(language, text) for language, text in rows]
