"""Entries of a menu, and menus that are gone when they close."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu, QWidget


def add(menu: QMenu, text: str, then: Callable[[], object], *, enabled: bool = True) -> None:
    """An entry; names in it may hold an &, which would else underline the next letter."""
    action = menu.addAction(text.replace("&", "&&"))
    action.setEnabled(enabled)
    action.triggered.connect(lambda _checked=False: then())


def menu_of(parent: QWidget) -> QMenu:
    """An empty menu that is deleted when it closes."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return menu


def open_at(menu: QMenu, where: QPoint) -> None:
    """Show it, the first entry ready for the keyboard."""
    menu.popup(where)
    first = next((action for action in menu.actions() if action.isEnabled()), None)
    if first is not None:
        menu.setActiveAction(first)
