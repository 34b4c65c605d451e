"""The list of documents: mouse and keys on lines that are drawn, not made of widgets."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QMenu, QStyleOptionViewItem, QWidget

from app.documents.list_model import DocumentList, Heading
from app.documents.row_painter import RowPainter, heading_dots, places_of
from app.documents.shown import Act, DocumentRow
from app.theme.theme import current_theme

SEVERAL = 2
WORDS = {
    Act.OPEN: "Open",
    Act.ASK: "Ask about this…",
    Act.PASSWORD: "Enter password…",
    Act.RECOGNISE: "Read the pictures",
    Act.AGAIN: "Read it again",
    Act.SHOW_FILE: "Show the file",
    Act.FORGET: "Forget this document…",
}
_Key = Qt.Key


class DocumentListView(QListView):
    """Says what is wanted of which document.

    Signals:
        act_requested: an Act and a DocumentRow.
        forget_requested: DocumentRows that are chosen together.
        unfollow_requested: id and name of a collection.
        ask_requested: ids of documents that are chosen together, and the id of a collection (0: none).
    """

    act_requested = Signal(object, object)
    forget_requested = Signal(object)
    unfollow_requested = Signal(int, str)
    ask_requested = Signal(object, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines = DocumentList(self)
        self._painter = RowPainter(self.lines, self)
        self.setModel(self.lines)
        self.setItemDelegate(self._painter)
        self.setUniformItemSizes(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("Documents")
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self.verticalScrollBar().setSingleStep(24)
        current_theme().changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        self.setStyleSheet("QListView { background: transparent; }")
        self.scheduleDelayedItemsLayout()

    # --- the mouse ------------------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Buttons that are drawn show that the mouse is over them."""
        before, self._painter.mouse = self._painter.mouse, event.position().toPoint()
        super().mouseMoveEvent(event)
        for each in {self.indexAt(before).row(), self.indexAt(self._painter.mouse).row()}:
            self.update(self.lines.index(each))

    def leaveEvent(self, event: QEvent) -> None:
        """The mouse is over no button."""
        self._painter.mouse = QPoint(-1, -1)
        super().leaveEvent(event)
        self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The frame around the line with the keyboard is for the keyboard."""
        self._painter.shows_focus = False
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click on a button, on the menu, on a heading, or on the line."""
        super().mouseReleaseEvent(event)
        where = event.position().toPoint()
        index = self.indexAt(where)
        if event.button() is Qt.MouseButton.LeftButton and index.isValid() and not event.modifiers():
            self._click(index, where)

    def _click(self, index: QModelIndex, where: QPoint) -> None:
        entry, option = self.lines.entry(index), self._option(index)
        if isinstance(entry, Heading):
            if entry.id and heading_dots(option).contains(where):
                self.open_menu(index, self.viewport().mapToGlobal(where))
            else:
                self.lines.fold(entry.id, not entry.folded)
            return
        row = self.lines.document(index)
        if row is None:
            return
        places = places_of(option, row)
        if places.dots.contains(where):
            self.open_menu(index, self.viewport().mapToGlobal(places.dots.bottomLeft()))
        elif places.button.contains(where):
            self.act_requested.emit(row.act, row)
        elif Act.OPEN in row.acts:
            self.act_requested.emit(Act.OPEN, row)

    def _option(self, index: QModelIndex) -> QStyleOptionViewItem:
        option = QStyleOptionViewItem()
        option.rect = self.visualRect(index)
        option.direction = self.layoutDirection()
        return option

    def button_place(self, index: QModelIndex) -> QRect:
        """Where the button of a line is, in the viewport."""
        row = self.lines.document(index)
        return places_of(self._option(index), row).button if row is not None else QRect()

    # --- the keyboard ---------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The keys that Qt's list does not know."""
        self._painter.shows_focus = True
        index = self.currentIndex()
        if not index.isValid() or not self._act_on(index, event):
            super().keyPressEvent(event)
        self.viewport().update()

    def _act_on(self, index: QModelIndex, event: QKeyEvent) -> bool:
        key, entry, row = event.key(), self.lines.entry(index), self.lines.document(index)
        shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if key == _Key.Key_Menu or (key == _Key.Key_F10 and shift):
            self.open_menu(index, self.viewport().mapToGlobal(self.visualRect(index).center()))
        elif key in (_Key.Key_Delete, _Key.Key_Backspace) and (chosen := self.chosen()):
            self.forget_requested.emit(chosen)  # also where the keyboard is on a heading
        elif isinstance(entry, Heading):
            return self._fold_by_key(entry, key)
        elif row is None:
            return False
        elif key in (_Key.Key_Return, _Key.Key_Enter):
            self.act_requested.emit(row.act, row)
        elif key in (_Key.Key_Delete, _Key.Key_Backspace):
            self.forget_requested.emit((row,))
        else:
            return False
        return True

    def _fold_by_key(self, entry: Heading, key: int) -> bool:
        closing, opening = _Key.Key_Left, _Key.Key_Right
        if self.isRightToLeft():
            closing, opening = opening, closing
        if key in (_Key.Key_Return, _Key.Key_Enter, _Key.Key_Space):
            self.lines.fold(entry.id, not entry.folded)
        elif key in (closing, opening):
            self.lines.fold(entry.id, key == closing)
        else:
            return False
        return True

    def chosen(self) -> tuple[DocumentRow, ...]:
        """The documents that are selected, each once."""
        rows = (self.lines.document(index) for index in self.selectedIndexes())
        return tuple({row.id: row for row in rows if row is not None}.values())

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Coming by keyboard, there is a line to begin with."""
        self._painter.shows_focus = event.reason() is not Qt.FocusReason.MouseFocusReason
        super().focusInEvent(event)
        if self._painter.shows_focus and not self.currentIndex().isValid() and self.lines.rowCount():
            self.setCurrentIndex(self.lines.index(0))

    # --- the menu -------------------------------------------------------------------------------------------------

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The right button."""
        index = self.indexAt(event.pos())
        if index.isValid():
            self.open_menu(index, event.globalPos())

    def open_menu(self, index: QModelIndex, where: QPoint) -> None:
        """Everything that can be done with a line."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        entry, row, chosen = self.lines.entry(index), self.lines.document(index), self.chosen()
        if isinstance(entry, Heading):
            self._fill_heading_menu(menu, entry)
        elif row is not None and len(chosen) >= SEVERAL and row in chosen:
            ids = tuple(each.id for each in chosen)
            menu.addAction(f"Ask about these {len(chosen)} documents…").triggered.connect(
                lambda: self.ask_requested.emit(ids, 0)
            )
            menu.addSeparator()
            menu.addAction(f"Forget {len(chosen)} documents…").triggered.connect(
                lambda: self.forget_requested.emit(chosen)
            )
        elif row is not None:
            self._fill_menu(menu, row)
        if menu.isEmpty():
            menu.deleteLater()
            return
        menu.popup(where)
        menu.setActiveAction(menu.actions()[0])

    def _fill_heading_menu(self, menu: QMenu, heading: Heading) -> None:
        if heading.id:
            menu.addAction(f"{WORDS[Act.ASK]}").triggered.connect(lambda: self.ask_requested.emit((), heading.id))
        if heading.follows:
            menu.addAction("Stop following this folder…").triggered.connect(
                lambda: self.unfollow_requested.emit(heading.id, heading.name)
            )

    def _fill_menu(self, menu: QMenu, row: DocumentRow) -> None:
        for act in row.acts:
            if act is Act.FORGET:
                menu.addSeparator()
            words = "Try again" if act is Act.AGAIN and row.act is Act.AGAIN else WORDS[act]
            menu.addAction(words).triggered.connect(lambda _=False, act=act: self._act(act, row))

    def _act(self, act: Act, row: DocumentRow) -> None:
        if act is Act.FORGET:
            self.forget_requested.emit((row,))
        else:
            self.act_requested.emit(act, row)
