"""Faults on the road, as a person meets them: one plain sentence, one way forward, nothing lost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.main import Hearth
from app.theme.theme import Theme
from app.widgets.token_dialog import TokenDialog
from runtime.api import DownloadPhase, Paths
from runtime.storage.instance_lock import InstanceLock
from tests.e2e.fixtures import (
    REPOSITORY,
    answers,
    ask,
    fetch_first_model,
    open_hearth,
    wait_for,
)
from tests.hub.server import LoopbackHub
from tests.tiny.corpus import KNOWN_ANSWERS

FRANCE = "What is the capital of France?"


def words(widget: QWidget) -> str:
    """Everything that can be read on a page."""
    return " | ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible() and label.text())


def press(qtbot: QtBot, page: QWidget, text: str) -> None:
    """Press the button with this text."""
    found = [b for b in page.findChildren(QPushButton) if b.isVisible() and b.text() == text]
    assert found, f"no button {text!r} among {[b.text() for b in page.findChildren(QPushButton)]}"
    qtbot.mouseClick(found[0], Qt.MouseButton.LeftButton)


def press_download(qtbot: QtBot, hearth: Hearth) -> None:
    wait_for(qtbot, hearth.onboarding.first_run_page.download_button.isEnabled)
    hearth.onboarding.first_run_page.download_button.click()


def test_no_network_waits_says_so_and_goes_on_by_itself(
    qtbot: QtBot, hub: LoopbackHub, theme: Theme, private_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with open_hearth(private_home, theme) as hearth:
        press_download(qtbot, hearth)
        page = hearth.onboarding.download_page
        wait_for(qtbot, lambda: "can't be reached" in words(page))
        assert "goes on by itself" in words(page)
    monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
    with open_hearth(private_home, theme) as again:
        wait_for(qtbot, lambda: again.models.ready)


def test_a_gated_model_asks_for_a_key_and_then_comes(
    qtbot: QtBot, hub: LoopbackHub, tiny_model: Path, theme: Theme, private_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.add_repository(REPOSITORY, tiny_model, gated=True)
    keys = iter(["hf_wrong", "hf_granted"])
    monkeypatch.setattr(TokenDialog, "exec", lambda self: 1)
    monkeypatch.setattr(TokenDialog, "token", lambda self: next(keys))
    with open_hearth(private_home, theme) as hearth:
        press_download(qtbot, hearth)
        page = hearth.onboarding.trouble_page
        wait_for(qtbot, lambda: page.isVisible() and "needs permission from its maker" in words(page))
        press(qtbot, page, "Enter")
        wait_for(qtbot, lambda: page.isVisible() and "was not accepted" in words(page))
        press(qtbot, page, "Enter")
        wait_for(qtbot, lambda: hearth.models.ready)
    home = [path for path in private_home.rglob("*") if path.is_file()]
    assert not any(b"hf_granted" in path.read_bytes() for path in home)


def test_a_model_that_is_gone_from_the_hub_offers_another(
    qtbot: QtBot, hub: LoopbackHub, theme: Theme, private_home: Path
) -> None:
    del hub.repositories[REPOSITORY]
    with open_hearth(private_home, theme) as hearth:
        press_download(qtbot, hearth)
        page = hearth.onboarding.trouble_page
        wait_for(qtbot, lambda: page.isVisible() and "This model is not there" in words(page))
        press(qtbot, page, "Choose")
        wait_for(qtbot, hearth.models_view.page.isVisible)


def test_a_full_disk_says_how_much_is_missing(
    qtbot: QtBot, hub: LoopbackHub, theme: Theme, private_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_hearth(private_home, theme) as hearth:
        wait_for(qtbot, hearth.onboarding.first_run_page.download_button.isEnabled)
        from runtime.errors import DiskFull
        from runtime.events import DownloadChanged

        problem = DiskFull(str(private_home), 4_900_000_000, 3_100_000_000).problem()
        monkeypatch.setattr(hearth.runtime.downloads, "start", lambda request: None)
        hearth.onboarding.first_run_page.download_button.click()
        hearth.bridge.deliver(DownloadChanged(REPOSITORY, DownloadPhase.FAILED, problem=problem))
        page = hearth.onboarding.trouble_page
        wait_for(qtbot, page.isVisible)
        assert "It needs 4.9 GB and this disk has 3.1 GB free" in words(page)


def spoil_config(folder: Path, **changes: object) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def cut_weights(folder: Path) -> None:
    with (folder / "model.safetensors").open("r+b") as file:
        file.truncate(100_000)


SPOILS = {
    "deleted": (lambda folder: shutil.rmtree(folder), "not on this computer"),
    "changed config": (lambda folder: spoil_config(folder, model_type="mystery"), "is damaged"),
    "lying config": (lambda folder: spoil_config(folder, num_hidden_layers=10**6), "is damaged"),
    "cut weights": (cut_weights, "is damaged"),
    "broken tokenizer": (lambda folder: (folder / "tokenizer.json").write_text("{"), "is damaged"),
}


@pytest.mark.parametrize("how", SPOILS)
def test_a_model_spoiled_between_two_days_keeps_the_chats_and_offers_a_way(
    qtbot: QtBot, hub: LoopbackHub, theme: Theme, private_home: Path, how: str
) -> None:
    with open_hearth(private_home, theme) as hearth:
        fetch_first_model(qtbot, hearth)
        ask(qtbot, hearth, FRANCE)
        wait_for(qtbot, lambda: answers(hearth) == [KNOWN_ANSWERS[FRANCE]])
        assert hearth.models.current is not None
        folder = Path(hearth.models.current.folder)
    spoil, sentence = SPOILS[how]
    spoil(folder)
    with open_hearth(private_home, theme) as again:
        page = again.chat_view.page
        wait_for(qtbot, lambda: sentence in words(page))
        wait_for(qtbot, lambda: answers(again) == [KNOWN_ANSWERS[FRANCE]])

        def ways() -> set[str]:
            return {b.text() for b in page.findChildren(QPushButton) if b.isVisible()}

        wait_for(qtbot, lambda: bool({"Download it again", "Choose another model"} & ways()))
        if "Download it again" in ways():
            press(qtbot, page, "Download it again")
            wait_for(qtbot, lambda: again.models.ready)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [({"model_type": "mystery"}, "does not know this kind"), ({"model_file": "evil.py"}, "program of its own")],
)
def test_a_folder_of_the_person_that_can_not_be_used_says_why(
    qtbot: QtBot,
    hub: LoopbackHub,
    tiny_model: Path,
    theme: Theme,
    private_home: Path,
    tmp_path: Path,
    changes: dict[str, object],
    sentence: str,
) -> None:
    own = Path(shutil.copytree(tiny_model, tmp_path / "own"))
    with open_hearth(private_home, theme) as hearth:
        wait_for(qtbot, hearth.onboarding.first_run_page.download_button.isEnabled)
        spoil_config(own, **changes)
        hearth.onboarding.first_run_page.folder_chosen.emit(str(own))
        wait_for(qtbot, lambda: sentence in words(hearth.onboarding.trouble_page))


def test_a_folder_of_the_person_is_used_in_place(
    qtbot: QtBot, hub: LoopbackHub, tiny_model: Path, theme: Theme, private_home: Path, tmp_path: Path
) -> None:
    own = Path(shutil.copytree(tiny_model, tmp_path / "own"))
    with open_hearth(private_home, theme) as hearth:
        wait_for(qtbot, hearth.onboarding.first_run_page.download_button.isEnabled)
        hearth.onboarding.first_run_page.folder_chosen.emit(str(own))
        wait_for(qtbot, lambda: hearth.models.ready and hearth.chat_view.page.isVisible())
        ask(qtbot, hearth, FRANCE)
        wait_for(qtbot, lambda: answers(hearth) == [KNOWN_ANSWERS[FRANCE]])
    with open_hearth(private_home, theme) as again:
        wait_for(qtbot, lambda: again.models.ready)
        assert again.models.current is not None
        assert again.models.current.folder == str(own)


def run_window(home: Path) -> subprocess.CompletedProcess[str]:
    """A real second process; it must end by itself."""
    program = (
        "import sys\n"
        "from PySide6.QtCore import QTimer\n"
        "from PySide6.QtWidgets import QApplication\n"
        "import app.main as main\n"
        "shown = main.TroublePage.show\n"
        "def show(self):\n    shown(self)\n    QTimer.singleShot(100, QApplication.quit)\n"
        "main.TroublePage.show = show\n"
        "sys.exit(main.run([]))\n"
    )
    return subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "HEARTH_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_second_copy_says_that_hearth_is_open(private_home: Path) -> None:
    paths = Paths.below(private_home)
    paths.prepare()
    lock = InstanceLock(paths)
    lock.acquire()
    done = run_window(private_home)
    lock.release()
    assert done.returncode == 1
    assert "Hearth is already open" in done.stderr


def test_a_home_that_can_not_be_written_says_where_and_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = run_window(tmp_path / "file" / "home")
    assert done.returncode == 1
    assert "can't save anything" in done.stderr
    assert str(tmp_path / "file" / "home") in done.stderr


def test_a_graphics_card_without_driver_is_told_on_the_first_page(
    qtbot: QtBot, hub: LoopbackHub, theme: Theme, private_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from runtime.errors import GpuDriverMissing
    from runtime.fitting import Fitting

    real = Fitting.computer
    missing = (GpuDriverMissing("NVIDIA GeForce RTX 4060").problem(),)
    monkeypatch.setattr(Fitting, "computer", lambda self: replace(real(self), problems=missing))
    with open_hearth(private_home, theme) as hearth:
        page = hearth.onboarding.first_run_page
        wait_for(qtbot, page.download_button.isEnabled)
        assert "NVIDIA GeForce RTX 4060" in words(page)
        assert "Install the maker's driver" in words(page)


def test_damaged_settings_are_told_and_the_chats_are_there(
    qtbot: QtBot, hub: LoopbackHub, theme: Theme, private_home: Path
) -> None:
    with open_hearth(private_home, theme) as hearth:
        fetch_first_model(qtbot, hearth)
    settings = private_home / "settings.json"
    settings.write_text(settings.read_text().replace('"text_scale": 1.0', '"text_scale": "big"'))
    with open_hearth(private_home, theme) as again:
        assert again.runtime.settings.problem is not None
        wait_for(qtbot, lambda: "settings could not be read" in words(again.chat_view.page))


def test_chats_of_a_newer_hearth_are_left_as_they_are_and_told(
    qtbot: QtBot, hub: LoopbackHub, theme: Theme, private_home: Path
) -> None:
    with open_hearth(private_home, theme) as hearth:
        fetch_first_model(qtbot, hearth)
        ask(qtbot, hearth, FRANCE)
        wait_for(qtbot, lambda: answers(hearth) == [KNOWN_ANSWERS[FRANCE]])
    import apsw

    database = apsw.Connection(str(private_home / "hearth.db"))
    database.execute("PRAGMA user_version = 9999")
    database.close()
    before = (private_home / "hearth.db").read_bytes()
    with open_hearth(private_home, theme) as again:
        wait_for(qtbot, lambda: "written by a newer Hearth" in words(again.chat_view.page))
    assert (private_home / "hearth.db").read_bytes() == before
