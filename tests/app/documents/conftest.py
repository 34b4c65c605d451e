"""The page with its presenter and controllers, and made-up documents behind them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtTest import QTest

from app.theme.theme import Theme
from tests.documents_scene import Scene


@pytest.fixture
def scene(theme: Theme) -> Iterator[Scene]:
    """The page, still closed."""
    made = Scene(lambda seconds: QTest.qWait(max(1, round(1000 * seconds))))
    made.page.resize(1100, 760)
    yield made
    made.close()
