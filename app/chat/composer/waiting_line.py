"""Above the composer: a question that waits until its documents are read, or why one of them can't be."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.chat.composer.strip import Strip, StripToLeave
from app.widgets.buttons import button


class WaitingLine(StripToLeave):
    """Says what a sent question waits for. The keyboard stays where it is; other words take the line away.

    Signals:
        asked_now: the person does not want to wait.
    """

    asked_now = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        self.now_button = button("Ask now")
        super().__init__("read_all", self.now_button, parent=parent)
        self.now_button.setToolTip("Answered from what is read by now")
        self.now_button.clicked.connect(self.asked_now)


class ScopeTrouble(Strip):
    """A document that answers are to come from, and can't: one sentence, and what can be done about it.

    Signals:
        acted: the button.
    """

    acted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        self.button = button("")
        super().__init__("notice", self.button, parent=parent)
        self.button.clicked.connect(self.acted)

    def say(self, sentence: str, label: str = "") -> None:
        """What is the matter, and the button's word; "" takes either away."""
        self.button.setText(label)
        self.button.setVisible(bool(label))
        self.tell(sentence)
