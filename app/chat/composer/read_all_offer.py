"""Above the composer: whether everything is to be read before the question is answered."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.chat.composer.scope_shown import ReadAllShown
from app.chat.composer.strip import StripToLeave
from app.widgets.buttons import button


class ReadAllOffer(StripToLeave):
    """A sentence and two buttons. Escape takes it away; the question stays where it is typed.

    Signals:
        decided: the question, and whether everything is to be read for it.
        left: neither.
    """

    decided = Signal(str, bool)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        self.all_button = button("Read all", "primary")
        self.best_button = button("Best passages")
        super().__init__("read_all", self.all_button, self.best_button, parent=parent)
        self.shown: ReadAllShown | None = None
        self.all_button.setToolTip("Slower, and nothing is missed")
        self.best_button.setToolTip("Sooner, from the passages that fit the question best")
        self.all_button.clicked.connect(lambda: self._decide(read_all=True))
        self.best_button.clicked.connect(lambda: self._decide(read_all=False))

    def ask(self, shown: ReadAllShown | None) -> None:
        """Ask, with the keyboard on the first button; None takes it away."""
        self.shown = shown
        self.tell(shown.sentence if shown is not None else "")
        if shown is not None:
            self.all_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def leave(self) -> None:
        """The question is neither asked nor lost."""
        self.ask(None)
        self.left.emit()

    def _decide(self, *, read_all: bool) -> None:
        shown = self.shown
        self.ask(None)
        if shown is not None:
            self.decided.emit(shown.question, read_all)
