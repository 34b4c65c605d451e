"""A question: the person's own words in a bubble."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.chat.items import NAME_LENGTH, MessageItem
from app.widgets.labels import PlainLabel

BUBBLE_SHARE = 0.8


class QuestionView(QWidget):
    """The person's own words, as they were typed."""

    def __init__(self, item: MessageItem, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.item = item
        bubble = QFrame()
        bubble.setObjectName("bubble")
        self._label = PlainLabel(item.text, "body", hold=False)
        self._label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._label.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        inside = QVBoxLayout(bubble)
        inside.setContentsMargins(14, 9, 14, 9)
        inside.addWidget(self._label)
        self._bubble = bubble
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 8, 0, 6)
        row.addStretch(1)
        row.addWidget(bubble)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(f"You: {item.text[:NAME_LENGTH]}")

    def fit_width(self, width: int) -> None:
        """At most four fifths of the column, and no wider than the words."""
        widest = int(width * BUBBLE_SHARE)
        metrics = self._label.fontMetrics()
        longest = max((metrics.horizontalAdvance(line) for line in self.item.text.split("\n")[:200]), default=0)
        inner = min(longest + 4, widest - 28)
        self._label.setFixedWidth(max(inner, 16))
        self._label.setFixedHeight(self._label.heightForWidth(max(inner, 16)))
