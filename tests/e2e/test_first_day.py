"""From the first window to the first answer, then stop, close, open again: everything is where it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.main import Hearth
from app.theme.theme import Theme
from runtime.api import MessageState, Role
from tests.e2e.fixtures import REPOSITORY, open_hearth, wait_for, write_catalogue
from tests.hub.server import LoopbackHub
from tests.tiny.corpus import FOLLOW_UPS, KNOWN_ANSWERS, LONG_ANSWER, LONG_QUESTION

FRANCE, SECOND, SECOND_ANSWER = FOLLOW_UPS[0]


@pytest.fixture
def hub(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackHub]:
    with LoopbackHub() as running:
        running.add_repository(REPOSITORY, tiny_model)
        monkeypatch.setenv("HF_ENDPOINT", running.endpoint)
        monkeypatch.setenv("HEARTH_CATALOGUE", str(write_catalogue(tmp_path / "catalogue.json", tiny_model)))
        yield running


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    made = Theme(qapp)
    made.apply(qapp)
    return made


def answers(hearth: Hearth) -> list[str]:
    """The answers of the open conversation, as they are stored."""
    messages = hearth.runtime.conversations.read(hearth.chat.current_id).messages if hearth.chat.current_id else ()
    return [m.text for m in messages if m.role is Role.ASSISTANT and m.state is not MessageState.STREAMING]


def on_page(hearth: Hearth, page: object) -> bool:
    return bool(getattr(page, "isVisible", lambda: False)())


def ask(qtbot: QtBot, hearth: Hearth, question: str) -> None:
    field = hearth.chat_view.page.composer.field
    qtbot.keyClicks(field, question)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def test_the_road_to_the_first_answer_and_back_again(
    qtbot: QtBot, hub: LoopbackHub, theme: Theme, private_home: Path
) -> None:
    with open_hearth(private_home, theme) as hearth:
        first = hearth.onboarding.first_run_page
        wait_for(qtbot, first.download_button.isEnabled)
        hub.rate_bytes_per_s = 400_000
        qtbot.mouseClick(first.download_button, Qt.MouseButton.LeftButton)
        download = hearth.onboarding.download_page
        wait_for(qtbot, download.isVisible)
        qtbot.keyClicks(download.question, FRANCE)
        wait_for(qtbot, lambda: download.bar.value() > 0)
        hub.rate_bytes_per_s = None
        wait_for(qtbot, lambda: answers(hearth) == [KNOWN_ANSWERS[FRANCE]])
        assert hearth.chat_view.page.isVisible()
        ask(qtbot, hearth, SECOND)
        wait_for(qtbot, lambda: len(answers(hearth)) == 2)
        assert answers(hearth)[1] == SECOND_ANSWER
        conversation = hearth.chat.current_id
        qtbot.keyClicks(hearth.chat_view.page.composer.field, "half a thou")
        wait_for(qtbot, lambda: hearth.runtime.conversations.read(conversation).draft == "half a thou")

    with open_hearth(private_home, theme) as again:
        wait_for(qtbot, lambda: again.chat.current_id == conversation)
        assert again.chat_view.page.isVisible()
        assert answers(again) == [KNOWN_ANSWERS[FRANCE], SECOND_ANSWER]
        assert again.chat_view.page.composer.text() == "half a thou"
        wait_for(qtbot, lambda: again.models.ready)
        again.chat_view.page.composer.set_text("")
        ask(qtbot, again, "Thank you.")
        wait_for(qtbot, lambda: len(answers(again)) == 3)


def test_stop_keeps_what_was_said(qtbot: QtBot, hub: LoopbackHub, theme: Theme, private_home: Path) -> None:
    with open_hearth(private_home, theme) as hearth:
        wait_for(qtbot, hearth.onboarding.first_run_page.download_button.isEnabled)
        qtbot.keyClick(hearth.onboarding.first_run_page.download_button, Qt.Key.Key_Return)
        wait_for(qtbot, lambda: hearth.models.ready and hearth.chat_view.page.isVisible())
        ask(qtbot, hearth, LONG_QUESTION)
        composer = hearth.chat_view.page.composer
        wait_for(qtbot, lambda: composer.send_button.accessibleName() == "Stop")
        seen: list[str] = []
        hearth.chat.answer_grew.connect(lambda delta: seen.append(delta.text))
        wait_for(qtbot, lambda: bool(seen))
        qtbot.keyClick(composer.field, Qt.Key.Key_Escape)
        wait_for(qtbot, lambda: composer.send_button.accessibleName() == "Send" and bool(answers(hearth)))
        said = answers(hearth)[0]
        assert said
        assert LONG_ANSWER.startswith(said)
        stored = hearth.runtime.conversations.read(hearth.chat.current_id).messages[-1]
        assert stored.state in (MessageState.STOPPED, MessageState.COMPLETE)


def test_a_worker_killed_in_mid_answer_loses_nothing_and_answers_again(
    qtbot: QtBot, hub: LoopbackHub, theme: Theme, private_home: Path
) -> None:
    import os
    import signal

    with open_hearth(private_home, theme) as hearth:
        wait_for(qtbot, hearth.onboarding.first_run_page.download_button.isEnabled)
        qtbot.keyClick(hearth.onboarding.first_run_page.download_button, Qt.Key.Key_Return)
        wait_for(qtbot, lambda: hearth.models.ready and hearth.chat_view.page.isVisible())
        worker = hearth.runtime.chat._engine.worker  # type: ignore[attr-defined]
        grown: list[str] = []
        hearth.chat.answer_grew.connect(lambda delta: grown.append(delta.text))
        ask(qtbot, hearth, LONG_QUESTION)
        wait_for(qtbot, lambda: bool(hearth.chat.answering))
        os.kill(worker.pid, signal.SIGKILL)
        wait_for(qtbot, lambda: bool(answers(hearth)))
        failed = hearth.runtime.conversations.read(hearth.chat.current_id).messages[-1]
        assert failed.state is MessageState.FAILED
        assert failed.problem is not None
        assert failed.problem.code == "inference.engine_died"
        assert LONG_ANSWER.startswith(failed.text)
        hearth.chat_view.page.transcript.notice_action.emit(failed.id, "answer_again")
        wait_for(qtbot, lambda: answers(hearth) == [LONG_ANSWER])
