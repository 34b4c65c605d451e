"""The conversation: its messages in one column, what is selected and found in them, a greeting while there are none."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QMenu, QVBoxLayout, QWidget

from app.chat.messages.answer_view import AnswerView
from app.chat.messages.items import Act, MessageItem, Notice
from app.chat.transcript.column import MessageColumn
from app.chat.transcript.copying import copied_messages, copied_parts
from app.chat.transcript.dragging import Dragging
from app.chat.transcript.finding import Finding
from app.chat.transcript.keys import TranscriptKeys
from app.chat.transcript.selection import Selection
from app.chat.transcript.slots import Slot
from app.chat.transcript.welcome import Welcome, WelcomePanel
from app.widgets.buttons import button

__all__ = ["TranscriptView", "Welcome"]

EDGE = 12


class TranscriptView(QWidget):
    """Shows one conversation. Follows the end only while the reader is at the end.

    Signals:
        acted: a message's id and what is to be done with it.
        edited: a question's id and its new words.
        branch_chosen: the id of the version of a message to show.
        notice_action: a message's id and the action's.
        link_chosen: an address.
        copied: a message's id.
        example_chosen: the words of an example.
        answer_act: a message's id and an OpenSource or an AnswerWay.
    """

    acted = Signal(str, str)
    edited = Signal(str, str)
    branch_chosen = Signal(str)
    notice_action = Signal(str, str)
    link_chosen = Signal(str)
    copied = Signal(str)
    example_chosen = Signal(str)
    answer_act = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scroll = MessageColumn()
        self._scroll.views.made.connect(self._on_view_made)
        self._scroll.end_reached.connect(self._hide_jump)
        self._selection = Selection(self._scroll)
        self._dragging = Dragging(self._scroll, self._selection)
        self._keys = TranscriptKeys(self._scroll, self._selection)
        self._finding = Finding(self._scroll, self)
        self._scroll.views.keeps = lambda slot: self._selection.holds(slot.id) or self._dragging.holds(slot)
        self._welcome = WelcomePanel(self)
        self._welcome.example_chosen.connect(self.example_chosen)
        self._jump = button("New text ↓", "pill", parent=self)
        self._jump.hide()
        self._jump.clicked.connect(self.go_to_end)
        self.setFocusProxy(self._scroll)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._scroll)
        layout.addWidget(self._welcome)
        self._connect_parts()
        self._show_or_empty(filled=False)

    def _connect_parts(self) -> None:
        self._keys.copy_requested.connect(lambda markdown: self.copy_selection(markdown=markdown))
        self._dragging.menu_requested.connect(self._open_menu)
        self._dragging.clicked.connect(self._finding.forget_match)
        self._dragging.selected.connect(self._offer_selection)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus)

    def _on_view_made(self, slot: Slot) -> None:
        view = slot.view
        assert view is not None
        view.acted.connect(self.acted)
        view.edited.connect(self.edited)
        view.branch_chosen.connect(self.branch_chosen)
        view.notice_action.connect(self.notice_action)
        view.link_chosen.connect(self.link_chosen)
        view.copied.connect(self.copied)
        view.answer_act.connect(self.answer_act)
        view.unfolded.connect(self._scroll.stop_following)

    # --- the messages ---------------------------------------------------------------------------------------------

    def set_welcome(self, welcome: Welcome) -> None:
        """What is shown while there is no message."""
        self._welcome.say(welcome)

    def set_messages(self, items: tuple[MessageItem, ...], at: str = "") -> None:
        """Show another conversation, at its end or with the message ``at`` at the top."""
        self._selection.clear()
        self._finding.finder.clear()
        self._show_or_empty(filled=bool(items))
        self._scroll.set_items(items, at)
        self._finding.look_again()

    def append_message(self, item: MessageItem) -> None:
        """One more message at the end; the reader comes along."""
        self._show_or_empty(filled=True)
        self._scroll.append(item)

    def append_delta(self, message_id: str, text: str, channel: str) -> None:
        """The next piece of an answer."""
        slot = self._scroll.slot(message_id)
        view = self._scroll.ready(slot) if slot is not None else None
        if slot is not None and isinstance(view, AnswerView):
            view.append(text, thinking=channel == "thinking")
            self._scroll.refit(slot)
            if not self._scroll.follows:
                self._show_jump()

    def set_status(self, message_id: str, text: str) -> None:
        """What is going on before the first word."""
        slot = self._scroll.slot(message_id)
        if slot is not None and isinstance(slot.view, AnswerView):
            slot.view.set_status(text)
            self._scroll.refit(slot)

    def finish_message(self, message_id: str, state: str, caption: str, notice: Notice | None) -> None:
        """The end of an answer."""
        slot = self._scroll.slot(message_id)
        if slot is None:
            return
        if isinstance(slot.view, AnswerView):
            slot.view.finish(state, caption, notice)
        slot.known = replace(slot.item, state=state, caption=caption, notice=notice)
        self._scroll.refit(slot)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, "Answer finished"))

    def set_notice(self, message_id: str, notice: Notice | None) -> None:
        """Another sentence under an answer that has ended."""
        slot = self._scroll.slot(message_id)
        if slot is not None and slot.item.notice != notice:
            self._scroll.replace(slot, replace(slot.item, notice=notice))

    def replace_item(self, item: MessageItem) -> None:
        """A message as it is now."""
        slot = self._scroll.slot(item.id)
        if slot is not None and slot.item != item:
            self._scroll.replace(slot, item)
            self._finding.finder.look_again(slot)

    def rename(self, old_id: str, new_id: str) -> None:
        """A message that was shown before it was kept has its lasting id now."""
        slot = self._scroll.slot(old_id)
        if slot is not None and self._scroll.slot(new_id) is None:
            self._selection.rename(old_id, new_id)
            self._scroll.rename(slot, new_id)

    def cut_after(self, message_id: str) -> None:
        """Take away everything below a message."""
        slot = self._scroll.slot(message_id)
        if slot is not None:
            self._scroll.cut(slot.number + 1)
            self._on_lost()

    def take_away(self, message_id: str) -> None:
        """An answer that another one takes the place of."""
        slot = self._scroll.slot(message_id)
        if slot is not None:
            self._scroll.remove(slot)
            self._on_lost()

    def _on_lost(self) -> None:
        self._selection.forget_lost()
        self._finding.finder.forget_lost()
        self._show_or_empty(filled=bool(self._scroll.slots))

    @property
    def ids(self) -> tuple[str, ...]:
        """The messages shown, in order."""
        return tuple(slot.id for slot in self._scroll.slots)

    @property
    def last_id(self) -> str:
        """The message at the end; "" if there is none."""
        return self._scroll.slots[-1].id if self._scroll.slots else ""

    def item(self, message_id: str) -> MessageItem | None:
        """A message as it is shown now."""
        slot = self._scroll.slot(message_id)
        return slot.item if slot is not None else None

    def question_before(self, message_id: str) -> str:
        """The words of the question that an answer was given to."""
        slot = self._scroll.slot(message_id)
        before = self._scroll.slots[: slot.number] if slot is not None else []
        return next((other.known.text for other in reversed(before) if other.known.role == "user"), "")

    # --- going somewhere ------------------------------------------------------------------------------------------

    def go_to_end(self) -> None:
        """Where the newest text is."""
        self._scroll.go_to_end()

    def go_to(self, message_id: str) -> None:
        """A message, at the top."""
        self._scroll.go_to(message_id)

    def perform(self, message_id: str, act: Act) -> None:
        """Do with a message what its own button would do."""
        self.go_to(message_id)
        slot = self._scroll.slot(message_id)
        if slot is not None:
            self._scroll.ready(slot).perform(act)

    # --- selecting and copying ------------------------------------------------------------------------------------

    @property
    def has_selection(self) -> bool:
        """Whether something is selected."""
        return not self._selection.empty

    def copy_selection(self, markdown: bool = False) -> None:
        """Put what is selected on the clipboard; in one message also as rich text, as it always was."""
        parts = self._selection.parts()
        if not parts:
            return
        view = parts[0].slot.view
        if len(parts) == 1 and view is not None and not parts[0].whole:
            QApplication.clipboard().setMimeData(view.text_view.createMimeDataFromSelection())
        else:
            QApplication.clipboard().setText(copied_parts(parts, markdown=markdown))

    def copy_all(self, markdown: bool = False) -> None:
        """Put the whole conversation on the clipboard."""
        items = [slot.item for slot in self._scroll.slots]
        if items:
            QApplication.clipboard().setText(copied_messages(items, markdown=markdown))

    def _offer_selection(self) -> None:
        """Where a click of the middle button pastes what is selected, it is what is selected here."""
        clipboard = QApplication.clipboard()
        if clipboard.supportsSelection() and self._selection.across:
            clipboard.setText(copied_parts(self._selection.parts()), clipboard.Mode.Selection)

    def _open_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAccessibleName("What you can do with the selected text")
        menu.addAction("Copy selected text").triggered.connect(lambda: self.copy_selection())
        menu.addAction("Copy as Markdown").triggered.connect(lambda: self.copy_selection(markdown=True))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)

    def _on_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        """A selection left behind would be mistaken for what the keys now act on; another window leaves it alone."""
        if now is not None and now.window() is self.window() and now is not self and not self.isAncestorOf(now):
            self._selection.clear()

    # --- finding --------------------------------------------------------------------------------------------------

    def open_find(self, words: str = "") -> None:
        """Show the bar to find words in this conversation."""
        self._finding.open(words)

    def close_find(self) -> None:
        """Put the bar away; the keyboard goes back to where it was."""
        self._finding.close()

    def show_match(self, message_id: str, words: str) -> None:
        """Go to a message and mark words in it, each for itself, until the next click."""
        slot = self._scroll.slot(message_id)
        if slot is not None:
            self._finding.show_match(slot, words)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _show_or_empty(self, *, filled: bool) -> None:
        self._welcome.setVisible(not filled)
        self._scroll.setVisible(filled)
        self._jump.hide()

    def _hide_jump(self) -> None:
        self._jump.hide()

    def _show_jump(self) -> None:
        self._jump.adjustSize()
        self._jump.move((self.width() - self._jump.width()) // 2, self.height() - self._jump.height() - EDGE)
        self._jump.show()
        self._jump.raise_()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep what floats where it belongs."""
        super().resizeEvent(event)
        if self._jump.isVisible():
            self._show_jump()
        self._finding.put_bar()
