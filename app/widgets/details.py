"""Expert words, one fold deeper: closed at first, selectable, copyable."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from app.widgets.buttons import FoldButton, IconButton

LINES_SHOWN = 12


class Details(QWidget):
    """A fold with plain text in it. Without text it is not there."""

    def __init__(self, title: str = "Details", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._toggle = FoldButton(title)
        self._toggle.toggled.connect(self._fold)
        self._copy = IconButton("copy", "Copy the details", size=16)
        self._text = QPlainTextEdit()
        self._copy.clicked.connect(self._copy_text)
        self._text.setReadOnly(True)
        self._text.setProperty("details", "true")
        self._text.setAccessibleName(title)
        self._text.setTabChangesFocus(True)
        row = QHBoxLayout()
        row.addWidget(self._toggle)
        row.addWidget(self._copy)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(row)
        layout.addWidget(self._text)
        self._fold(False)

    def say(self, text: str) -> None:
        """The text inside."""
        if text != self._text.toPlainText():
            self._text.setPlainText(text)
        lines = min(text.count("\n") + 2, LINES_SHOWN)
        self._text.setFixedHeight(lines * self._text.fontMetrics().lineSpacing() + 20)
        self.setVisible(bool(text))

    def _copy_text(self) -> None:
        QApplication.clipboard().setText(self._text.toPlainText())

    def _fold(self, opened: bool) -> None:
        self._text.setVisible(opened)
        self._copy.setVisible(opened)
