"""A line at the bottom of the window that goes away by itself, with an Undo where there is something to undo."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from app.widgets.buttons import button
from app.widgets.labels import PlainLabel

SHOWN_MS = 4000
SHOWN_WITH_UNDO_MS = 10_000
MARGIN, GAP = 24, 10
WIDEST = 560


class Toast(QFrame):
    """Floats over its parent; hovering keeps it.

    Signals:
        action_requested: the id given with the message, when its button is pressed.
    """

    action_requested = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("toast")
        self._action_id = ""
        self._label = PlainLabel(wrap=False)
        self._button = button("", "quiet")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 8, 8, 8)
        layout.addWidget(self._label, 1)
        layout.addWidget(self._button)
        self._button.clicked.connect(self._act)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self._window = parent
        self._below: QWidget | None = None
        parent.installEventFilter(self)
        self.hide()

    def keep_above(self, widget: QWidget) -> None:
        """Don't cover this one while it is in sight: it is where people type."""
        self._below = widget

    def show_message(self, sentence: str, label: str = "", action_id: str = "") -> None:
        """Say one sentence; ``label`` adds a button that emits ``action_id``."""
        self._action_id = action_id
        self._label.setWordWrap(len(sentence) > 60)
        self._label.setText(sentence)
        self._button.setText(label)
        self._button.setVisible(bool(label))
        self.setAccessibleName(sentence)
        self._place()
        self.show()
        self.raise_()
        self._timer.start(SHOWN_WITH_UNDO_MS if label else SHOWN_MS)

    def dismiss(self, action_id: str) -> None:
        """Go away if this is what the button offers: it was done in another way."""
        if self._action_id == action_id:
            self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay at the bottom when the window changes its size."""
        if event.type() is QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _act(self) -> None:
        self.hide()
        self.action_requested.emit(self._action_id)

    def _place(self) -> None:
        parent, below = self._window, self._below
        self.setMaximumWidth(min(WIDEST, parent.width() - 2 * MARGIN))
        self.adjustSize()
        middle, floor = parent.width() // 2, parent.height() - MARGIN
        if below is not None and below.isVisible():
            place = QRect(below.mapTo(parent, QPoint(0, 0)), below.size())
            middle, floor = place.center().x(), place.top() - GAP
        left = min(max(middle - self.width() // 2, MARGIN), parent.width() - MARGIN - self.width())
        self.move(left, floor - self.height())
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
