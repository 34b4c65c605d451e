"""An icon as a picture in a page, in the colours of the theme."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget

from app.theme.theme import current_theme


class IconPicture(QLabel):
    """A decorative icon, as large as the text is; screen readers pass over it."""

    def __init__(self, icon: str, token: str = "text2", size: int = 18, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon, self._token, self._size = icon, token, size
        current_theme().changed.connect(self._tint)
        self._tint()

    def _tint(self) -> None:
        side = current_theme().px(self._size)
        self.setFixedSize(side, side)
        self.setPixmap(current_theme().pixmap(self._icon, self._token, side))
