"""Draws the lines of the list of documents, and knows where on a line its button and its menu are."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.documents import ink
from app.documents.list_model import Document, DocumentList, Heading, Index
from app.documents.shown import Act, DocumentRow
from app.theme.theme import current_theme
from app.widgets.page import LARGE_TEXT

INSET, GAP = 12, 10
ICON, DOTS = 20, 28
BAR, BAR_HEIGHT = 96, 4
NAME, LINE = ink.Style(13, "text", ink.MEDIUM), ink.Style(12, "text2")
BUTTON = ink.Style(13, "text", ink.MEDIUM)
SHARE_OF_NAME = 0.4
_State = QStyle.StateFlag


@dataclass(frozen=True)
class Places:
    """Where the parts of a document's line are; an empty rectangle is not there."""

    icon: QRect
    words: QRect
    button: QRect
    dots: QRect
    bar: QRect


class RowPainter(QStyledItemDelegate):
    """All lines have one height, so that thousands cost no more than a few."""

    def __init__(self, lines: DocumentList, view: QListView) -> None:
        super().__init__(view)
        self._lines, self._list = lines, view
        self.shows_focus = False
        self.mouse = QPoint(-1, -1)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Room for two lines of text at any size."""
        return QSize(INSET, row_height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """One line."""
        entry = self._lines.entry(index)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setLayoutDirection(option.direction)
        if isinstance(entry, Heading):
            self._draw_heading(painter, option, entry)
        elif isinstance(entry, Document):
            self._draw_document(painter, option, entry.row)
        if self.shows_focus and option.state & _State.State_HasFocus:
            ink.draw_focus(painter, option.rect)
        painter.restore()

    # --- a collection ---------------------------------------------------------------------------------------------

    def _draw_heading(self, painter: QPainter, option: QStyleOptionViewItem, entry: Heading) -> None:
        hovered = bool(option.state & _State.State_MouseOver)
        if hovered:
            ink.draw_ground(painter, option.rect.adjusted(0, 1, 0, -1), "bubble")
        closed = "chevron-left" if option.direction is Qt.LayoutDirection.RightToLeft else "chevron-right"
        side = current_theme().px(16)
        where = _square(option, INSET + 2, side)
        ink.draw_icon(painter, where, closed if entry.folded else "chevron-down", "text2")
        start = INSET + icon_room()
        end = DOTS + INSET if entry.id else INSET
        words = ink.part(option, option.rect, start, end)
        _draw_two(painter, words, (entry.name, ink.Style(15, "text", ink.STRONG)), (entry.line, ink.Style(12, "text3")))
        if entry.id and (hovered or option.state & _State.State_HasFocus):
            self._draw_dots(painter, heading_dots(option))

    # --- a document -----------------------------------------------------------------------------------------------

    def _draw_document(self, painter: QPainter, option: QStyleOptionViewItem, row: DocumentRow) -> None:
        hovered = bool(option.state & _State.State_MouseOver)
        chosen = bool(option.state & _State.State_Selected)
        if chosen or hovered:
            ink.draw_ground(painter, option.rect.adjusted(0, 1, 0, -1), "soft" if chosen else "bubble")
        places = places_of(option, row)
        ink.draw_icon(painter, places.icon, row.icon, row.token)
        token = row.token if row.token in ("warn", "err") else "text2"
        _draw_two(painter, places.words, (row.name, NAME), (row.line, ink.Style(12, token)))
        if row.share is not None and not places.bar.isEmpty():
            ink.draw_bar(painter, places.bar, row.share)
        if not places.button.isEmpty():
            ink.draw_button(painter, places.button, row.label, hovered=places.button.contains(self.mouse))
        if hovered or option.state & _State.State_HasFocus or (row.act is not Act.OPEN and places.button.isEmpty()):
            self._draw_dots(painter, places.dots)

    def _draw_dots(self, painter: QPainter, area: QRect) -> None:
        if area.contains(self.mouse):
            ink.draw_ground(painter, area, "line")
        side = current_theme().px(18)
        place = QRect(0, 0, side, side)
        place.moveCenter(area.center())
        ink.draw_icon(painter, place, "ellipsis", "text2")


def icon_room() -> int:
    """From the line's inset to where its words begin."""
    return current_theme().px(ICON) + GAP


def row_height() -> int:
    """Two lines of text with air around them."""
    return max(ink.line_height(15), ink.line_height(13)) + ink.line_height(12) + 20


def heading_dots(option: QStyleOptionViewItem) -> QRect:
    """Where the menu of a collection is."""
    return _square(option, option.rect.width() - INSET + 4 - _dots_side(), _dots_side())


def places_of(option: QStyleOptionViewItem, row: DocumentRow) -> Places:
    """Where the parts of a line are. The button goes where there is no room for it and the name: the menu has it."""
    area: QRect = option.rect
    icon = _square(option, INSET, current_theme().px(ICON))
    dots = _square(option, area.width() - INSET + 4 - _dots_side(), _dots_side())
    end = INSET + _dots_side() + 4
    button, bar = QRect(), QRect()
    if row.act is not Act.OPEN:
        width = ink.width_of(row.label, BUTTON) + 28
        if _has_room(area.width() - INSET - icon_room() - end - GAP - width, area.width(), row):
            button = _place(option, area.width() - end - width, width, ink.line_height(13) + 14)
            end += width + GAP
    elif row.share is not None and area.width() > 4 * BAR:
        bar = _place(option, area.width() - end - BAR, BAR, BAR_HEIGHT)
        end += BAR + GAP
    return Places(icon, ink.part(option, area, INSET + icon_room(), end), button, dots, bar)


def _has_room(left: int, whole: int, row: DocumentRow) -> bool:
    """Whether the words keep enough room beside the button; in large text they are not cut for it."""
    if current_theme().text_scale >= LARGE_TEXT and ink.width_of(row.line, LINE) > left:
        return False
    return left > whole * SHARE_OF_NAME - INSET - icon_room()


def _dots_side() -> int:
    return max(DOTS, current_theme().px(18) + 8)


def _square(option: QStyleOptionViewItem, start: int, side: int) -> QRect:
    return _place(option, start, side, side)


def _place(option: QStyleOptionViewItem, start: int, width: int, height: int) -> QRect:
    area: QRect = option.rect
    place = QRect(area.left() + start, area.top() + (area.height() - height) // 2, width, height)
    return QStyle.visualRect(option.direction, area, place)


def _draw_two(painter: QPainter, area: QRect, first: tuple[str, ink.Style], second: tuple[str, ink.Style]) -> None:
    heights = ink.line_height(first[1].size), ink.line_height(second[1].size)
    top = area.top() + (area.height() - sum(heights) - 2) // 2
    ink.draw_words(painter, QRect(area.left(), top, area.width(), heights[0]), *first)
    ink.draw_words(painter, QRect(area.left(), top + heights[0] + 2, area.width(), heights[1]), *second)
