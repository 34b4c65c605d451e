"""Labels that stand where the layout reads from, and words that break where they should."""

from __future__ import annotations

import re

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.theme.theme import current_theme
from app.widgets.labels import Pill, PlainLabel
from app.widgets.saying import seen

LONGEST_RUN = 16
LONGEST_FACT = 36
_SOFT = "\u200b"
_HARD = "\u00a0"


class Words(PlainLabel):
    """Begins at the side that people read from. By itself Qt puts each text at the side of its own script, so that an
    English name would stand far from an Arabic sentence."""

    def __init__(self, text: str = "", role: str = "", *, wrap: bool = True, hold: bool = True) -> None:
        super().__init__(text, role, wrap=wrap, hold=hold)
        self._align()

    def changeEvent(self, event: QEvent) -> None:
        """The layout may be mirrored."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LayoutDirectionChange:
            self._align()

    def _align(self) -> None:
        mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        side = Qt.AlignmentFlag.AlignRight if mirrored else Qt.AlignmentFlag.AlignLeft
        self.setAlignment(side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter)


class FlowingLabel(Words):
    """A label that wraps only where the line is full: it would like to be one line."""

    def __init__(self, text: str = "", role: str = "") -> None:
        super().__init__(text, role, hold=False)

    def sizeHint(self) -> QSize:
        """The text in one line."""
        self.ensurePolished()
        width = self.fontMetrics().horizontalAdvance(self.text()) + 4
        return QSize(width, self.heightForWidth(width))


class Figures(QWidget):
    """A line that changes many times a second. Only when it needs another height does the page hear of it: laying out
    forty cards anew five times a second would be felt."""

    def __init__(self) -> None:
        super().__init__()
        self._label = Words(role="facts", hold=False)
        self._label.setParent(self)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def text(self) -> str:
        """What is shown."""
        return self._label.text()

    def say(self, text: str) -> None:
        """Show a text; an empty one takes no room."""
        if text == self._label.text():
            return
        before = self._label.heightForWidth(self.width())
        self._label.setText(text)
        seen(self, bool(text))
        if self._label.heightForWidth(self.width()) != before:
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        """The label's."""
        return self._label.sizeHint()

    def minimumSizeHint(self) -> QSize:
        """The label's."""
        return self._label.minimumSizeHint()

    def heightForWidth(self, width: int) -> int:
        """The label's."""
        return self._label.heightForWidth(width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The label fills it."""
        super().resizeEvent(event)
        self._label.setGeometry(self.rect())

    def changeEvent(self, event: QEvent) -> None:
        """Another text size."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()


class FlowingPill(Pill):
    """A pill that wraps only where it is wider than the line."""

    def __init__(self) -> None:
        super().__init__()
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)

    def sizeHint(self) -> QSize:
        """Its words in one line."""
        self.setWordWrap(False)
        hint = super().sizeHint()
        self.setWordWrap(True)
        return hint


def breakable(text: str) -> str:
    """The text with invisible places to break at: names of files and models are long and have no spaces."""
    text = re.sub(r"(?<=[\w\]})])([/\\_.:-])(?=\w)", rf"\1{_SOFT}", text)
    # Only in ASCII: elsewhere a letter may be joined to the next one.
    return re.sub(rf"([!-~]{{{LONGEST_RUN}}})(?=[!-~])", rf"\1{_SOFT}", text)


def facts(line: str) -> str:
    """ "Qwen3 8B · 4.9 GB · used today" that breaks between the facts, not within one, where the text is not large."""
    longest = LONGEST_FACT / current_theme().text_scale ** 2
    parts = [part.replace(" ", _HARD) if len(part) <= longest else breakable(part) for part in line.split(" · ")]
    return f"{_HARD}· ".join(parts)


def path_words(folder: str) -> str:
    """A path that may break at each folder and reads from the left also amid text that reads from the right."""
    return f"\u2066{breakable(folder)}\u2069" if folder else ""
