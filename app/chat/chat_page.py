"""The conversation's page: header, a line for trouble, transcript, composer."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.chat.beside import Beside
from app.chat.composer.composer import Composer
from app.chat.header import Header
from app.chat.transcript.transcript import TranscriptView
from app.widgets.buttons import button
from app.widgets.drop_overlay import DropOverlay
from app.widgets.labels import PlainLabel
from app.widgets.layouts import empty
from app.widgets.page import TurningRow

COLUMN_WIDTH = 776
DROP_TITLE = "Drop files or folders here"
DROP_SENTENCE = (
    "Notes, tables and source code go with your question.\n"
    "PDFs, office files, scans and folders go to your documents, where you can search them."
)


class Banner(QFrame):
    """One sentence above the conversation, with up to two things to do.

    Signals:
        acted: the id of an action.
    """

    acted = Signal(str)

    def __init__(self, name: str = "banner", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._sentence = PlainLabel()
        self._actions: tuple[tuple[str, str], ...] = ()
        self._buttons = TurningRow()
        layout = TurningRow()
        self.setLayout(layout)
        layout.setContentsMargins(16, 10, 10, 10)
        layout.addWidget(self._sentence, 1)
        layout.addLayout(self._buttons)
        self.hide()

    def say(self, sentence: str, actions: tuple[tuple[str, str], ...]) -> None:
        """Show the sentence and its actions (id, label)."""
        self._sentence.setText(sentence)
        self.setAccessibleName(sentence)
        self.show()
        if actions == self._actions:
            return  # a sentence that changes all the time must not take the button from under the mouse
        self._actions = actions
        empty(self._buttons)
        for action_id, label in actions:
            act = button(label)
            act.clicked.connect(lambda _checked=False, chosen=action_id: self.acted.emit(chosen))
            self._buttons.addWidget(act)


class ChatPage(QWidget):
    """Assembles; everything else is the parts' own business.

    Signals:
        banner_acted: the id of an action of the banner.
        download_wanted: the button beside the news of a download.
    """

    banner_acted = Signal(str)
    download_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("page", "true")
        self.header = Header()
        self.transcript = TranscriptView()
        self.composer = Composer()
        self._banner = Banner()
        self._banner.acted.connect(self.banner_acted)
        self._download = Banner("news")
        self._download.acted.connect(lambda _action: self.download_wanted.emit())
        conversation = QWidget()
        conversation.setFocusProxy(self.composer)
        self.beside = Beside(conversation)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.beside)
        layout = QVBoxLayout(conversation)
        layout.setContentsMargins(0, 0, 0, 10)
        layout.setSpacing(4)
        layout.addWidget(self.header)
        layout.addLayout(_column(self._download))
        layout.addLayout(_column(self._banner))
        layout.addWidget(self.transcript, 1)
        layout.addLayout(_column(self.composer))
        self.overlay = DropOverlay(self, "file-text", DROP_TITLE, DROP_SENTENCE)
        self.overlay.dropped.connect(self.composer.take_files)

    def set_private(self, private: bool) -> None:
        """Whether nothing of this chat is kept; it looks different then."""
        self.header.set_private(private)
        self.composer.set_private(private)

    def show_banner(self, sentence: str, actions: tuple[tuple[str, str], ...]) -> None:
        """Say what is the matter with the model in use."""
        self._banner.say(sentence, actions)

    def hide_banner(self) -> None:
        """It is well again."""
        self._banner.hide()

    def show_download(self, sentence: str) -> None:
        """News of a download that goes on behind the conversation; "" when there is none."""
        if sentence:
            self._download.say(sentence, (("show", "Show the download"),))
        else:
            self._download.hide()


def _column(widget: QWidget) -> QHBoxLayout:
    widget.setMaximumWidth(COLUMN_WIDTH)
    row = QHBoxLayout()
    row.setContentsMargins(20, 0, 20, 0)
    row.addStretch(1)
    row.addWidget(widget, 1000)
    row.addStretch(1)
    return row
