"""Changing a label, a style property or what is seen only if it is another: each change costs a layout."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget


def seen(widget: QWidget, wanted: bool) -> None:
    """Show or hide a part. One that was never hidden comes with what it stands in: showing it before would cost more
    than making it."""
    hidden = widget.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide) and widget.isHidden()
    if hidden == wanted:
        widget.setVisible(wanted)


def say(label: QLabel, text: str) -> None:
    """Show a text; an empty one takes no room."""
    if label.text() != text:
        label.setText(text)
    seen(label, bool(text))


def restyle(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the style sheet looks at."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
