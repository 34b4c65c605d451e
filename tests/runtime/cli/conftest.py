"""A hub with the tiny model, and no models of other programs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.fixtures import REPOSITORY, write_catalogue
from tests.hub.server import LoopbackHub


@pytest.fixture
def hub(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackHub]:
    """The address that every command of the test downloads from."""
    with LoopbackHub() as running:
        running.add_repository(REPOSITORY, tiny_model)
        running.add_repository("hearth-tests/gated", tiny_model, gated=True)
        monkeypatch.setenv("HF_ENDPOINT", running.endpoint)
        monkeypatch.setenv("HEARTH_CATALOGUE", str(write_catalogue(tmp_path / "catalogue.json", tiny_model)))
        yield running


@pytest.fixture(autouse=True)
def nobody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' own computer may have models of other programs."""
    monkeypatch.setenv("HEARTH_OTHERS_HOME", str(tmp_path / "nobody"))
