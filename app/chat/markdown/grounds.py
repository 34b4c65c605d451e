"""What is painted under the text: grounds of code, bars of quotations and lines of tables, where they are seen."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QTextBlock, QTextCursor, QTextDocument, QTextTable

from app.chat.markdown.formats import CARD_PADDING, CODE_CARD, FIRST_CELL, QUOTE_BARS, TABLE_CELL

BAR_WIDTH = 3.0
# A ground that goes on beyond what is seen is drawn so much further, so that its corners are out of sight.
BEYOND = 40.0


@dataclass(frozen=True)
class Grounds:
    """Rectangles in the document's coordinates: ``cards`` with round corners, ``bars`` and ``lines`` to be filled."""

    cards: list[QRectF] = field(default_factory=list)
    bars: list[QRectF] = field(default_factory=list)
    lines: list[QRectF] = field(default_factory=list)


def grounds(document: QTextDocument, top: float, bottom: float) -> Grounds:
    """What lies between two heights of the document; only the paragraphs there are looked at."""
    found = Grounds()
    layout = document.documentLayout()
    block = document.findBlock(max(layout.hitTest(QPointF(0, top), Qt.HitTestAccuracy.FuzzyHit), 0)).previous()
    block = block if block.isValid() else document.begin()
    before: QTextBlock | None = None
    table: TableLines | None = None
    while block.isValid():
        box = layout.blockBoundingRect(block)
        _add_card(found.cards, document, block, box)
        _add_bars(found.bars, document, block, before)
        table = _add_cell(found.lines, table, block, box)
        if box.top() > bottom:
            break
        before, block = block, block.next()
    return found


def _add_cell(lines: list[QRectF], table: TableLines | None, block: QTextBlock, box: QRectF) -> TableLines | None:
    """The lines around a cell of a table. Qt's own ones take it longer to draw than all the text."""
    cell = str(block.blockFormat().property(TABLE_CELL) or "")
    if not cell:
        return None
    if table is None or cell == FIRST_CELL:
        grid = QTextCursor(block).currentTable()
        if not grid:
            return None
        table = TableLines(grid, block.document().documentLayout().frameBoundingRect(grid))
        lines += table.frame()
    lines += table.around(box)
    return table


class TableLines:
    """Owns where lines of one table have been drawn already."""

    def __init__(self, table: QTextTable, outer: QRectF) -> None:
        form = table.format().toTableFormat()
        # Qt gives the place of the first cell's text, and the size with all margins.
        self._inset = form.cellPadding() + form.border()
        left, top = _pixel(outer.left() - self._inset), _pixel(outer.top() - self._inset)
        width = outer.width() - form.leftMargin() - form.rightMargin() - 2 * form.border()
        height = outer.height() - form.topMargin() - form.bottomMargin() - 2 * form.border()
        self._area = QRectF(left, top, round(width), _pixel(outer.top() - self._inset + height) - top)
        self._seen: set[tuple[str, int]] = set()

    def frame(self) -> list[QRectF]:
        """Above, below, left and right."""
        area = self._area
        return [
            QRectF(area.left(), area.top(), area.width(), 1),
            QRectF(area.left(), area.bottom(), area.width() + 1, 1),
            QRectF(area.left(), area.top(), 1, area.height()),
            QRectF(area.right(), area.top(), 1, area.height()),
        ]

    def around(self, box: QRectF) -> list[QRectF]:
        """The lines left of a cell and above it, unless another cell had the same."""
        x, y = _pixel(box.left() - self._inset), _pixel(box.top() - self._inset)
        made = []
        if ("x", x) not in self._seen and x > self._area.left():
            made.append(QRectF(x, self._area.top(), 1, self._area.height()))
        if ("y", y) not in self._seen and y > self._area.top():
            made.append(QRectF(self._area.left(), y, self._area.width(), 1))
        self._seen |= {("x", x), ("y", y)}
        return made


def _pixel(place: float) -> int:
    return math.floor(place)


def air_below(document: QTextDocument) -> float:
    """What the ground of a block of code needs below the last line; Qt's height of a document does not count it."""
    return CARD_PADDING + 1 if _card(document.lastBlock()) is not None else 0.0


def _card(block: QTextBlock) -> object:
    return block.blockFormat().property(CODE_CARD) if block.isValid() else None


def _add_card(cards: list[QRectF], document: QTextDocument, block: QTextBlock, box: QRectF) -> None:
    card = _card(block)
    if card is None:
        return
    left = block.blockFormat().indent() * document.indentWidth() + 0.5
    top = box.top() - (BEYOND if _card(block.previous()) == card else CARD_PADDING)
    bottom = box.bottom() + (BEYOND if _card(block.next()) == card else CARD_PADDING)
    area = QRectF(left, top + 0.5, document.textWidth() - left - 1, bottom - top - 1)
    if cards and _card(block.previous()) == card:
        cards[-1] = QRectF(area.left(), cards[-1].top(), area.width(), area.bottom() - cards[-1].top())
    else:
        cards.append(area)


def _add_bars(bars: list[QRectF], document: QTextDocument, block: QTextBlock, before: QTextBlock | None) -> None:
    steps = str(block.blockFormat().property(QUOTE_BARS) or "").split()
    if not steps:
        return
    layout = document.documentLayout()
    box = layout.blockBoundingRect(block)
    earlier = str(before.blockFormat().property(QUOTE_BARS) or "").split() if before is not None else []
    for step in steps:
        top = layout.blockBoundingRect(before).bottom() if before is not None and step in earlier else box.top()
        left = int(step) * document.indentWidth()
        if block.textDirection() is Qt.LayoutDirection.RightToLeft:
            left = document.textWidth() - left - BAR_WIDTH
        bars.append(QRectF(left, top, BAR_WIDTH, box.bottom() - top))
