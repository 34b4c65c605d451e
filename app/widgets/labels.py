"""Labels that never interpret what they show: names of models and files come from strangers."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget


class PlainLabel(QLabel):
    """Plain text in one of the roles of the style sheet; wraps unless told not to.

    ``hold`` False is for owners that set the label's size themselves.
    """

    def __init__(
        self, text: str = "", role: str = "", *, wrap: bool = True, hold: bool = True, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._holds_height = wrap and hold
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        if role:
            self.setProperty("role", role)
        if wrap:
            policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
            policy.setHeightForWidth(True)
            self.setSizePolicy(policy)
        self.setText(text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Hold the height that the width needs: layouts forget the border that a style sheet draws around them.

        Later, as a layout in the middle of its work does not hear that a height changed.
        """
        super().resizeEvent(event)
        if self._holds_height and event.oldSize().width() != event.size().width():
            QTimer.singleShot(0, self, self._hold_height)

    def setText(self, text: str) -> None:
        """Show a text."""
        super().setText(text)
        if self._holds_height and self.isVisible():
            self._hold_height()

    def _hold_height(self) -> None:
        self.setMinimumHeight(0)  # Qt counts the old one in
        self.setMinimumHeight(max(self.heightForWidth(self.width()), 0))

    def say(self, text: str) -> None:
        """Show a text; an empty one takes no room."""
        self.setText(text)
        self.setVisible(bool(text))


class ElidedLabel(QLabel):
    """One line that ends in … where the room does; the whole text is its tooltip."""

    def __init__(self, text: str = "", role: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Show a text and keep it whole in the tooltip."""
        one_line = " ".join(text.split())
        super().setText(one_line)
        self.setToolTip(one_line)

    def minimumSizeHint(self) -> QSize:
        """As narrow as it must be."""
        return QSize(24, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the text, shortened to the room there is."""
        painter = QPainter(self)
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        # QPainter mirrors "leading" by itself where people read from the right.
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading, shown)


class Pill(QLabel):
    """A short word on a coloured ground: "Recommended", "Too large". Empty: not there."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
        self.hide()

    def say(self, text: str, kind: str = "good") -> None:
        """``kind`` is "good" or "warning"."""
        self.setText(text)
        if self.property("pill") != kind:
            self.setProperty("pill", kind)
            self.style().unpolish(self)
            self.style().polish(self)
        self.setVisible(bool(text))
