"""A calm page: one column in the middle, scrolling when the window is small or the text large."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.theme.theme import current_theme

COLUMN_WIDTH = 620
MARGIN = 28
LARGE_TEXT = 1.4


class ColumnPage(QScrollArea):
    """Owns the scroll area and the column; subclasses fill ``self.column``."""

    def __init__(self, width: int = COLUMN_WIDTH, *, centred: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        body = QWidget()
        body.setProperty("page", "true")
        inner = QWidget()
        inner.setMaximumWidth(width)
        self.column = QVBoxLayout(inner)
        self.column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        self.column.setSpacing(12)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(inner, 1000)
        row.addStretch(1)
        outer = QVBoxLayout(body)
        outer.setContentsMargins(0, 0, 0, 0)
        if centred:
            outer.addStretch(2)
        outer.addLayout(row)
        outer.addStretch(3)
        self.setWidget(body)


class Card(QFrame):
    """A quiet frame around what belongs together; subclasses or callers fill ``self.rows``."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", "true")
        self.rows = QVBoxLayout(self)
        self.rows.setContentsMargins(18, 14, 18, 14)
        self.rows.setSpacing(5)


class TurningRow(QBoxLayout):
    """Side by side at usual text sizes, one under the other when the text is large."""

    def __init__(self) -> None:
        super().__init__(QBoxLayout.Direction.LeftToRight)
        current_theme().changed.connect(self._turn)
        self._turn()

    def _turn(self) -> None:
        large = current_theme().text_scale >= LARGE_TEXT
        self.setDirection(QBoxLayout.Direction.TopToBottom if large else QBoxLayout.Direction.LeftToRight)
