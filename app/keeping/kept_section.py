"""One of the two parts of the page: a heading, what lies there, a few at a time, or a word that nothing does."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.keeping.kept import KeptLine, KeptRow
from app.widgets.buttons import button
from app.widgets.labels import PlainLabel
from app.widgets.layouts import drop
from app.widgets.page import Card, TurningRow
from app.widgets.pictures import IconPicture

AT_ONCE = 50


class KeptSection(QWidget):
    """Shows 50 rows and more when asked; rows are matched by id, so that the keyboard keeps its place.

    Signals:
        restore_requested, away_requested: the row whose button was pressed.
        more_shown: there are more lines than before.
    """

    restore_requested = Signal(object)
    away_requested = Signal(object)
    more_shown = Signal()

    def __init__(self, title: str, sentence: str, icon: str, nothing: str, hint: str) -> None:
        super().__init__()
        self.rows: tuple[KeptRow, ...] = ()
        self.lines: dict[tuple[str, str], KeptLine] = {}
        self._most = AT_ONCE
        self.head = TurningRow()
        self.head.addWidget(PlainLabel(title, "heading"), 1)
        self._sentence = PlainLabel(sentence, "facts")
        self._card = Card()
        self._card.rows.setSpacing(0)
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        self._empty = _empty(icon, nothing, hint)
        self._count = PlainLabel(role="caption", wrap=False)
        self.more_button = button("Show more", "quiet")
        self.more_button.clicked.connect(self._show_more)
        self._foot = QWidget()
        foot = TurningRow()
        foot.setContentsMargins(0, 8, 0, 0)
        foot.addWidget(self._count, 1)
        foot.addWidget(self.more_button)
        self._foot.setLayout(foot)
        self._card.rows.addWidget(self._empty)
        self._card.rows.addLayout(self._list)
        self._card.rows.addWidget(self._foot)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 16, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(self.head)
        layout.addWidget(self._sentence)
        layout.addSpacing(4)
        layout.addWidget(self._card)
        self.set_rows(())

    def set_rows(self, rows: tuple[KeptRow, ...]) -> None:
        """Show these, changing only what differs from what is shown."""
        focus = self._focus()
        self.rows = rows
        shown = {(row.kind, row.id): row for row in rows[: self._most]}
        for key in [key for key in self.lines if key not in shown]:
            line = self.lines.pop(key)
            self._list.removeWidget(line)
            drop(line)
        for place, (key, row) in enumerate(shown.items()):
            self._show_line(place, key, row)
        self._empty.setVisible(not rows)
        self._foot.setVisible(len(rows) > self._most)
        self._count.setText(f"{len(shown):,} of {len(rows):,}")
        if focus is not None and rows:
            line, place, which = focus
            stays = line if line in self.lines.values() else self._line_at(place)
            stays.buttons()[which].setFocus(Qt.FocusReason.OtherFocusReason)

    def controls(self) -> list[QWidget]:
        """What the keyboard can go to, as it is read."""
        lines = (self.lines[row.kind, row.id] for row in self.rows[: self._most])
        return [*(each for line in lines for each in line.buttons()), self.more_button]

    def _show_line(self, place: int, key: tuple[str, str], row: KeptRow) -> None:
        line = self.lines.get(key)
        if line is None:
            line = self.lines[key] = KeptLine(row, lambda: self._ask_for(key, back=True), lambda: self._ask_for(key))
        line.say(row)
        line.set_first(place == 0)
        if self._list.indexOf(line) != place:
            self._list.insertWidget(place, line)
            line.show()  # a layout would do so a turn of the loop later, too late to take the keyboard

    def _ask_for(self, key: tuple[str, str], *, back: bool = False) -> None:
        (self.restore_requested if back else self.away_requested).emit(self.lines[key].row)

    def _show_more(self) -> None:
        first_new = self._most
        self._most += AT_ONCE
        self.set_rows(self.rows)
        self.more_shown.emit()
        self._line_at(first_new).restore_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _line_at(self, place: int) -> KeptLine:
        lines = [self.lines[row.kind, row.id] for row in self.rows[: self._most]]
        return lines[min(place, len(lines) - 1)]

    def _focus(self) -> tuple[KeptLine, int, int] | None:
        """The line that has the keyboard, its place, and which of its buttons."""
        for line in self.lines.values():
            for which, each in enumerate(line.buttons()):
                if each.hasFocus():
                    return line, self._list.indexOf(line), which
        return None


def _empty(icon: str, nothing: str, hint: str) -> QWidget:
    made = QWidget()
    layout = QHBoxLayout(made)
    layout.setContentsMargins(0, 10, 0, 10)
    layout.setSpacing(14)
    words = QVBoxLayout()
    words.setSpacing(2)
    words.addWidget(PlainLabel(nothing))
    words.addWidget(PlainLabel(hint, "facts"))
    layout.addWidget(IconPicture(icon, "text3", 24))
    layout.addLayout(words, 1)
    return made
