"""What a person sees and does in the list, for the tests of this folder."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMenu, QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.sidebar.sidebar import Sidebar


def lines(sidebar: Sidebar) -> list[str]:
    """All lines from top to bottom."""
    model = sidebar.list.rows
    return [str(model.index(n).data()) for n in range(model.rowCount())]


def centre(sidebar: Sidebar, index: QModelIndex) -> QPoint:
    """The middle of a line, which must be on the screen."""
    assert index.isValid()
    area = sidebar.list.visualRect(index)
    assert sidebar.list.viewport().rect().contains(area.center())
    return area.center()


def click(qtbot: QtBot, sidebar: Sidebar, index: QModelIndex) -> None:
    """Click a line."""
    qtbot.mouseClick(sidebar.list.viewport(), Qt.MouseButton.LeftButton, pos=centre(sidebar, index))


def go_to(sidebar: Sidebar, index: QModelIndex) -> None:
    """Put the keyboard on a line."""
    sidebar.list.setFocus()
    sidebar.list.setCurrentIndex(index)


def open_menu(qtbot: QtBot, sidebar: Sidebar, index: QModelIndex) -> QMenu:
    """Shift+F10 on a line."""
    go_to(sidebar, index)
    qtbot.keyClick(sidebar.list, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def names(menu: QMenu) -> list[str]:
    """What a menu offers, separators left out."""
    return [action.text() for action in menu.actions() if action.text()]


def pick(qtbot: QtBot, menu: QMenu, name: str) -> None:
    """Choose an entry by the keyboard."""
    menu.setActiveAction(_action(menu, name))
    qtbot.keyClick(menu, Qt.Key.Key_Return)


def pick_below(qtbot: QtBot, menu: QMenu, name: str, below: str) -> None:
    """Choose an entry of a menu inside a menu."""
    inner = _action(menu, name).menu()
    assert isinstance(inner, QMenu)
    menu.setActiveAction(_action(menu, name))
    qtbot.keyClick(menu, Qt.Key.Key_Right)
    pick(qtbot, inner, below)


def answer(qtbot: QtBot, parent: QWidget, text: str) -> QMessageBox:
    """Press a button of the question that is on the screen."""
    box = question(parent)
    button = next(b for b in box.findChildren(QPushButton) if b.text() == text)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    return box


def question(parent: QWidget) -> QMessageBox:
    """The question that is on the screen."""
    return next(box for box in parent.findChildren(QMessageBox) if box.isVisible())


def _action(menu: QMenu, name: str) -> QAction:
    return next(action for action in menu.actions() if action.text() == name)
