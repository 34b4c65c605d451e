"""The line above a conversation: its title, the model that answers, and the promise that it stays here."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMessageBox, QPushButton, QSizePolicy, QWidget

from app.theme.theme import current_theme
from app.widgets.buttons import button
from app.widgets.labels import ElidedLabel, Pill

ROOM_FOR_TITLE = 220
PROMISE = "Stays on this computer"
EXPLANATION = (
    "The model runs on this computer, and your chats are kept here. Nothing you write is sent anywhere.\n\n"
    "Hearth goes to the internet only to list and download the models you ask for."
)


class Header(QWidget):
    """Shows; asks for nothing but the models.

    Signals:
        model_menu_requested: the pill with the model's name.
    """

    model_menu_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = ElidedLabel("New chat", "subheading")
        self._title.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.badge = Pill()
        self.model_button = button("Choose a model", "pill")
        self.model_button.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.promise_button = QPushButton(PROMISE)
        self.promise_button.setProperty("kind", "quiet")
        self.promise_button.setIconSize(QSize(15, 15))
        self.promise_button.setAccessibleName(PROMISE)
        self.promise_button.setToolTip(PROMISE)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(20, 10, 12, 10)
        layout.setSpacing(12)
        layout.addWidget(self._title, 1000)
        layout.addWidget(self.badge)
        layout.addWidget(self.model_button)
        layout.addStretch(1)
        layout.addWidget(self.promise_button)
        self.model_button.clicked.connect(self.model_menu_requested)
        self.promise_button.clicked.connect(self._explain)
        current_theme().changed.connect(self._tint)
        self._tint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room the promise is only its lock, and the title goes before the model does."""
        super().resizeEvent(event)
        self._share_room()

    def _share_room(self) -> None:
        self.promise_button.setText(PROMISE)
        others = [w for w in (self.badge, self.model_button, self.promise_button) if not w.isHidden()]
        if sum(widget.sizeHint().width() for widget in others) + ROOM_FOR_TITLE > self.width():
            self.promise_button.setText("")

    def set_title(self, title: str) -> None:
        """The conversation's title."""
        self._title.setText(title)

    def set_model(self, name: str) -> None:
        """The name on the pill."""
        shown = name if len(name) <= 28 else name[:27] + "…"
        self.model_button.setText(f"{shown}  ▾")
        self.model_button.setToolTip(name)
        self.model_button.setAccessibleName(f"Model: {name}. Show models")

    def set_guide(self, badge: str, explanation: str) -> None:
        """The word that says that the guide answers here; "" when a model does."""
        self.badge.say(badge)
        self.badge.setToolTip(explanation)
        self.badge.setAccessibleDescription(explanation)
        self._share_room()

    def _tint(self) -> None:
        self.promise_button.setIcon(current_theme().icon("lock", "accent", 15))

    def _explain(self) -> None:
        QMessageBox.information(self, PROMISE, EXPLANATION)
