"""A person's first day: a fresh home, a hub that serves the tiny model, a catalogue that recommends it, the app."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.main import Hearth
from app.theme.theme import Theme
from runtime.api import MessageState, Paths, Role

REPOSITORY = "hearth-tests/tiny"
WAIT_MS = 30_000


def write_catalogue(path: Path, model: Path, repository: str = REPOSITORY) -> Path:
    """A catalogue with the tiny model alone, with its true numbers."""
    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    weight_bytes = (model / "model.safetensors").stat().st_size
    download_bytes = sum(file.stat().st_size for file in model.iterdir())
    edition = {
        "repository": repository,
        "download_bytes": download_bytes,
        "weight_bytes": weight_bytes,
        "bits": 32,
        "layers": config["num_hidden_layers"],
        "hidden_size": config["hidden_size"],
        "attention_heads": config["num_attention_heads"],
        "kv_heads": config["num_key_value_heads"],
        "context_tokens": config["max_position_embeddings"],
    }
    tiny = {
        "id": "tiny",
        "name": "Tiny",
        "role": "Test helper",
        "maker": "Hearth",
        "licence": "Apache-2.0",
        "sentence": "Knows a few answers by heart.",
        "good_at": ["everyday"],
        "thinking": False,
        "thinking_optional": False,
        "quality": 1,
        "source": "tests/tiny",
        "editions": [edition],
    }
    path.write_text(json.dumps({"version": 1, "models": [tiny]}), encoding="utf-8")
    return path


@contextmanager
def open_hearth(home: Path, theme: Theme, *, in_process: bool = False) -> Iterator[Hearth]:
    """The app on a home; closed at the end as a person closes it."""
    paths = Paths.below(home)
    paths.prepare()
    before = QApplication.topLevelWidgets()
    hearth = Hearth(paths, theme, in_process=in_process)
    hearth.show()
    try:
        yield hearth
    finally:
        hearth.window.close()
        hearth.close()
        hearth.deleteLater()
        # A process that ends takes its windows along; here each would be dressed anew with every change of the theme.
        for widget in QApplication.topLevelWidgets():
            if widget not in before:
                widget.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def wait_for(qtbot: QtBot, condition: Callable[[], bool]) -> None:
    """Let the app work until the condition holds."""
    qtbot.waitUntil(condition, timeout=WAIT_MS)


def answers(hearth: Hearth) -> list[str]:
    """The answers of the open conversation, as they are stored."""
    messages = hearth.runtime.conversations.read(hearth.chat.current_id).messages if hearth.chat.current_id else ()
    return [m.text for m in messages if m.role is Role.ASSISTANT and m.state is not MessageState.STREAMING]


def ask(qtbot: QtBot, hearth: Hearth, question: str) -> None:
    """Type a question and send it, once the answer before is there."""
    wait_for(qtbot, lambda: not hearth.chat.answering)
    field = hearth.chat_view.page.composer.field
    qtbot.keyClicks(field, question)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def fetch_first_model(qtbot: QtBot, hearth: Hearth) -> None:
    """Press the one button and wait until the model answers."""
    wait_for(qtbot, hearth.onboarding.first_run_page.download_button.isEnabled)
    qtbot.keyClick(hearth.onboarding.first_run_page.download_button, Qt.Key.Key_Return)
    wait_for(qtbot, lambda: hearth.models.ready and hearth.chat_view.page.isVisible())
