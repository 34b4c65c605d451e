"""Views need the theme, as main makes it."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from app.theme.theme import Theme


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    """The look in force."""
    made = Theme(qapp)
    made.apply(qapp)
    return made
