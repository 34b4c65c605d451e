"""Where the question is typed: grows with it, sends on Return, turns Send into Stop while an answer comes."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from app.theme.theme import current_theme
from app.widgets.buttons import IconButton
from app.widgets.labels import PlainLabel

LINES_AT_MOST = 6
FOOTNOTE = "AI can be wrong. Check what matters."


class QuestionField(QPlainTextEdit):
    """Plain text that grows to six lines.

    Signals:
        submitted: Return without Shift.
        focus_changed: whether it has the keyboard.
        files_dropped: local paths.
    """

    submitted = Signal()
    focus_changed = Signal(bool)
    files_dropped = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("question")
        self.setAccessibleName("Your question")
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(2)
        self.textChanged.connect(self.fit)
        current_theme().changed.connect(self.fit)
        self.fit()

    def fit(self) -> None:
        """As high as the text, up to the limit."""
        line = self.fontMetrics().lineSpacing()
        lines = 0
        block = self.document().firstBlock()
        while block.isValid() and lines < LINES_AT_MOST:
            layout = block.layout()
            lines += max(1, layout.lineCount() if layout is not None else 1)
            block = block.next()
        self.setFixedHeight(min(lines, LINES_AT_MOST) * line + 10)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width, other line breaks."""
        super().resizeEvent(event)
        self.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return sends, Shift+Return breaks the line; input methods get their Return first by themselves."""
        plain = not event.modifiers() & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.AltModifier)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain:
            self.submitted.emit()
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the frame as active."""
        super().focusInEvent(event)
        self.focus_changed.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show the frame as idle."""
        super().focusOutEvent(event)
        self.focus_changed.emit(False)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Text and files."""
        return source.hasText() or source.hasUrls()

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Pasted or dropped: files are reported, everything else is plain text."""
        paths = local_paths(source)
        if paths:
            self.files_dropped.emit(paths)
        elif source.hasText():
            self.insertPlainText(source.text())


class Composer(QWidget):
    """The field, its buttons and the small line under it. Typing is always possible; sending may not be.

    Signals:
        send_requested: the question.
        stop_requested: the answer under way should end.
        draft_changed: what is typed and not sent.
        files_dropped: local paths.
    """

    send_requested = Signal(str)
    stop_requested = Signal()
    draft_changed = Signal(str)
    files_dropped = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._answering = False
        self._available = True
        self.field = QuestionField()
        self._hint = PlainLabel(role="caption")
        self.send_button = IconButton("arrow-up", "Send", "on_accent", 20)
        self.send_button.setProperty("kind", "send")
        self.send_button.setFixedSize(QSize(34, 34))
        self._build()
        self.setFocusProxy(self.field)
        self.field.submitted.connect(self._send)
        self.field.textChanged.connect(self._on_text)
        self.field.focus_changed.connect(self._mark)
        self.field.files_dropped.connect(self.files_dropped)
        self.send_button.clicked.connect(self._send_or_stop)
        self._refresh()

    def _build(self) -> None:
        self._frame = QFrame()
        self._frame.setObjectName("composer")
        bottom = QHBoxLayout()
        bottom.addWidget(self._hint, 1)
        bottom.addWidget(self.send_button)
        inside = QVBoxLayout(self._frame)
        inside.setContentsMargins(14, 12, 10, 8)
        inside.setSpacing(2)
        inside.addWidget(self.field)
        inside.addLayout(bottom)
        footnote = PlainLabel(FOOTNOTE, "caption", wrap=False)
        footnote.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self._frame)
        layout.addWidget(footnote)

    # --- what others set ------------------------------------------------------------------------------------------

    def text(self) -> str:
        """What is typed."""
        return self.field.toPlainText()

    def set_text(self, text: str) -> None:
        """Replace what is typed; the cursor goes to its end."""
        if text != self.text():
            self.field.setPlainText(text)
            self.field.moveCursor(self.field.textCursor().MoveOperation.End)

    def set_placeholder(self, words: str) -> None:
        """What the empty field says."""
        self.field.setPlaceholderText(words)

    def set_answering(self, answering: bool) -> None:
        """While true, Send is Stop."""
        self._answering = answering
        self._refresh()

    def set_available(self, available: bool, hint: str) -> None:
        """Whether a question can be sent now, and if not, why."""
        self._available = available
        self._hint.setText(hint)
        self._refresh()

    # --- what a person does ---------------------------------------------------------------------------------------

    def _send_or_stop(self) -> None:
        if self._answering:
            self.stop_requested.emit()
        else:
            self._send()

    def _send(self) -> None:
        if self._available and not self._answering and self.text().strip():
            self.send_requested.emit(self.text().strip())

    def _on_text(self) -> None:
        self.draft_changed.emit(self.text())
        self._refresh()

    def _refresh(self) -> None:
        self.send_button.show_icon("square" if self._answering else "arrow-up")
        self.send_button.rename("Stop" if self._answering else "Send")
        self.send_button.setEnabled(self._answering or (self._available and bool(self.text().strip())))

    def _mark(self, active: bool) -> None:
        self._frame.setProperty("active", "true" if active else "false")
        self._frame.style().unpolish(self._frame)
        self._frame.style().polish(self._frame)


def local_paths(source: QMimeData) -> list[str]:
    """The files of a drop or paste that are on this computer."""
    return [url.toLocalFile() for url in source.urls() if url.isLocalFile()]
