"""The one window: a shell that shows either the road to the first answer, or sidebar and pages."""

from __future__ import annotations

import contextlib

from PySide6.QtCore import QByteArray, QEvent, QObject, Qt, Signal
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QWidget

from app.chat.chat_page import ChatPage
from app.documents.page import DocumentsPage
from app.keeping.keeping_page import KeepingPage
from app.models.page import ModelsPage
from app.settings.settings_page import SettingsPage
from app.sidebar.sidebar import Sidebar
from app.widgets.toast import Toast

SMALLEST = (640, 480)
USUAL = (1180, 780)
SIGNS_OF_A_PERSON = {
    QEvent.Type.KeyPress,
    QEvent.Type.MouseMove,
    QEvent.Type.MouseButtonPress,
    QEvent.Type.Wheel,
    QEvent.Type.TouchBegin,
}


class MainWindow(QMainWindow):
    """Owns layout and navigation, nothing else. What the pages do is the presenters' business.

    Signals:
        painted_first: the window is on the screen for the first time.
        closing: the person closes the window.
        settings_opened: the settings page came up.
        undo_requested: the id that a toast's undo button stands for.
        stop_requested: Escape, wherever the keyboard is.
        help_requested: F1, wherever the keyboard is.
        keeping_opened, documents_opened: the page "Archive and bin", the page "Documents" came up.
        person_seen: a key, the mouse or a finger, anywhere in the window.
    """

    painted_first = Signal()
    closing = Signal()
    settings_opened = Signal()
    undo_requested = Signal(str)
    stop_requested = Signal()
    help_requested = Signal()
    keeping_opened = Signal()
    documents_opened = Signal()
    person_seen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("Hearth")
        self.setMinimumSize(*SMALLEST)
        self.resize(*USUAL)
        self._painted = False
        self._stack = QStackedWidget()
        self._shell = QWidget()
        self._pages = QStackedWidget()
        self._stack.addWidget(self._shell)
        self.setCentralWidget(self._stack)
        self._toast = Toast(self)
        self._toast.action_requested.connect(self.undo_requested)

    def build(
        self,
        chat: ChatPage,
        sidebar: Sidebar,
        models: ModelsPage,
        settings: SettingsPage,
        keeping: KeepingPage,
        documents: DocumentsPage,
    ) -> None:
        """Put the pages into the shell. Called once, by the composition root."""
        self._chat, self._sidebar, self._models, self._settings = chat, sidebar, models, settings
        self._keeping, self._documents = keeping, documents
        self._toast.keep_above(chat.composer)
        layout = QHBoxLayout(self._shell)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(sidebar)
        layout.addWidget(self._pages, 1)
        for page in (chat, models, settings, keeping, documents):
            self._pages.addWidget(page)
        sidebar.models_requested.connect(self.show_models)
        sidebar.settings_requested.connect(self.show_settings)
        sidebar.keeping_requested.connect(self.show_keeping)
        sidebar.documents_requested.connect(self.show_documents)
        for begun in (
            sidebar.conversation_chosen,
            sidebar.hit_chosen,
            sidebar.new_chat_requested,
            sidebar.private_chat_requested,
        ):
            begun.connect(self.show_chat)
        sidebar.help_requested.connect(self.help_requested)
        self._add_shortcuts()

    def _add_shortcuts(self) -> None:
        keys = QKeySequence.StandardKey
        for text, key, slot in (
            ("New chat", keys.New, self._sidebar.new_chat_requested.emit),
            ("New private chat", QKeySequence("Ctrl+Shift+N"), self._sidebar.private_chat_requested.emit),
            ("Find in this chat", keys.Find, self._find),
            ("Find in all chats", QKeySequence("Ctrl+Shift+F"), self._sidebar.focus_find),
            ("Models", QKeySequence("Ctrl+M"), self.show_models),
            ("Documents", QKeySequence("Ctrl+D"), self.show_documents),
            ("Settings", QKeySequence("Ctrl+,"), self.show_settings),
            ("Help", QKeySequence("F1"), self.help_requested.emit),
            ("Stop answering", QKeySequence("Esc"), self.stop_requested.emit),
            ("Close", QKeySequence("Ctrl+Q"), self.close),
        ):
            action = QAction(text, self)
            action.setShortcut(key)
            action.triggered.connect(slot)
            self.addAction(action)

    # --- navigation -----------------------------------------------------------------------------------------------

    def show_alone(self, page: QWidget) -> None:
        """Show a page of the onboarding, without the sidebar."""
        if self._stack.indexOf(page) < 0:
            self._stack.addWidget(page)
        self._stack.setCurrentWidget(page)

    def show_chat(self) -> None:
        """Show the conversation, ready to type."""
        self._show(self._chat)
        self._chat.composer.setFocus()

    def show_models(self) -> None:
        """Show the models page."""
        self._show(self._models)
        self._models.setFocus()

    def show_settings(self) -> None:
        """Show the settings page."""
        self._show(self._settings)
        self._settings.setFocus()
        self.settings_opened.emit()

    def show_keeping(self) -> None:
        """Show what was put away."""
        self._show(self._keeping)
        self._keeping.setFocus()
        self.keeping_opened.emit()

    def show_documents(self) -> None:
        """Show the documents."""
        self._show(self._documents)
        self._documents.setFocus()
        self.documents_opened.emit()

    def _find(self) -> None:
        if self._pages.currentWidget() is self._chat:
            self._chat.transcript.open_find()
        elif self._pages.currentWidget() is self._documents:
            self._documents.focus_search()
        else:
            self._sidebar.focus_find()

    def _show(self, page: QWidget) -> None:
        self._pages.setCurrentWidget(page)
        self._stack.setCurrentWidget(self._shell)

    def toast(self, sentence: str, label: str, action_id: str) -> None:
        """A line at the bottom that goes away by itself; with ``label``, a button that undoes."""
        self._toast.show_message(sentence, label, action_id)

    def dismiss_toast(self, action_id: str) -> None:
        """Take the line away that offers what was now done in another way."""
        self._toast.dismiss(action_id)

    # --- the person -----------------------------------------------------------------------------------------------

    def watch_person(self) -> None:
        """From now on say when there is a sign of the person. Asks the system's window: it gets few events, and all
        that come from the person."""
        self.winId()  # there may be none yet
        handle = self.windowHandle()
        if handle is not None:
            handle.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Only listens."""
        if event.type() in SIGNS_OF_A_PERSON:
            self.person_seen.emit()
        return super().eventFilter(watched, event)

    # --- the desktop ----------------------------------------------------------------------------------------------

    def come_to_front(self) -> None:
        """Be seen, also when minimised or behind others."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def geometry_text(self) -> str:
        """Place and size, and how the width of the conversation is shared, for the settings."""
        geometry = bytes(self.saveGeometry().toBase64().data()).decode("ascii")
        return f"{geometry} {self._chat.beside.share:.3f}"

    def restore_geometry_text(self, text: str) -> None:
        """Go back to where the last run was; a strange value is ignored."""
        geometry, _, share = text.partition(" ")
        if geometry:
            self.restoreGeometry(QByteArray.fromBase64(geometry.encode("ascii", "ignore")))
        with contextlib.suppress(ValueError):
            self._chat.beside.take_share(float(share))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Notice the first paint: everything slow begins after it."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            self.painted_first.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Tell the composition root; everything is saved as it happens."""
        self.closing.emit()
        super().closeEvent(event)
