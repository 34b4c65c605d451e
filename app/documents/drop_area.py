"""Where files and folders are let go: a large area while there is nothing, a slim line later."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app.theme.theme import current_theme
from app.widgets.drop_overlay import draw_dashes
from app.widgets.labels import PlainLabel
from app.widgets.page import TurningRow
from app.widgets.pictures import IconPicture

TITLE = "Drop files or folders here"
KINDS = (
    "PDF, Word, PowerPoint, Excel, OpenDocument, e-books, mail, web pages, scans and pictures, text and source code."
)
PROMISE = "They are read where they lie. Nothing is copied, changed or sent anywhere."
LET_GO = "Drop to add to your documents"
SLIM = "Drop more files or folders anywhere on this page."


class DropArea(QWidget):
    """A dashed area with what can be dropped and the buttons for those who don't drag."""

    def __init__(self, *buttons: QPushButton) -> None:
        super().__init__()
        self.setAccessibleName(f"{TITLE}. {PROMISE}")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(32, 36, 32, 36)
        layout.setSpacing(8)
        middle = Qt.AlignmentFlag.AlignHCenter
        layout.addStretch(1)
        layout.addWidget(IconPicture("folder-open", "accent", 44), 0, middle)
        layout.addSpacing(4)
        for text, role in ((TITLE, "heading"), (KINDS, "facts"), (PROMISE, "facts")):
            label = PlainLabel(text, role)
            label.setAlignment(middle)
            layout.addWidget(label)
        layout.addSpacing(10)
        row = TurningRow()
        row.setSpacing(10)
        row.addStretch(1)
        for each in buttons:
            row.addWidget(each, 0, middle)
        row.addStretch(1)
        layout.addLayout(row)
        layout.addStretch(2)
        current_theme().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The dashed line."""
        painter = QPainter(self)
        draw_dashes(painter, QRectF(self.rect()).adjusted(1, 1, -1, -1), "control", "card")
