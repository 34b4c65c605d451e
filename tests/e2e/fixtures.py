"""A person's first day: a fresh home, a hub that serves the tiny model, a catalogue that recommends it, the app."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.main import Hearth
from app.theme.theme import Theme
from runtime.api import Paths

REPOSITORY = "hearth-tests/tiny"
WAIT_MS = 60_000


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
    hearth = Hearth(paths, theme, in_process=in_process)
    hearth.show()
    try:
        yield hearth
    finally:
        hearth.window.close()
        hearth.close()
        hearth.deleteLater()
        QApplication.sendPostedEvents(None, 0)


def wait_for(qtbot: QtBot, condition: Callable[[], bool]) -> None:
    """Let the app work until the condition holds."""
    qtbot.waitUntil(condition, timeout=WAIT_MS)
