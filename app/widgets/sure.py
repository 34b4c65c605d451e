"""Asks before something is lost. Keeping is what Return and Escape do."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

LONGEST = 60


def ask(parent: QWidget, question: str, more: str, yes: str, then: Callable[[], None]) -> None:
    """Ask without blocking; ``then`` is called only after ``yes``."""
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(question)
    box.setInformativeText(more)
    agree = box.addButton(yes, QMessageBox.ButtonRole.DestructiveRole)
    keep = box.addButton("Keep", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(keep)
    box.setEscapeButton(keep)
    box.buttonClicked.connect(lambda clicked: then() if clicked is agree else None)
    box.open()


def shortened(title: str) -> str:
    """A title as a question can hold it."""
    return title if len(title) <= LONGEST else f"{title[: LONGEST - 1].rstrip()}…"
