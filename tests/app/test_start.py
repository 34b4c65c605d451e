"""The window opens without the model libraries, and stays alive while text streams."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from pytestqt.qtbot import QtBot

from app.chat.messages.items import MessageItem
from app.chat.transcript.transcript import TranscriptView
from app.presenters.backing import backing_of
from app.theme.theme import Theme
from runtime.api import Verdict, VerdictKind
from tests import made_up_answers as made
from tests.bench.ui_scene import stream
from tests.tiny.corpus import LONG_ANSWER

# Generous: a machine under load must pass, a window that hangs must not.
STALL_LIMIT_MS = 400.0


def test_no_model_library_is_imported_when_the_window_opens(private_home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.startup_probe", "hearth"],
        env={**os.environ, "HEARTH_HOME": str(private_home)},
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert json.loads(done.stdout.splitlines()[0])["heavy"] == []


def test_the_window_stays_alive_while_text_streams(qtbot: QtBot, theme: Theme) -> None:
    view = TranscriptView()
    qtbot.addWidget(view)
    view.resize(900, 700)
    view.show()
    view.append_message(MessageItem("new", "assistant", "", "", "streaming"))
    _costs, gaps = stream(lambda piece: view.append_delta("new", piece, "answer"), LONG_ANSWER * 4, feed_ms=10)
    assert len(gaps) > 50
    assert max(gaps) < STALL_LIMIT_MS


def test_the_window_stays_alive_while_long_answers_are_grounded_and_checked(qtbot: QtBot, theme: Theme) -> None:
    view = TranscriptView()
    qtbot.addWidget(view)
    view.resize(900, 700)
    view.show()
    text, grounding = made.forty_sources()
    long = f"{text}\n\n{LONG_ANSWER * 4}"
    starts = [at for at in range(0, len(long) - 40, 40)]
    verdicts = tuple(Verdict(at, at + 40, VerdictKind.NOT_FOUND, reason="number") for at in starts)
    checked = replace(grounding, verdicts=verdicts)
    view.append_message(MessageItem("done", "assistant", long, "", "complete"))
    view.append_message(MessageItem("new", "assistant", "", "", "streaming"))
    turns = 0
    busy_ms: list[float] = []  # of this thread alone: other programs may need the computer

    def append(piece: str) -> None:
        nonlocal turns
        turns += 1
        view.append_delta("new", piece, "answer")
        if turns % 50 == 10:
            grounds = grounding if turns % 100 == 10 else checked
            backing = backing_of(grounds, long, ended=True)
            begun = time.thread_time()
            view.replace_item(MessageItem("done", "assistant", long, "", "complete", backing=backing))
            busy_ms.append(1000 * (time.thread_time() - begun))

    stream(append, LONG_ANSWER * 2, feed_ms=10)
    assert len(busy_ms) > 1
    assert max(busy_ms) < STALL_LIMIT_MS
