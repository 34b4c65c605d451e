"""How a model does on this computer: a few sentences, and a verdict for each length of a conversation."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from app.models.forecast import Fits, Outlook
from app.theme.theme import current_theme
from app.widgets.layouts import drop
from app.widgets.page import LARGE_TEXT
from app.widgets.saying import say
from app.widgets.words import FlowingLabel, Words

HEADING = "How it does on this computer"
LENGTHS = "How long a conversation may get"
ICON = 16
SIGNS: dict[Fits, tuple[str, str]] = {
    Fits.WELL: ("circle-check", "ok"),
    Fits.TIGHT: ("triangle-alert", "warn"),
    Fits.CRAWLS: ("hourglass", "err"),
    Fits.TOO_LARGE: ("x", "err"),
    Fits.UNKNOWN: ("", ""),
}


class OutlookView(QWidget):
    """Shows one Outlook. The signs are decoration; the words beside them say it."""

    def __init__(self) -> None:
        super().__init__()
        self._outlook: Outlook | None = None
        self._table: QWidget | None = None
        self._signs: list[tuple[QLabel, Fits]] = []
        self._facts = Words(role="facts")
        self._heading = Words(LENGTHS, "section")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 6)
        self._layout.setSpacing(4)
        self._layout.addWidget(Words(HEADING, "section"))
        self._layout.addWidget(self._facts)
        self._layout.addSpacing(6)
        self._layout.addWidget(self._heading)
        self._large = False
        current_theme().changed.connect(self._on_theme)

    def show_outlook(self, outlook: Outlook) -> None:
        """Bring the view up to date."""
        if outlook == self._outlook:
            return
        self._outlook = outlook
        self._fill(outlook)

    def _fill(self, outlook: Outlook) -> None:
        self._large = _is_large()
        say(self._facts, "\n".join(outlook.facts))
        self._heading.setVisible(bool(outlook.lengths))
        if self._table is not None:
            drop(self._table)
        self._table = self._made(outlook)
        self._layout.addWidget(self._table)

    def _made(self, outlook: Outlook) -> QWidget:
        table = QWidget()
        grid = QGridLayout(table)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(3)
        self._signs = []
        for row, length in enumerate(outlook.lengths):
            sign = QLabel()
            self._signs.append((sign, length.fits))
            verdict = FlowingLabel(f"{length.verdict}, {length.need}" if self._large else length.verdict, "facts")
            verdict.setAccessibleName(f"{length.pages}: {length.verdict}, needs {length.need}")
            grid.addWidget(sign, row, 0, Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(FlowingLabel(length.pages, "facts"), row, 1)
            grid.addWidget(verdict, row, 2)
            if not self._large:
                grid.addWidget(FlowingLabel(f"{length.need} of memory", "facts"), row, 3)
        grid.setColumnStretch(4, 1)  # what is left over
        self._tint()
        return table

    def _on_theme(self) -> None:
        if self._large != _is_large() and self._outlook is not None:
            self._fill(self._outlook)
        self._tint()

    def _tint(self) -> None:
        side = current_theme().px(ICON)
        for sign, fits in self._signs:
            icon, token = SIGNS[fits]
            sign.setFixedSize(side, side)
            if icon:
                sign.setPixmap(current_theme().pixmap(icon, token, side))


def _is_large() -> bool:
    """Whether four columns are one too many."""
    return current_theme().text_scale >= LARGE_TEXT
