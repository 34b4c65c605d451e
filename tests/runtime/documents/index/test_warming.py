"""Being ready for a question before it comes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from runtime.documents import words
from runtime.documents.index import Index
from runtime.documents.scoring import _vocabulary, meet
from runtime.storage.connection import Connection
from tests.runtime.documents.index.kit import add

QUESTION = "which harbour has the quillfish"


def harbours(first: int, number: int) -> list[str]:
    return [f"Harbour {at} keeps ships and {'one quillfish' if at == 7 else 'ropes'}." for at in range(first, number)]


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The terms that the index is asked to count."""
    asked: list[str] = []
    really = words._counted

    def count(connection: Connection, shard: int, terms: Sequence[str]) -> dict[str, int]:
        asked.extend(terms)
        return really(connection, shard, terms)

    with monkeypatch.context() as patch:
        patch.setattr(words, "_counted", count)
        yield asked


def test_common_words_are_counted_and_met_before_anybody_asks(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    _vocabulary.cache_clear()
    add(index, "/harbours.txt", *harbours(0, 40))
    index.warm_up()
    assert {"Harbour", "ropes"} <= _vocabulary("en").known.keys()
    with counted(monkeypatch) as asked:
        assert index.search(QUESTION)[0].page == 8
    assert "quillfish" in asked
    assert "harbour" not in asked


def test_what_is_found_is_the_same_cold_and_warm(index: Index) -> None:
    add(index, "/harbours.txt", *harbours(0, 40))
    cold = index.search(QUESTION, limit=50)
    index.warm_up()
    assert index.search(QUESTION, limit=50) == cold
    assert len(cold) > 10


def test_counts_follow_what_came_since(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    add(index, "/a.txt", *harbours(0, 4))
    index.warm_up()
    add(index, "/b.txt", *harbours(4, 30))
    index.warm_up()
    with counted(monkeypatch) as asked:
        index.search("harbour ships")
    assert asked == []
    assert index._search._words._counts[1, "harbour"] == 30


def test_a_sample_is_taken_again_only_of_an_index_that_grew(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    met: list[str] = []

    def noted(text: str, language: str) -> set[str]:
        met.append(text)
        return meet(text, language)

    monkeypatch.setattr("runtime.documents.warming.meet", noted)
    index.warm_up()
    assert met == []
    add(index, "/a.txt", *harbours(0, 20))
    index.warm_up()
    assert len(met) == 20
    add(index, "/b.txt", *harbours(20, 25))
    index.warm_up()
    assert len(met) == 20
    add(index, "/c.txt", *harbours(25, 60))
    index.warm_up()
    assert len(met) == 80


def test_nothing_to_be_ready_for(index: Index) -> None:
    index.warm_up()
    document = add(index, "/a.txt", "Only this.")
    index.forget([document])
    index.warm_up()
    assert index.search("this") == []
