"""Rows of cells as blocks: cells joined by " | ", with the header row of the table beside each row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from runtime.documents.reading import Block, BlockKind

JOINT = " | "
MOST_CELLS = 4_096
_NUMBER = re.compile(r"^[-+(]?[$€£¥]?\s*[\d.,\s]*\d[\d.,\s]*\)?\s*%?$")
_YEAR = re.compile(r"^(19|20)\d\d$")


def row_blocks(rows: Iterable[Sequence[str]], *, hidden: bool = False) -> Iterator[Block]:
    """The rows of one table. The first one with several words is its header; empty rows are left out."""
    header: str | None = None
    for row in rows:
        text = joined(row)
        if not text:
            continue
        if header is None:
            header = text if _is_header(row) else ""
            yield Block(BlockKind.TABLE_ROW, text, hidden=hidden)
        else:
            yield Block(BlockKind.TABLE_ROW, text, header=header, hidden=hidden)


def joined(row: Sequence[str]) -> str:
    """Cells as one line; empty ones at the end are left out, those between stay as empty places."""
    cells = [" ".join(cell.split()) for cell in row[:MOST_CELLS]]
    while cells and not cells[-1]:
        cells.pop()
    return JOINT.join(cells) if any(cells) else ""


def _is_header(row: Sequence[str]) -> bool:
    cells = [cell.strip() for cell in row if cell.strip()]
    names = [cell for cell in cells if not _NUMBER.match(cell) or _YEAR.match(cell)]
    return len(cells) >= 2 and len(names) > len(cells) / 2
