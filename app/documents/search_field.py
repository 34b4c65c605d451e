"""The field "Search in all documents": says what is looked for while it is typed, and again when typing rests."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QWidget

from app.theme.theme import current_theme
from app.widgets.search_line import SearchLine

TYPING_MS = 90
REST_MS = 450
HINT = "Search in all documents"


class SearchField(SearchLine):
    """Says what is looked for, in two measures of haste.

    Signals:
        typing: the words so far; the last may be half.
        rested: the words, when no key came for a while or Return was pressed; "" at once.
        entered: Return.
    """

    typing = Signal(str)
    rested = Signal(str)
    entered = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(HINT)
        self.setAccessibleName(HINT)
        self.setAccessibleDescription("Finds while you type. Down goes to what was found, Return opens the best.")
        self.setClearButtonEnabled(True)
        self._glass = QAction(self)
        self.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        current_theme().changed.connect(self._tint)
        self._tint()
        self.words = ""
        self._typing, self._rest = self._timer(TYPING_MS, self._say_typing), self._timer(REST_MS, self._say_rested)
        self.textChanged.connect(self._on_text)
        self.returnPressed.connect(self._enter)

    def _tint(self) -> None:
        self._glass.setIcon(current_theme().icon("search", "text3", 16))

    def _timer(self, ms: int, slot: Callable[[], None]) -> QTimer:
        made = QTimer(self)
        made.setSingleShot(True)
        made.setInterval(ms)
        made.timeout.connect(slot)
        return made

    def _on_text(self, text: str) -> None:
        words = " ".join(text.split())
        if words == self.words:
            return
        self.words = words
        if not words:
            self._typing.stop()
            self._rest.stop()
            self.rested.emit("")
            return
        # Not begun anew with each key: also who types without a rest sees something.
        if not self._typing.isActive():
            self._typing.start()
        self._rest.start()

    def _say_typing(self) -> None:
        self.typing.emit(self.words)

    def _say_rested(self) -> None:
        self._typing.stop()
        self.rested.emit(self.words)

    def _enter(self) -> None:
        if self._rest.isActive():
            self._rest.stop()
            self._say_rested()
        self.entered.emit()
