"""The conversation as one column. Messages far from what is seen are only a height, until they come near."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from app.chat.answer_view import AnswerView
from app.chat.items import MessageItem, Notice
from app.chat.question_view import QuestionView
from app.theme.theme import current_theme
from app.widgets.buttons import button
from app.widgets.labels import PlainLabel
from app.widgets.layouts import drop, empty
from app.widgets.pictures import IconPicture

COLUMN_WIDTH = 736
SIDE = 20
GAP = 4
# How far beyond the visible part messages are made ready.
READY_BEYOND_PX = 800
CLOSE_TO_END_PX = 24
CHARACTER_WIDTH, LINE_HEIGHT = 7.6, 22


@dataclass
class _Slot:
    """A message's place in the column: its view once there is one, and the height it has or is thought to have."""

    item: MessageItem
    height: int
    view: QuestionView | AnswerView | None = None


@dataclass(frozen=True)
class Welcome:
    """What an empty conversation says, and questions to start with."""

    title: str
    sentence: str
    examples: tuple[str, ...]


class _Column(QWidget):
    """The canvas on which message views are placed."""


class TranscriptView(QWidget):
    """Shows one conversation. Follows the end only while the reader is at the end.

    Signals:
        retry_requested, copied: a message's id.
        notice_action: a message's id and the action's.
        example_chosen: the words of an example.
        link_chosen: an address.
    """

    retry_requested = Signal(str)
    notice_action = Signal(str, str)
    example_chosen = Signal(str)
    link_chosen = Signal(str)
    copied = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._slots: list[_Slot] = []
        self._places: dict[str, int] = {}
        self._column = _Column()
        self._scroll = QScrollArea()
        self._scroll.setWidget(self._column)
        self._scroll.setWidgetResizable(False)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.viewport().installEventFilter(self)
        self._empty = QWidget(self)
        self._title = PlainLabel(role="title", wrap=False)
        self._promise = PlainLabel(role="secondary")
        self._examples = QVBoxLayout()
        self._jump = button("New text ↓", "pill", parent=self)
        self._jump.hide()
        self._jump.clicked.connect(self.go_to_end)
        self._follow = True
        self._placing = False
        self._arrange = QTimer(self)
        self._arrange.setSingleShot(True)
        self._arrange.setInterval(0)
        self._arrange.timeout.connect(self._place_all)
        self._build_empty()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._scroll)
        layout.addWidget(self._empty)
        self._scroll.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        current_theme().changed.connect(self._on_theme)
        self._show_or_empty()

    def _build_empty(self) -> None:
        column = QVBoxLayout(self._empty)
        column.setContentsMargins(SIDE, 0, SIDE, 0)
        column.setSpacing(10)
        column.addStretch(2)
        column.addWidget(IconPicture("message-circle-heart", "accent", 36), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._title, 0, Qt.AlignmentFlag.AlignHCenter)
        self._promise.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._promise)
        column.addSpacing(12)
        self._examples.setSpacing(8)
        column.addLayout(self._examples)
        column.addStretch(3)

    # --- what others set ------------------------------------------------------------------------------------------

    def set_welcome(self, welcome: Welcome) -> None:
        """What is shown while there is no message."""
        self._title.setText(welcome.title)
        self._promise.setText(welcome.sentence)
        empty(self._examples)
        for words in welcome.examples:
            example = button(words, "example")
            example.setFixedWidth(420)
            example.clicked.connect(lambda _checked=False, chosen=words: self.example_chosen.emit(chosen))
            self._examples.addWidget(example, 0, Qt.AlignmentFlag.AlignHCenter)

    def set_messages(self, items: tuple[MessageItem, ...]) -> None:
        """Show another conversation, at its end."""
        for slot in self._slots:
            drop(slot.view)
        self._slots = [_Slot(item, self._guess(item)) for item in items]
        self._places = {item.id: place for place, item in enumerate(items)}
        self._follow = True
        self._show_or_empty()
        self._place_all()

    def append_message(self, item: MessageItem) -> None:
        """One more message at the end; the reader comes along."""
        self._places[item.id] = len(self._slots)
        self._slots.append(_Slot(item, self._guess(item)))
        self._follow = True
        self._show_or_empty()
        self._place_all()

    def append_delta(self, message_id: str, text: str, channel: str) -> None:
        """The next piece of an answer."""
        view = self._answer(message_id)
        if view is not None:
            view.append(text, thinking=channel == "thinking")
            self._arrange.start()
            if not self._follow:
                self._show_jump()

    def set_status(self, message_id: str, text: str) -> None:
        """What is going on before the first word."""
        view = self._answer(message_id)
        if view is not None:
            view.set_status(text)
            self._arrange.start()

    def finish_message(self, message_id: str, state: str, caption: str, notice: Notice | None) -> None:
        """The end of an answer."""
        view = self._answer(message_id)
        if view is not None:
            view.finish(state, caption, notice)
            self._slots[self._places[message_id]].item = view.item
            self._arrange.start()
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, "Answer finished"))

    def set_notice(self, message_id: str, notice: Notice | None) -> None:
        """Another sentence under an answer that has ended."""
        place = self._places.get(message_id)
        if place is None or self._slots[place].item.notice == notice:
            return
        slot = self._slots[place]
        slot.item = replace(slot.item, notice=notice)
        if isinstance(slot.view, AnswerView):
            slot.view.finish(slot.item.state, slot.item.caption, notice)
        self._arrange.start()

    @property
    def last_id(self) -> str:
        """The message at the end; "" if there is none."""
        return self._slots[-1].item.id if self._slots else ""

    def question_before(self, message_id: str) -> str:
        """The words of the question that an answer was given to."""
        before = self._slots[: self._places.get(message_id, 0)]
        return next((slot.item.text for slot in reversed(before) if slot.item.role == "user"), "")

    def take_away(self, message_id: str) -> None:
        """An answer that another one takes the place of."""
        place = self._places.get(message_id)
        if place is None:
            return
        drop(self._slots.pop(place).view)
        self._places = {slot.item.id: number for number, slot in enumerate(self._slots)}
        self._show_or_empty()
        self._place_all()

    def go_to_end(self) -> None:
        """Where the newest text is."""
        self._follow = True
        self._jump.hide()
        self._place_all()

    # --- placing --------------------------------------------------------------------------------------------------

    def _answer(self, message_id: str) -> AnswerView | None:
        place = self._places.get(message_id)
        if place is None:
            return None
        view = self._ready(self._slots[place])
        return view if isinstance(view, AnswerView) else None

    def _ready(self, slot: _Slot) -> QuestionView | AnswerView:
        if slot.view is None:
            view = slot.view = _message_view(slot.item, self._column)
            if isinstance(view, AnswerView):
                view.retry_requested.connect(self.retry_requested)
                view.notice_action.connect(self.notice_action)
                view.link_chosen.connect(self.link_chosen)
                view.copied.connect(self.copied)
                view.height_changed.connect(self._on_height)
            view.installEventFilter(self)
            view.show()
        return slot.view

    def _width(self) -> int:
        return max(min(COLUMN_WIDTH, self._scroll.viewport().width() - 2 * SIDE), 120)

    def _guess(self, item: MessageItem) -> int:
        per_line = max(20, int(self._width() / CHARACTER_WIDTH))
        lines = sum(1 + len(line) // per_line for line in item.text.split("\n")[:5000])
        return lines * LINE_HEIGHT + 50

    def _on_height(self) -> None:
        if not self._placing:
            self._arrange.start()

    def _place_all(self) -> None:
        """Put every message in its place; make ready those near what is seen, and keep what is seen where it is."""
        if self._placing:
            return
        self._placing = True
        try:
            for _round in range(3):
                if not self._place_once():
                    break
        finally:
            self._placing = False

    def _place_once(self) -> bool:
        bar, seen = self._scroll.verticalScrollBar(), self._scroll.viewport().height()
        width, left = self._width(), max((self._scroll.viewport().width() - self._width()) // 2, 0)
        total = sum(slot.height + GAP for slot in self._slots)
        top = max(total - seen, 0) if self._follow else bar.value()
        first, last = top - READY_BEYOND_PX, top + seen + READY_BEYOND_PX
        y = grown_above = 0
        made_any = False
        for slot in self._slots:
            near = y + slot.height >= first and y <= last
            if near and slot.view is None:
                self._ready(slot)
                made_any = True
            if slot.view is not None:
                height = self._fitted(slot.view, width) if near else slot.height
                if y + slot.height <= top:
                    grown_above += height - slot.height
                slot.height = height
                slot.view.setGeometry(left, y, width, height)
            y += slot.height + GAP
        self._column.resize(self._scroll.viewport().width(), max(y + 8, seen))
        if self._follow:
            bar.setValue(bar.maximum())
        elif grown_above:
            bar.setValue(bar.value() + grown_above)
        return made_any

    @staticmethod
    def _fitted(view: QuestionView | AnswerView, width: int) -> int:
        view.fit_width(width)
        if view.width() != width:
            view.resize(width, view.height())
        layout = view.layout()
        assert layout is not None
        layout.activate()
        hint = layout.heightForWidth(width) if layout.hasHeightForWidth() else layout.sizeHint().height()
        return max(hint, layout.minimumSize().height())

    def _on_scrolled(self) -> None:
        if self._placing:
            return
        bar = self._scroll.verticalScrollBar()
        self._follow = bar.value() >= bar.maximum() - CLOSE_TO_END_PX
        if self._follow:
            self._jump.hide()
        self._arrange.start()

    def _on_theme(self) -> None:
        self._arrange.start()

    def _show_or_empty(self) -> None:
        self._empty.setVisible(not self._slots)
        self._scroll.setVisible(bool(self._slots))
        self._jump.hide()

    def _show_jump(self) -> None:
        self._jump.adjustSize()
        self._jump.move((self.width() - self._jump.width()) // 2, self.height() - self._jump.height() - 12)
        self._jump.show()
        self._jump.raise_()

    # --- the keyboard and the window ------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A new width needs new heights; arrows go from message to message."""
        if watched is self._scroll.viewport() and event.type() is QEvent.Type.Resize:
            self._arrange.start()
        elif event.type() is QEvent.Type.LayoutRequest and isinstance(watched, AnswerView):
            self._on_height()  # a label inside found its height after it was placed
        elif isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
            if step is not None and isinstance(watched, QuestionView | AnswerView):
                self._focus_neighbour(watched, step)
                return True
        return super().eventFilter(watched, event)

    def _focus_neighbour(self, view: QuestionView | AnswerView, step: int) -> None:
        place = next((n for n, slot in enumerate(self._slots) if slot.view is view), 0) + step
        if 0 <= place < len(self._slots):
            neighbour = self._ready(self._slots[place])
            self._follow = False
            self._place_all()
            neighbour.setFocus(Qt.FocusReason.OtherFocusReason)
            self._scroll.ensureWidgetVisible(neighbour, 0, 40)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the floating button where it belongs."""
        super().resizeEvent(event)
        if self._jump.isVisible():
            self._show_jump()


def _message_view(item: MessageItem, parent: QWidget) -> QuestionView | AnswerView:
    """The view for a message."""
    return QuestionView(item, parent) if item.role == "user" else AnswerView(item, parent)
