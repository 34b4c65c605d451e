"""The window opens without the model libraries, and stays alive while text streams."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from pytestqt.qtbot import QtBot

from app.chat.messages.items import MessageItem
from app.chat.transcript.transcript import TranscriptView
from app.theme.theme import Theme
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
