"""A short state with its icon: "In use", "On the way"."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from app.theme.theme import current_theme
from app.widgets.saying import seen
from app.widgets.words import Words

ICON = 18


class Mark(QWidget):
    """Without words it is not there. The icon is decoration; the words say it."""

    def __init__(self) -> None:
        super().__init__()
        self._shown = ("", "", "")
        self._icon = QLabel()
        self._words = Words()
        self._words.setWordWrap(False)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 4, 0)
        layout.setSpacing(6)
        layout.addWidget(self._icon)
        layout.addWidget(self._words)
        current_theme().changed.connect(self._tint)
        self.hide()

    def say(self, words: str, icon: str, token: str) -> None:
        """Show these."""
        if (words, icon, token) == self._shown:
            return
        self._shown = (words, icon, token)
        self._words.setText(words)
        self._tint()
        seen(self, bool(words))

    def set_wrap(self, wrap: bool) -> None:
        """Whether the words may take more than a line: only where the mark has a line to itself."""
        self._words.setWordWrap(wrap)

    def text(self) -> str:
        """The words."""
        return self._shown[0]

    def _tint(self) -> None:
        _words, icon, token = self._shown
        seen(self._icon, bool(icon))
        if icon:
            side = current_theme().px(ICON)
            self._icon.setFixedSize(side, side)
            self._icon.setPixmap(current_theme().pixmap(icon, token, side))
