"""A desk with documents."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runtime.grounding.kit import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """With an engine that says what it is told."""
    made = Desk(tmp_path)
    yield made
    made.close()
