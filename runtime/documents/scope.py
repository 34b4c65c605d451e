"""What part of the index a question is asked of."""

from __future__ import annotations

from collections.abc import Sequence

from runtime.documents.fetching import fetched, number
from runtime.documents.words import Scope
from runtime.storage.connection import Connection


def scope_of(connection: Connection, documents: Sequence[int] | None) -> Scope:
    """The passages of some documents, or of all (None)."""
    total = sum(count for (count,) in fetched(connection, "SELECT passages FROM shards"))
    if documents is None:
        shards = tuple(shard for (shard,) in fetched(connection, "SELECT number FROM shards WHERE passages > 0"))
        indexed = number(connection, "SELECT count(*) FROM documents WHERE passages > 0")
        return Scope(shards, None, total, indexed, 1.0)
    found: list[tuple[int, int]] = []
    shards_seen: set[int] = set()
    for document in dict.fromkeys(documents):
        for first, count, shard in fetched(
            connection,
            "SELECT first_passage, passages, shard FROM documents WHERE id = ? AND passages > 0",
            (document,),
        ):
            found.append((first, first + count))
            shards_seen.add(shard)
    passages = sum(stop - first for first, stop in found)
    return Scope(
        tuple(sorted(shards_seen)), _joined(sorted(found)), passages, len(found), passages / total if total else 1.0
    )


def _joined(ranges: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Ranges that touch made one: documents indexed one after the other are searched as one."""
    joined: list[tuple[int, int]] = []
    for first, stop in ranges:
        if joined and joined[-1][1] == first:
            joined[-1] = (joined[-1][0], stop)
        else:
            joined.append((first, stop))
    return tuple(joined)


def languages_in(connection: Connection, documents: Sequence[int] | None) -> dict[str, int]:
    """How many passages there are of each language, by the language most of their document is in."""
    if documents is None:
        return dict(
            fetched(connection, "SELECT language, sum(passages) FROM documents WHERE passages > 0 GROUP BY language")
        )
    counts: dict[str, int] = {}
    for document in dict.fromkeys(documents):
        for language, passages in fetched(
            connection, "SELECT language, passages FROM documents WHERE id = ? AND passages > 0", (document,)
        ):
            counts[language] = counts.get(language, 0) + passages
    return counts
