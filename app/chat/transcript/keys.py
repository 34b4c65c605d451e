"""The keyboard in the conversation: scrolling, going from message to message, selecting and copying."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from app.chat.messages.text_view import TextView
from app.chat.transcript.column import MessageColumn
from app.chat.transcript.selection import Selection
from app.chat.transcript.slots import Slot, View

# What stays of the last page when a page is turned.
OVERLAP_PX = 40
CURSOR_KEYS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End)
STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
PAGES = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}
COPY_MARKDOWN = QKeySequence("Ctrl+Shift+C")


class TranscriptKeys(QObject):
    """Watches the keys of every message and of its text; buttons in a message keep theirs.

    Signals:
        copy_requested: whether as Markdown.
    """

    copy_requested = Signal(bool)

    def __init__(self, column: MessageColumn, selection: Selection) -> None:
        super().__init__(column)
        self._column = column
        self._selection = selection
        column.views.made.connect(self._watch)
        column.installEventFilter(self)

    def _watch(self, slot: Slot) -> None:
        assert slot.view is not None
        slot.view.installEventFilter(self)
        slot.view.text_view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the keys that are the conversation's."""
        if not isinstance(event, QKeyEvent) or _is_writing(QApplication.focusWidget()):
            return False
        if event.type() is QEvent.Type.ShortcutOverride:
            if self._is_command(event):
                event.accept()
            return event.isAccepted() and self._is_command(event)
        if event.type() is not QEvent.Type.KeyPress:
            return False
        return self._command(event) or self._scroll(event) or self._move(watched, event)

    # --- selecting and copying ------------------------------------------------------------------------------------

    def _is_command(self, event: QKeyEvent) -> bool:
        copies = event.matches(QKeySequence.StandardKey.Copy) or _is_copy_markdown(event)
        return event.matches(QKeySequence.StandardKey.SelectAll) or (copies and not self._selection.empty)

    def _command(self, event: QKeyEvent) -> bool:
        if not self._is_command(event):
            return False
        if event.matches(QKeySequence.StandardKey.SelectAll):
            self._select_all()
        else:
            self.copy_requested.emit(_is_copy_markdown(event))
        return True

    def _select_all(self) -> None:
        """First the message that has the keyboard, then everything."""
        slot = self._focused()
        if slot is None or self._selection.across or self._selection.is_whole(slot):
            self._selection.select_all()
        else:
            self._selection.select_message(slot)

    def _focused(self) -> Slot | None:
        focus = QApplication.focusWidget()
        if focus is None:
            return None
        near = ((slot, slot.view) for slot in self._column.views)
        return next((slot for slot, view in near if view is focus or (view and view.isAncestorOf(focus))), None)

    # --- moving ---------------------------------------------------------------------------------------------------

    def _scroll(self, event: QKeyEvent) -> bool:
        key, bar = Qt.Key(event.key()), self._column.verticalScrollBar()
        page = self._column.viewport().height() - OVERLAP_PX
        shift = event.modifiers() == Qt.KeyboardModifier.ShiftModifier
        if key == Qt.Key.Key_Space and (shift or _is_plain(event)):
            bar.setValue(bar.value() + (-page if shift else page))
        elif not _is_plain(event):
            return False
        elif key in PAGES:
            bar.setValue(bar.value() + PAGES[key] * page)
        elif key == Qt.Key.Key_Home:
            bar.setValue(bar.minimum())
        elif key == Qt.Key.Key_End:
            self._column.go_to_end()
        else:
            return False
        return True

    def _move(self, watched: QObject, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if key in STEPS and _is_plain(event):
            if isinstance(watched, View):
                self._focus_neighbour(watched, STEPS[key])
            else:
                bar = self._column.verticalScrollBar()
                bar.setValue(bar.value() + STEPS[key] * bar.singleStep())
            return True
        return isinstance(watched, TextView) and key in CURSOR_KEYS and self._move_cursor(watched, event)

    def _move_cursor(self, text: TextView, event: QKeyEvent) -> bool:
        """The text moves its own cursor; what it selects by that is the selection, and stays in sight."""
        slot = self._focused()
        if slot is None or slot.view is None or slot.view.text_view is not text:
            return False
        if self._selection.across:
            self._selection.clear()
        with self._selection.left_to_view():
            text.keyPressEvent(event)
        self._selection.take_from(slot, text)
        view = slot.view
        if not self._selection.empty:
            self._column.show_part(slot, lambda: text.cursorRect().translated(text.mapTo(view, QPoint(0, 0))))
        return True

    def _focus_neighbour(self, view: View, step: int) -> None:
        slot = self._column.slot(view.item.id)
        place = slot.number + step if slot is not None else -1
        if 0 <= place < len(self._column.slots):
            neighbour = self._column.slots[place]
            shown = self._column.ready(neighbour)
            self._column.show_part(neighbour, lambda: shown.rect())
            shown.setFocus(Qt.FocusReason.OtherFocusReason)


def _is_plain(event: QKeyEvent) -> bool:
    return event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)


def _is_copy_markdown(event: QKeyEvent) -> bool:
    return QKeySequence(event.keyCombination()) == COPY_MARKDOWN


def _is_writing(focus: QWidget | None) -> bool:
    """Whether keys go to a field; the texts of messages can't be written in."""
    return isinstance(focus, QTextEdit | QPlainTextEdit | QLineEdit) and not isinstance(focus, TextView)
