"""While all of the documents is read for an answer: how far it has come, and a way to stop."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from app.chat.answers.shown import ReadingShown
from app.widgets.buttons import button
from app.widgets.labels import PlainLabel

STEPS = 1000


class ReadingProgress(QWidget):
    """A line, a bar and a button, in the place of the answer to come.

    Signals:
        stop_requested: it is enough.
    """

    stop_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line = PlainLabel(role="facts")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, STEPS)
        self.bar.setAccessibleName("Reading your documents")
        self.stop_button = button("Stop reading")
        self.stop_button.clicked.connect(self.stop_requested)
        words = QVBoxLayout()
        words.setSpacing(8)
        words.addWidget(self._line)
        words.addWidget(self.bar)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 4, 0, 4)
        row.setSpacing(16)
        row.addLayout(words, 1)
        row.addWidget(self.stop_button)

    @property
    def line(self) -> str:
        """What it says."""
        return self._line.text()

    def say(self, reading: ReadingShown) -> None:
        """How far it is."""
        self._line.setText(reading.line)
        self.bar.setVisible(reading.share is not None)
        if reading.share is not None:
            self.bar.setValue(round(min(max(reading.share, 0.0), 1.0) * STEPS))
        self.setAccessibleName(reading.line)
