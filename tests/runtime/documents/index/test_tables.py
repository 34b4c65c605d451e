"""Tables answered from rows: a value that is asked for comes in its row, below the header that says what it is."""

from __future__ import annotations

import pytest

from runtime.documents.index import Index
from runtime.documents.reading import Page
from tests.runtime.documents.index.kit import WordsAsDirections, add, learn, page, rows

HEADER = "Site | Lease ends | Monthly rent"
TOWNS = [
    f"{first}{last}" for first in ("Alt", "Bruch", "Dorn", "Eich", "Fels") for last in ("au", "berg", "feld", "tal")
]
ROWS = [
    f"{town} house {number} | 20{31 + number}-0{1 + number % 9}-15 | {town_at * 100 + number} euros"
    for town_at, town in enumerate(TOWNS, 5)
    for number in range(8)
]


@pytest.fixture
def table(index: Index) -> int:
    """Sites in a table of several passages, between other documents."""
    add(index, "/notes.txt", page(1, "The lease of each site ends in spring, and the monthly rent is paid in euros."))
    document = add(index, "/sites.xlsx", Page(1, rows(HEADER, HEADER, *ROWS), "Sites"))
    add(index, "/staff.xlsx", Page(1, rows("Name | Site | Room", "Name | Site | Room", "Ada | Dornfeld | 7"), "Staff"))
    return document


@pytest.mark.parametrize("number", [0, 57, 111, 159])
@pytest.mark.parametrize("meaning", [False, True])
def test_a_row_that_is_asked_for_comes_soon_below_its_header(
    index: Index, table: int, number: int, meaning: bool
) -> None:
    embedder = WordsAsDirections() if meaning else None
    if embedder is not None:
        learn(index, embedder)
    site = ROWS[number].split(" | ")[0]
    # What only speaks of rents may come before it, and a part of the table with more houses of the same town.
    hits = index.search(f"What is the monthly rent of {site}?", limit=3, embedder=embedder)
    (hit,) = [hit for hit in hits if ROWS[number] in hit.text.splitlines()]
    assert (hit.document_id, hit.label) == (table, "Sites")
    assert hit.text.startswith(HEADER)


def test_an_answer_is_given_the_row_with_its_header(index: Index, table: int) -> None:
    row = ROWS[123]
    hits = index.context(f"When does the lease of {row.split(' | ')[0]} end?", 400)
    (hit,) = [hit for hit in hits if row in hit.text.splitlines()]
    assert hit.document_id == table
    assert hit.text.startswith(HEADER)
    assert hit.text.count(HEADER) == 1


def test_a_value_finds_its_row(index: Index, table: int) -> None:
    row = ROWS[88]
    hit = index.search(row.split(" | ")[2])[0]
    assert hit.document_id == table
    assert row in hit.text.splitlines()
    assert any(hit.text[start:stop] in row for start, stop in hit.highlights)
