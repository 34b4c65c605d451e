"""The column with search and lists, that scrolls where the window is small or the text large."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QComboBox, QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.documents.lists import Lists
from app.documents.search_field import SearchField
from app.theme.theme import current_theme
from app.widgets.buttons import IconButton, button
from app.widgets.flow import Flow
from app.widgets.labels import PlainLabel
from app.widgets.page import LARGE_TEXT, MARGIN

WIDEST = 860
LEAST_SCOPE, WIDEST_SCOPE = 110, 260
ROOM_BESIDE, ROOM_FOR_TITLE = 520, 260


class Left(QScrollArea):
    """Owns the parts and lays them out; the page connects them."""

    def __init__(self) -> None:
        super().__init__()
        self.field = SearchField()
        self.scope = QComboBox()
        self.scope.setAccessibleName("Where to search")
        self.scope.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.scope.setMinimumWidth(LEAST_SCOPE)
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
        current_theme().changed.connect(self._turn)
        self._turn()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The buttons go below the title where there is no room beside it."""
        super().resizeEvent(event)
        self._turn()

    def _turn(self) -> None:
        scale, way = current_theme().text_scale, QBoxLayout.Direction
        beside = scale < LARGE_TEXT and self.width() >= ROOM_BESIDE * scale
        self._title.setDirection(way.LeftToRight if beside else way.TopToBottom)
        short = self.width() < ROOM_FOR_TITLE * scale
        for row in (self._name, self._tools):
            row.setDirection(way.TopToBottom if short else way.LeftToRight)

    def _body(self) -> QWidget:
        title = self._title = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        title.setSpacing(8)
        name = self._name = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        name.addWidget(self.back)
        name.addWidget(PlainLabel("Documents", "title", wrap=False), 1)
        adding = Flow(8)
        adding.addWidget(self.files_button)
        adding.addWidget(self.folder_button)
        title.addLayout(name, 1)
        title.addLayout(adding)
        tools = self._tools = QBoxLayout(QBoxLayout.Direction.LeftToRight)
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
