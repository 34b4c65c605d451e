"""The page "Models" as the tests of its parts hold it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QFileDialog,
    QLabel,
    QLayout,
    QMenu,
    QMessageBox,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.models.page import ModelsPage
from app.theme.theme import Theme

__all__ = ["answer", "choose", "entries", "heard", "page", "pick", "press", "said"]


@pytest.fixture
def page(qtbot: QtBot, theme: Theme) -> ModelsPage:
    """The page in a window with the keyboard."""
    made = ModelsPage()
    qtbot.addWidget(made)
    made.resize(900, 900)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


def said(part: QWidget) -> list[str]:
    """Every text that is seen, as it is read, without the invisible places to break at."""
    QApplication.processEvents()  # what is new is shown a turn of the loop later
    texts = [label.text() for label in _labels(part) if label.text()]
    return [text.replace("\u200b", "").replace("\u00a0", " ") for text in texts]


def _labels(part: QWidget) -> Iterator[QLabel]:
    if not part.isVisible():
        return
    if isinstance(part, QLabel):
        yield part
    elif (layout := part.layout()) is not None:
        yield from _labels_of(layout)
    else:
        for child in part.children():
            if isinstance(child, QWidget):
                yield from _labels(child)


def _labels_of(layout: QLayout) -> Iterator[QLabel]:
    for place in range(layout.count()):
        item = layout.itemAt(place)
        widget, inner = (item.widget(), item.layout()) if item else (None, None)
        if widget is not None:
            yield from _labels(widget)
        elif inner is not None:
            yield from _labels_of(inner)


def press(qtbot: QtBot, part: QWidget, name: str) -> None:
    """Press the one button of this accessible name or text, once it is seen."""

    def found() -> list[QAbstractButton]:
        seen = [each for each in part.findChildren(QAbstractButton) if each.isVisible()]
        return [each for each in seen if name in (each.accessibleName(), each.text())]

    qtbot.waitUntil(lambda: len(found()) == 1)
    qtbot.mouseClick(found()[0], Qt.MouseButton.LeftButton)


def _menu(part: QWidget) -> QMenu:
    return next(menu for menu in part.findChildren(QMenu) if menu.isVisible())


def entries(part: QWidget) -> dict[str, bool]:
    """The texts of the open menu, and whether they can be chosen."""
    return {action.text(): action.isEnabled() for action in _menu(part).actions() if not action.isSeparator()}


def pick(qtbot: QtBot, part: QWidget, text: str) -> None:
    """Choose an entry of the open menu by the keyboard."""
    menu = _menu(part)
    wanted = next(action for action in menu.actions() if action.text() == text)
    while menu.activeAction() is not wanted:
        qtbot.keyClick(menu, Qt.Key.Key_Down)
    qtbot.keyClick(menu, Qt.Key.Key_Return)


def answer(qtbot: QtBot, part: QWidget, text: str) -> str:
    """Answer the question that is asked, and give it and its explanation."""
    box = next(box for box in part.findChildren(QMessageBox) if box.isVisible())
    words = f"{box.text()} {box.informativeText()}"
    button = next(b for b in box.findChildren(QPushButton) if b.text() == text)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    return words


def choose(part: QWidget, folder: str) -> None:
    """Choose a folder in the dialog that asks for one."""
    dialog = next(each for each in part.findChildren(QFileDialog) if each.isVisible())
    dialog.setDirectory(folder)
    dialog.selectFile(folder)
    next(b for b in dialog.findChildren(QPushButton) if b.isVisible() and b.isDefault()).click()


def heard(*signals: Any) -> list[tuple[Any, ...]]:
    """Everything that these signals say from now on, with the number of the signal before it."""
    told: list[tuple[Any, ...]] = []

    def keep(number: int) -> Callable[..., None]:
        return lambda *what: told.append((number, *what))

    for number, signal in enumerate(signals):
        signal.connect(keep(number))
    return told
