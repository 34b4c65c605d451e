from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.chats.exchange.exchange import Exchange
from tests.runtime.chats.kit import Home


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """An empty home on the disk."""
    home = Home.at(tmp_path / "home")
    yield home
    home.database.close()


@pytest.fixture
def other_home(tmp_path: Path) -> Iterator[Home]:
    """Another person's."""
    home = Home.at(tmp_path / "other")
    yield home
    home.database.close()


@pytest.fixture
def exchange(home: Home) -> Exchange:
    """What brings conversations out of the home and into it."""
    return Exchange(home.places)


@pytest.fixture
def other(other_home: Home) -> Exchange:
    """The same for the other home."""
    return Exchange(other_home.places)
