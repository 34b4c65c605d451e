"""What a search found: a line for each place, with the words looked for marked."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.documents import ink
from app.documents.shown import HitRow
from app.theme.theme import current_theme

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()
INSET, ABOVE, GAP, LINES, ICON = 12, 10, 3, 3, 16
_State = QStyle.StateFlag


class HitList(QAbstractListModel):
    """The places that were found, best first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._hits: tuple[HitRow, ...] = ()

    def set_hits(self, hits: tuple[HitRow, ...]) -> None:
        """Other places."""
        if hits != self._hits:
            self.beginResetModel()
            self._hits = hits
            self.endResetModel()

    def hit(self, index: Index) -> HitRow | None:
        """The place at an index."""
        return self._hits[index.row()] if index.isValid() and index.row() < len(self._hits) else None

    def rowCount(self, parent: Index = NOWHERE) -> int:
        """How many."""
        return 0 if parent.isValid() else len(self._hits)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What a screen reader says."""
        hit = self.hit(index)
        if hit is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return hit.name
            case Qt.ItemDataRole.AccessibleTextRole:
                return ". ".join(filter(None, (hit.name, hit.where, hit.excerpt)))
            case Qt.ItemDataRole.AccessibleDescriptionRole:
                return "Return opens it at this place."
            case Qt.ItemDataRole.ToolTipRole:
                return f"{hit.name}\n{hit.where}" if hit.where else hit.name
        return None


class HitPainter(QStyledItemDelegate):
    """Name, where it stands, and up to three lines of text."""

    def __init__(self, hits: HitList, view: QListView) -> None:
        super().__init__(view)
        self._hits, self._list = hits, view
        self.shows_focus = False

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """As high as its text."""
        hit = self._hits.hit(index)
        if hit is None:
            return QSize(INSET, 0)
        lines = len(ink.broken(hit.excerpt, hit.marks, self._list.viewport().width() - 2 * INSET, LINES))
        where = ink.line_height(12) + GAP if hit.where else 0
        return QSize(INSET, 2 * ABOVE + ink.line_height(13) + GAP + where + lines * ink.line_height(13))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """One place."""
        hit = self._hits.hit(index)
        if hit is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setLayoutDirection(option.direction)
        chosen = bool(option.state & _State.State_Selected)
        if chosen or option.state & _State.State_MouseOver:
            ink.draw_ground(painter, option.rect.adjusted(0, 1, 0, -1), "bubble")
        if chosen:
            edge = QStyle.visualRect(option.direction, option.rect, QRect(option.rect.left(), option.rect.top(), 3, 0))
            painter.fillRect(edge.left(), option.rect.top() + 8, 3, option.rect.height() - 16, ink.colour("accent"))
        self._draw_words(painter, option, hit)
        if self.shows_focus and option.state & _State.State_HasFocus:
            ink.draw_focus(painter, option.rect)
        painter.restore()

    def _draw_words(self, painter: QPainter, option: QStyleOptionViewItem, hit: HitRow) -> None:
        side = current_theme().px(ICON)
        first = QRect(option.rect)
        first.setTop(option.rect.top() + ABOVE)
        first.setHeight(ink.line_height(13))
        icon = ink.part(option, first, INSET, first.width() - INSET - side)
        icon.setTop(first.center().y() - side // 2)
        icon.setHeight(side)
        ink.draw_icon(painter, icon, "file-text", "accent")
        name = ink.Style(13, "text", ink.STRONG, Qt.TextElideMode.ElideMiddle)
        ink.draw_words(painter, ink.part(option, first, INSET + side + 8, INSET), hit.name, name)
        top = first.bottom() + 1 + GAP
        if hit.where:
            second = QRect(first.left(), top, first.width(), ink.line_height(12))
            ink.draw_words(painter, ink.part(option, second, INSET, INSET), hit.where, ink.Style(12, "text3"))
            top = second.bottom() + 1 + GAP
        rest = QRect(option.rect)
        rest.setTop(top)
        ink.draw_marked(painter, ink.part(option, rest, INSET, INSET), hit.excerpt, hit.marks, LINES)


class HitsView(QListView):
    """The list of places.

    Signals:
        chosen: a HitRow to be opened.
        left_upwards: Up on the first line.
    """

    chosen = Signal(object)
    left_upwards = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hits = HitList(self)
        self._painter = HitPainter(self.hits, self)
        self.setModel(self.hits)
        self.setItemDelegate(self._painter)
        self.setAccessibleName("What was found")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self.verticalScrollBar().setSingleStep(24)
        self.clicked.connect(self._open)
        current_theme().changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        self.setStyleSheet("QListView { background: transparent; }")
        self.scheduleDelayedItemsLayout()

    def enter(self) -> None:
        """The keyboard comes from above."""
        if self.hits.rowCount():
            self.setFocus(Qt.FocusReason.TabFocusReason)
            if not self.currentIndex().isValid():
                self.setCurrentIndex(self.hits.index(0))

    def open_first(self) -> None:
        """Open the best."""
        if self.hits.rowCount():
            self.setCurrentIndex(self.hits.index(0))
            self._open(self.hits.index(0))

    def step(self, by: int) -> None:
        """Open the place before or after the one that is chosen."""
        at = self.currentIndex().row() + by
        if 0 <= at < self.hits.rowCount():
            self.setCurrentIndex(self.hits.index(at))
            self._open(self.hits.index(at))

    def _open(self, index: QModelIndex) -> None:
        hit = self.hits.hit(index)
        if hit is not None:
            self.chosen.emit(hit)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return opens; Up on the first line goes back to the field."""
        self._painter.shows_focus = True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.currentIndex())
        elif event.key() == Qt.Key.Key_Up and self.currentIndex().row() <= 0:
            self.left_upwards.emit()
        else:
            super().keyPressEvent(event)
        self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The frame is for the keyboard."""
        self._painter.shows_focus = False
        super().mousePressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Coming by keyboard, the line with it is framed."""
        self._painter.shows_focus = event.reason() is not Qt.FocusReason.MouseFocusReason
        super().focusInEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width, other line breaks."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.scheduleDelayedItemsLayout()

    def changeEvent(self, event: QEvent) -> None:
        """Another text size, other heights."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self.scheduleDelayedItemsLayout()
