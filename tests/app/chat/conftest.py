"""Where messages are put to be looked at."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.theme.theme import Theme
from tests.app.chat.message_views import WIDTH


@pytest.fixture
def place(qtbot: QtBot, theme: Theme) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(WIDTH, 900)
    made.show()
    return made
