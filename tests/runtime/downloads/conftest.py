"""A hub with one model, a prepared home, and a service between them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.paths import Paths
from tests.hub import LoopbackHub
from tests.hub.models import make_model_folder
from tests.runtime.downloads.kit import NAME, paths_below
from tests.runtime.downloads.watched import Downloads

WEIGHT_BYTES = 4_000_000


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model_folder(tmp_path_factory.mktemp("source"), WEIGHT_BYTES)


@pytest.fixture
def hub(source: Path) -> Iterator[LoopbackHub]:
    with LoopbackHub() as hub:
        hub.add_repository(NAME, source)
        yield hub


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return paths_below(tmp_path)


@pytest.fixture
def downloads(paths: Paths, hub: LoopbackHub) -> Iterator[Downloads]:
    downloads = Downloads(paths, hub)
    yield downloads
    downloads.service.close()
