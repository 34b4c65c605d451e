"""Where a question is worded anew, in the place where it stands."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QTextCursor
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.widgets.buttons import button
from app.widgets.growing_text import GrowingText
from app.widgets.labels import PlainLabel

LINES_AT_MOST = 12
PADDING = 12
BORDER = 2
KEPT = "The earlier version is kept."


class EditField(QFrame):
    """A plain text with two buttons. Ctrl+Return sends, Escape leaves everything as it was.

    Signals:
        sent: the new words; never blank.
        cancelled: nothing is to change.
        height_changed: it needs another height.
    """

    sent = Signal(str)
    cancelled = Signal()
    height_changed = Signal()

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("edit")
        self.words = _Words(text)
        self.send_button = button("Send again", "primary")
        self.cancel_button = button("Cancel", "quiet")
        self._kept = PlainLabel(KEPT, "caption", wrap=False)
        keys = QKeySequence("Ctrl+Return").toString(QKeySequence.SequenceFormat.NativeText)
        self.send_button.setToolTip(f"Send again ({keys})")
        self.cancel_button.setToolTip("Cancel (Esc)")
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.send_button)
        self._bottom = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._bottom.setSpacing(6)
        self._bottom.addWidget(self._kept)
        self._bottom.addLayout(buttons, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PADDING, PADDING - 2, PADDING, PADDING - 2)
        layout.setSpacing(8)
        layout.addWidget(self.words)
        layout.addLayout(self._bottom)
        QWidget.setTabOrder(self.words, self.send_button)
        QWidget.setTabOrder(self.send_button, self.cancel_button)
        self.setFocusProxy(self.words)
        self.words.height_changed.connect(self.height_changed)
        self.words.focus_changed.connect(self._mark)
        self.words.textChanged.connect(self._refresh)
        self.send_button.clicked.connect(self.send)
        self.cancel_button.clicked.connect(self.cancelled)
        self._refresh()

    def fit_width(self, width: int) -> None:
        """The sentence goes above the buttons where there is no room beside them."""
        needed = sum(w.sizeHint().width() for w in (self._kept, self.cancel_button, self.send_button))
        narrow = needed + 4 * PADDING > width
        self._bottom.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)
        self.words.resize(max(width - 2 * PADDING - 2 * BORDER, 40), self.words.height())
        self.words.fit()

    def send(self) -> None:
        """Send the words, if there are any."""
        text = self.words.toPlainText().strip()
        if text:
            self.sent.emit(text)

    def event(self, event: QEvent) -> bool:
        """Our keys are ours: Escape must not also stop an answer, as it does elsewhere in the window."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.ShortcutOverride and _ours(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The two ways out; no other key goes on to the conversation, where arrows change the message."""
        event.accept()
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        elif _sends(event):
            self.send()

    def _refresh(self) -> None:
        self.send_button.setEnabled(bool(self.words.toPlainText().strip()))

    def _mark(self, active: bool) -> None:
        self.setProperty("active", "true" if active else "false")
        self.style().unpolish(self)
        self.style().polish(self)


class _Words(GrowingText):
    """The question as it was, to be worded anew."""

    def __init__(self, text: str) -> None:
        super().__init__(LINES_AT_MOST)
        self.setObjectName("edit_words")
        self.setAccessibleName("Your question, to be worded anew")
        self.setAccessibleDescription(KEPT)
        self.setPlainText(text)
        self.moveCursor(QTextCursor.MoveOperation.End)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return makes a line; with Ctrl (or Command) the field around sends."""
        if _ours(event):
            event.ignore()
        else:
            super().keyPressEvent(event)


def _sends(event: QKeyEvent) -> bool:
    with_control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
    return bool(with_control) and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def _ours(event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_Escape or _sends(event)
