"""The line above a chat: its title, the model that answers, the promise that it stays here, and a menu."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMessageBox, QPushButton, QSizePolicy, QWidget

from app.chat.chat_title import ChatTitle
from app.chat.header_menu import HeaderMenu as HeaderMenu
from app.chat.header_menu import MoreButton
from app.theme.theme import current_theme
from app.widgets.buttons import button
from app.widgets.labels import Pill

ROOM_FOR_TITLE = 220
LEAST_FOR_TITLE = 72
LEAST_OF_MODEL = "Mm…"
NARROWEST = 168
MARGINS = (12, 10, 12, 10)
SPACING = 12
LONGEST_MODEL = 28
PROMISE = "Stays on this computer"
EXPLANATION = (
    "The model runs on this computer, and your chats are kept here. Nothing you write is sent anywhere.\n\n"
    "Hearth goes to the internet only to list and download the models you ask for."
)
PRIVATE = "Private"
PRIVATE_EXPLAINED = "Nothing of this chat is written to disk. It is gone when you close it."
PRIVATE_PROMISE = "Not kept anywhere"
PRIVATE_EXPLANATION = f"{PRIVATE_EXPLAINED}\n\nThe model runs on this computer. Nothing you write is sent anywhere."


class Header(QWidget):
    """Shows the chat's name and state, and what can be done with it.

    Signals:
        model_menu_requested: the pill with the model's name.
        renamed: the title that was typed.
        menu_chosen: pin, unpin, find, copy, copy_markdown, save, archive, bin or forget.
        pinned_message_chosen: the id of a message.
    """

    model_menu_requested = Signal()
    renamed = Signal(str)
    menu_chosen = Signal(str)
    pinned_message_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = ""
        self._promise = PROMISE
        self._private = False
        self.title = ChatTitle()
        self.title.set_title("New chat")
        self.private_pill = Pill()
        self.private_pill.setToolTip(PRIVATE_EXPLAINED)
        self.private_pill.setAccessibleDescription(PRIVATE_EXPLAINED)
        self.badge = Pill()
        self.model_button = button("", "pill")
        self.model_button.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.promise_button = QPushButton()
        self.promise_button.setProperty("kind", "quiet")
        self.more_button = MoreButton()
        self._lay_out()
        self.title.renamed.connect(self.renamed)
        self.model_button.clicked.connect(self.model_menu_requested)
        self.promise_button.clicked.connect(self._explain)
        self.more_button.chosen.connect(self.menu_chosen)
        self.more_button.pinned_message_chosen.connect(self.pinned_message_chosen)
        current_theme().changed.connect(self._tint)
        self.set_model("Choose a model")
        self.set_private(False)
        self._tint()

    def _lay_out(self) -> None:
        for pill in (self.private_pill, self.badge):
            pill.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Maximum)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(*MARGINS)
        layout.setSpacing(SPACING)
        middle = Qt.AlignmentFlag.AlignVCenter  # without it the lowest of them would bound the height of all
        layout.addWidget(self.title, 1000)
        for shown in (self.private_pill, self.badge, self.model_button):
            layout.addWidget(shown, 0, middle)
        layout.addStretch(1)
        layout.addWidget(self.promise_button, 0, middle)
        layout.addWidget(self.more_button, 0, middle)

    def minimumSizeHint(self) -> QSize:
        """The parts share what room there is; they don't ask the window for more. Their height they need."""
        return QSize(NARROWEST, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room the promise is only its lock, then the model's name is shortened."""
        super().resizeEvent(event)
        self._share_room()

    def _share_room(self) -> None:
        self.promise_button.setText(self._promise)
        self._show_model(self._model)
        if self._room_for_title() < ROOM_FOR_TITLE:
            self.promise_button.setText("")
        if self._room_for_title() < LEAST_FOR_TITLE and not self.model_button.isHidden():
            self._shorten_model(LEAST_FOR_TITLE - self._room_for_title())
        # In a private chat the pill says as much.
        self.promise_button.setVisible(not self._private or self._room_for_title() >= LEAST_FOR_TITLE)

    def _shorten_model(self, by: int) -> None:
        metrics = self.model_button.fontMetrics()
        room = max(metrics.horizontalAdvance(self._model) - by, metrics.horizontalAdvance(LEAST_OF_MODEL))
        self._show_model(metrics.elidedText(self._model, Qt.TextElideMode.ElideRight, room))

    def _room_for_title(self) -> int:
        others = (self.private_pill, self.badge, self.model_button, self.more_button)
        shown = [self.promise_button, *(widget for widget in others if not widget.isHidden())]
        taken = sum(widget.sizeHint().width() + SPACING for widget in shown)
        return self.width() - MARGINS[0] - MARGINS[2] - taken

    # --- what others set ------------------------------------------------------------------------------------------

    def set_title(self, title: str) -> None:
        """The chat's title."""
        self.title.set_title(title)

    def set_can_rename(self, can: bool) -> None:
        """Whether the title can be changed in place."""
        self.title.set_can_rename(can)

    def start_rename(self) -> None:
        """Put the keyboard into the title, if it can be changed."""
        self.title.start_rename()

    def cancel_rename(self) -> None:
        """Give up a title that is being typed, as another chat comes up."""
        self.title.cancel_rename()

    def set_model(self, name: str) -> None:
        """The name on the pill."""
        self._model = name if len(name) <= LONGEST_MODEL else name[: LONGEST_MODEL - 1] + "…"
        self.model_button.setToolTip(name)
        self.model_button.setAccessibleName(f"Model: {name}. Show models")
        self._share_room()

    def set_guide(self, badge: str, explanation: str) -> None:
        """The word that says that the guide answers here; "" when a model does."""
        self.badge.say(badge)
        self.badge.setToolTip(explanation)
        self.badge.setAccessibleDescription(explanation)
        self._share_room()

    def set_private(self, private: bool) -> None:
        """Whether nothing of this chat is kept."""
        self._private = private
        self.private_pill.say(PRIVATE if private else "")
        self._promise = PRIVATE_PROMISE if private else PROMISE
        self.promise_button.setAccessibleName(self._promise)
        self.promise_button.setToolTip(PRIVATE_EXPLAINED if private else PROMISE)
        self._share_room()

    def set_menu(self, offers: HeaderMenu) -> None:
        """What can be done with this chat."""
        self.more_button.set_menu(offers)
        self._share_room()

    # --- inside ---------------------------------------------------------------------------------------------------

    def _show_model(self, name: str) -> None:
        self.model_button.setText(f"{name.replace('&', '&&')}  ▾")

    def _tint(self) -> None:
        side = current_theme().px(15)
        self.promise_button.setIconSize(QSize(side, side))
        self.promise_button.setIcon(current_theme().icon("lock", "accent", side))
        self._share_room()

    def _explain(self) -> None:
        QMessageBox.information(self, self._promise, PRIVATE_EXPLANATION if self._private else EXPLANATION)
