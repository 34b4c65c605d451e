"""What questions and answers have in common: signals, the menu, the keyboard, and a ring for the one in focus."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QAction, QColor, QContextMenuEvent, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QWidget

from app.chat.messages.items import Act, MessageItem
from app.chat.messages.message_foot import MessageFoot
from app.chat.messages.message_menu import COPY_SELECTION, MessageMenu
from app.chat.messages.text_view import TextView
from app.theme.theme import current_theme

# Room beside the text for the ring around the message that has the keyboard.
SIDE_MARGIN = 8
RING_RADIUS = 12


class MessageView(QWidget):
    """One message, one stop of the keyboard.

    Signals:
        acted: the message's id and the value of an Act that is not the view's own business.
        edited: a question's id and its new words.
        branch_chosen: the id of the version to show.
        notice_action: the message's id and the action's.
        link_chosen: an address.
        copied: the message's id.
        height_changed: it needs another height.
        answer_act: the message's id and an OpenSource or an AnswerWay.
        unfolded: the person opened something in it, so what is on the screen must stay where it is.
    """

    acted = Signal(str, str)
    edited = Signal(str, str)
    branch_chosen = Signal(str)
    notice_action = Signal(str, str)
    link_chosen = Signal(str)
    copied = Signal(str)
    height_changed = Signal()
    answer_act = Signal(str, object)
    unfolded = Signal()

    def __init__(self, item: MessageItem, foot: MessageFoot, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.item = item
        self._view = TextView()
        self._view.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)  # ours has more to offer
        self._view.height_changed.connect(self.height_changed)
        self._foot = foot
        self._foot.acted.connect(lambda act: self.perform(Act(act)))
        self._foot.branch_chosen.connect(self.branch_chosen)
        self._foot.menu_requested.connect(self._open_menu_at_foot)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    @property
    def text_view(self) -> TextView:
        """Where the message's text is shown."""
        return self._view

    @property
    def busy(self) -> bool:
        """Whether the person is at work in it, so that it must not be let go."""
        return False

    def perform(self, act: Act) -> None:
        """Do what a person chose, or hand it on."""
        match act:
            case Act.COPY:
                self._copy()
            case Act.COPY_MARKDOWN:
                QApplication.clipboard().setText(self._copied_markdown())
                self.copied.emit(self.item.id)
            case _:
                self.acted.emit(self.item.id, str(act))

    def _copied_markdown(self) -> str:
        return self.item.text

    def _copy(self) -> None:
        QApplication.clipboard().setText(self.item.text)
        self.copied.emit(self.item.id)

    def _describe(self) -> None:
        """What a screen reader adds to the name."""
        facts = ["Pinned."] if self.item.pinned else []
        if len(self.item.siblings) > 1 and self.item.id in self.item.siblings:
            number = self.item.siblings.index(self.item.id) + 1
            facts.append(f"Version {number} of {len(self.item.siblings)}.")
        self.setAccessibleDescription(" ".join(facts))

    # --- the menu -------------------------------------------------------------------------------------------------

    def open_menu(self, place: QPoint) -> None:
        """Show what can be done, at a place of the screen."""
        menu = MessageMenu(self.item, selection=self._view.textCursor().hasSelection(), parent=self)
        if menu.isEmpty():
            menu.deleteLater()
            return
        menu.triggered.connect(self._on_menu)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)

    def _open_menu_at_foot(self) -> None:
        self.open_menu(self._foot.mapToGlobal(self._foot.menu_place()))

    def _on_menu(self, action: QAction) -> None:
        if action.data() == COPY_SELECTION:
            self._view.copy()
            self.copied.emit(self.item.id)
        else:
            self.perform(Act(action.data()))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Right click anywhere on the message."""
        event.accept()
        self.open_menu(event.globalPos())

    # --- the keyboard ---------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The menu key, and F2 to word anew what may be worded anew."""
        shift = event.modifiers() == Qt.KeyboardModifier.ShiftModifier
        if event.key() == Qt.Key.Key_Menu or (event.key() == Qt.Key.Key_F10 and shift):
            self.open_menu(self.mapToGlobal(self.visibleRegion().boundingRect().center()))
        elif event.key() == Qt.Key.Key_F2 and Act.EDIT in self.item.acts:
            self.perform(Act.EDIT)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the ring."""
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A ring around the message that has the keyboard."""
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(current_theme().tokens.accent), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RING_RADIUS, RING_RADIUS)
            painter.end()


def settle(*frames: QWidget) -> None:
    """Have frames inside a message know at once what their contents need; Qt would pass it on one loop later each."""
    for frame in frames:
        layout = frame.layout()
        if layout is not None and not frame.isHidden():
            layout.activate()
