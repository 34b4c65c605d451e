"""The row under a message: its buttons, its other versions, and what is to be known about it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from app.chat.messages.branch_switch import BranchSwitch
from app.chat.messages.items import Act, MessageItem
from app.widgets.buttons import IconButton, button
from app.widgets.labels import ElidedLabel, PlainLabel
from app.widgets.pictures import IconPicture

_ICONS = {
    Act.EDIT: "pencil",
    Act.COPY: "copy",
    Act.AGAIN: "rotate-ccw",
    Act.RATE_GOOD: "thumbs-up",
    Act.RATE_BAD: "thumbs-down",
    Act.READ_OUT: "volume-2",
}
_NAMES = {
    Act.EDIT: "Edit and send again",
    Act.COPY: "Copy",
    Act.AGAIN: "Answer again",
    Act.RATE_GOOD: "Good answer",
    Act.RATE_BAD: "Not a good answer",
    Act.READ_OUT: "Read aloud",
}
_RATINGS = {Act.RATE_GOOD: 1, Act.RATE_BAD: -1}
_OF_ANSWER = (Act.COPY, Act.AGAIN, Act.RATE_GOOD, Act.RATE_BAD, Act.READ_OUT)
_OF_QUESTION = (Act.EDIT, Act.COPY)
# Where there is no room for all, these are in the menu alone, the first first; the word at the pin goes before them.
_LESS_NEEDED = (None, Act.READ_OUT, Act.RATE_BAD, Act.RATE_GOOD, Act.AGAIN, Act.EDIT, Act.COPY)
SPACING = 4
FOOT_HEIGHT = 28
CAPTION_AT_LEAST = 60
UNKNOWN_WIDTH = 10_000


class FootButton(IconButton):
    """An icon that may be there unseen, so that the keyboard and screen readers find it at any time."""

    def __init__(self, icon: str, name: str) -> None:
        super().__init__(icon, name, size=16)
        self._seen = True

    def set_seen(self, seen: bool) -> None:
        """Whether it is painted."""
        if seen != self._seen:
            self._seen = seen
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint it, or leave its place empty."""
        if self._seen:
            super().paintEvent(event)


class RateButton(FootButton):
    """A thumb: lit if it is what the person said. Only :meth:`light` changes it, never the click itself."""

    def __init__(self, icon: str, name: str) -> None:
        super().__init__(icon, name)
        self._name = name
        self.setProperty("kind", "rate")
        self.setCheckable(True)

    def nextCheckState(self) -> None:
        """The owner decides what a click means."""

    def light(self, lit: bool) -> None:
        """Show whether it is chosen."""
        self.setChecked(lit)
        self.show_icon(self._icon, "accent" if lit else "text2")
        self.setToolTip(f"{self._name} (click again to take it back)" if lit else self._name)


class PinMark(QWidget):
    """Says that a message is pinned: an icon, and a word where there is room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.word = PlainLabel("Pinned", "caption", wrap=False)
        self.setToolTip("Pinned")
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 4, 0)
        row.setSpacing(4)
        row.addWidget(IconPicture("pin", "accent", 14))
        row.addWidget(self.word)


class MessageFoot(QWidget):
    """Shows the buttons that a message allows. Under a question they are seen only when :meth:`reveal` says so.

    Signals:
        acted: the value of an Act.
        branch_chosen: the id of another version.
        menu_requested: the button with the three dots.
    """

    acted = Signal(str)
    branch_chosen = Signal(str)
    menu_requested = Signal()

    def __init__(self, *, question: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._question = question
        self._item: MessageItem | None = None
        self._width = UNKNOWN_WIDTH
        self._buttons: dict[Act, FootButton] = {}
        self._seen = True
        # Parts are made when a message first needs them: each costs a conversation that is scrolled through.
        self._go_on: QPushButton | None = None
        self._switch: BranchSwitch | None = None
        self._pin: PinMark | None = None
        self._caption: ElidedLabel | None = None
        self._more: FootButton | None = None
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(SPACING)
        self._row.addStretch(1)
        self.setMinimumHeight(FOOT_HEIGHT)

    def _make_parts(self, item: MessageItem) -> None:
        if self._go_on is None and Act.CONTINUE in item.acts and not self._question:
            self._go_on = button("Continue", "quiet")
            self._go_on.clicked.connect(lambda: self.acted.emit(str(Act.CONTINUE)))
        for act in _OF_QUESTION if self._question else _OF_ANSWER:
            if act in item.acts and act not in self._buttons:
                self._make_button(act)
        if self._more is None and item.acts:
            self._more = FootButton("ellipsis", "More …")
            self._more.set_seen(self._seen)
            self._more.clicked.connect(self.menu_requested)
        if self._switch is None and len(item.siblings) > 1:
            self._switch = BranchSwitch()
            self._switch.chosen.connect(self.branch_chosen)
        if self._pin is None and item.pinned:
            self._pin = PinMark()
        if self._caption is None and item.caption and not self._question:
            self._caption = ElidedLabel(role="caption")
        self._put_in_order()

    def _make_button(self, act: Act) -> None:
        kind = RateButton if act in _RATINGS else FootButton
        made = self._buttons[act] = kind(_ICONS[act], _NAMES[act])
        made.set_seen(self._seen)
        made.clicked.connect(lambda: self.acted.emit(str(act)))

    def _put_in_order(self) -> None:
        """The row, and the keyboard's way along it, whatever was made first."""
        order = _OF_QUESTION if self._question else _OF_ANSWER
        buttons = [self._buttons[act] for act in order if act in self._buttons]
        parts = [
            w for w in (self._go_on, *buttons, self._more, self._switch, self._pin, self._caption) if w is not None
        ]
        first = 1 if self._question else 0
        before: QWidget | None = None
        for place, part in enumerate(parts, first):
            if self._row.indexOf(part) != place:
                self._row.removeWidget(part)
                self._row.insertWidget(place, part, 1000 if part is self._caption else 0)
            part.raise_()  # the order in which screen readers meet them
            if before is not None:
                QWidget.setTabOrder(before, part)
            before = part

    def say(self, item: MessageItem) -> None:
        """The message that it is about."""
        self._item = item
        self._make_parts(item)
        if self._switch is not None:
            self._switch.say(item.siblings, item.id)
        if self._pin is not None:
            self._pin.setVisible(item.pinned)
        if self._caption is not None:
            self._caption.setText(item.caption)
        if self._go_on is not None:
            self._go_on.setVisible(Act.CONTINUE in item.acts)
        for act, made in self._buttons.items():
            if isinstance(made, RateButton):
                made.light(item.rating == _RATINGS[act])
        if self._more is not None:
            self._more.setVisible(bool(item.acts))
        width, self._width = self._width, 0
        self.fit_width(width)

    def fit_width(self, width: int) -> None:
        """Show as many buttons as there is room for; the menu has them all."""
        if width == self._width:
            return
        self._width = width
        shown = self._allowed()
        pin = self._pin
        if pin is not None:
            pin.word.show()
        for act in _LESS_NEEDED:
            if self._needed(shown) <= width:
                break
            if pin is not None:
                pin.word.hide()
            if act in shown:
                shown.remove(act)
        for act, made in self._buttons.items():
            made.setVisible(act in shown)

    def reveal(self, seen: bool) -> None:
        """Whether the buttons of a question are seen. Their room is kept in any case."""
        self._seen = seen
        for made in (*self._buttons.values(), self._more):
            if made is not None:
                made.set_seen(seen)

    def menu_place(self) -> QPoint:
        """Where the menu of the three dots belongs."""
        return self._more.geometry().bottomLeft() if self._more is not None else QPoint()

    def _needed(self, shown: list[Act]) -> int:
        """The room for all that is there, with these buttons."""
        others = [w for w in (self._go_on, self._more, self._switch, self._pin) if w is not None and not w.isHidden()]
        row: list[QWidget] = [*others, *(self._buttons[act] for act in shown)]
        caption = CAPTION_AT_LEAST if self._caption is not None and self._caption.text() else 0
        return sum(widget.sizeHint().width() + SPACING for widget in row) + caption

    def _allowed(self) -> list[Act]:
        return [act for act in self._buttons if self._item is not None and act in self._item.acts]
