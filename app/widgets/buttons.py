"""Buttons of the house: a kind for the style sheet, and icons that follow the theme."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QPushButton, QSizePolicy, QToolButton, QWidget

from app.theme.theme import current_theme


def button(text: str, kind: str = "secondary", *, large: bool = False, parent: QWidget | None = None) -> QPushButton:
    """A push button: primary, secondary, quiet, link, danger, nav, pill or example."""
    made = QPushButton(text, parent)
    made.setProperty("kind", kind)
    if large:
        made.setProperty("big", "true")  # "size" is a property of every widget
    made.setAutoDefault(False)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    if kind in ("primary", "secondary", "quiet", "link", "danger"):
        made.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    return made


class IconButton(QToolButton):
    """A small button that is only an icon; its name is its tooltip and what a screen reader says."""

    def __init__(
        self,
        icon: str,
        name: str,
        token: str = "text2",
        size: int = 18,
        parent: QWidget | None = None,
        *,
        square: int = 0,
    ) -> None:
        """``size`` is the icon's, ``square`` the button's if it is to have one and no other, at usual text size."""
        super().__init__(parent)
        self._icon, self._token, self._size, self._square = icon, token, size, square
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.rename(name)
        current_theme().changed.connect(self._tint)
        self._tint()

    def rename(self, name: str) -> None:
        """Another name, for tooltip and screen reader."""
        self.setToolTip(name)
        self.setAccessibleName(name)

    def show_icon(self, icon: str, token: str | None = None) -> None:
        """Another icon."""
        self._icon, self._token = icon, token or self._token
        self._tint()

    def _tint(self) -> None:
        side = current_theme().px(self._size)
        self.setIconSize(QSize(side, side))
        if self._square:
            self.setFixedSize(QSize(1, 1) * current_theme().px(self._square))
        else:
            self.setMinimumSize(max(28, side + 8), max(28, side + 8))
        self.setIcon(current_theme().icon(self._icon, self._token, side))


class NavButton(QPushButton):
    """A line of the sidebar: icon and word."""

    def __init__(self, icon: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(f"  {text}", parent)
        self._icon = icon
        self.setProperty("kind", "nav")
        self.setAccessibleName(text)
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        current_theme().changed.connect(self._tint)
        self._tint()

    def _tint(self) -> None:
        side = current_theme().px(18)
        self.setIconSize(QSize(side, side))
        self.setIcon(current_theme().icon(self._icon, "text", side))


class FoldButton(QToolButton):
    """A word that opens what is folded under it."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setProperty("kind", "fold")
        self.setCheckable(True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.toggled.connect(self._tint)
        current_theme().changed.connect(self._tint)
        self._tint()

    def _tint(self) -> None:
        side = current_theme().px(16)
        self.setIconSize(QSize(side, side))
        self.setIcon(current_theme().icon("chevron-down" if self.isChecked() else "chevron-right", "text2", side))
