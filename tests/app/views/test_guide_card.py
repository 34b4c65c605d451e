"""The place to ask the guide, with and without one."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.onboarding.download_page import DownloadPage
from app.onboarding.first_run_page import FirstRunPage
from app.theme.theme import Theme


def test_the_first_page_has_it_only_while_there_is_a_guide(qtbot: QtBot, theme: Theme) -> None:
    page = FirstRunPage()
    qtbot.addWidget(page)
    page.show()
    assert not page.guide_card.isVisible()
    page.show_guide(True, "")
    assert page.guide_card.isVisible()
    assert not page.guide_card.ask_button.isEnabled()
    asked: list[str] = []
    page.guide_asked.connect(asked.append)
    qtbot.keyClick(page.guide_card.field, Qt.Key.Key_Return)
    qtbot.keyClicks(page.guide_card.field, "  what is it ")
    qtbot.mouseClick(page.guide_card.ask_button, Qt.MouseButton.LeftButton)
    assert asked == ["what is it"]
    assert page.guide_card.field.text() == ""
    page.show_guide(False, "It is damaged.")
    assert not page.guide_card.isVisible()
    assert page._guide_trouble.isVisible()


def test_without_a_guide_the_download_page_keeps_the_question_for_the_model(qtbot: QtBot, theme: Theme) -> None:
    page = DownloadPage()
    qtbot.addWidget(page)
    page.show()
    asked: list[str] = []
    page.guide_asked.connect(asked.append)
    qtbot.keyClicks(page.question, "why")
    qtbot.keyClick(page.question, Qt.Key.Key_Return)
    assert asked == []
    assert page.question.text() == "why"
    assert not page.guide_card.ask_button.isVisible()
    page.guide_card.set_guide(True)
    qtbot.keyClick(page.question, Qt.Key.Key_Return)
    assert asked == ["why"]
