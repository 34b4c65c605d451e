"""The little bar to find words in the open conversation."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from app.theme.theme import current_theme
from app.widgets.buttons import IconButton
from app.widgets.labels import PlainLabel

FIELD_WIDTH = 200
NARROWEST_FIELD = 80
RETURNS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
WIDEST_COUNT = "9999 of 9999"


class FindBar(QFrame):
    """A field, where in the finds one is, and the way to the others.

    Signals:
        words_changed: what is looked for.
        stepped: 1 for the next place, -1 for the one before.
        closed: the bar is to go.
    """

    words_changed = Signal(str)
    stepped = Signal(int)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("find_bar")
        self.setAccessibleName("Find in this chat")
        self.field = QLineEdit()
        self.field.setPlaceholderText("Find in this chat")
        self.field.setAccessibleName("Find in this chat")
        self.field.setMinimumWidth(NARROWEST_FIELD)
        self.field.textChanged.connect(self.words_changed)
        self.count = PlainLabel(role="facts", wrap=False)
        self.count.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.count.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.previous_button = IconButton("chevron-up", "Previous place (Shift+F3)")
        self.next_button = IconButton("chevron-down", "Next place (F3)")
        self.close_button = IconButton("x", "Close (Esc)")
        self.previous_button.clicked.connect(lambda: self.stepped.emit(-1))
        self.next_button.clicked.connect(lambda: self.stepped.emit(1))
        self.close_button.clicked.connect(self.closed)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 6, 6, 6)
        row.setSpacing(4)
        row.addWidget(self.field, 1)
        for widget in (self.count, self.previous_button, self.next_button, self.close_button):
            row.addWidget(widget)
        current_theme().changed.connect(self._measure)
        self._measure()
        self.show_count(0, 0, going_on=False)
        self.hide()

    def _measure(self) -> None:
        self.count.ensurePolished()
        self.count.setFixedWidth(self.count.fontMetrics().horizontalAdvance(WIDEST_COUNT) + 12)

    def open(self, words: str = "") -> None:
        """Show the bar, ready to type over what it holds."""
        if words:
            self.field.setText(words)
        self.show()
        self.raise_()
        self.field.selectAll()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_count(self, number: int, total: int, *, going_on: bool) -> None:
        """Say at which of how many places the reader is; ``going_on`` while there may be more."""
        more = " …" if going_on else ""
        if total:
            said = f"{number} of {total}{more}"
        elif self.field.text().strip():
            said = "Searching …" if going_on else "Nothing found"
        else:
            said = ""
        self.count.setText(said)
        for step in (self.previous_button, self.next_button):
            step.setEnabled(total > 0)

    def fit(self, room: int) -> None:
        """As wide as it likes, but no wider than the room there is."""
        for widget in (self, self.field, self.count):
            widget.ensurePolished()  # only then its text has the size that it will be shown with
        self.field.setFixedHeight(self.field.sizeHint().height())  # the style sheet's least height is no height
        others = self.sizeHint().width() - self.field.sizeHint().width()
        wide = round(FIELD_WIDTH * current_theme().text_scale) + others
        self.resize(max(min(wide, room), self.minimumSizeHint().width()), self.sizeHint().height())

    def event(self, event: QEvent) -> bool:
        """Our keys are ours: Escape closes the bar and must not also stop an answer."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.ShortcutOverride and _meaning(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return and F3 go on, with Shift back; no other key goes on to the conversation."""
        event.accept()
        focus = self.focusWidget()
        if isinstance(focus, IconButton) and event.key() in RETURNS:
            focus.click()
            return
        match _meaning(event):
            case "close":
                self.closed.emit()
            case "next":
                self.stepped.emit(1)
            case "previous":
                self.stepped.emit(-1)


def _meaning(event: QKeyEvent) -> str:
    shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
    if event.key() == Qt.Key.Key_Escape:
        return "close"
    if event.matches(QKeySequence.StandardKey.FindPrevious):
        return "previous"
    if event.matches(QKeySequence.StandardKey.FindNext):
        return "next"
    if event.key() in (*RETURNS, Qt.Key.Key_F3):
        return "previous" if shift else "next"
    return ""
