"""The first page on a real window: what is wanted, what is taken instead, and what to do where nothing fits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.main import Hearth
from app.theme.theme import Theme
from app.widgets.labels import Pill, PlainLabel
from runtime.api import Computer, described_computer
from runtime.fitting import Fitting
from tests.e2e.fixtures import open_hearth, wait_for

GB = 1_000_000_000
AIR_16 = described_computer("Apple M3", 16)
Seen = Callable[[Computer], None]


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Seen:
    """Says which computer the engine finds itself on. No hub can be reached."""
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("HEARTH_GUIDE", "/nowhere")

    def on(computer: Computer) -> None:
        monkeypatch.setattr(Fitting, "computer", lambda self: computer)

    return on


@pytest.fixture
def hearth(seen: Seen, theme: Theme, private_home: Path) -> Iterator[Hearth]:
    """A fresh Hearth on a Mac with 16 GB."""
    seen(AIR_16)
    with open_hearth(private_home, theme) as opened:
        yield opened


def words(hearth: Hearth) -> str:
    page = hearth.onboarding.first_run_page
    return " | ".join(label.text() for label in page.findChildren(PlainLabel) if label.isVisible())


def press(qtbot: QtBot, hearth: Hearth, text: str, number: int = 0) -> None:
    page = hearth.onboarding.first_run_page

    def found() -> list[QPushButton]:
        return [b for b in page.findChildren(QPushButton) if b.text() == text and b.isVisible()]

    wait_for(qtbot, lambda: len(found()) > number)
    qtbot.mouseClick(found()[number], Qt.MouseButton.LeftButton)


def test_another_use_brings_another_model_and_is_honest_where_there_is_none(qtbot: QtBot, hearth: Hearth) -> None:
    wait_for(qtbot, hearth.onboarding.first_run_page.download_button.isEnabled)
    assert "The best one that runs well here." in words(hearth)
    press(qtbot, hearth, "Writing")
    wait_for(qtbot, lambda: "The best one for writing" in words(hearth))
    press(qtbot, hearth, "Pictures")
    wait_for(qtbot, lambda: "Hearth can't look at pictures yet" in words(hearth))
    press(qtbot, hearth, "Everyday")
    wait_for(qtbot, lambda: "The best one that runs well here." in words(hearth))


def test_what_is_taken_instead_is_what_the_big_button_fetches(qtbot: QtBot, hearth: Hearth) -> None:
    page = hearth.onboarding.first_run_page
    wait_for(qtbot, page.download_button.isEnabled)
    recommendation = hearth.computer.recommendation
    assert recommendation is not None
    assert recommendation.smarter is not None
    page.card.why.toggle.setChecked(True)
    press(qtbot, hearth, "Choose", 1)
    assert recommendation.smarter.model.role in words(hearth)
    assert "Chosen for this Mac" not in [pill.text() for pill in page.card.findChildren(Pill) if pill.isVisible()]
    assert hearth.window.focusWidget() is page.download_button
    qtbot.keyClick(page.download_button, Qt.Key.Key_Space)
    assert hearth.onboarding._repository == recommendation.smarter.edition.repository
    assert hearth.onboarding.download_page.isVisible()


def test_where_nothing_fits_closing_programs_and_looking_again_helps(qtbot: QtBot, seen: Seen, hearth: Hearth) -> None:
    wait_for(qtbot, hearth.onboarding.first_run_page.download_button.isEnabled)
    seen(replace(AIR_16, available_bytes=GB))
    hearth.onboarding.begin()
    wait_for(qtbot, lambda: "No model runs well on this computer yet" in words(hearth))
    press(qtbot, hearth, "Look again")
    wait_for(qtbot, lambda: "still only 463 MB can be used now" in words(hearth))
    seen(AIR_16)
    press(qtbot, hearth, "Look again")
    wait_for(qtbot, lambda: "Everyday helper" in words(hearth))
    assert hearth.onboarding.first_run_page.download_button.isEnabled()


def test_where_nothing_fits_the_models_page_is_one_button_away(qtbot: QtBot, seen: Seen, hearth: Hearth) -> None:
    wait_for(qtbot, hearth.onboarding.first_run_page.download_button.isEnabled)
    seen(replace(AIR_16, available_bytes=GB))
    hearth.onboarding.begin()
    press(qtbot, hearth, "Search")
    wait_for(qtbot, hearth.models_view.page.isVisible)


def test_a_purpose_named_while_the_computer_is_looked_at_is_what_counts(qtbot: QtBot, hearth: Hearth) -> None:
    from runtime.api import Purpose

    wait_for(qtbot, lambda: hearth.computer.recommendation is not None)
    told: list[str] = []
    hearth.computer.looked.connect(lambda: told.append(str(hearth.computer.recommendation.purpose)))  # type: ignore[union-attr]
    hearth.computer.look()
    hearth.computer.recommend(Purpose.CODE)
    wait_for(qtbot, lambda: bool(told))
    assert told == ["code"]
