"""The field "Find in chats": says what is looked for, at once and after a short rest."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

REST_MS = 120


class FindField(QLineEdit):
    """Escape clears it and goes no further; a second Escape is the window's.

    Signals:
        words_changed: the words, with each key.
        words_rested: the words, when no key came for a moment; "" at once.
        left_downwards: Down.
    """

    words_changed = Signal(str)
    words_rested = Signal(str)
    left_downwards = Signal()

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

    def event(self, event: QEvent) -> bool:
        """Escape is ours while there is something to clear."""
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._clears(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape clears, Down goes into the list."""
        if self._clears(event):
            self.clear()
        elif event.key() == Qt.Key.Key_Down:
            self.left_downwards.emit()
        else:
            super().keyPressEvent(event)

    def _clears(self, event: QKeyEvent) -> bool:
        return event.key() == Qt.Key.Key_Escape and bool(self.text())
