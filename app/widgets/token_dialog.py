"""Asks for an access key of the model library: what to accept and where, what the key is for and where it is kept."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QDialog, QFrame, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from app.theme.theme import current_theme
from app.widgets.buttons import button
from app.widgets.labels import PlainLabel

WIDTH = 460
WIDEST = 600
EDGE = 24
HEADING = "This model needs permission from its maker"
STEPS = (
    "1. Open the model's page and sign in (an account is free). The maker's terms are at the top: read them, and "
    "accept them if you agree.",
    "2. Make an access key on the same site, in the settings of your account under “Access Tokens”. Permission to read "
    "is enough.",
    "3. Paste it here.",
)
KEPT = {
    True: "You are asked this once. The key is kept in this computer's keychain and sent to the model library only.",
    False: "This computer has no keychain that Hearth can use, so the key is kept until you close Hearth and asked for "
    "again next time. It is never written to disk, and sent to the model library only.",
    None: "The key is kept in this computer's keychain; where there is none, until you close Hearth. It is never "
    "written to disk in the clear, and sent to the model library only.",
}


class TokenDialog(QDialog):
    """One field and two buttons. ``token()`` is what was entered.

    ``page_url`` is the model's page at the hub, "" for none. ``keychain`` says whether one can be used here, None
    while nobody has tried.
    """

    def __init__(self, page_url: str, parent: QWidget | None = None, *, keychain: bool | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Access key")
        self.setMinimumWidth(min(current_theme().px(WIDTH), WIDEST))
        self._field = QLineEdit()
        self._field.setEchoMode(QLineEdit.EchoMode.Password)
        self._field.setPlaceholderText("hf_…")
        self._field.setAccessibleName("Access key")
        self._enter = button("Use this key", "primary")
        self._enter.setDefault(True)
        self._enter.setEnabled(False)
        self._cancel = button("Not now", "quiet")
        self._field.textChanged.connect(lambda text: self._enter.setEnabled(bool(text.strip())))
        self._enter.clicked.connect(self.accept)
        self._cancel.clicked.connect(self.reject)
        self._fill(page_url, keychain)
        self._field.setFocus()

    def _fill(self, page_url: str, keychain: bool | None) -> None:
        self._inner = QWidget()
        words = QVBoxLayout(self._inner)
        words.setContentsMargins(EDGE, EDGE, EDGE, 12)
        words.setSpacing(12)
        words.addWidget(PlainLabel(HEADING, "heading"))
        words.addWidget(PlainLabel(STEPS[0]))
        if QUrl(page_url).scheme() in ("https", "http"):
            self._add_page(words, page_url)
        for step in STEPS[1:]:
            words.addWidget(PlainLabel(step))
        words.addWidget(self._field)
        words.addWidget(PlainLabel(KEPT[keychain], "caption"))
        words.addStretch(1)
        self._field.setAccessibleDescription(KEPT[keychain])
        # Large words on a small screen scroll; the buttons stay.
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self._inner)
        self._buttons = QHBoxLayout()
        self._buttons.setContentsMargins(EDGE, 0, EDGE, 20)
        self._buttons.addStretch(1)
        self._buttons.addWidget(self._cancel)
        self._buttons.addWidget(self._enter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll, 1)
        layout.addLayout(self._buttons)

    def showEvent(self, event: QShowEvent) -> None:
        """As tall as the words need, as far as the screen goes."""
        super().showEvent(event)
        width = max(self.minimumWidth(), self._buttons.minimumSize().width())
        height = self._inner.heightForWidth(width) + self._buttons.sizeHint().height() + EDGE
        self.resize(width, min(height, round(self.screen().availableGeometry().height() * 0.9)))

    def _add_page(self, layout: QBoxLayout, page_url: str) -> None:
        """The way to the page, with its whole address: nobody should have to press a link to see where it goes."""
        link = button("Open its page")
        link.setAccessibleName(f"Open its page: {page_url}")
        link.clicked.connect(lambda: QDesktopServices.openUrl(QUrl(page_url)))
        address = PlainLabel(page_url, "facts")
        address.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout.addWidget(address)
        layout.addWidget(link)

    def token(self) -> str:
        """The key, without the spaces that pasting brings along."""
        return self._field.text().strip()
