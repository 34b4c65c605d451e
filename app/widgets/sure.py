"""Asks before something is lost. Keeping is what Return and Escape do."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QMessageBox, QSpacerItem, QWidget

from app.theme.theme import current_theme

LONGEST = 60
WIDTH, WIDEST = 380, 560


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
    widen(box)
    box.buttonClicked.connect(lambda clicked: then() if clicked is agree else None)
    box.open()


def widen(box: QMessageBox) -> None:
    """Room for a sentence: by itself the box is as narrow as its question."""
    rows = box.layout()
    if isinstance(rows, QGridLayout):
        spacer = QSpacerItem(min(current_theme().px(WIDTH), WIDEST), 0)
        rows.addItem(spacer, rows.rowCount(), 0, 1, rows.columnCount())


def shortened(title: str) -> str:
    """A title as a question can hold it."""
    return title if len(title) <= LONGEST else f"{title[: LONGEST - 1].rstrip()}…"
