"""One thing on its way: what it is, how far it is, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.models import way_words
from app.models.beside import Beside
from app.models.card import under
from app.models.shown import WayRow, WayState
from app.theme.theme import current_theme
from app.widgets.buttons import IconButton, button
from app.widgets.flow import Flow
from app.widgets.layouts import drop
from app.widgets.saying import restyle, say, seen
from app.widgets.words import Figures, Words, breakable, facts

STEPS = 1000
ICON = 18
WAYS_AT_MOST = 3


class WayLine(QFrame):
    """Shows one row and changes only what differs: five times a second that is a bar and a line of figures.

    Signals:
        wished: "pause", "resume", "cancel", "stop" or the id of a way on.
        menu_requested: the place on the screen where the menu belongs.
    """

    wished = Signal(str)
    menu_requested = Signal(QPoint)

    def __init__(self, row: WayRow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("way")
        self.row: WayRow | None = None
        self._icon = QLabel()
        self._icon_shown = ("", "")
        self._title = Words(role="subheading")
        self._state = Words(role="facts")
        self.figures = Figures()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, STEPS)
        self.pause_button = button("Pause", "quiet")
        self.resume_button = button("Resume", "quiet")
        self.cancel_button = button("Cancel", "quiet")
        self.more = IconButton("ellipsis", "More")
        self.way_buttons: list[QPushButton] = []
        self._ways = QWidget()
        self._ways_row = Flow(parent=self._ways)
        self._build()
        self._connect()
        current_theme().changed.connect(self._tint)
        self.show_row(row)

    def _build(self) -> None:
        name = QHBoxLayout()
        name.setSpacing(10)
        name.addWidget(self._icon)
        name.addWidget(self._title, 1)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addLayout(name)
        words.addWidget(self._state)
        words.addWidget(self.figures)
        acts = QHBoxLayout()
        acts.setSpacing(2)
        for each in (self.pause_button, self.resume_button, self.cancel_button, self.more):
            acts.addWidget(each)
        acts.addStretch(0)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 10, 0, 12)
        rows.setSpacing(6)
        rows.addWidget(Beside(words, acts))
        rows.addWidget(self.bar)
        rows.addWidget(self._ways)

    def _connect(self) -> None:
        self.pause_button.clicked.connect(lambda: self.wished.emit("pause"))
        self.resume_button.clicked.connect(lambda: self.wished.emit("resume"))
        self.cancel_button.clicked.connect(lambda: self.wished.emit("stop" if self.row and self.row.work else "cancel"))
        self.more.clicked.connect(lambda: self.menu_requested.emit(under(self.more)))

    def show_row(self, row: WayRow) -> None:
        """Bring the line up to date."""
        if row == self.row:
            return
        before, self.row = self.row, row
        self.figures.say(facts(way_words.line(row)))
        self._show_bar(row)
        if before is None or _calm(before) != _calm(row):
            self._show_state(row)

    def _show_bar(self, row: WayRow) -> None:
        seen(self.bar, way_words.has_bar(row))
        self.bar.setValue(round(min(max(row.fraction or 0.0, 0.0), 1.0) * STEPS))
        self.bar.setAccessibleDescription(way_words.line(row))
        self.setAccessibleDescription(way_words.line(row))

    def _show_state(self, row: WayRow) -> None:
        say(self._title, breakable(row.title))
        say(self._state, breakable(way_words.loud(row)))
        restyle(self._state, "role", "warning" if row.state is WayState.FAILED else "facts")
        restyle(self.bar, "tone", "still" if row.state in way_words.STILL else "")
        self.bar.setAccessibleName(row.title)
        self.setAccessibleName(way_words.spoken(row))
        self._show_buttons(row)
        self._show_ways(row)
        self._tint()

    def _show_buttons(self, row: WayRow) -> None:
        resting = row.state in (WayState.PAUSED, WayState.FAILED)
        seen(self.pause_button, not row.work and row.can_pause and not resting)
        seen(self.resume_button, row.state is WayState.PAUSED and not row.work)
        self.cancel_button.setText(("Close" if resting else "Stop") if row.work else "Cancel")
        seen(self.more, row.earlier or row.later)
        self.more.rename(f"Order of {row.title}")
        for each in (self.pause_button, self.resume_button, self.cancel_button):
            each.setAccessibleName(f"{each.text()}: {row.title}")

    def _show_ways(self, row: WayRow) -> None:
        for each in self.way_buttons:
            self._ways_row.removeWidget(each)
            drop(each)
        self.way_buttons = []
        for way in row.ways[:WAYS_AT_MOST]:
            made = button(way.text.replace("&", "&&"), "quiet" if self.way_buttons else "secondary")
            made.setAccessibleName(f"{way.text}: {row.title}")
            made.clicked.connect(lambda _checked=False, way_id=way.id: self.wished.emit(way_id))
            self._ways_row.addWidget(made)
            self.way_buttons.append(made)
        seen(self._ways, bool(row.ways))

    def set_first(self, first: bool) -> None:
        """The first line has no line above it."""
        restyle(self, "first", first)

    def controls(self) -> list[QAbstractButton]:
        """Everything that can be pressed and is shown, in order."""
        each = (self.pause_button, self.resume_button, self.cancel_button, self.more, *self.way_buttons)
        return [control for control in each if not control.isHidden()]

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The order by the right button too."""
        if not self.more.isHidden():
            self.menu_requested.emit(event.globalPos())

    def _tint(self) -> None:
        if self.row is None:
            return
        name, token = way_words.icon(self.row)
        side = current_theme().px(ICON)
        self._icon.setFixedSize(side, side)
        self._icon.setPixmap(current_theme().pixmap(name, token, side))


def _calm(row: WayRow) -> tuple[object, ...]:
    """All of a row but its figures."""
    return row.title, row.state, row.work, row.sentence, row.place, row.earlier, row.later, row.ways, row.hold
