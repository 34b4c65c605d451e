"""The question for an access key: what to accept and where, where the key goes, and no word cut."""

from __future__ import annotations

from typing import cast

import pytest
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.theme.theme import Theme
from app.widgets.labels import PlainLabel
from app.widgets.token_dialog import TokenDialog

PAGE = "https://hub.example/mlx-community/Meta-Llama-3.1-8B-Instruct-4bit-DWQ"


def shown(qtbot: QtBot, page_url: str = PAGE, *, keychain: bool | None = None) -> TokenDialog:
    dialog = TokenDialog(page_url, keychain=keychain)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def words(dialog: TokenDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(PlainLabel))


def named(dialog: TokenDialog, text: str) -> QPushButton:
    return next(b for b in dialog.findChildren(QPushButton) if b.text() == text)


@pytest.mark.parametrize(
    ("keychain", "said", "unsaid"),
    [
        (True, "You are asked this once", "until you close"),
        (False, "asked for again next time. It is never written to disk", "asked this once"),
        (None, "where there is none, until you close Hearth", "asked this once"),
    ],
)
def test_it_says_where_the_key_is_kept(
    qtbot: QtBot, theme: Theme, keychain: bool | None, said: str, unsaid: str
) -> None:
    dialog = shown(qtbot, keychain=keychain)
    assert said in words(dialog)
    assert unsaid not in words(dialog)
    field = dialog.findChild(QLineEdit)
    assert isinstance(field, QLineEdit)
    assert said in field.accessibleDescription()


class Browser(QObject):
    """Stands for the web browser."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    @Slot(QUrl)
    def take(self, url: QUrl) -> None:
        self.opened.append(url.toString())


def test_the_page_is_opened_and_its_address_shown(qtbot: QtBot, theme: Theme) -> None:
    dialog, browser = shown(qtbot), Browser()
    assert PAGE in words(dialog)
    assert "accept" in words(dialog)
    # Qt takes words here, whatever its type hints say.
    QDesktopServices.setUrlHandler("https", browser, cast(bytes, "take"))
    try:
        button = named(dialog, "Open its page")
        assert PAGE in button.accessibleName()
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    finally:
        QDesktopServices.unsetUrlHandler("https")
    assert browser.opened == [PAGE]


@pytest.mark.parametrize("page_url", ["", "file:///etc/passwd", "smb://somewhere/else"])
def test_only_a_web_page_is_offered_to_open(qtbot: QtBot, theme: Theme, page_url: str) -> None:
    dialog = shown(qtbot, page_url)
    assert all(b.text() != "Open its page" for b in dialog.findChildren(QPushButton))


def test_return_uses_the_key_and_escape_does_not(qtbot: QtBot, theme: Theme) -> None:
    dialog = shown(qtbot)
    field = dialog.findChild(QLineEdit)
    assert isinstance(field, QLineEdit)
    assert not named(dialog, "Use this key").isEnabled()
    qtbot.keyClicks(field, " hf_x ")
    with qtbot.waitSignal(dialog.accepted):
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert dialog.token() == "hf_x"
    other = shown(qtbot)
    with qtbot.waitSignal(other.rejected):
        qtbot.keyClick(other, Qt.Key.Key_Escape)


@pytest.mark.parametrize("scale", [1.0, 2.0])
@pytest.mark.parametrize("keychain", [True, False, None])
def test_no_word_is_cut_at_any_size(qtbot: QtBot, theme: Theme, scale: float, keychain: bool | None) -> None:
    theme.choose("light", scale)
    try:
        dialog = shown(qtbot, keychain=keychain)

        def roomy() -> bool:
            labels = dialog.findChildren(PlainLabel)
            buttons = [b for b in dialog.findChildren(QAbstractButton) if b.isVisible()]
            return all(label.height() >= label.heightForWidth(label.width()) for label in labels) and all(
                b.width() >= b.sizeHint().width() and b.height() >= b.sizeHint().height() for b in buttons
            )

        qtbot.waitUntil(roomy)
        assert dialog.width() <= 640
        assert dialog.height() <= dialog.screen().availableGeometry().height()
    finally:
        theme.choose("system", 1.0)
