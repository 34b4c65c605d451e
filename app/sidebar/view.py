"""The conversations by keyboard and mouse: arrows, Return, F2, Delete, folding, and a menu for each line."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QListView, QMenu, QWidget

from app.sidebar import row_menus
from app.sidebar.arrangement import Chat, Entry, FolderHeading, Hit
from app.sidebar.folding_list import FoldingList
from app.sidebar.row_menus import Wish
from app.sidebar.rows import ConversationRow
from app.widgets.sure import ask, shortened

NEW_FOLDER = "New folder"
_Key = Qt.Key


class ConversationView(FoldingList):
    """The list of the sidebar.

    Signals:
        chosen, delete_requested, archive_requested, export_requested, forget_requested: the id of a conversation.
        hit_chosen: ids of conversation and message, and the words that were looked for.
        folder_made: the name of a folder, and the conversation that goes into it; "" for none.
        folder_deleted: the id of a folder; its conversations stay.
        left_upwards: Up on the first line.
        search_left: Escape while something is looked for.
    """

    chosen = Signal(str)
    hit_chosen = Signal(str, str, str)
    delete_requested = Signal(str)
    archive_requested = Signal(str)
    export_requested = Signal(str)
    forget_requested = Signal(str)
    folder_made = Signal(str, str)
    folder_deleted = Signal(str)
    left_upwards = Signal()
    search_left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("conversations")
        self.setAccessibleName("Conversations")
        self.setMouseTracking(True)
        self.setEditTriggers(QListView.EditTrigger.EditKeyPressed | QListView.EditTrigger.DoubleClicked)
        self.clicked.connect(self.open_line)

    def open_line(self, index: QModelIndex) -> None:
        """What a click or Return on a line does."""
        entry = self.rows.entry(index)
        match entry:
            case Chat():
                self.chosen.emit(entry.row.id)
            case Hit():
                self.hit_chosen.emit(entry.row.conversation_id, entry.row.message_id, self.rows.words)
            case FolderHeading():
                self.fold(entry.folder.id, not entry.folded)

    def enter(self) -> None:
        """The keyboard comes in at the first line."""
        self.setCurrentIndex(self.rows.nearest(0))
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def open_first(self) -> None:
        """What Return in the field above does."""
        self.open_line(self.rows.nearest(0))

    def rename(self, index: QModelIndex) -> None:
        """Edit a line in place."""
        if index.isValid():
            self.setCurrentIndex(index)
            self.setFocus()
            self.edit(index)

    # --- keys and mouse -------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Escape ends the search here; the window must not take it for "stop answering"."""
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._ends_search(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The keys that Qt's list does not know."""
        self._show_focus(True)
        index = self.currentIndex()
        entry = self.rows.entry(index)
        if self._ends_search(event):
            self.search_left.emit()
        elif event.key() == _Key.Key_Up and index == self.rows.nearest(0):
            self.left_upwards.emit()
        elif entry is None or not self._act_on(entry, index, event):
            super().keyPressEvent(event)

    def _ends_search(self, event: QKeyEvent) -> bool:
        return event.key() == _Key.Key_Escape and bool(self.rows.words)

    def _act_on(self, entry: Entry, index: QModelIndex, event: QKeyEvent) -> bool:
        """Whether the key meant something for the line with the keyboard."""
        key = event.key()
        if key in (_Key.Key_Return, _Key.Key_Enter):
            self.open_line(index)
        elif key in (_Key.Key_Delete, _Key.Key_Backspace):
            self._ask_to_delete(entry)
        elif key == _Key.Key_Menu or (key == _Key.Key_F10 and event.modifiers() & Qt.KeyboardModifier.ShiftModifier):
            self._show_menu_of_current()
        elif key in (_Key.Key_Left, _Key.Key_Right, _Key.Key_Space):
            return self._fold_by_key(entry, key)
        else:
            return False
        return True

    def _fold_by_key(self, entry: Entry, key: int) -> bool:
        closing = _Key.Key_Right if self.isRightToLeft() else _Key.Key_Left
        if isinstance(entry, FolderHeading):
            self.fold(entry.folder.id, not entry.folded if key == _Key.Key_Space else key == closing)
            return True
        if key == closing and entry.place.folder_id:
            self.setCurrentIndex(self.rows.index_of_folder(entry.place.folder_id))
            return True
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The frame around the line with the keyboard is for the keyboard."""
        self._show_focus(False)
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Two quick clicks on a folder are two clicks; on a conversation they rename it."""
        if not isinstance(self.rows.entry(self.indexAt(event.position().toPoint())), FolderHeading):
            super().mouseDoubleClickEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """There is always a line that the keyboard is on."""
        super().focusInEvent(event)
        if event.reason() is not Qt.FocusReason.MouseFocusReason:
            self._show_focus(True)
            if not self.currentIndex().isValid():
                opened = self.rows.index_of(self.rows.open_id)
                self.setCurrentIndex(opened if opened.isValid() else self.rows.nearest(0))
        self._mark()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The frame goes."""
        super().focusOutEvent(event)
        self._mark()

    def _show_focus(self, shown: bool) -> None:
        if shown != self.painter.shows_focus:
            self.painter.shows_focus = shown
            self.viewport().update()

    def _mark(self) -> None:
        """A frame around the whole list where there is no line to frame."""
        self.setProperty("active", "true" if self.hasFocus() and not self.currentIndex().isValid() else "false")
        self.style().unpolish(self)
        self.style().polish(self)

    # --- what can be done with a line -----------------------------------------------------------------------------

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """By mouse the menu of the line under it, by keyboard that of the line it is on."""
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            self._show_menu_of_current()
        else:
            self._show_menu(self.rows.entry(self.indexAt(event.pos())), event.globalPos())

    def _show_menu_of_current(self) -> None:
        area = self.visualRect(self.currentIndex())
        self._show_menu(self.rows.entry(self.currentIndex()), self.viewport().mapToGlobal(area.bottomLeft()))

    def _show_menu(self, entry: Entry | None, place: QPoint) -> None:
        menu = self._menu_of(entry)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.triggered.connect(lambda action: self._on_wish(entry, action))
        menu.popup(place)

    def _menu_of(self, entry: Entry | None) -> QMenu:
        match entry:
            case Chat():
                return row_menus.conversation_menu(entry.row, self.rows.folders, self)
            case FolderHeading():
                return row_menus.folder_menu(self)
            case Hit():
                return row_menus.hit_menu(self)
        return row_menus.empty_menu(self)

    def _on_wish(self, entry: Entry | None, action: QAction) -> None:
        wish, value = action.data()
        match entry:
            case Chat():
                self._do(Wish(wish), value, entry.row)
            case FolderHeading() if wish == Wish.RENAME:
                self.rename(self.rows.index_of_folder(entry.folder.id))
            case FolderHeading():
                self.folder_deleted.emit(entry.folder.id)
            case Hit():
                self.hit_chosen.emit(entry.row.conversation_id, entry.row.message_id, self.rows.words)
            case _:
                self.make_folder("")

    def _do(self, wish: Wish, value: str, row: ConversationRow) -> None:
        ways: dict[Wish, Callable[[], object]] = {
            Wish.RENAME: lambda: self.rename(self.rows.index_of(row.id)),
            Wish.PIN: lambda: self.pin_requested.emit(row.id, True),
            Wish.UNPIN: lambda: self.pin_requested.emit(row.id, False),
            Wish.MOVE: lambda: self.moved.emit(row.id, value),
            Wish.NEW_FOLDER: lambda: self.make_folder(row.id),
            Wish.ARCHIVE: lambda: self.archive_requested.emit(row.id),
            Wish.EXPORT: lambda: self.export_requested.emit(row.id),
            Wish.BIN: lambda: self.delete_requested.emit(row.id),
            Wish.FORGET: lambda: self.forget_requested.emit(row.id),
        }
        ways[wish]()

    def make_folder(self, conversation_id: str) -> None:
        """Ask for a folder under a name that is not taken; it is named by the person once it is there."""
        taken = {folder.name for folder in self.rows.folders}
        names = (NEW_FOLDER, *(f"{NEW_FOLDER} {n}" for n in range(2, len(taken) + 3)))
        self.folder_made.emit(next(name for name in names if name not in taken), conversation_id)

    def _ask_to_delete(self, entry: Entry) -> None:
        if isinstance(entry, FolderHeading):
            folder = entry.folder
            question = f"Delete the folder “{shortened(folder.name)}”?"
            ask(self, question, "The chats stay.", "Delete the folder", lambda: self.folder_deleted.emit(folder.id))
            return
        if not isinstance(entry, Chat):
            return
        row, title = entry.row, shortened(entry.row.title)
        if row.private:
            question, more = f"Close and forget “{title}”?", "It is not kept anywhere. It can't be brought back."
            ask(self, question, more, "Close and forget", lambda: self.forget_requested.emit(row.id))
            return
        question, more = f"Move “{title}” to the bin?", "It stays there for 30 days."
        ask(self, question, more, "Move to the bin", lambda: self.delete_requested.emit(row.id))
