"""The built-in guide as a person meets it: before, during and after the first download, and when it is broken."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.chat.messages.answer_view import AnswerView
from app.main import Hearth
from app.onboarding.download_page import DownloadPage
from app.theme.theme import Theme
from runtime.api import GUIDE_NAME
from runtime.library.guide import guide_folder
from tests.e2e.fixtures import answers, ask, fetch_first_model, open_hearth, wait_for
from tests.hub.server import LoopbackHub
from tests.tiny.corpus import KNOWN_ANSWERS

FRANCE = "What is the capital of France?"
PRIVACY = "Nothing you write is sent anywhere."


def press(qtbot: QtBot, page: QWidget, text: str) -> None:
    def found() -> list[QPushButton]:
        return [b for b in page.findChildren(QPushButton) if b.isVisible() and b.text() == text]

    wait_for(qtbot, lambda: bool(found()))
    qtbot.mouseClick(found()[-1], Qt.MouseButton.LeftButton)


def ask_on_first_page(qtbot: QtBot, hearth: Hearth, question: str) -> None:
    card = hearth.onboarding.first_run_page.guide_card
    wait_for(qtbot, card.isVisible)
    qtbot.keyClicks(card.field, question)
    qtbot.keyClick(card.field, Qt.Key.Key_Return)


def begin_slow_download(qtbot: QtBot, hub: LoopbackHub, hearth: Hearth) -> DownloadPage:
    """Press the big button; the hub is slow enough for a talk meanwhile."""
    first = hearth.onboarding.first_run_page
    wait_for(qtbot, lambda: first.download_button.isEnabled() and first.guide_card.isVisible())
    hub.rate_bytes_per_s = 60_000
    qtbot.mouseClick(first.download_button, Qt.MouseButton.LeftButton)
    return hearth.onboarding.download_page


def beyond(hearth: Hearth) -> str:
    assert hearth.guide.facts is not None
    return hearth.guide.facts.beyond


def offers(hearth: Hearth) -> list[str]:
    """The sentences under the answers in which the guide gave up."""
    views = hearth.chat_view.page.transcript.findChildren(AnswerView)
    return [view.item.notice.sentence for view in views if view.item.notice is not None and view.isVisible()]


def test_with_no_network_at_all_the_app_answers(
    qtbot: QtBot, hub: LoopbackHub, theme: Theme, private_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with open_hearth(private_home, theme) as hearth:
        ask_on_first_page(qtbot, hearth, "Is my data sent anywhere?")
        wait_for(qtbot, lambda: len(answers(hearth)) == 1)
        assert answers(hearth)[0].startswith(PRIVACY)
        assert hearth.chat_view.page.isVisible()
        assert hearth.chat_view.page.header.badge.text() == "Guide"
        ask(qtbot, hearth, "how do i delete a chat")
        wait_for(qtbot, lambda: len(answers(hearth)) == 2)
        assert "Move to the bin" in answers(hearth)[1]
        (question, first, *_others) = hearth.runtime.conversations.read(hearth.chat.current_id).messages
        assert (question.model, first.model) == ("", GUIDE_NAME)
        assert hearth.chat_view.page.transcript.findChildren(AnswerView)[0].item.badge == "Guide"


def test_beyond_what_it_knows_it_offers_the_model_which_then_answers_by_itself(
    qtbot: QtBot, hub: LoopbackHub, theme: Theme, private_home: Path
) -> None:
    with open_hearth(private_home, theme) as hearth:
        ask_on_first_page(qtbot, hearth, FRANCE)
        wait_for(qtbot, lambda: answers(hearth) == [beyond(hearth)])
        wait_for(qtbot, lambda: any("“Test helper” can answer this." in sentence for sentence in offers(hearth)))
        press(qtbot, hearth.chat_view.page, "Get this model")
        wait_for(qtbot, lambda: hearth.models.ready and answers(hearth) == [KNOWN_ANSWERS[FRANCE]])
        assert hearth.chat_view.page.isVisible()
        assert not hearth.chat_view.page.header.badge.isVisible()
        tries = hearth.runtime.conversations.read(hearth.chat.current_id).messages[-1].siblings
        assert len(tries) == 2
        assert hearth.runtime.conversations.message(tries[0]).text == beyond(hearth)


def test_during_the_download_the_guide_answers_and_the_rest_waits_for_the_model(
    qtbot: QtBot, hub: LoopbackHub, theme: Theme, private_home: Path
) -> None:
    with open_hearth(private_home, theme) as hearth:
        download = begin_slow_download(qtbot, hub, hearth)
        wait_for(qtbot, download.isVisible)
        qtbot.keyClicks(download.question, "What does 4-bit mean?")
        qtbot.mouseClick(download.guide_card.ask_button, Qt.MouseButton.LeftButton)
        wait_for(qtbot, lambda: len(answers(hearth)) == 1)
        assert answers(hearth)[0].startswith("4-bit means")
        press(qtbot, hearth.chat_view.page, "Show the download")
        wait_for(qtbot, download.isVisible)
        assert download.question.text() == ""
        qtbot.keyClicks(download.question, FRANCE)
        qtbot.keyClick(download.question, Qt.Key.Key_Return)
        wait_for(qtbot, lambda: answers(hearth) == [beyond(hearth)])
        wait_for(qtbot, lambda: offers(hearth) == ["“Test helper” is on its way and will answer this."])
        hub.rate_bytes_per_s = None
        wait_for(qtbot, lambda: answers(hearth) == [KNOWN_ANSWERS[FRANCE]])
        assert hearth.settings.settings.first_run_done
        assert offers(hearth) == []


def test_trouble_while_the_guide_talks_is_told_and_does_not_take_the_page_away(
    qtbot: QtBot, hub: LoopbackHub, theme: Theme, private_home: Path
) -> None:
    with open_hearth(private_home, theme) as hearth:
        download = begin_slow_download(qtbot, hub, hearth)
        wait_for(qtbot, lambda: download.isVisible() and download.bar.value() > 0)
        qtbot.keyClicks(download.question, "hello")
        qtbot.keyClick(download.question, Qt.Key.Key_Return)
        wait_for(qtbot, lambda: len(answers(hearth)) == 1)
        hearth.downloads.pause(hearth.onboarding._repository)
        wait_for(qtbot, lambda: "Paused" in hearth.chat_view.page._download._sentence.text())
        assert hearth.chat_view.page.isVisible()
        press(qtbot, hearth.chat_view.page, "Show the download")
        wait_for(qtbot, lambda: download.isVisible() and download.pause_button.text() == "Resume")


def test_help_reaches_the_guide_beside_a_model_and_hands_over_what_it_does_not_know(
    qtbot: QtBot, hub: LoopbackHub, theme: Theme, private_home: Path
) -> None:
    with open_hearth(private_home, theme) as hearth:
        fetch_first_model(qtbot, hearth)
        page = hearth.chat_view.page
        qtbot.keyClick(hearth.window, Qt.Key.Key_F1)
        wait_for(qtbot, page.header.badge.isVisible)
        assert not page.header.model_button.isVisible()
        ask(qtbot, hearth, "Which keys are there?")
        wait_for(qtbot, lambda: len(answers(hearth)) == 1)
        assert "`Ctrl+N`" in answers(hearth)[0]
        guided = hearth.chat.current_id
        hearth.chat_view.new_chat()
        wait_for(qtbot, lambda: not page.header.badge.isVisible())
        ask(qtbot, hearth, FRANCE)
        wait_for(qtbot, lambda: answers(hearth) == [KNOWN_ANSWERS[FRANCE]])
        hearth.chat.open(guided)
        wait_for(qtbot, page.header.badge.isVisible)
        ask(qtbot, hearth, FRANCE)
        wait_for(qtbot, lambda: answers(hearth)[-1] == beyond(hearth))
        wait_for(qtbot, lambda: offers(hearth) == ["“Test helper” can answer this."])
        press(qtbot, page, "Ask the model")
        wait_for(qtbot, lambda: bool(answers(hearth)[-1]) and answers(hearth)[-1] != beyond(hearth))
        conversation = hearth.runtime.conversations.read(guided)
        assert [m.model for m in conversation.messages if m.model][-2:] == [GUIDE_NAME, "hearth-tests--tiny"]
        assert conversation.guided is False
        assert not page.header.badge.isVisible()
        assert hearth.models.ready


def test_an_older_question_is_asked_anew_so_that_nothing_goes_out_of_sight(
    qtbot: QtBot, hub: LoopbackHub, theme: Theme, private_home: Path
) -> None:
    with open_hearth(private_home, theme) as hearth:
        ask_on_first_page(qtbot, hearth, FRANCE)
        wait_for(qtbot, lambda: answers(hearth) == [beyond(hearth)])
        ask(qtbot, hearth, "Is my data sent anywhere?")
        wait_for(qtbot, lambda: len(answers(hearth)) == 2)
        conversation = hearth.chat.current_id
        hearth.onboarding.come_back()
        fetch_first_model(qtbot, hearth)

    with open_hearth(private_home, theme) as again:
        wait_for(qtbot, lambda: again.models.ready and again.chat.current_id == conversation)
        wait_for(qtbot, lambda: offers(again) == ["“Test helper” can answer this."])
        press(qtbot, again.chat_view.page, "Ask the model")
        wait_for(qtbot, lambda: len(answers(again)) == 3 and not again.chat.answering)
        *_before, question, answer = again.runtime.conversations.read(conversation).messages
        # So much talk before it, the tiny model may take one capital for another.
        assert question.text == FRANCE
        assert answer.model != GUIDE_NAME
        assert answer.text.startswith("The capital of")
        assert answers(again)[0] == beyond(again)
        assert answers(again)[1].startswith(PRIVACY)
        assert offers(again) == []


def test_a_damaged_guide_is_said_and_everything_else_works(
    qtbot: QtBot, hub: LoopbackHub, theme: Theme, private_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged = tmp_path / "damaged"
    shutil.copytree(guide_folder(), damaged)
    (damaged / "model.safetensors").write_bytes(b"not a model")
    monkeypatch.setenv("HEARTH_GUIDE", str(damaged))
    with open_hearth(private_home, theme) as hearth:
        wait_for(qtbot, lambda: hearth.guide.problem is not None)
        first = hearth.onboarding.first_run_page
        assert not first.guide_card.isVisible()
        assert any("The built-in guide can't answer" in label.text() for label in first.findChildren(QLabel))
        hearth.window.help_requested.emit()
        page = hearth.chat_view.page
        wait_for(qtbot, lambda: "guide can't answer" in page._banner._sentence.text())
        assert not page.composer.send_button.isEnabled()
        hearth.onboarding.come_back()
        fetch_first_model(qtbot, hearth)
        hearth.chat_view.new_chat()
        ask(qtbot, hearth, FRANCE)
        wait_for(qtbot, lambda: answers(hearth) == [KNOWN_ANSWERS[FRANCE]])
        assert not page.header.badge.isVisible()
