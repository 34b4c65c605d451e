"""Ticks a choice of the settings as people do: a click on its words."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.settings.tick import Tick
from app.widgets.labels import PlainLabel


def tick(qtbot: QtBot, choice: Tick) -> None:
    """Click the words, not the box."""
    words = choice.findChild(PlainLabel)
    assert isinstance(words, PlainLabel)
    qtbot.waitUntil(lambda: choice.rect().contains(words.geometry().center()))
    qtbot.mouseClick(choice, Qt.MouseButton.LeftButton, pos=words.geometry().center())
