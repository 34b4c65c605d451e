"""Trouble on the road: what happened, what is safe, and two or three ways out, the likeliest first."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.widgets.buttons import button
from app.widgets.details import Details
from app.widgets.labels import PlainLabel
from app.widgets.layouts import empty
from app.widgets.page import Card, ColumnPage, TurningRow
from app.widgets.pictures import IconPicture


@dataclass(frozen=True)
class WayOut:
    """One thing to do about it."""

    id: str
    title: str
    sentence: str
    button: str
    primary: bool


@dataclass(frozen=True)
class Trouble:
    """What happened, in words. ``details`` is for experts, folded away."""

    title: str
    sentence: str
    ways: tuple[WayOut, ...]
    details: str = ""


class TroublePage(ColumnPage):
    """Shows one trouble at a time.

    Signals:
        way_chosen: the id of a way out.
    """

    way_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._title = PlainLabel(role="title")
        self._sentence = PlainLabel(role="secondary")
        self._ways = QVBoxLayout()
        self._ways.setSpacing(12)
        self._details = Details()
        self.column.addWidget(IconPicture("triangle-alert", "warn", 36))
        self.column.addWidget(self._title)
        self.column.addWidget(self._sentence)
        self.column.addSpacing(8)
        self.column.addLayout(self._ways)
        self.column.addSpacing(8)
        self.column.addWidget(self._details)

    def show_trouble(self, trouble: Trouble) -> None:
        """Say it, and put the focus on the likeliest way out."""
        self._title.setText(trouble.title)
        self._sentence.setText(trouble.sentence)
        self._details.say(trouble.details)
        empty(self._ways)
        for way in trouble.ways:
            self._ways.addWidget(self._card(way))
        self.setAccessibleName(f"{trouble.title}. {trouble.sentence}")

    def _card(self, way: WayOut) -> Card:
        card = Card()
        words = QVBoxLayout()
        words.setSpacing(3)
        words.addWidget(PlainLabel(way.title, "subheading"))
        if way.sentence:
            words.addWidget(PlainLabel(way.sentence, "facts"))
        act = button(way.button, "primary" if way.primary else "secondary")
        act.setAccessibleName(f"{way.button}: {way.title}")
        act.clicked.connect(lambda _checked=False: self.way_chosen.emit(way.id))
        row = TurningRow()
        row.setSpacing(16)
        row.addLayout(words, 1)
        row.addWidget(act)
        card.rows.addLayout(row)
        if way.primary:
            card.setFocusProxy(act)
            act.setDefault(True)
            act.setFocus()
        return card
