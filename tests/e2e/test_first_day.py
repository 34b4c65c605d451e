"""From the first window to the first answer, then stop, close, open again: everything is where it was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.theme.theme import Theme
from runtime.api import MessageState
from tests.e2e.fixtures import answers, ask, fetch_first_model, open_hearth, wait_for
from tests.hub.server import LoopbackHub
from tests.tiny.corpus import FOLLOW_UPS, KNOWN_ANSWERS, LONG_ANSWER, LONG_QUESTION

FRANCE, SECOND, SECOND_ANSWER = FOLLOW_UPS[0]


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
        fetch_first_model(qtbot, hearth)
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
    with open_hearth(private_home, theme) as hearth:
        fetch_first_model(qtbot, hearth)
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
        transcript = hearth.chat_view.page.transcript
        wait_for(qtbot, lambda: (shown := transcript.item(failed.id)) is not None and shown.notice is not None)
        transcript.notice_action.emit(failed.id, "answer_again")
        wait_for(qtbot, lambda: answers(hearth) == [LONG_ANSWER])


def test_a_model_fetched_on_the_command_line_needs_no_first_run(
    qtbot: QtBot, hub: LoopbackHub, theme: Theme, private_home: Path
) -> None:
    got = subprocess.run([sys.executable, "-m", "app", "get", "tiny"], env=os.environ, check=False, timeout=60)
    assert got.returncode == 0
    with open_hearth(private_home, theme) as hearth:
        wait_for(qtbot, lambda: hearth.models.ready and hearth.chat_view.page.isVisible())
        ask(qtbot, hearth, FRANCE)
        wait_for(qtbot, lambda: answers(hearth) == [KNOWN_ANSWERS[FRANCE]])
