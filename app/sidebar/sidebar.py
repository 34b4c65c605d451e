"""The left side of the window: begin, find, the conversations, and below them the other pages."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from app.sidebar.find_field import FindField
from app.sidebar.rows import ConversationRow, FolderRow, HitRow
from app.sidebar.view import ConversationView
from app.theme.theme import current_theme
from app.widgets.buttons import IconButton, NavButton
from app.widgets.labels import PlainLabel

WIDTH = 248
MARGIN = 10


class Sidebar(QWidget):
    """Joins field, list and buttons; shows what it is given and says what is wanted.

    Signals:
        new_chat_requested, private_chat_requested, keeping_requested, documents_requested, models_requested,
            settings_requested, help_requested: the buttons.
        conversation_chosen, delete_requested, archive_requested, export_requested, forget_requested: the id of a
            conversation.
        hit_chosen: ids of conversation and message, and the words that were looked for.
        search_wanted: words to look for in the messages; "" when nothing is looked for any more.
        rename_requested: id and new title.
        pin_requested: id of a conversation, and whether it is to be pinned.
        moved: ids of conversation and folder; "" for out of folders.
        folder_made: name, and the id of a conversation that goes into it; "" for none.
        folder_renamed: id and new name.
        folder_deleted: the id of a folder.
        folder_folded: the id of a folder, and whether it is folded now.
    """

    new_chat_requested = Signal()
    private_chat_requested = Signal()
    conversation_chosen = Signal(str)
    hit_chosen = Signal(str, str, str)
    search_wanted = Signal(str)
    rename_requested = Signal(str, str)
    delete_requested = Signal(str)
    archive_requested = Signal(str)
    export_requested = Signal(str)
    forget_requested = Signal(str)
    pin_requested = Signal(str, bool)
    moved = Signal(str, str)
    folder_made = Signal(str, str)
    folder_renamed = Signal(str, str)
    folder_deleted = Signal(str)
    folder_folded = Signal(str, bool)
    keeping_requested = Signal()
    documents_requested = Signal()
    models_requested = Signal()
    settings_requested = Signal()
    help_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sidebar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        self._searched = True
        self._folder_awaited = False
        self.new_button = NavButton("square-pen", "New chat")
        self.more_button = IconButton("chevron-down", "More ways to begin", size=16)
        self.find_field = FindField()
        self.list = ConversationView()
        self._nothing = PlainLabel(role="caption")
        self._nothing.setContentsMargins(12, 6, 6, 0)
        self.keeping_button = NavButton("archive", "Archive and bin")
        self.documents_button = NavButton("folder-open", "Documents")
        self.models_button = NavButton("box", "Models")
        self.settings_button = NavButton("settings", "Settings")
        self.help_button = NavButton("info", "Help")
        self.more_menu = QMenu(self)
        self.more_menu.addAction("New private chat", self.private_chat_requested.emit)
        self.more_menu.addAction("New folder…", lambda: self.list.make_folder(""))
        self._lay_out()
        self._connect()
        self._dress()
        self._say()

    def _lay_out(self) -> None:
        begin = QHBoxLayout()
        begin.setSpacing(2)
        begin.addWidget(self.new_button, 1)
        begin.addWidget(self.more_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, 12, MARGIN, 12)
        layout.setSpacing(4)
        layout.addLayout(begin)
        layout.addSpacing(2)
        layout.addWidget(self.find_field)
        layout.addSpacing(4)
        layout.addWidget(self._nothing)
        layout.addWidget(self.list, 1)
        layout.addSpacing(6)
        for button in self._pages():
            layout.addWidget(button)

    def _pages(self) -> tuple[NavButton, ...]:
        return (
            self.keeping_button,
            self.documents_button,
            self.models_button,
            self.settings_button,
            self.help_button,
        )

    def _connect(self) -> None:
        self.new_button.clicked.connect(self.new_chat_requested)
        self.more_button.clicked.connect(self._show_more)
        self.keeping_button.clicked.connect(self.keeping_requested)
        self.documents_button.clicked.connect(self.documents_requested)
        self.models_button.clicked.connect(self.models_requested)
        self.settings_button.clicked.connect(self.settings_requested)
        self.help_button.clicked.connect(self.help_requested)
        self.find_field.words_changed.connect(self._on_words)
        self.find_field.words_rested.connect(self.search_wanted)
        self.find_field.left_downwards.connect(self.list.enter)
        self.find_field.returnPressed.connect(self.list.open_first)
        self.list.left_upwards.connect(self.focus_find)
        self.list.search_left.connect(self._leave_search)
        self.list.chosen.connect(self.conversation_chosen)
        self.list.hit_chosen.connect(self.hit_chosen)
        self.list.delete_requested.connect(self.delete_requested)
        self.list.archive_requested.connect(self.archive_requested)
        self.list.export_requested.connect(self.export_requested)
        self.list.forget_requested.connect(self.forget_requested)
        self.list.pin_requested.connect(self.pin_requested)
        self.list.moved.connect(self.moved)
        self.list.folder_made.connect(self._on_folder_made)
        self.list.folder_deleted.connect(self.folder_deleted)
        self.list.folder_folded.connect(self.folder_folded)
        self.list.rows.renamed.connect(self.rename_requested)
        self.list.rows.folder_renamed.connect(self.folder_renamed)
        current_theme().changed.connect(self._dress)

    # --- what is shown --------------------------------------------------------------------------------------------

    def set_conversations(self, rows: tuple[ConversationRow, ...], folders: tuple[FolderRow, ...] = ()) -> None:
        """The conversations, newest first, and the folders in their order."""
        known = {folder.id for folder in self.list.rows.folders}
        self.list.rows.set_rows(rows, folders)
        self._say()
        made = next((folder.id for folder in folders if folder.id not in known), "")
        if made and self._folder_awaited:
            self._folder_awaited = False
            self.list.rename(self.list.rows.index_of_folder(made))

    def set_folded(self, folder_ids: Iterable[str]) -> None:
        """The folders that show only their heading."""
        self.list.rows.set_folded(frozenset(folder_ids))

    def set_hits(self, words: str, hits: tuple[HitRow, ...]) -> None:
        """The messages that hold the words; an answer to other words than the field's comes too late."""
        if words and words == self.find_field.words:
            self._searched = True
            self.list.rows.set_hits(hits)
            self._say()

    def set_current(self, conversation_id: str) -> None:
        """The one that is open; "" for a new one."""
        rows = self.list.rows
        if conversation_id != rows.open_id and not self.list.hasFocus():
            self.list.setCurrentIndex(rows.index_of(conversation_id))
        rows.set_open(conversation_id)

    def focus_find(self) -> None:
        """Put the keyboard into the search field."""
        self.find_field.setFocus()
        self.find_field.selectAll()

    # --- what happens ---------------------------------------------------------------------------------------------

    def _on_words(self, words: str) -> None:
        self._searched = not words
        self.list.rows.search(words)
        self.list.verticalScrollBar().setValue(0)
        self._say()

    def _leave_search(self) -> None:
        self.find_field.clear()
        self.focus_find()

    def _on_folder_made(self, name: str, conversation_id: str) -> None:
        self.find_field.clear()
        self._folder_awaited = True
        self.folder_made.emit(name, conversation_id)

    def _show_more(self) -> None:
        self.more_menu.popup(self.more_button.mapToGlobal(QPoint(0, self.more_button.height())))

    def _say(self) -> None:
        if self.list.rows.rowCount():
            self._nothing.say("")
        elif self.find_field.words:
            self._nothing.say("Nothing found." if self._searched else "Looking in your messages …")
        else:
            self._nothing.say("Your chats will be listed here.")

    def _dress(self) -> None:
        """As wide as the largest text needs."""
        self.list.lay_out_anew()
        self.setFixedWidth(max(WIDTH, *(button.sizeHint().width() + 2 * MARGIN for button in self._pages())))
