"""Fixtures of the end-to-end tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.theme.theme import Theme
from tests.e2e.fixtures import REPOSITORY, write_catalogue
from tests.hub.server import LoopbackHub


@pytest.fixture
def hub(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackHub]:
    """A hub with the tiny model, and a catalogue that knows only this one."""
    with LoopbackHub() as running:
        running.add_repository(REPOSITORY, tiny_model)
        monkeypatch.setenv("HF_ENDPOINT", running.endpoint)
        monkeypatch.setenv("HEARTH_CATALOGUE", str(write_catalogue(tmp_path / "catalogue.json", tiny_model)))
        yield running


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    """The look, as main makes it."""
    made = Theme(qapp)
    made.apply(qapp)
    return made
