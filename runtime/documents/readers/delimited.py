"""Tables in text form: CSV and its kin, with whatever separator they use."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from runtime.documents.readers.encodings import sample_text
from runtime.documents.readers.outcomes import TooLarge
from runtime.documents.readers.sink import Sink
from runtime.documents.readers.source import Source
from runtime.documents.readers.tables import row_blocks
from runtime.documents.readers.text import text_lines
from runtime.documents.reading import Block, DocumentFacts

ROWS_A_PAGE = 500
CHARACTERS_A_PAGE = 200_000
_LONGEST_FIELD = 1_000_000
_SEPARATORS = ("\t", ";", ",", "|")
_LINES_LOOKED_AT = 20


def read_delimited(source: Source, out: Sink) -> None:
    """A table of any length, some hundred rows a page. Raises TooLarge for a field without end."""
    csv.field_size_limit(_LONGEST_FIELD)
    out.tell(DocumentFacts("csv"))
    separator = _separator(sample_text(source.head) or "")
    try:
        rows = csv.reader((line + "\n" for line in text_lines(source)), delimiter=separator)
        give_rows(row_blocks(rows), out)
    except csv.Error as error:
        raise TooLarge("field") from error


def give_rows(blocks: Iterator[Block], out: Sink, label: str = "") -> int:
    """Rows as pages of bearable size; how many pages."""
    page: list[Block] = []
    size = pages = 0
    for block in blocks:
        page.append(block)
        size += len(block.text)
        if len(page) >= ROWS_A_PAGE or size >= CHARACTERS_A_PAGE:
            out.page(page, label=label)
            pages += 1
            page, size = [], 0
    if page:
        out.page(page, label=label)
        pages += 1
    return pages


def _separator(text: str) -> str:
    """The one that stands equally often in the lines, and most often."""
    lines = [line for line in text.splitlines()[:_LINES_LOOKED_AT] if line.strip()]

    def score(separator: str) -> tuple[int, int]:
        counts = [line.count(separator) for line in lines]
        most = max(set(counts), key=counts.count, default=0)
        return (counts.count(most) if most else 0, most)

    return max(_SEPARATORS, key=score)
