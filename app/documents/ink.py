"""Drawing words, icons and marked text in the theme's colours, mirrored where people read from the right."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetrics, QPainter, QPen, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from app.documents.shown import Marks
from app.theme.theme import current_theme

NORMAL = QFont.Weight.Normal
MEDIUM = QFont.Weight.Medium
STRONG = QFont.Weight.DemiBold
CORNER = 8


@dataclass(frozen=True)
class Style:
    """Size, colour and weight of words."""

    size: int = 13
    token: str = "text"
    weight: QFont.Weight = NORMAL
    elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight


def line_height(size: int) -> int:
    """One line of text at the person's size."""
    return QFontMetrics(current_theme().font(size)).lineSpacing()


def width_of(text: str, style: Style) -> int:
    """How wide the words are in one line."""
    return QFontMetrics(current_theme().font(style.size, style.weight)).horizontalAdvance(text) + 1


def colour(token: str) -> QColor:
    """A colour of the theme in force."""
    return QColor(getattr(current_theme().tokens, token))


def part(option: QStyleOptionViewItem, area: QRect, start: int, end: int) -> QRect:
    """The area less so much where reading starts and ends."""
    return QStyle.visualRect(option.direction, area, area.adjusted(start, 0, -end, 0))


def draw_words(painter: QPainter, area: QRect, text: str, style: Style) -> None:
    """One line, shortened to the room there is, at the side where reading starts."""
    painter.setFont(current_theme().font(style.size, style.weight))
    painter.setPen(colour(style.token))
    shown = painter.fontMetrics().elidedText(text, style.elide, area.width())
    direction, side = painter.layoutDirection(), Qt.AlignmentFlag
    leading = side.AlignRight if direction is Qt.LayoutDirection.RightToLeft else side.AlignLeft
    # At the window's leading side, but each text in the direction of its own script.
    painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
    painter.drawText(area, side.AlignVCenter | leading | side.AlignAbsolute | Qt.TextFlag.TextSingleLine, shown)
    painter.setLayoutDirection(direction)


def draw_icon(painter: QPainter, area: QRect, name: str, token: str) -> None:
    """An icon that fills the area."""
    current_theme().icon(name, token, area.width()).paint(painter, area)


def draw_button(painter: QPainter, area: QRect, text: str, *, hovered: bool) -> None:
    """What looks and reads like the house's push button."""
    painter.setPen(QPen(colour("control"), 1))
    painter.setBrush(colour("bubble" if hovered else "raised"))
    painter.drawRoundedRect(QRectF(area).adjusted(0.5, 0.5, -0.5, -0.5), CORNER, CORNER)
    painter.setFont(current_theme().font(13, MEDIUM))
    painter.setPen(colour("text"))
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine, text)


def draw_bar(painter: QPainter, area: QRect, share: float) -> None:
    """A thin bar that is full at 1."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour("line"))
    painter.drawRoundedRect(area, 2, 2)
    done = QRect(area)
    done.setWidth(max(4, round(area.width() * min(max(share, 0.0), 1.0))))
    if painter.layoutDirection() is Qt.LayoutDirection.RightToLeft:
        done.moveRight(area.right())
    painter.setBrush(colour("accent"))
    painter.drawRoundedRect(done, 2, 2)


def draw_ground(painter: QPainter, area: QRect, token: str) -> None:
    """A soft ground under a line that is chosen or under the mouse."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour(token))
    painter.drawRoundedRect(area, CORNER, CORNER)


def draw_focus(painter: QPainter, area: QRect) -> None:
    """The frame around the line that has the keyboard."""
    painter.setPen(QPen(colour("accent"), 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(area).adjusted(1, 1, -1, -1), CORNER, CORNER)


# --- marked text ------------------------------------------------------------------------------------------------------


def draw_marked(painter: QPainter, area: QRect, text: str, marks: Marks, lines: int) -> None:
    """Text from the top of the area on at most so many lines, some of its words marked, the last shortened with …."""
    mirrored = painter.layoutDirection() is Qt.LayoutDirection.RightToLeft
    top = area.top()
    for piece, found in broken(text, marks, area.width(), lines):
        layout = _layout(piece, found)
        layout.beginLayout()
        line = layout.createLine()
        line.setLineWidth(area.width())
        layout.endLayout()
        spare = max(area.width() - line.naturalTextWidth(), 0) if mirrored else 0
        painter.setPen(colour("text2"))
        layout.draw(painter, QPointF(area.left() + spare, top))
        top += line_height(13)


def broken(text: str, marks: Marks, width: int, lines: int) -> list[tuple[str, Marks]]:
    """The text line by line, each with its own marks."""
    pieces: list[tuple[str, Marks]] = []
    while text and len(pieces) < lines - 1:
        layout = _layout(text, marks, wrap=True)
        layout.beginLayout()
        line = layout.createLine()
        line.setLineWidth(width)
        layout.endLayout()
        taken = max(1, _characters(text, line.textLength()))
        pieces.append((text[:taken].rstrip(), marks))
        text, marks = text[taken:], tuple((max(a - taken, 0), b - taken) for a, b in marks if b > taken)
    if text:
        # Measured as if all were bold, so that marked words can't push the end out of the area.
        metrics = QFontMetrics(current_theme().font(13, STRONG if marks else NORMAL))
        pieces.append((metrics.elidedText(text, Qt.TextElideMode.ElideRight, width), marks))
    return pieces


def _characters(text: str, units: int) -> int:
    """How many characters the first ``units`` of Qt's 16-bit units are."""
    return len(text.encode("utf-16-le", "surrogatepass")[: 2 * units].decode("utf-16-le", "ignore"))


def units(text: str, characters: int) -> int:
    """How many of Qt's 16-bit units the first characters are."""
    return len(text[:characters].encode("utf-16-le", "surrogatepass")) // 2


def _layout(text: str, marks: Marks, *, wrap: bool = False) -> QTextLayout:
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere if wrap else QTextOption.WrapMode.NoWrap)
    option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
    option.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute)
    layout = QTextLayout(text, current_theme().font(13))
    layout.setTextOption(option)
    layout.setFormats([_format(text, start, end) for start, end in marks if start < min(end, len(text))])
    return layout


def _format(text: str, start: int, end: int) -> QTextLayout.FormatRange:
    look = QTextCharFormat()
    look.setFontWeight(STRONG)
    look.setForeground(QBrush(colour("accent")))
    look.setBackground(QBrush(colour("soft")))
    found = QTextLayout.FormatRange()
    found.start = units(text, start)
    found.length = units(text, end) - found.start
    found.format = look
    return found
