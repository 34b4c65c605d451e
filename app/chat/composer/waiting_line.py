"""Above the composer: a question that waits until its documents are read, or why one of them can't be."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QWidget

from app.widgets.buttons import button
from app.widgets.labels import PlainLabel
from app.widgets.page import TurningRow


class WaitingLine(QFrame):
    """Says what a sent question waits for. The keyboard stays where it is; other words take the line away.

    Signals:
        asked_now: the person does not want to wait.
    """

    asked_now = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("read_all")
        self._sentence = PlainLabel()
        self.now_button = button("Ask now")
        self.now_button.setToolTip("Answered from what is read by now")
        self.now_button.clicked.connect(self.asked_now)
        row = TurningRow()
        self.setLayout(row)
        row.setContentsMargins(14, 10, 10, 10)
        row.setSpacing(8)
        row.addWidget(self._sentence, 1)
        row.addWidget(self.now_button)
        self.hide()

    @property
    def sentence(self) -> str:
        """What it says."""
        return self._sentence.text() if not self.isHidden() else ""

    def say(self, sentence: str) -> None:
        """What is waited for; "" takes it away."""
        self._sentence.setText(sentence)
        self.setAccessibleName(sentence)
        self.now_button.setAccessibleDescription(sentence)
        self.setVisible(bool(sentence))

    def event(self, event: QEvent) -> bool:
        """Escape on the button is nobody else's."""
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() is QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() is QEvent.Type.KeyPress:
                self.say("")
                return True
        return super().event(event)


class ScopeTrouble(QFrame):
    """A document that answers are to come from, and can't: one sentence, and what can be done about it.

    Signals:
        acted: the button.
    """

    acted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("notice")
        self._sentence = PlainLabel()
        self.button = button("")
        self.button.clicked.connect(self.acted)
        row = TurningRow()
        self.setLayout(row)
        row.setContentsMargins(14, 8, 10, 8)
        row.setSpacing(8)
        row.addWidget(self._sentence, 1)
        row.addWidget(self.button)
        self.hide()

    @property
    def sentence(self) -> str:
        """What it says."""
        return self._sentence.text() if not self.isHidden() else ""

    def say(self, sentence: str, label: str = "") -> None:
        """What is the matter, and the button's word; "" takes either away."""
        self._sentence.setText(sentence)
        self.setAccessibleName(sentence)
        self.button.setText(label)
        self.button.setAccessibleDescription(sentence)
        self.button.setVisible(bool(label))
        self.setVisible(bool(sentence))
