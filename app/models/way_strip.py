"""The strip "On the way": downloads, and the slow things done with models. It is there only while something is."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QAbstractButton, QVBoxLayout, QWidget

from app.models import way_words
from app.models.menus import add, menu_of, open_at
from app.models.shown import WayRow, WayState
from app.models.way_line import WayLine
from app.widgets.buttons import FoldButton
from app.widgets.layouts import drop
from app.widgets.page import Card
from app.widgets.saying import seen
from app.widgets.sure import ask, shortened
from app.widgets.words import Words

AT_ONCE = 3
WORTH_ASKING_BYTES = 1_000_000_000
MOVES = {"first": "First in line", "earlier": "Up", "later": "Down"}


class WayStrip(QWidget):
    """Three rows, and the rest in a fold. Rows are matched by id.

    Signals, all with the row's id:
        pause_requested, resume_requested, cancel_requested: of a download; cancelling more than 1 GB was agreed to.
        stop_requested: of work, or the last word of work that failed is to go away.
        first_requested, earlier_requested, later_requested: the order of the queue.
        way_requested: id of the row and of the way on.
    """

    pause_requested = Signal(str)
    resume_requested = Signal(str)
    cancel_requested = Signal(str)
    stop_requested = Signal(str)
    first_requested = Signal(str)
    earlier_requested = Signal(str)
    later_requested = Signal(str)
    way_requested = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[str, WayLine] = {}
        self._rows: tuple[WayRow, ...] = ()
        self.fold = FoldButton("")
        self.fold.toggled.connect(lambda _open: self._fold())
        card = Card()
        card.rows.setSpacing(0)
        card.rows.setContentsMargins(18, 4, 12, 4)
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        card.rows.addLayout(self._list)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 8)
        layout.setSpacing(6)
        layout.addWidget(Words("On the way", "section"))
        layout.addWidget(card)
        layout.addWidget(self.fold)
        self.hide()

    def show_rows(self, rows: tuple[WayRow, ...]) -> None:
        """Show these, in this order, changing only what differs."""
        if rows == self._rows:
            return
        focus = self._focus()
        before, self._rows = {row.id: row for row in self._rows}, rows
        wanted = {row.id for row in rows}
        for gone in [known for known in self.lines if known not in wanted]:
            line = self.lines.pop(gone)
            self._list.removeWidget(line)
            drop(line)
        for place, row in enumerate(rows):
            self._show_row(place, row)
        self._fold()
        seen(self, bool(rows))
        self._keep_keyboard(focus)
        self._announce(before)

    def _show_row(self, place: int, row: WayRow) -> None:
        line = self.lines.get(row.id)
        if line is None:
            line = self.lines[row.id] = WayLine(row)
            line.wished.connect(lambda wish, row_id=row.id: self._on_wish(row_id, wish))
            line.menu_requested.connect(lambda where, row_id=row.id: self._open_menu(row_id, where))
        else:
            line.show_row(row)
        if self._list.indexOf(line) != place:
            self._list.insertWidget(place, line)
        line.set_first(place == 0)

    def _fold(self) -> None:
        hidden = len(self._rows) - AT_ONCE
        opened = self.fold.isChecked()
        for place, row in enumerate(self._rows):
            line = self.lines[row.id]
            folded = place >= AT_ONCE and not opened
            seen(line, not folded)
        words = "Show fewer" if opened else f"Show {hidden} more"
        if self.fold.text() != words:
            self.fold.setText(words)
        seen(self.fold, hidden > 0)

    # --- what is asked for ----------------------------------------------------------------------------------------

    def _on_wish(self, row_id: str, wish: str) -> None:
        row = self.lines[row_id].row
        assert row is not None
        plain = {"pause": self.pause_requested, "resume": self.resume_requested, "stop": self.stop_requested}
        if any(way.id == wish for way in row.ways):
            self.way_requested.emit(row_id, wish)
        elif wish in plain:
            plain[wish].emit(row_id)
        elif row.done_bytes > WORTH_ASKING_BYTES:
            self._ask_to_cancel(row)
        else:
            self.cancel_requested.emit(row_id)

    def _ask_to_cancel(self, row: WayRow) -> None:
        ask(
            self,
            f"Cancel the download of “{shortened(row.title)}”?",
            f"{row.done or 'Much of it'} has arrived and would be thrown away. If you pause it, it is kept.",
            "Cancel the download",
            lambda: self.cancel_requested.emit(row.id),
        )

    def _open_menu(self, row_id: str, where: QPoint) -> None:
        row = self.lines[row_id].row
        assert row is not None
        menu = menu_of(self)
        signals = {
            "first": self.first_requested,
            "earlier": self.earlier_requested,
            "later": self.later_requested,
        }
        for wish, text in MOVES.items():
            possible = row.later if wish == "later" else row.earlier
            add(menu, text, partial(signals[wish].emit, row_id), enabled=possible)
        open_at(menu, where)

    # --- the keyboard and the screen reader -----------------------------------------------------------------------

    def _focus(self) -> tuple[str, int, QAbstractButton] | None:
        for row_id, line in self.lines.items():
            for place, control in enumerate(line.controls()):
                if control.hasFocus():
                    return row_id, place, control
        return None

    def _keep_keyboard(self, focus: tuple[str, int, QAbstractButton] | None) -> None:
        """A button that goes (Pause, when it has paused) leaves the keyboard to the one in its place."""
        if focus is None or not self._rows:
            return
        row_id, place, control = focus
        line = self.lines.get(row_id) or self.lines[self._rows[0].id]
        controls = line.controls()
        if controls and control not in controls:
            controls[min(place, len(controls) - 1)].setFocus(Qt.FocusReason.OtherFocusReason)

    def _announce(self, before: dict[str, WayRow]) -> None:
        """Say a new state once; figures are never announced."""
        for row in self._rows:
            known = before.get(row.id)
            if known is not None and known.state is not row.state and _worth_saying(row):
                QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, way_words.spoken(row)))


def _worth_saying(row: WayRow) -> bool:
    return row.state in (WayState.PAUSED, WayState.FAILED, WayState.WAITING, WayState.HELD, WayState.CHECKING)
