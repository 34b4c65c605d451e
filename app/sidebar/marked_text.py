"""Draws text with some of its words marked, on as many lines as there is room for."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetrics, QPainter, QTextCharFormat, QTextLayout, QTextOption

from app.sidebar.arrangement import Marks


@dataclass(frozen=True)
class Ink:
    """Font and colours of a piece of text. ``ground`` is behind marked words; "" for none."""

    font: QFont
    colour: str
    marked: str = ""
    ground: str = ""

    @property
    def bold(self) -> QFont:
        """The font of marked words."""
        font = QFont(self.font)
        font.setWeight(QFont.Weight.DemiBold)
        return font


def draw_marked(painter: QPainter, area: QRect, text: str, marks: Marks, ink: Ink, lines: int) -> None:
    """Draw the text from the top of the area, the last line shortened with … if there is more.

    It begins where reading begins in the window, and runs as its own script runs.
    """
    mirrored = painter.layoutDirection() is Qt.LayoutDirection.RightToLeft
    top = area.top()
    for piece, found in _broken(text, marks, ink, area.width(), lines):
        layout = _layout(piece, found, ink)
        layout.beginLayout()
        line = layout.createLine()
        line.setLineWidth(area.width())
        layout.endLayout()
        spare = max(area.width() - line.naturalTextWidth(), 0) if mirrored else 0
        painter.setPen(QColor(ink.colour))
        layout.draw(painter, QPointF(area.left() + spare, top))
        top += QFontMetrics(ink.font).lineSpacing()


def line_count(text: str, marks: Marks, ink: Ink, width: int, lines: int) -> int:
    """How many lines, up to ``lines``, the text takes."""
    return len(_broken(text, marks, ink, width, lines))


def _broken(text: str, marks: Marks, ink: Ink, width: int, lines: int) -> list[tuple[str, Marks]]:
    """The text line by line, each with its own marks."""
    pieces: list[tuple[str, Marks]] = []
    while text and len(pieces) < lines - 1:
        layout = _layout(text, marks, ink, wrap=True)
        layout.beginLayout()
        line = layout.createLine()
        line.setLineWidth(width)
        layout.endLayout()
        taken = _characters(text, line.textLength())
        pieces.append((text[:taken].rstrip(), marks))
        text, marks = text[taken:], _moved(marks, taken)
    if text:
        # Measured as if all were bold, so that marked words can't push the end out of the area.
        metrics = QFontMetrics(ink.bold if marks else ink.font)
        pieces.append((metrics.elidedText(text, Qt.TextElideMode.ElideRight, width), marks))
    return pieces


def _moved(marks: Marks, by: int) -> Marks:
    return tuple((max(start - by, 0), end - by) for start, end in marks if end > by)


def _characters(text: str, units: int) -> int:
    """How many characters the first ``units`` of Qt's 16-bit units are."""
    return len(text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", "ignore"))


def _units(text: str, characters: int) -> int:
    return len(text[:characters].encode("utf-16-le")) // 2


def _layout(text: str, marks: Marks, ink: Ink, *, wrap: bool = False) -> QTextLayout:
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere if wrap else QTextOption.WrapMode.NoWrap)
    option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
    option.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute)
    layout = QTextLayout(text, ink.font)
    layout.setTextOption(option)
    layout.setFormats([_format(text, start, end, ink) for start, end in marks if start < min(end, len(text))])
    return layout


def _format(text: str, start: int, end: int, ink: Ink) -> QTextLayout.FormatRange:
    look = QTextCharFormat()
    look.setFontWeight(QFont.Weight.DemiBold)
    if ink.marked:
        look.setForeground(QBrush(QColor(ink.marked)))
    if ink.ground:
        look.setBackground(QBrush(QColor(ink.ground)))
    found = QTextLayout.FormatRange()
    found.start = _units(text, start)
    found.length = _units(text, end) - found.start
    found.format = look
    return found
