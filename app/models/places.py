"""The three places of the page, as tabs."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QTabBar

from app.theme.theme import current_theme

PLACES = {"here": "On this computer", "find": "Find more", "shelf": "Shelf"}
RADIUS = 8.0


class Places(QTabBar):
    """A tab bar as the keyboard and screen readers know it; the ring round the tab shows where the keyboard is."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("places")
        self.setAccessibleName("Places")
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setElideMode(Qt.TextElideMode.ElideNone)
        self.setUsesScrollButtons(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        for place, text in PLACES.items():
            self.setTabData(self.addTab(text), place)
        current_theme().changed.connect(self.update)

    def place(self) -> str:
        """The one in front: "here", "find" or "shelf"."""
        return str(self.tabData(self.currentIndex()))

    def go_to(self, place: str) -> None:
        """Bring one to the front."""
        self.setCurrentIndex(list(PLACES).index(place))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ring: a style sheet can't tell a tab with the keyboard from one without."""
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(current_theme().tokens.accent), 2))
            ring = QRectF(self.tabRect(self.currentIndex())).adjusted(3, 3, -3, -3)
            painter.drawRoundedRect(ring, RADIUS, RADIUS)
