"""Lines of the settings: words on the left, a control on the right, one under the other when the text is large."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractButton, QComboBox, QHBoxLayout, QWidget

from app.widgets.labels import PlainLabel
from app.widgets.page import TurningRow

CONTROL_WIDTH = 180


def choices(name: str, labels: list[str]) -> QComboBox:
    """A list to choose one thing from, with a name for screen readers."""
    box = QComboBox()
    box.addItems(labels)
    box.setAccessibleName(name)
    box.setMinimumWidth(CONTROL_WIDTH)
    return box


def row(words: str, *controls: QWidget) -> TurningRow:
    """One line."""
    made = TurningRow()
    made.addWidget(PlainLabel(words), 1)
    if len(controls) == 1 and not isinstance(controls[0], QAbstractButton):
        made.addWidget(controls[0])
        return made
    # A button is never wider than its words; alone it would narrow the whole line, and words above it would be cut.
    together = QHBoxLayout()
    for control in controls:
        together.addWidget(control)
    together.addStretch(1)
    made.addLayout(together)
    return made
