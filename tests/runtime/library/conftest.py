"""A home for the library's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.paths import Paths


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """All of a Hearth's folders, made."""
    paths = Paths.below(tmp_path / "home")
    paths.prepare()
    return paths
