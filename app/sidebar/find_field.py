"""The field "Find in chats": says what is looked for, at once and after a short rest."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.widgets.search_line import SearchLine

REST_MS = 120


class FindField(SearchLine):
    """Says what is looked for.

    Signals:
        words_changed: the words, with each key.
        words_rested: the words, when no key came for a moment; "" at once.
    """

    words_changed = Signal(str)
    words_rested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText("Find in chats")
        self.setAccessibleName("Find in chats")
        self.setClearButtonEnabled(True)
        self._words = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST_MS)
        self._timer.timeout.connect(lambda: self.words_rested.emit(self._words))
        self.textChanged.connect(self._on_text)

    @property
    def words(self) -> str:
        """What is looked for, without needless spaces."""
        return self._words

    def _on_text(self, text: str) -> None:
        words = " ".join(text.split())
        if words == self._words:
            return
        self._words = words
        self.words_changed.emit(words)
        if words:
            self._timer.start()
        else:
            self._timer.stop()
            self.words_rested.emit("")
