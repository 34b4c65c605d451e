"""New chat, find, the conversations by day, and below them the other pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFocusEvent, QFont, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QLineEdit,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.theme.theme import current_theme
from app.widgets.buttons import NavButton
from app.widgets.labels import PlainLabel

WIDTH = 248
HEADING = Qt.ItemDataRole.UserRole + 1
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class ConversationRow:
    """One conversation in the list."""

    id: str
    title: str
    updated_at: datetime


def day_heading(when: date, today: date) -> str:
    """ "Today", "Yesterday", "Last 7 days", "Older"."""
    if when >= today:
        return "Today"
    if when == today - timedelta(days=1):
        return "Yesterday"
    return "Last 7 days" if when > today - timedelta(days=7) else "Older"


class ConversationList(QAbstractListModel):
    """Headings and conversations as one list. Headings can't be chosen.

    Signals:
        renamed: id and new title, when a row was edited in place.
    """

    renamed = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[ConversationRow | str] = []

    def show_rows(self, rows: tuple[ConversationRow, ...], words: str) -> None:
        """Show those whose title holds every word."""
        wanted = words.casefold().split()
        today = datetime.now().astimezone().date()
        shown: list[ConversationRow | str] = []
        heading = ""
        for row in rows:
            if not all(word in row.title.casefold() for word in wanted):
                continue
            found = day_heading(row.updated_at.date(), today)
            if found != heading:
                heading = found
                shown.append(found)
            shown.append(row)
        if shown != self._rows:
            self.beginResetModel()
            self._rows = shown
            self.endResetModel()

    def conversation(self, index: Index) -> ConversationRow | None:
        """The conversation of a row; None for a heading."""
        row = self._rows[index.row()] if index.isValid() and index.row() < len(self._rows) else None
        return row if isinstance(row, ConversationRow) else None

    def index_of(self, conversation_id: str) -> QModelIndex:
        """Where a conversation is; an invalid index if it is not shown."""
        for place, row in enumerate(self._rows):
            if isinstance(row, ConversationRow) and row.id == conversation_id:
                return self.index(place)
        return QModelIndex()

    def rowCount(self, parent: Index | None = None) -> int:
        """Headings included."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Title or heading."""
        row = self._rows[index.row()]
        title = row.title if isinstance(row, ConversationRow) else row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole, Qt.ItemDataRole.ToolTipRole):
            return title
        return isinstance(row, str) if role == HEADING else None

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """A title edited in place."""
        row, title = self.conversation(index), " ".join(str(value).split())
        if row is None or not title or title == row.title:
            return False
        self.renamed.emit(row.id, title)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Headings are only read."""
        if self.conversation(index) is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable


class _RowPainter(QStyledItemDelegate):
    """Draws headings and rows in the theme's colours."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Room for the text at any size."""
        line = current_theme().px(13) + 4
        return QSize(WIDTH - 40, line + (18 if index.data(HEADING) else 17))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """One row."""
        theme, state = current_theme(), option.state
        area: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        heading = bool(index.data(HEADING))
        selected = bool(state & QStyle.StateFlag.State_Selected)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        if not heading and (selected or hovered):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.tokens.soft if selected else theme.tokens.bubble))
            painter.drawRoundedRect(area.adjusted(0, 1, 0, -1), 8, 8)
        weight = QFont.Weight.DemiBold if heading else QFont.Weight.Normal
        painter.setFont(theme.font(12 if heading else 13, weight))
        colour = theme.tokens.accent if selected else theme.tokens.text2 if heading else theme.tokens.text
        painter.setPen(QPen(QColor(colour)))
        inner = area.adjusted(12, 6 if heading else 0, -8, 0)
        title = painter.fontMetrics().elidedText(str(index.data()), Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading, title)
        painter.restore()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        """Hand an edited title over."""
        if isinstance(editor, QLineEdit):
            model.setData(index, editor.text())


class ConversationView(QListView):
    """The list itself: arrows, Return, F2, Delete, and a menu for the mouse.

    Signals:
        chosen, delete_requested: the id of a conversation.
    """

    chosen = Signal(str)
    delete_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("conversations")
        self.setAccessibleName("Conversations")
        self.rows = ConversationList(self)
        self.setModel(self.rows)
        self.setItemDelegate(_RowPainter(self))
        self.setMouseTracking(True)
        self.setEditTriggers(QListView.EditTrigger.EditKeyPressed | QListView.EditTrigger.DoubleClicked)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._show_menu)
        self.clicked.connect(self._choose)
        self.activated.connect(self._choose)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete asks for the bin; everything else is the list's own."""
        row = self.rows.conversation(self.currentIndex())
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and row is not None:
            self.delete_requested.emit(row.id)
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """A visible frame while the keyboard is here."""
        super().focusInEvent(event)
        self._mark(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The frame goes."""
        super().focusOutEvent(event)
        self._mark(event)

    def _mark(self, event: QFocusEvent) -> None:
        self.setProperty("active", "true" if event.type() is QEvent.Type.FocusIn else "false")
        self.style().unpolish(self)
        self.style().polish(self)

    def _choose(self, index: QModelIndex) -> None:
        row = self.rows.conversation(index)
        if row is not None:
            self.chosen.emit(row.id)

    def _show_menu(self, place: QPoint) -> None:
        index = self.indexAt(place)
        row = self.rows.conversation(index)
        if row is None:
            return
        menu = QMenu(self)
        menu.addAction("Rename", lambda: self.edit(index))
        menu.addAction("Move to the bin", lambda: self.delete_requested.emit(row.id))
        menu.exec(self.viewport().mapToGlobal(place))
        menu.deleteLater()


class Sidebar(QWidget):
    """The left side of the window.

    Signals:
        new_chat_requested, models_requested, settings_requested, help_requested: the buttons.
        conversation_chosen, delete_requested: the id of a conversation.
        rename_requested: id and new title.
    """

    new_chat_requested = Signal()
    conversation_chosen = Signal(str)
    rename_requested = Signal(str, str)
    delete_requested = Signal(str)
    models_requested = Signal()
    settings_requested = Signal()
    help_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sidebar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        self.setFixedWidth(WIDTH)
        self._rows: tuple[ConversationRow, ...] = ()
        self._current = ""
        self.new_button = NavButton("square-pen", "New chat")
        self.find_field = QLineEdit()
        self.find_field.setPlaceholderText("Find in chats")
        self.find_field.setAccessibleName("Find in chats")
        self.find_field.setClearButtonEnabled(True)
        self.list = ConversationView()
        self._nothing = PlainLabel(role="caption")
        self.models_button = NavButton("box", "Models")
        self.settings_button = NavButton("settings", "Settings")
        self.help_button = NavButton("info", "Help")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 12, 10, 12)
        layout.setSpacing(4)
        layout.addWidget(self.new_button)
        layout.addSpacing(2)
        layout.addWidget(self.find_field)
        layout.addSpacing(4)
        layout.addWidget(self._nothing)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.models_button)
        layout.addWidget(self.settings_button)
        layout.addWidget(self.help_button)
        self._nothing.setContentsMargins(12, 6, 6, 0)
        self._connect()
        self._show()

    def _connect(self) -> None:
        self.new_button.clicked.connect(self.new_chat_requested)
        self.models_button.clicked.connect(self.models_requested)
        self.settings_button.clicked.connect(self.settings_requested)
        self.help_button.clicked.connect(self.help_requested)
        self.find_field.textChanged.connect(self._show)
        self.list.chosen.connect(self.conversation_chosen)
        self.list.delete_requested.connect(self.delete_requested)
        self.list.rows.renamed.connect(self.rename_requested)
        current_theme().changed.connect(self.list.reset)

    def set_conversations(self, rows: tuple[ConversationRow, ...]) -> None:
        """The conversations, newest first."""
        self._rows = rows
        self._show()

    def set_current(self, conversation_id: str) -> None:
        """The one that is open; "" for a new one."""
        self._current = conversation_id
        self._select()

    def focus_find(self) -> None:
        """Put the keyboard into the search field."""
        self.find_field.setFocus()
        self.find_field.selectAll()

    def _show(self) -> None:
        self.list.rows.show_rows(self._rows, self.find_field.text())
        shown = self.list.rows.rowCount() > 0
        self._nothing.say("" if shown else "Nothing found." if self._rows else "Your chats will be listed here.")
        self._select()

    def _select(self) -> None:
        index = self.list.rows.index_of(self._current)
        if index.isValid():
            self.list.setCurrentIndex(index)
        else:
            self.list.clearSelection()
            self.list.setCurrentIndex(QModelIndex())
