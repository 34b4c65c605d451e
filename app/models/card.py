"""One model as a card: name and pills, a lay sentence, a line of facts, one button and a menu."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.models.beside import Beside
from app.models.face import Face
from app.models.inside import Inside
from app.models.instead_strip import InsteadStrip
from app.models.mark import Mark
from app.theme.theme import current_theme
from app.widgets.buttons import IconButton, button
from app.widgets.flow import Flow
from app.widgets.layouts import drop
from app.widgets.page import Card
from app.widgets.saying import restyle, say, seen
from app.widgets.words import FlowingLabel, FlowingPill, Words, breakable, facts

STEPS = {Qt.Key.Key_Up: "up", Qt.Key.Key_Down: "down", Qt.Key.Key_Home: "first", Qt.Key.Key_End: "last"}


class CardView(Card):
    """Shows one Face and changes only what differs. What is rare (pills, trouble, details) is made when it is needed.

    Signals:
        pressed: id of the card whose button was pressed.
        instead_pressed: id of the card in which the better model was chosen.
        menu_requested: id, and the place on the screen where the menu belongs.
        step_requested: "up", "down", "first" or "last", and whether from the menu button: the keyboard wants to go to
            the same control of another card.
    """

    pressed = Signal(str)
    instead_pressed = Signal(str)
    menu_requested = Signal(str, QPoint)
    step_requested = Signal(str, bool)

    def __init__(self, face: Face, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.face: Face | None = None
        self._title = FlowingLabel(role="subheading")
        self._pills: list[FlowingPill] = []
        self._sentence = Words()
        self._facts = Words(role="facts")
        self._trouble: Words | None = None
        self._inside: Inside | None = None
        self.instead: InsteadStrip | None = None
        self.mark = Mark()
        self.main = button("")
        self.more = IconButton("ellipsis", "More")
        self.main.clicked.connect(lambda: self.pressed.emit(self._id()))
        self.more.clicked.connect(self._open_menu)
        for each in (self.main, self.more):
            each.installEventFilter(self)
        current_theme().changed.connect(self._say_facts)
        self._build()
        self.show_face(face)

    def _build(self) -> None:
        self._name = Flow()
        self._name.addWidget(self._title)
        self._words = QVBoxLayout()
        self._words.setSpacing(4)
        self._words.addLayout(self._name)
        self._words.addWidget(self._sentence)
        self._words.addWidget(self._facts)
        acts = QHBoxLayout()
        acts.setSpacing(8)
        for each in (self.mark, self.main, self.more):
            acts.addWidget(each)
        acts.setAlignment(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading)
        beside = Beside(self._words, acts)
        beside.turned.connect(self.mark.set_wrap)
        self.mark.set_wrap(beside.below)
        self.rows.addWidget(beside)

    def show_face(self, face: Face) -> None:
        """Bring the view up to date. A look at the computer changes a figure or two on each of forty cards."""
        before, self.face = self.face, face
        if face == before:
            return

        def differs(*parts: str) -> bool:
            return before is None or any(getattr(before, part) != getattr(face, part) for part in parts)

        if differs("title", "sentence"):
            say(self._title, breakable(face.title))
            say(self._sentence, breakable(face.sentence))
            self.more.rename(f"More for {face.title}")
        if differs("facts"):
            self._say_facts()
        if differs("pills", "trouble"):
            self._show_pills(face.pills)
            self._show_trouble(face.trouble)
        if differs("instead", "title"):
            self._show_instead(face)
        self.mark.say(face.mark, face.mark_icon, face.mark_token)
        if differs("main", "main_kind", "main_name", "title", "spoken"):
            self._show_main(face)
        seen(self.more, face.menu)
        if self._inside is not None:
            self._inside.say(face.details, face.outlook)
        if differs("spoken"):
            self.setAccessibleName(face.spoken)

    def _say_facts(self) -> None:
        if self.face is not None:
            say(self._facts, facts(self.face.facts))

    def _show_pills(self, pills: tuple[tuple[str, str], ...]) -> None:
        while len(self._pills) < len(pills):
            self._pills.append(FlowingPill())
            self._name.addWidget(self._pills[-1])
        for place, pill in enumerate(self._pills):
            words, kind = pills[place] if place < len(pills) else ("", "plain")
            pill.say(breakable(words), kind)

    def _show_trouble(self, trouble: str) -> None:
        if self._trouble is None and trouble:
            self._trouble = Words(role="warning")
            self._words.addWidget(self._trouble)
        if self._trouble is not None:
            say(self._trouble, breakable(trouble))

    def _show_instead(self, face: Face) -> None:
        if self.instead is None and face.instead is not None:
            self.instead = InsteadStrip()
            self.instead.pressed.connect(lambda: self.instead_pressed.emit(self._id()))
            self.instead.act.installEventFilter(self)
            self.rows.insertWidget(1, self.instead)
        if self.instead is not None:
            self.instead.show_instead(face.instead, face.title)

    def _show_main(self, face: Face) -> None:
        seen(self.main, bool(face.main))
        self.main.setText(face.main)
        self.main.setAccessibleName(face.main_name or f"{face.main}: {face.title}")
        self.main.setAccessibleDescription(face.spoken)
        restyle(self.main, "kind", face.main_kind)

    # --- details --------------------------------------------------------------------------------------------------

    @property
    def unfolded(self) -> bool:
        """Whether the details are open."""
        return self._inside is not None

    def unfold(self, opened: bool) -> None:
        """Open or close the details."""
        if opened == self.unfolded or self.face is None:
            return
        if self._inside is None:
            self._inside = Inside(self.face.title)
            self._inside.closed.connect(lambda: self.unfold(False))
            self._inside.say(self.face.details, self.face.outlook)
            self.rows.addWidget(self._inside)
            self._inside.show()
            self._inside.take_keyboard()
        else:
            drop(self._inside)
            self._inside = None
            self.more.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- the keyboard and the menu --------------------------------------------------------------------------------

    def controls(self) -> tuple[QPushButton, IconButton]:
        """The button and the menu's."""
        return self.main, self.more

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Up and down go to the same control of the next card."""
        if event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            step = STEPS.get(Qt.Key(event.key()))
            if step is not None and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self.step_requested.emit(step, watched is self.more)
                return True
        return super().eventFilter(watched, event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The same menu by the right button or the keyboard's menu key."""
        if self.face is not None and self.face.menu:
            by_key = event.reason() is QContextMenuEvent.Reason.Keyboard
            self._open_menu() if by_key else self.menu_requested.emit(self._id(), event.globalPos())

    def _open_menu(self) -> None:
        self.menu_requested.emit(self._id(), under(self.more))

    def _id(self) -> str:
        return self.face.id if self.face else ""


def under(control: QAbstractButton) -> QPoint:
    """The place on the screen below a button."""
    return control.mapToGlobal(QPoint(0, control.height()))
