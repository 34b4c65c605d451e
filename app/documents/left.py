"""The column with search and lists, that scrolls where the window is small or the text large."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.documents.lists import Lists
from app.documents.search_field import SearchField
from app.widgets.buttons import IconButton, button
from app.widgets.labels import PlainLabel
from app.widgets.page import MARGIN, TurningRow

WIDEST = 860
WIDEST_SCOPE = 260


class Left(QScrollArea):
    """Owns the parts and lays them out; the page connects them."""

    def __init__(self) -> None:
        super().__init__()
        self.field = SearchField()
        self.scope = QComboBox()
        self.scope.setAccessibleName("Where to search")
        self.scope.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.scope.setMaximumWidth(WIDEST_SCOPE)
        self.back = IconButton("arrow-left", "Back to the chat")
        self.files_button = button("Add files…")
        self.folder_button = button("Add a folder…")
        self.problem = PlainLabel(role="warning")
        self.problem.hide()
        self.lists = Lists()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(self._body())

    def _body(self) -> QWidget:
        title = TurningRow()
        title.setSpacing(8)
        name = QHBoxLayout()
        name.addWidget(self.back)
        name.addWidget(PlainLabel("Documents", "title", wrap=False), 1)
        adding = QHBoxLayout()
        adding.setSpacing(8)
        adding.addWidget(self.files_button)
        adding.addWidget(self.folder_button)
        adding.addStretch(1)
        title.addLayout(name, 1)
        title.addLayout(adding)
        tools = QHBoxLayout()
        tools.setSpacing(8)
        tools.addWidget(self.field, 1)
        tools.addWidget(self.scope)
        column = QVBoxLayout()
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, 16)
        column.setSpacing(12)
        for each in (title, tools):
            column.addLayout(each)
        column.addWidget(self.problem)
        column.addWidget(self.lists, 1)
        inner = QWidget()
        inner.setLayout(column)
        inner.setMaximumWidth(WIDEST)
        inner.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        body = QWidget()
        body.setProperty("page", "true")
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(inner, 1000)
        row.addStretch(1)
        return body
