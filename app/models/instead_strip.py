"""Inside the card of a model that would crawl: the one that does better here, one click away."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout

from app.models.beside import Beside
from app.models.forecast import Instead
from app.theme.theme import current_theme
from app.widgets.buttons import button
from app.widgets.flow import Flow
from app.widgets.page import LARGE_TEXT
from app.widgets.saying import say, seen
from app.widgets.words import Words, breakable

ROOM = 380


class InsteadStrip(QFrame):
    """Without anything to show it is not there.

    Signals:
        pressed: the better one is wanted.
    """

    pressed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("offer")
        self._words = Words()
        self.act = button("")
        self.act.clicked.connect(self.pressed)
        self._instead: Instead | None = None
        current_theme().changed.connect(self._say_act)
        words, acts = QVBoxLayout(), Flow()
        words.addWidget(self._words)
        acts.addWidget(self.act)
        around = QVBoxLayout(self)
        around.setContentsMargins(14, 8, 8, 8)
        around.addWidget(Beside(words, acts, ROOM))

    def show_instead(self, instead: Instead | None, rather: str) -> None:
        """Show the better one beside the model called ``rather``, or go."""
        if instead is not None:
            say(self._words, breakable(sentence(instead)))
            seen(self.act, not instead.coming)
            self._instead = instead
            self._say_act()
            self.act.setAccessibleName(f"{act(instead)} instead of {rather}")
        seen(self, instead is not None)

    def _say_act(self) -> None:
        """Its name stands beside it; where the text is large a button with a name would be wider than the card."""
        if self._instead is not None:
            large = current_theme().text_scale >= LARGE_TEXT
            short = "Use it" if self._instead.here else "Get it"
            self.act.setText(short if large else act(self._instead).replace("&", "&&"))


def sentence(instead: Instead) -> str:
    """ "Everyday helper writes about 18 words a second here."."""
    on_its_way = " It is on its way." if instead.coming else ""
    return f"{instead.title} writes {instead.pace} here.{on_its_way}"


def act(instead: Instead, *, with_size: bool = True) -> str:
    """ "Use Everyday helper", "Get Everyday helper (4.9 GB)"."""
    if instead.here:
        return f"Use {instead.title}"
    return f"Get {instead.title} ({instead.size})" if instead.size and with_size else f"Get {instead.title}"
