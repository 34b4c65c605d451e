"""Details inside a card: how the model does here in lay words, and technical lines that can be selected and copied."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.models.forecast import Outlook
from app.models.outlook_view import OutlookView
from app.widgets.buttons import IconButton
from app.widgets.growing_text import GrowingText
from app.widgets.saying import restyle, seen
from app.widgets.words import Words

LINES_SHOWN = 14


class Inside(QWidget):
    """The outlook, then heading, copy, close, and the text. Escape closes it too.

    Signals:
        closed: the person has seen enough.
    """

    closed = Signal()

    def __init__(self, title: str) -> None:
        super().__init__()
        self._text = GrowingText(LINES_SHOWN)
        self._text.setReadOnly(True)
        self._text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._text.setObjectName("inside_words")
        self._text.setAccessibleName(f"Technical details of {title}")
        self._text.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        copy = IconButton("copy", "Copy the details", size=16)
        copy.clicked.connect(lambda: QApplication.clipboard().setText(self._text.toPlainText()))
        close = IconButton("x", "Close the details", size=16)
        close.clicked.connect(self.closed)
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(Words("Technical details", "section"), 1)
        head.addWidget(copy)
        head.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 4)
        layout.setSpacing(4)
        self._layout = layout
        self._outlook: OutlookView | None = None
        layout.addLayout(head)
        frame = QFrame()
        frame.setObjectName("inside")
        around = QVBoxLayout(frame)
        around.setContentsMargins(10, 8, 10, 8)
        around.addWidget(self._text)
        self._text.focus_changed.connect(lambda active: restyle(frame, "active", active))
        layout.addWidget(frame)

    def say(self, text: str, outlook: Outlook | None = None) -> None:
        """What is inside."""
        if self._outlook is None and outlook is not None:
            self._outlook = OutlookView()
            self._layout.insertWidget(0, self._outlook)
        if self._outlook is not None:
            seen(self._outlook, outlook is not None)
            self._outlook.show_outlook(outlook or Outlook())
        if text != self._text.toPlainText():
            self._text.setPlainText(text)
        self._text.fit()

    def take_keyboard(self) -> None:
        """Read on here."""
        self._text.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Escape is ours here, not the window's."""
        if isinstance(event, QKeyEvent) and _would_close(event):
            event.accept()
            return True
        return super().event(event)


def _would_close(event: QKeyEvent) -> bool:
    return event.type() is QEvent.Type.ShortcutOverride and event.key() == Qt.Key.Key_Escape
