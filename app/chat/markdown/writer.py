"""Writes what was read of Markdown to the end of a document, and takes back what may yet read differently."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextBlockFormat, QTextCharFormat, QTextCursor, QTextDocument, QTextListFormat

from app.chat.markdown.code_card import CardMark, CodeCard
from app.chat.markdown.formats import Formats
from app.chat.markdown.formula_pictures import FormulaPictures
from app.chat.markdown.inlines import InlineWriter
from app.chat.markdown.pieces import (
    Code,
    CodeLine,
    Definitions,
    DisplayFormula,
    Flow,
    Piece,
    Place,
    Row,
    Rule,
    Table,
)
from app.chat.markdown.table_grid import GridMark, TableGrid


@dataclass(frozen=True)
class _Mark:
    """A place in the document up to which everything is settled."""

    position: int
    after: str
    listed: bool
    block: QTextBlockFormat
    letters: QTextCharFormat
    list_format: QTextListFormat | None
    defined: dict[str, Any]
    cards: int
    card: CardMark | None
    grid: TableGrid | None
    grid_mark: GridMark | None


class PieceWriter:
    """Owns the end of one document. Lives on the UI thread."""

    def __init__(
        self,
        document: QTextDocument,
        formats: Formats,
        formulas: FormulaPictures,
        known: dict[str, Any],
        cites: Mapping[int, str] | None = None,
    ) -> None:
        self._document = document
        self._formats = formats
        self._formulas = formulas
        self._inlines = InlineWriter(formats, formulas, cites)
        self._cursor = QTextCursor(document)
        self.cards: list[CodeCard] = []
        self.defined: dict[str, Any] = {}
        self._known = known
        self._after = "nothing"
        self._listed = False
        self._grid: TableGrid | None = None
        document.setIndentWidth(formats.step)
        self._mark = self._marked()

    def write(self, pieces: Iterable[Piece]) -> None:
        """Add to the end."""
        self._inlines.references = {**self._known, **self.defined}
        for piece in pieces:
            if not isinstance(piece, CodeLine):
                self._show_code()
            self._piece(piece)
        self._show_code()

    def settle(self) -> None:
        """What is written up to here stays."""
        self._mark = self._marked()

    def take_back(self) -> None:
        """Remove what was written since :meth:`settle`."""
        mark, cursor = self._mark, self._cursor
        self._formulas.forget_after(mark.position)
        position = mark.position
        if mark.grid is not None and mark.grid_mark is not None:
            position = mark.grid.end_of(mark.grid_mark)
        self._cut(position, mark)
        if mark.grid is not None and mark.grid_mark is not None:
            mark.grid.go_back(mark.grid_mark)
        del self.cards[mark.cards :]
        if mark.card is not None:
            self.cards[-1].go_back(mark.card)
        self.defined = mark.defined
        self._after, self._listed, self._grid = mark.after, mark.listed, mark.grid
        cursor.movePosition(QTextCursor.MoveOperation.End)

    def _cut(self, position: int, mark: _Mark) -> None:
        cursor = self._cursor
        cursor.setPosition(position)
        if cursor.atEnd():
            return
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        if cursor.block().length() == 1:  # an empty paragraph takes the form of what was behind it
            self._leave_list()
            cursor.setBlockFormat(mark.block)
            cursor.setBlockCharFormat(mark.letters)
            if mark.list_format is not None:
                cursor.createList(mark.list_format)

    def _marked(self) -> _Mark:
        cursor = self._cursor
        cursor.movePosition(QTextCursor.MoveOperation.End)
        block = cursor.block()
        in_list = block.textList()
        return _Mark(
            cursor.position(),
            self._after,
            self._listed,
            block.blockFormat(),
            block.charFormat(),
            in_list.format() if in_list is not None else None,
            self.defined,
            len(self.cards),
            self.cards[-1].mark() if self.cards and self._after == "code" else None,
            self._grid,
            self._grid.mark() if self._grid is not None else None,
        )

    # --- pieces ---------------------------------------------------------------------------------------------------

    def _piece(self, piece: Piece) -> None:
        match piece:
            case Flow():
                self._flow(piece)
            case CodeLine():
                self.cards[-1].add(piece)
            case Row() if self._grid is not None:
                self._grid.add(piece, self._cursor)
                self._cursor.movePosition(QTextCursor.MoveOperation.End)
            case Code():
                self._code(piece)
            case Table():
                self._table(piece)
            case DisplayFormula(place, source):
                middle = self._paragraph(place)
                middle.setAlignment(Qt.AlignmentFlag.AlignHCenter)
                self._begin(middle, self._formats.text(), place)
                self._inlines.formula(self._cursor, source, self._formats.text(), self._inset(place))
            case Rule(place):
                self._begin(self._formats.rule(place.steps), self._formats.text(4), place, "rule")
            case Definitions(references):
                self.defined = {**references, **self.defined}
                self._inlines.references = {**self._known, **self.defined}

    def _flow(self, flow: Flow) -> None:
        style = self._formats.text() if flow.kind == "p" else self._formats.heading(flow.kind)
        if flow.place.bars:
            style = self._formats.coloured(style, "text2")
        if not flow.goes_on:
            block = self._paragraph(flow.place) if flow.kind == "p" else self._formats.paragraph(gap=6, above=8)
            if flow.bullet is not None:
                block.setIndent(0)
            self._begin(block, style, flow.place)
            if flow.bullet is not None:
                self._cursor.createList(self._formats.bullet(flow.bullet, flow.place.steps))
        self._inlines.write(self._cursor, flow.text, style, self._inset(flow.place))

    def _code(self, code: Code) -> None:
        self.cards.append(CodeCard(self._document, self._formats, code, len(self.cards)))
        follows = self._after
        self._begin(QTextBlockFormat(), self._formats.text(12), code.place, "code")
        self.cards[-1].begin(self._cursor, follows)

    def _table(self, table: Table) -> None:
        self._begin(self._formats.before_table(), self._formats.text(), table.place, "table")
        self._grid = TableGrid(self._formats, self._inlines, table)
        self._grid.begin(self._cursor)
        self._cursor.movePosition(QTextCursor.MoveOperation.End)

    def _show_code(self) -> None:
        if self.cards and self._after == "code":
            self.cards[-1].show()
            self._cursor.movePosition(QTextCursor.MoveOperation.End)

    # --- where they stand -----------------------------------------------------------------------------------------

    def _paragraph(self, place: Place) -> QTextBlockFormat:
        return self._formats.paragraph(gap=4 if place.listed else 10, steps=place.steps, bars=place.bars)

    def _inset(self, place: Place) -> float:
        return place.steps * self._formats.step

    def _begin(self, block: QTextBlockFormat, style: QTextCharFormat, place: Place, kind: str = "words") -> None:
        """A fresh block at the end; the empty one at the start or behind a table is used."""
        cursor = self._cursor
        cursor.movePosition(QTextCursor.MoveOperation.End)
        if self._listed and not place.listed:
            block.setTopMargin(max(block.topMargin(), 10))
        if self._after in ("nothing", "table"):
            self._leave_list()
            cursor.setBlockFormat(block)
            cursor.setBlockCharFormat(style)
        else:
            cursor.insertBlock(block, style)
            if cursor.block().textList() is not None:
                self._leave_list()
                cursor.setBlockFormat(block)
        cursor.setCharFormat(style)
        self._after, self._listed, self._grid = kind, place.listed, None

    def _leave_list(self) -> None:
        block = self._cursor.block()
        if block.textList() is not None:
            block.textList().remove(block)
