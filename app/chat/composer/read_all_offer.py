"""Above the composer: whether everything is to be read before the question is answered."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QWidget

from app.chat.composer.scope_shown import ReadAllShown
from app.widgets.buttons import button
from app.widgets.labels import PlainLabel
from app.widgets.page import TurningRow


class ReadAllOffer(QFrame):
    """A sentence and two buttons. Escape takes it away; the question stays where it is typed.

    Signals:
        decided: the question, and whether everything is to be read for it.
        left: neither.
    """

    decided = Signal(str, bool)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("read_all")
        self.shown: ReadAllShown | None = None
        self._sentence = PlainLabel()
        self.all_button = button("Read all", "primary")
        self.best_button = button("Best passages")
        self.all_button.setToolTip("Slower, and nothing is missed")
        self.best_button.setToolTip("Sooner, from the passages that fit the question best")
        self.all_button.clicked.connect(lambda: self._decide(read_all=True))
        self.best_button.clicked.connect(lambda: self._decide(read_all=False))
        row = TurningRow()
        self.setLayout(row)
        row.setContentsMargins(14, 10, 10, 10)
        row.setSpacing(8)
        row.addWidget(self._sentence, 1)
        row.addWidget(self.all_button)
        row.addWidget(self.best_button)
        QWidget.setTabOrder(self.all_button, self.best_button)
        self.hide()

    def ask(self, shown: ReadAllShown | None) -> None:
        """Ask, with the keyboard on the first button; None takes it away."""
        self.shown = shown
        if shown is not None:
            self._sentence.setText(shown.sentence)
            self.setAccessibleName(shown.sentence)
            self.all_button.setAccessibleDescription(shown.sentence)
        self.setVisible(shown is not None)
        if shown is not None:
            self.all_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def event(self, event: QEvent) -> bool:
        """Escape is ours while a button here has the keyboard."""
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() is QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() is QEvent.Type.KeyPress:
                self.ask(None)
                self.left.emit()
                return True
        return super().event(event)

    def _decide(self, *, read_all: bool) -> None:
        shown = self.shown
        self.ask(None)
        if shown is not None:
            self.decided.emit(shown.question, read_all)
