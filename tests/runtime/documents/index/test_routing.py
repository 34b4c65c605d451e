"""Of many long documents those that are asked about: they come first, and are searched by themselves as well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from runtime.documents.fusion import LONG_DOCUMENT
from runtime.documents.index import Index
from runtime.documents.query import read_query
from runtime.documents.router import NUMBER_WEIGHT, routed
from tests.runtime.documents.index.kit import WordsAsDirections, add, learn

PAGES = LONG_DOCUMENT + 8
ASKED = "How was the harbour built by Bolt in 2022?"
ANSWER = "The pier rests on oak piles that were driven into the mud."


class NearIsTheSame(WordsAsDirections):
    """Looks at every passage of the harbour as at the question, the answer a little less than at the rest."""

    def embed(self, texts: Sequence[str]) -> Any:
        """One row per text."""
        import numpy

        rows = super().embed(texts)
        question = self.embed_query(ASKED)
        for at, text in enumerate(texts):
            share = 0.9 if "oak piles" in text else 0.95
            rows[at] = share * question + (1 - share) * rows[at]
        return (rows / numpy.linalg.norm(rows, axis=1, keepdims=True)).astype(numpy.float32)


def fits(index: Index, text: str, documents: Sequence[int] | None = None) -> dict[int, float]:
    """How well each document fits, by its rarer words."""
    with index._store.read() as connection:
        return dict(routed(connection, read_query(text, {"en": 100}), documents, {}, 100).fits)


def test_the_best_document_is_one_and_others_are_less(index: Index) -> None:
    bolt = add(index, "/Bolt_2022.pdf", "Ships and quays.", title="Bolt harbours")
    other = add(index, "/Acme_2022.pdf", "Ships and boats.", title="Acme harbours")
    found = fits(index, "What did Bolt build?")
    assert found == {bolt: 1.0}
    found = fits(index, "Did Bolt or others build harbours?")
    assert found[bolt] == 1.0
    assert 0 < found[other] < 1.0
    assert fits(index, "harbours", [other]) == {other: 1.0}
    assert fits(index, "Nothing of that kind") == {}


def test_the_year_in_a_name_tells_alike_reports_apart(index: Index) -> None:
    years = {year: add(index, f"/Bolt_{year}.pdf", "Ships and quays.", title="Bolt") for year in (2021, 2022, 2023)}
    found = fits(index, "What did Bolt build in 2022?")
    assert found[years[2022]] == 1.0
    assert found[years[2021]] == found[years[2023]] <= 1 / (1 + NUMBER_WEIGHT) + 1e-9


def test_the_passage_that_answers_comes_before_a_document_that_begins_with_the_word(index: Index) -> None:
    houses = ["bakery", "boathouse", "pharmacy", "brewery", "chapel", "mill"]
    for at, house in enumerate(houses):
        # Only the first one's opening speaks of insurance; all of them do later on.
        opening = "The office is insured against fire." if at == 0 else "The office keeps the keys."
        filler = [f"Item {number} of portfolio {at} is a list of things kept." for number in range(PAGES)]
        add(index, f"/Portfolio {at}.pdf", opening, *filler, f"The {house} is insured against fire with Novak Mutual.")
    for at, house in enumerate(houses):
        assert index.search(f"With whom is the {house} insured against fire?")[0].name == f"Portfolio {at}.pdf"


@pytest.mark.parametrize("named", [True, False])
def test_a_long_document_that_is_asked_about_is_searched_by_itself(index: Index, named: bool) -> None:
    filler = [f"Chapter {at} of the harbour was built of stone number {at * 7}." for at in range(PAGES)]
    add(index, "/Acme_2022.pdf", *filler)
    bolt = add(index, "/Bolt_2022.pdf" if named else "/Cord_2022.pdf", *filler[:20], ANSWER, *filler[20:])
    learn(index, NearIsTheSame())
    search = index._search
    found = search.find(ASKED, embedder=NearIsTheSame(), depth=12)
    # A dozen of either are nearer than the answer; within its own document, so are others too, but fewer.
    own = [passage.document_id for passage in found.passages[:6]]
    assert (own == [bolt] * 6) is named


def test_a_short_document_is_not_searched_twice(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("Acme", "Bolt"):
        add(index, f"/{name}_2022.txt", "The harbour was built of stone.", "The quay was built of oak.")
    embedder = WordsAsDirections()
    learn(index, embedder)
    search = index._search
    asked: list[object] = []
    nearest = search._meaning.nearest

    def counting(*args: Any) -> list[tuple[int, float]]:
        asked.append(args[-1])
        return nearest(*args)

    monkeypatch.setattr(search._meaning, "nearest", counting)
    index.search(ASKED, embedder=embedder)
    assert asked == [None]
    add(index, "/Bolt_2022_long.txt", *(f"Stone number {at} of the harbour was set." for at in range(PAGES * 3)))
    learn(index, embedder)
    asked.clear()
    index.search(ASKED, embedder=embedder)
    assert len(asked) == 2
    assert asked[0] is None
