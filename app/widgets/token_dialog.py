"""Asks for an access key of the model library, and says what it is for and where it is kept."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.widgets.buttons import button
from app.widgets.labels import PlainLabel


class TokenDialog(QDialog):
    """One field and two buttons. ``token()`` is what was entered."""

    def __init__(self, page_url: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Access key")
        self.setMinimumWidth(460)
        self._field = QLineEdit()
        self._field.setEchoMode(QLineEdit.EchoMode.Password)
        self._field.setPlaceholderText("hf_…")
        self._field.setAccessibleName("Access key")
        self._enter = button("Use this key", "primary")
        self._enter.setDefault(True)
        self._enter.setEnabled(False)
        cancel = button("Not now", "quiet")
        self._field.textChanged.connect(lambda text: self._enter.setEnabled(bool(text.strip())))
        self._enter.clicked.connect(self.accept)
        cancel.clicked.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 20)
        layout.setSpacing(12)
        layout.addWidget(PlainLabel("This model needs permission from its maker", "heading"))
        layout.addWidget(
            PlainLabel(
                "1. Open its page, sign in and accept the terms.\n2. Make an access key there and paste it here."
            )
        )
        if page_url:
            link = button(page_url, "link")
            link.clicked.connect(lambda: QDesktopServices.openUrl(QUrl(page_url)))
            layout.addWidget(link)
        layout.addWidget(self._field)
        layout.addWidget(
            PlainLabel("It is kept in this computer's keychain and sent to the model library only.", "caption")
        )
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(self._enter)
        layout.addLayout(row)

    def token(self) -> str:
        """The key, without the spaces that pasting brings along."""
        return self._field.text().strip()
