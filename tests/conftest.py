"""What every test gets: a private home, an offscreen screen, no keychain, and a check that nothing is left behind."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
os.environ["DO_NOT_TRACK"] = "1"
os.environ.pop("HF_ENDPOINT", None)
os.environ.pop("HF_TOKEN", None)

import sys
import threading
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from runtime.inference.fast_blas import use_fast_blas
from tests.tiny.fixtures import tiny_model

# Before any test module that imports mlx is read: afterwards it would change nothing.
use_fast_blas()

__all__ = ["tiny_model"]

LEFTOVER_PATIENCE_S = 5.0
_births: dict[int, str] = {}
_start = threading.Thread.start


def _start_noting_where(self: threading.Thread, *args: Any, **kwargs: Any) -> None:
    _births[id(self)] = "".join(traceback.format_stack(limit=8)[:-1])
    _start(self, *args, **kwargs)


threading.Thread.start = _start_noting_where  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def private_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All state of this test in one folder of its own."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HEARTH_HOME", str(home))
    # Models of other programs on this computer are no business of the tests.
    monkeypatch.setenv("HEARTH_OTHERS_HOME", str(home / "others"))
    return home


def _leftover_threads(before: set[threading.Thread]) -> list[threading.Thread]:
    return [t for t in threading.enumerate() if t not in before and t.is_alive() and not t.name.startswith("Dummy")]


def _leftover_children(before: set[int]) -> list[psutil.Process]:
    alive = []
    for child in psutil.Process().children(recursive=True):
        try:
            if child.pid not in before and child.status() != psutil.STATUS_ZOMBIE:
                alive.append(child)
        except psutil.NoSuchProcess:
            continue
    return alive


def _leftover_widgets() -> list[str]:
    if "PySide6.QtWidgets" not in sys.modules:
        return []
    from PySide6.QtWidgets import QApplication

    if not isinstance(QApplication.instance(), QApplication):
        return []
    return [repr(w) for w in QApplication.topLevelWidgets() if w.isVisible()]


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """Fail a test that leaves a thread, a child process or a visible window, and say where it was born."""
    threads = set(threading.enumerate())
    children = {c.pid for c in psutil.Process().children(recursive=True)}
    yield
    deadline = time.monotonic() + LEFTOVER_PATIENCE_S
    while (_leftover_threads(threads) or _leftover_children(children)) and time.monotonic() < deadline:
        time.sleep(0.02)
    found = [f"thread {t.name}, started at\n{_births.get(id(t), '?')}" for t in _leftover_threads(threads)]
    for child in _leftover_children(children):
        found.append(f"process {child.pid} {' '.join(child.cmdline())}")
        child.kill()
    found += [f"window {w}" for w in _leftover_widgets()]
    assert not found, "left behind:\n" + "\n".join(found)
