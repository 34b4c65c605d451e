"""Taking widgets out of what is shown, so that nothing flickers and nothing stays behind."""

from __future__ import annotations

from PySide6.QtWidgets import QLayout, QWidget


def drop(widget: QWidget | None) -> None:
    """Take a widget off the screen now and delete it when it is safe."""
    if widget is not None:
        widget.hide()
        widget.deleteLater()


def empty(layout: QLayout) -> None:
    """Drop every widget of a layout."""
    while (item := layout.takeAt(0)) is not None:
        drop(item.widget())
