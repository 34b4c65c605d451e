"""The pages around the chat: real clicks, names for every control, no text lost when it is large."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.onboarding.download_page import DownloadPage, DownloadView
from app.onboarding.first_run_page import FirstRunPage, Offer
from app.onboarding.trouble_page import Trouble, TroublePage, WayOut
from app.settings.settings_page import SettingsPage
from app.theme.theme import Theme
from app.widgets.labels import PlainLabel
from app.widgets.toast import Toast
from app.widgets.token_dialog import TokenDialog

OFFER = Offer("MacBook Air · M2 · 16 GB", "Everyday helper", "Chosen for this Mac", "Best. " * 12, "4.9 GB", "Go")
DOWNLOAD = DownloadView("Everyday helper", 0.4, "1.8 of 4.9 GB", "22 MB a second · about 2 minutes left", "", False)
TROUBLE = Trouble(
    "Not enough space for this model",
    "It needs 4.9 GB. " * 6,
    (WayOut("a", "Use a smaller model", "Quick helper", "Choose", True), WayOut("b", "Again", "", "Try", False)),
    "code\nfolder: /models",
)


def pages() -> dict[str, QWidget]:
    first, download, trouble = FirstRunPage(), DownloadPage(), TroublePage()
    first.show_offer(OFFER)
    download.show_progress(DOWNLOAD)
    trouble.show_trouble(TROUBLE)
    return {"first": first, "download": download, "trouble": trouble, "settings": SettingsPage()}


@pytest.mark.parametrize("name", ["first", "download", "trouble", "settings"])
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_controls_have_names_and_texts_have_room(qtbot: QtBot, theme: Theme, name: str, scale: float) -> None:
    theme.choose("light", scale)
    try:
        page = pages()[name]
        qtbot.addWidget(page)
        page.resize(640, 480)
        page.show()
        controls = [c for c in page.findChildren(QWidget) if isinstance(c, QAbstractButton | QLineEdit | QComboBox)]
        qtbot.waitUntil(lambda: all(control.height() > 0 for control in controls if control.isVisible()))
        qtbot.wait(10)
        for control in controls:
            if not control.isVisible():
                continue
            said = control.accessibleName() or (control.text() if isinstance(control, QAbstractButton) else "")
            assert said.strip(), control
            assert control.height() >= 24, control
        for label in page.findChildren(PlainLabel):
            if label.isVisible() and label.wordWrap() and label.text():
                assert label.height() >= label.heightForWidth(label.width()) - 2, label.text()
    finally:
        theme.choose("system", 1.0)


def press(qtbot: QtBot, page: QWidget, text: str, number: int = 0) -> None:
    def found() -> list[QPushButton]:
        return [b for b in page.findChildren(QPushButton) if b.text() == text and b.isVisible()]

    qtbot.waitUntil(lambda: len(found()) > number)
    qtbot.mouseClick(found()[number], Qt.MouseButton.LeftButton)


def shown(qtbot: QtBot, page: QWidget) -> QWidget:
    qtbot.addWidget(page)
    page.resize(900, 700)
    page.show()
    return page


def test_the_first_page_has_one_big_button(qtbot: QtBot, theme: Theme) -> None:
    page = FirstRunPage()
    shown(qtbot, page)
    assert not page.download_button.isEnabled()
    page.show_offer(OFFER)
    assert page.download_button.isDefault()
    with qtbot.waitSignal(page.download_requested):
        qtbot.keyClick(page.download_button, Qt.Key.Key_Space)
    with qtbot.waitSignal(page.other_model_requested):
        press(qtbot, page, "Choose another model")


def test_the_download_page_pauses_resumes_cancels_and_keeps_the_question(qtbot: QtBot, theme: Theme) -> None:
    from dataclasses import replace

    page = DownloadPage()
    shown(qtbot, page)
    page.show_progress(DOWNLOAD)
    with qtbot.waitSignal(page.pause_requested):
        press(qtbot, page, "Pause")
    page.show_progress(replace(DOWNLOAD, paused=True))
    with qtbot.waitSignal(page.resume_requested):
        press(qtbot, page, "Resume")
    with qtbot.waitSignal(page.cancel_requested):
        press(qtbot, page, "Cancel")
    with qtbot.waitSignal(page.question_changed):
        qtbot.keyClicks(page.question, "why")
    page.show_progress(DOWNLOAD)
    assert page.question.text() == "why"
    assert "1.8 of 4.9 GB" in page.bar.accessibleDescription()


def test_trouble_offers_the_likeliest_way_first(qtbot: QtBot, theme: Theme) -> None:
    page = TroublePage()
    shown(qtbot, page)
    page.show_trouble(TROUBLE)
    with qtbot.waitSignal(page.way_chosen) as chosen:
        press(qtbot, page, "Choose")
    assert chosen.args == ["a"]
    page.show_trouble(Trouble("Another", "One.", (TROUBLE.ways[1],)))
    with qtbot.waitSignal(page.way_chosen) as chosen:
        press(qtbot, page, "Try")
    assert chosen.args == ["b"]


def test_settings_say_what_was_chosen(qtbot: QtBot, theme: Theme) -> None:
    page = SettingsPage()
    shown(qtbot, page)
    page.set_theme("dark")
    page.set_text_scale(1.3)
    assert page.scheme.currentText() == "Dark"
    assert page.scale.currentText() == "Large"
    with qtbot.waitSignal(page.theme_chosen) as chosen:
        page.scheme.setFocus()
        qtbot.keyClick(page.scheme, Qt.Key.Key_Up)
        page.scheme.activated.emit(page.scheme.currentIndex())
    assert chosen.args == ["light"]


def test_a_toast_undoes(qtbot: QtBot, theme: Theme) -> None:
    window = QWidget()
    shown(qtbot, window)
    toast = Toast(window)
    toast.show_message("“Dinner” is in the bin", "Undo", "42")
    with qtbot.waitSignal(toast.action_requested) as asked:
        press(qtbot, window, "Undo")
    assert asked.args == ["42"]
    assert not toast.isVisible()


def test_the_key_is_hidden_and_trimmed(qtbot: QtBot, theme: Theme) -> None:
    dialog = TokenDialog("https://hub.example/maker/model")
    shown(qtbot, dialog)
    field = dialog.findChild(QLineEdit)
    assert isinstance(field, QLineEdit)
    assert field.echoMode() is QLineEdit.EchoMode.Password
    qtbot.keyClicks(field, "  hf_x ")
    assert dialog.token() == "hf_x"
