"""Draws the lines of the list in the theme's colours, and makes the field in which one is renamed."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QLineEdit, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.sidebar.arrangement import Chat, Entry, FolderHeading, Heading, Hit
from app.sidebar.list_model import ConversationList, today, words_of
from app.sidebar.marked_text import Ink, draw_marked, line_count
from app.sidebar.rows import short_day
from app.theme.theme import current_theme

Index = QModelIndex | QPersistentModelIndex
INSET, INDENT, END = 12, 30, 8
ICON, DOT = 16, 7
HIT_LINES = 2
_State = QStyle.StateFlag


class RowPainter(QStyledItemDelegate):
    """All lines but the hits have one height, so that thousands cost no more than a few.

    Signals:
        opened: a line is being edited in place.
    """

    opened = Signal()

    def __init__(self, rows: ConversationList, view: QListView) -> None:
        super().__init__(view)
        self._rows, self._list = rows, view
        self.shows_focus = False

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Room for the text at any size."""
        entry = self._rows.entry(index)
        if not isinstance(entry, Hit):
            return QSize(INSET, _height(13) + 17)
        width = self._list.viewport().width() - INSET - END
        lines = line_count(entry.row.excerpt, entry.row.marks, _excerpt_ink(opened=False), width, HIT_LINES)
        return QSize(INSET, 8 + _height(12) + 2 + lines * _line(13) + 8)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """One line."""
        entry = self._rows.entry(index)
        if entry is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setLayoutDirection(option.direction)
        self._draw_ground(painter, option, entry)
        match entry:
            case Chat():
                self._draw_chat(painter, option, entry)
            case FolderHeading():
                self._draw_folder(painter, option, entry)
            case Hit():
                self._draw_hit(painter, option, entry)
            case Heading():
                _draw_words(painter, _inner(option, INSET, top=6), entry.text, 12, "text2", QFont.Weight.DemiBold)
            case _:
                _draw_words(
                    painter, _inner(option, INDENT if entry.place.folder_id else INSET), entry.text, 12, "text3"
                )
        painter.restore()

    def _opened(self, entry: Entry) -> bool:
        return isinstance(entry, Chat) and entry.row.id == self._rows.open_id

    def _draw_ground(self, painter: QPainter, option: QStyleOptionViewItem, entry: Entry) -> None:
        if not isinstance(entry, Chat | FolderHeading | Hit):
            return
        tokens = current_theme().tokens
        hovered = bool(option.state & _State.State_MouseOver)
        if self._opened(entry) or hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.soft if self._opened(entry) else tokens.bubble))
            painter.drawRoundedRect(option.rect.adjusted(0, 1, 0, -1), 8, 8)
        if self.shows_focus and option.state & _State.State_HasFocus:
            painter.setPen(QPen(QColor(tokens.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(option.rect.adjusted(1, 2, -1, -2), 8, 8)

    def _draw_chat(self, painter: QPainter, option: QStyleOptionViewItem, entry: Chat) -> None:
        row, opened = entry.row, self._opened(entry)
        colour = "accent" if opened else "text"
        start = INDENT if entry.place.folder_id else INSET
        if row.private:
            _draw_icon(painter, option, INSET - 2, "hat-glasses", "accent" if opened else "text2")
            start = INDENT + 4
        inner = _inner(option, start, end=END + (DOT + 8 if row.answering else 0))
        if row.answering:
            _draw_dot(painter, option)
        if not entry.marks:
            _draw_words(painter, inner, row.title, 13, colour)
            return
        ink = Ink(current_theme().font(13), getattr(current_theme().tokens, colour))
        top = inner.top() + (inner.height() - _line(13)) // 2
        draw_marked(painter, QRect(inner.left(), top, inner.width(), _line(13)), row.title, entry.marks, ink, 1)

    def _draw_folder(self, painter: QPainter, option: QStyleOptionViewItem, entry: FolderHeading) -> None:
        closed = "chevron-left" if option.direction is Qt.LayoutDirection.RightToLeft else "chevron-right"
        _draw_icon(painter, option, INSET - 4, closed if entry.folded else "chevron-down", "text2")
        count = str(entry.count) if entry.count else ""
        room = QFontMetrics(current_theme().font(12)).horizontalAdvance(count)
        _draw_words(painter, _inner(option, option.rect.width() - room - END - 2, end=END), count, 12, "text3")
        _draw_words(painter, _inner(option, INDENT, end=room + END + 8), entry.folder.name, 13, "text", _MEDIUM)

    def _draw_hit(self, painter: QPainter, option: QStyleOptionViewItem, entry: Hit) -> None:
        day = short_day(entry.row.when.date(), today())
        room = QFontMetrics(current_theme().font(12)).horizontalAdvance(day) + 1
        first = QRect(option.rect)
        first.setHeight(_height(12))
        first.translate(0, 8)
        _draw_words(painter, _part(option, first, first.width() - room - END, END), day, 12, "text3")
        _draw_words(painter, _part(option, first, INSET, room + END + 8), entry.row.title, 12, "text2")
        inner = _inner(option, INSET)
        inner.setTop(first.bottom() + 3)
        hovered = bool(option.state & _State.State_MouseOver)
        draw_marked(painter, inner, entry.row.excerpt, entry.row.marks, _excerpt_ink(opened=hovered), HIT_LINES)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """A field with the title in it."""
        field = QLineEdit(parent)
        field.setObjectName("rename")
        field.setAccessibleName("New name")
        self.opened.emit()
        return field

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """As wide and as high as the line."""
        editor.setGeometry(option.rect)

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """Begin with the title that is."""
        entry = self._rows.entry(index)
        if isinstance(editor, QLineEdit) and entry is not None:
            editor.setText(words_of(entry))

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        """Hand an edited title over."""
        if isinstance(editor, QLineEdit):
            model.setData(index, editor.text())


_MEDIUM = QFont.Weight.Medium


def _height(size: int) -> int:
    """A line of text with a little air."""
    return current_theme().px(size) + 4


def _line(size: int) -> int:
    return QFontMetrics(current_theme().font(size)).lineSpacing()


def _inner(option: QStyleOptionViewItem, start: int, *, end: int = END, top: int = 0) -> QRect:
    return _part(option, option.rect.adjusted(0, top, 0, 0), start, end)


def _part(option: QStyleOptionViewItem, area: QRect, start: int, end: int) -> QRect:
    """The area less so much where reading starts and ends, mirrored where people read from the right."""
    return QStyle.visualRect(option.direction, area, area.adjusted(start, 0, -end, 0))


def _draw_words(
    painter: QPainter, area: QRect, text: str, size: int, token: str, weight: QFont.Weight = QFont.Weight.Normal
) -> None:
    theme = current_theme()
    painter.setFont(theme.font(size, weight))
    painter.setPen(QColor(getattr(theme.tokens, token)))
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, area.width())
    direction, side = painter.layoutDirection(), Qt.AlignmentFlag
    leading = side.AlignRight if direction is Qt.LayoutDirection.RightToLeft else side.AlignLeft
    # At the window's leading side, but each title in the direction of its own script.
    painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
    painter.drawText(area, side.AlignVCenter | leading | side.AlignAbsolute | Qt.TextFlag.TextSingleLine, shown)
    painter.setLayoutDirection(direction)


def _draw_icon(painter: QPainter, option: QStyleOptionViewItem, start: int, icon: str, token: str) -> None:
    area: QRect = option.rect
    place = QRect(area.left() + start, area.center().y() - ICON // 2 + 1, ICON, ICON)
    place = QStyle.visualRect(option.direction, area, place)
    current_theme().icon(icon, token, ICON).paint(painter, place)


def _draw_dot(painter: QPainter, option: QStyleOptionViewItem) -> None:
    area: QRect = option.rect
    place = QRect(area.right() - END - DOT, area.center().y() - DOT // 2, DOT, DOT)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(current_theme().tokens.accent))
    painter.drawEllipse(QStyle.visualRect(option.direction, area, place))


def _excerpt_ink(*, opened: bool) -> Ink:
    theme = current_theme()
    return Ink(
        theme.font(13), theme.tokens.text, theme.tokens.accent, theme.tokens.raised if opened else theme.tokens.soft
    )
