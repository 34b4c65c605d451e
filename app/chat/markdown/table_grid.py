"""A table in the document. Qt lays out a whole table for every change in it, so a long one is several that join."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextBlockFormat, QTextCharFormat, QTextCursor, QTextTable, QTextTableFormat

from app.chat.markdown.formats import Formats
from app.chat.markdown.inlines import InlineWriter
from app.chat.markdown.pieces import Row, Table

ROWS = 12
NARROWEST, WIDEST = 4, 40
SIDES = {
    "left": Qt.AlignmentFlag.AlignLeft,
    "right": Qt.AlignmentFlag.AlignRight,
    "center": Qt.AlignmentFlag.AlignCenter,
}


@dataclass(frozen=True)
class GridMark:
    """How far a table was written."""

    table: QTextTable
    rows: int
    shares: tuple[int, ...]
    lengths: tuple[int, ...]


class TableGrid:
    """Owns the part of a table that still grows. Once a second part begins, all columns keep the shares they had."""

    def __init__(self, formats: Formats, inlines: InlineWriter, table: Table) -> None:
        self._formats = formats
        self._inlines = inlines
        self._head = table
        self._lengths = tuple(map(len, table.cells))
        self._shares: tuple[int, ...] = ()
        self._table: QTextTable

    def begin(self, cursor: QTextCursor) -> None:
        """Write the head at the cursor."""
        self._table = cursor.insertTable(1, len(self._head.cells), self._format(last=True, head=True))
        self._fill(0, self._head.cells, self._formats.heading("h6"))

    def add(self, row: Row, cursor: QTextCursor) -> None:
        """One more row; the cursor stands behind the table and stays there."""
        if self._table.rows() < ROWS:
            self._table.appendRows(1)
        else:
            self._shares = self._shares or _shares(self._lengths)
            self._table.setFormat(self._format(last=False, head=self._has_head()))
            cursor.movePosition(QTextCursor.MoveOperation.End)
            self._table = cursor.insertTable(1, len(self._head.cells), self._format(last=True, head=False))
        if not self._shares:
            self._lengths = tuple(max(a, len(b)) for a, b in zip(self._lengths, row.cells, strict=True))
        self._fill(self._table.rows() - 1, row.cells, self._formats.text())

    def mark(self) -> GridMark:
        """How far it is written now."""
        return GridMark(self._table, self._table.rows(), self._shares, self._lengths)

    def end_of(self, mark: GridMark) -> int:
        """Where the document behind the table begins."""
        return mark.table.lastPosition() + 1

    def go_back(self, mark: GridMark) -> None:
        """Forget what came after a mark; what lay behind the table is gone already."""
        another = self._table is not mark.table
        self._table, self._shares, self._lengths = mark.table, mark.shares, mark.lengths
        if another:
            self._table.setFormat(self._format(last=True, head=self._has_head()))
        elif self._table.rows() > mark.rows:
            self._table.removeRows(mark.rows, self._table.rows() - mark.rows)

    def _format(self, *, last: bool, head: bool) -> QTextTableFormat:
        made = self._formats.grid(self._head.place.steps, self._shares)
        made.setHeaderRowCount(1 if head else 0)
        if not head:
            made.setTopMargin(-2)
        if not last:
            made.setBottomMargin(0)
        return made

    def _has_head(self) -> bool:
        return self._table.format().toTableFormat().headerRowCount() > 0

    def _fill(self, y: int, cells: tuple[str, ...], style: QTextCharFormat) -> None:
        for x, (text, side) in enumerate(zip(cells, self._head.sides, strict=True)):
            inside = self._table.cellAt(y, x).firstCursorPosition()
            inside.setBlockFormat(self._block_format(y, x, side))
            inside.setBlockCharFormat(style)
            self._inlines.write(inside, text, style)

    def _block_format(self, y: int, x: int, side: str) -> QTextBlockFormat:
        made = self._formats.cell(y, x)
        if side:
            made.setAlignment(SIDES[side])
        return made


def _shares(lengths: tuple[int, ...]) -> tuple[int, ...]:
    """How much of the width each column gets, in hundredths."""
    weights = [min(max(length, NARROWEST), WIDEST) for length in lengths]
    return tuple(round(100 * weight / sum(weights)) for weight in weights)
