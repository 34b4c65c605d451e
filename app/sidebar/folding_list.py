"""A list with sections that fold, and conversations that can be dragged from one section to another."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QListView, QWidget

from app.sidebar.arrangement import DAYS, PINNED, FolderHeading, Key, Place, key_of
from app.sidebar.dragging import dragged_id, draw_target, make_drag, may_drop
from app.sidebar.list_model import ConversationList
from app.sidebar.painter import RowPainter

UNFOLD_MS = 600


class FoldingList(QListView):
    """Keeps its place when its lines change. Lines are the model's business, keys and menus the subclass's.

    Signals:
        moved: id of a conversation and of the folder it goes to; "" for out of folders.
        pin_requested: id of a conversation, and whether it is to be pinned.
        folder_folded: id of a folder, and whether it is folded now.
    """

    moved = Signal(str, str)
    pin_requested = Signal(str, bool)
    folder_folded = Signal(str, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = ConversationList(self)
        self.painter = RowPainter(self.rows, self)
        self._key: Key | None = None
        self._row, self._scrolled = -1, 0
        self._target: Place | None = None
        self._hovered_folder = ""
        self._unfold_timer = QTimer(self)
        self._unfold_timer.setSingleShot(True)
        self._unfold_timer.setInterval(UNFOLD_MS)
        self._unfold_timer.timeout.connect(self._unfold_hovered)
        self.setModel(self.rows)
        self.setItemDelegate(self.painter)
        self.setUniformItemSizes(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setDragDropMode(QListView.DragDropMode.DragDrop)
        self.setDropIndicatorShown(False)
        self.painter.opened.connect(self.rows.hold)
        self.painter.closeEditor.connect(self.rows.release)
        self.rows.modelAboutToBeReset.connect(self._remember)
        self.rows.modelReset.connect(self._return)

    # --- staying where one was ------------------------------------------------------------------------------------

    def _remember(self) -> None:
        index = self.currentIndex()
        entry = self.rows.entry(index)
        self._key, self._row = (key_of(entry) if entry is not None else None), index.row()
        self._scrolled = self.verticalScrollBar().value()

    def _return(self) -> None:
        self.setUniformItemSizes(not self.rows.words)
        index = self.rows.index_of_key(self._key) if self._key is not None else QModelIndex()
        if not index.isValid() and self._key is not None:
            index = self.rows.nearest(self._row)
        self.setCurrentIndex(index)
        self.executeDelayedItemsLayout()
        self.verticalScrollBar().setValue(self._scrolled)

    def lay_out_anew(self) -> None:
        """The size of the text has changed."""
        self.scheduleDelayedItemsLayout()
        self.viewport().update()

    # --- folding --------------------------------------------------------------------------------------------------

    def fold(self, folder_id: str, folded: bool) -> None:
        """Fold or unfold a folder and say so."""
        self.rows.fold(folder_id, folded)
        self.folder_folded.emit(folder_id, folded)

    def _unfold_hovered(self) -> None:
        if self._hovered_folder:
            self.fold(self._hovered_folder, False)

    # --- dragging -------------------------------------------------------------------------------------------------

    def startDrag(self, _actions: Qt.DropAction) -> None:
        """Take a conversation along; while it is under way there is somewhere to drop it to pin it."""
        row = self.rows.conversation(self.currentIndex())
        if row is None:
            return
        drag = make_drag(row, self)
        self.rows.offer_pinned(True)
        drag.exec(Qt.DropAction.MoveAction)
        self.rows.offer_pinned(False)
        self._aim(None)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Only conversations come in."""
        if self.rows.row_of(dragged_id(event.mimeData())) is not None:
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Frame the section under the pointer, if the conversation may go there."""
        point = event.position().toPoint()
        place = self.place_under(point)
        row = self.rows.row_of(dragged_id(event.mimeData()))
        self._aim(place if may_drop(row, place) else None)
        self._wait_over(point)
        edge = self.autoScrollMargin()
        if not edge < point.y() < self.viewport().height() - edge:
            self.startAutoScroll()
        event.setAccepted(self._target is not None)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """The frame goes."""
        self._aim(None)
        self.stopAutoScroll()

    def dropEvent(self, event: QDropEvent) -> None:
        """Say what the person wants; the lines change when it is done."""
        place, row = self.place_under(event.position().toPoint()), self.rows.row_of(dragged_id(event.mimeData()))
        self._aim(None)
        self.stopAutoScroll()
        if row is None or place is None or not may_drop(row, place):
            return
        event.acceptProposedAction()
        if place == PINNED:
            self.pin_requested.emit(row.id, True)
            return
        if row.folder_id != place.folder_id:
            self.moved.emit(row.id, place.folder_id)
        if row.pinned:
            self.pin_requested.emit(row.id, False)

    def place_under(self, point: QPoint) -> Place | None:
        """The section at a point; below the last line are the days."""
        entry = self.rows.entry(self.indexAt(point))
        if entry is not None:
            return entry.place
        return DAYS if not self.rows.words else None

    def target_area(self) -> QRect:
        """Where a conversation would land if it were let go now; empty for nowhere."""
        if self._target is None:
            return QRect()
        lines = self.rows.section(self._target)
        if lines is not None:
            return self.visualRect(lines[0]).united(self.visualRect(lines[1]))
        last = self.visualRect(self.rows.index(self.rows.rowCount() - 1))
        below = self.viewport().rect()
        below.setTop(last.bottom() + 1)
        return below

    def _aim(self, place: Place | None) -> None:
        self._target = place
        if place is None:
            self._unfold_timer.stop()
            self._hovered_folder = ""
        self.viewport().update()

    def _wait_over(self, point: QPoint) -> None:
        entry = self.rows.entry(self.indexAt(point))
        folder_id = entry.folder.id if isinstance(entry, FolderHeading) and entry.folded and self._target else ""
        if folder_id != self._hovered_folder:
            self._hovered_folder = folder_id
            if folder_id:
                self._unfold_timer.start()
            else:
                self._unfold_timer.stop()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The lines, and over them where a dragged conversation would land."""
        super().paintEvent(event)
        if self._target is not None:
            painter = QPainter(self.viewport())
            draw_target(painter, self.target_area())
            painter.end()
