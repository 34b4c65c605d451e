"""What a conversation without a message shows: a greeting and questions to start with."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.widgets.buttons import button
from app.widgets.labels import PlainLabel
from app.widgets.layouts import empty
from app.widgets.pictures import IconPicture

SIDE = 20
EXAMPLE_WIDTH = 420


@dataclass(frozen=True)
class Welcome:
    """What an empty conversation says, and questions to start with."""

    title: str
    sentence: str
    examples: tuple[str, ...]


class WelcomePanel(QWidget):
    """The greeting in the middle of the empty page.

    Signals:
        example_chosen: the words of an example.
    """

    example_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = PlainLabel(role="title", wrap=False)
        self._promise = PlainLabel(role="secondary")
        self._promise.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._examples = QVBoxLayout()
        self._examples.setSpacing(8)
        column = QVBoxLayout(self)
        column.setContentsMargins(SIDE, 0, SIDE, 0)
        column.setSpacing(10)
        column.addStretch(2)
        column.addWidget(IconPicture("message-circle-heart", "accent", 36), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._title, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._promise)
        column.addSpacing(12)
        column.addLayout(self._examples)
        column.addStretch(3)

    def say(self, welcome: Welcome) -> None:
        """Another greeting."""
        self._title.setText(welcome.title)
        self._promise.setText(welcome.sentence)
        empty(self._examples)
        for words in welcome.examples:
            example = button(words, "example")
            example.setFixedWidth(EXAMPLE_WIDTH)
            example.clicked.connect(lambda _checked=False, chosen=words: self.example_chosen.emit(chosen))
            self._examples.addWidget(example, 0, Qt.AlignmentFlag.AlignHCenter)
