"""A question: the person's own words in a bubble, and in the same place the field to word them anew."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.chat.messages.edit_field import EditField
from app.chat.messages.items import NAME_LENGTH, Act, MessageItem
from app.chat.messages.message_chips import FileChips
from app.chat.messages.message_foot import MessageFoot
from app.chat.messages.message_view import SIDE_MARGIN, MessageView, settle
from app.chat.messages.question_words import beginning, fit_words, write_words
from app.theme.theme import current_theme
from app.widgets.buttons import button
from app.widgets.layouts import drop

BUBBLE_SHARE = 0.8
BUBBLE_PADDING = 14


class QuestionView(MessageView):
    """The person's own words, as they were typed."""

    def __init__(self, item: MessageItem, parent: QWidget | None = None) -> None:
        super().__init__(item, MessageFoot(question=True), parent)
        self._width = 0
        self._all = False
        self._editor: EditField | None = None
        self._view.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # the message is one stop; there are no links in it
        self._chips = FileChips()
        self._show_rest = button("Show all", "quiet")
        self._bubble = QFrame()
        self._bubble.setObjectName("bubble")
        self._build()
        self._show_rest.clicked.connect(self.show_all)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus)
        current_theme().changed.connect(self._write)
        self._foot.reveal(False)
        self._write()
        self._show_facts()

    def _build(self) -> None:
        inside = QVBoxLayout(self._bubble)
        inside.setContentsMargins(BUBBLE_PADDING, 12, BUBBLE_PADDING, 6)  # a line has its air below
        inside.setSpacing(8)
        for widget in (self._chips, self._view, self._show_rest):
            inside.addWidget(widget)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self._bubble)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SIDE_MARGIN, 8, SIDE_MARGIN, 2)
        layout.setSpacing(2)
        layout.addLayout(row)
        layout.addWidget(self._foot)

    # --- what others set ------------------------------------------------------------------------------------------

    def set_item(self, item: MessageItem) -> None:
        """Show another state of the question, or another wording. Text that is shown already is left as it is."""
        before, self.item = self.item, item
        if item.id != before.id:
            self._end_edit()
        if item.text != before.text:
            self._all = False
            self._write()
        self._show_facts()

    def fit_width(self, width: int) -> None:
        """At most four fifths of the column, and no wider than the words."""
        if width != self._width:
            self._width = width
            self._fit(width - 2 * SIDE_MARGIN)
        settle(self._chips, self._bubble, self._foot)
        if self._editor is not None:
            settle(self._editor)

    def show_all(self) -> None:
        """All of a long text."""
        if not self._all:
            self._all = True
            self.unfolded.emit()
            self._write()

    @property
    def busy(self) -> bool:
        """Whether its words are being changed."""
        return self._editor is not None

    def perform(self, act: Act) -> None:
        """Do what a person chose, or hand it on."""
        if act is Act.EDIT:
            self.begin_edit()
        else:
            super().perform(act)

    def begin_edit(self) -> None:
        """Turn the bubble into a field with the old words in it."""
        if self._editor is None:
            editor = self._editor = EditField(self.item.text, self)
            editor.sent.connect(self._on_edited)
            editor.cancelled.connect(self._end_edit)
            editor.height_changed.connect(self.height_changed)
            layout = self.layout()
            assert isinstance(layout, QVBoxLayout)
            layout.insertWidget(1, editor)
            self._bubble.hide()
            self._foot.hide()
            editor.show()
            self.unfolded.emit()
            self._fit_again()
        self._editor.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _write(self) -> None:
        shown = self.item.text if self._all else beginning(self.item.text)
        write_words(self._view, shown)
        self._view.setVisible(bool(shown))
        self._show_rest.setVisible(shown != self.item.text)
        self._fit_again()

    def _show_facts(self) -> None:
        self._chips.say(self.item.attachments)
        self._foot.say(self.item)
        self.setAccessibleName(f"You: {self.item.text[:NAME_LENGTH]}")
        self._describe()
        self._fit_again()

    def _fit(self, column: int) -> None:
        widest = int(column * BUBBLE_SHARE) - 2 * BUBBLE_PADDING
        inner = self._chips.fit_width(widest)
        if not self._show_rest.isHidden():
            inner = max(inner, self._show_rest.sizeHint().width())
        fit_words(self._view, inner, widest)
        self._foot.fit_width(column)
        if self._editor is not None:
            self._editor.fit_width(column)

    def _fit_again(self) -> None:
        width, self._width = self._width, 0
        if width:
            self.fit_width(width)
        self.height_changed.emit()

    def _describe(self) -> None:
        super()._describe()
        names = ", ".join(self.item.attachments)
        if names:
            self.setAccessibleDescription(f"{self.accessibleDescription()} With {names}.".strip())

    def _on_edited(self, text: str) -> None:
        self._end_edit()
        self.edited.emit(self.item.id, text)

    def _end_edit(self) -> None:
        if self._editor is None:
            return
        at_keyboard = QApplication.focusWidget()
        if at_keyboard is not None and self._editor.isAncestorOf(at_keyboard):
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        drop(self._editor)
        self._editor = None
        self._bubble.show()
        self._foot.show()
        self._fit_again()

    # --- when the buttons are seen --------------------------------------------------------------------------------

    def enterEvent(self, event: QEnterEvent) -> None:
        """The mouse is here."""
        super().enterEvent(event)
        self._foot.reveal(True)

    def leaveEvent(self, event: QEvent) -> None:
        """The mouse is elsewhere; the keyboard may still be here."""
        super().leaveEvent(event)
        self._on_focus(None, QApplication.focusWidget())

    def _on_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        here = now is self or (now is not None and self.isAncestorOf(now))
        self._foot.reveal(here or self.underMouse())
