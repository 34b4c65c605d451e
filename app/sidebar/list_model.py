"""The lines of the list as Qt's views want them. Holds still while a title is edited in place."""

from __future__ import annotations

import html
from datetime import date, datetime

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from app.sidebar.arrangement import (
    FOUND,
    PRIVATE,
    Chat,
    Entry,
    FolderHeading,
    Heading,
    Hit,
    Key,
    Note,
    Place,
    arrange,
    arrange_found,
    key_of,
    still_holds,
)
from app.sidebar.rows import ConversationRow, FolderRow, HitRow

Index = QModelIndex | QPersistentModelIndex
PRIVATE_NOTE = "Not kept anywhere. It is gone when you close it."
ANSWERING_NOTE = "Its answer is being written."
_Role = Qt.ItemDataRole


class ConversationList(QAbstractListModel):
    """Headings, folders, conversations and hits as one list. Headings and notes can't be chosen.

    Signals:
        renamed, folder_renamed: id and new name, when a line was edited in place.
    """

    renamed = Signal(str, str)
    folder_renamed = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folders: tuple[FolderRow, ...] = ()
        self.words = ""
        self.open_id = ""
        self._rows: tuple[ConversationRow, ...] = ()
        self._hits: tuple[HitRow, ...] = ()
        self._folded: frozenset[str] = frozenset()
        self._offers_pinned = False
        self._held = False
        self._entries: list[Entry] = []
        self._places: dict[Key, int] = {}

    # --- what is shown --------------------------------------------------------------------------------------------

    def set_rows(self, rows: tuple[ConversationRow, ...], folders: tuple[FolderRow, ...]) -> None:
        """The conversations, newest first, and the folders in their order."""
        self._rows, self.folders = rows, folders
        self._arrange()

    def set_folded(self, folder_ids: frozenset[str]) -> None:
        """The folders that show only their heading."""
        self._folded = folder_ids
        self._arrange()

    def fold(self, folder_id: str, folded: bool) -> None:
        """Fold or unfold one folder."""
        self.set_folded(self._folded | {folder_id} if folded else self._folded - {folder_id})

    def search(self, words: str) -> None:
        """Show what holds these words; none: everything. Hits stay as far as they hold the new words too."""
        self.words = words
        self._hits = tuple(hit for hit in self._hits if still_holds(hit, words)) if words else ()
        self._arrange()

    def set_hits(self, hits: tuple[HitRow, ...]) -> None:
        """The messages that hold the words."""
        self._hits = hits
        self._arrange()

    def offer_pinned(self, offered: bool) -> None:
        """While a conversation is dragged there must be somewhere to drop it to pin it."""
        self._offers_pinned = offered
        self._arrange()

    def set_open(self, conversation_id: str) -> None:
        """The conversation that the window shows."""
        self.open_id = conversation_id
        self._say_changed()

    def hold(self) -> None:
        """Change no lines: one of them is being edited."""
        self._held = True

    def release(self) -> None:
        """Catch up with what came while the lines were held."""
        self._held = False
        self._arrange()

    def _arrange(self) -> None:
        if self._held:
            return
        entries = self._wanted()
        if entries == self._entries:
            return
        keys = [key_of(entry) for entry in entries]
        if keys == [key_of(entry) for entry in self._entries]:
            self._entries = entries
            self._say_changed()
            return
        self.beginResetModel()
        self._entries, self._places = entries, {key: place for place, key in enumerate(keys)}
        self.endResetModel()

    def _wanted(self) -> list[Entry]:
        if self.words:
            return arrange_found(self._rows, self.words, self._hits)
        return arrange(self._rows, self.folders, self._folded, today(), offer_pinned=self._offers_pinned)

    def _say_changed(self) -> None:
        if self._entries:
            self.dataChanged.emit(self.index(0), self.index(len(self._entries) - 1))

    # --- finding lines --------------------------------------------------------------------------------------------

    @property
    def has_conversations(self) -> bool:
        """Whether there are any, shown or not."""
        return bool(self._rows)

    def entry(self, index: Index) -> Entry | None:
        """What a line is; None outside the list."""
        return self._entries[index.row()] if index.isValid() and index.row() < len(self._entries) else None

    def conversation(self, index: Index) -> ConversationRow | None:
        """The conversation of a line; None for anything else."""
        entry = self.entry(index)
        return entry.row if isinstance(entry, Chat) else None

    def row_of(self, conversation_id: str) -> ConversationRow | None:
        """A conversation by its id, shown or not."""
        return next((row for row in self._rows if row.id == conversation_id), None)

    def index_of(self, conversation_id: str) -> QModelIndex:
        """Where a conversation is; an invalid index if it is not shown."""
        return self.index_of_key(("chat", conversation_id))

    def index_of_folder(self, folder_id: str) -> QModelIndex:
        """Where a folder is; an invalid index if it is not shown."""
        return self.index_of_key(("folder", folder_id))

    def index_of_key(self, key: Key) -> QModelIndex:
        """Where the line with this key is."""
        return self.index(self._places[key]) if key in self._places else QModelIndex()

    def can_choose(self, place: int) -> bool:
        """Whether the keyboard stops at this line."""
        return 0 <= place < len(self._entries) and not isinstance(self._entries[place], Heading | Note)

    def nearest(self, place: int) -> QModelIndex:
        """The line at or after a place that can be chosen, else the one before it."""
        after = range(max(place, 0), len(self._entries))
        before = range(min(place, len(self._entries)) - 1, -1, -1)
        found = next((n for n in (*after, *before) if self.can_choose(n)), -1)
        return self.index(found) if found >= 0 else QModelIndex()

    def section(self, place: Place) -> tuple[QModelIndex, QModelIndex] | None:
        """First and last line of a section."""
        lines = [n for n, entry in enumerate(self._entries) if entry.place == place]
        return (self.index(lines[0]), self.index(lines[-1])) if lines else None

    # --- Qt's side ------------------------------------------------------------------------------------------------

    def rowCount(self, parent: Index | None = None) -> int:
        """Headings included."""
        return 0 if parent is not None and parent.isValid() else len(self._entries)

    def data(self, index: Index, role: int = _Role.DisplayRole) -> object:
        """The words of a line, for the eye, the tooltip and the screen reader."""
        entry = self.entry(index)
        if entry is None:
            return None
        if role in (_Role.DisplayRole, _Role.EditRole):
            return words_of(entry)
        if role == _Role.AccessibleTextRole:
            return spoken(entry, opened=isinstance(entry, Chat) and entry.row.id == self.open_id)
        if role == _Role.ToolTipRole:
            # Rich text so that long ones wrap; escaped, as titles come from anywhere.
            return "".join(f"<p>{html.escape(line)}</p>" for line in hints(entry))
        return None

    def setData(self, index: Index, value: object, role: int = _Role.EditRole) -> bool:
        """A title or a name edited in place."""
        entry, name = self.entry(index), " ".join(str(value).split())
        if entry is None or not name or name == words_of(entry):
            return False
        if isinstance(entry, Chat):
            self.renamed.emit(entry.row.id, name)
        elif isinstance(entry, FolderHeading):
            self.folder_renamed.emit(entry.folder.id, name)
        return isinstance(entry, Chat | FolderHeading)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Headings are only read; what was found and private ones can't be dragged."""
        entry, flag = self.entry(index), Qt.ItemFlag
        if entry is None or isinstance(entry, Heading | Note):
            return flag.NoItemFlags
        found = flag.ItemIsEnabled | flag.ItemIsSelectable
        if isinstance(entry, FolderHeading):
            return found | flag.ItemIsEditable
        if isinstance(entry, Chat) and entry.place != PRIVATE:
            found |= flag.ItemIsEditable
            if entry.place != FOUND:
                found |= flag.ItemIsDragEnabled
        return found


def today() -> date:
    """The day it is where the person is."""
    return datetime.now().astimezone().date()


def words_of(entry: Entry) -> str:
    """What a line says first."""
    match entry:
        case Chat():
            return entry.row.title
        case FolderHeading():
            return entry.folder.name
        case Hit():
            return entry.row.excerpt
    return entry.text


def hints(entry: Entry) -> list[str]:
    """What the pointer resting on a line shows."""
    lines = [words_of(entry)]
    if isinstance(entry, Chat) and entry.row.private:
        lines.append(PRIVATE_NOTE)
    if isinstance(entry, Chat) and entry.row.answering:
        lines.append(ANSWERING_NOTE)
    return lines


def spoken(entry: Entry, *, opened: bool) -> str:
    """A line as a screen reader says it: what is drawn as a picture becomes words."""
    match entry:
        case FolderHeading():
            chats = "1 chat" if entry.count == 1 else f"{entry.count} chats"
            return f"Folder {entry.folder.name}, {chats}, {'folded' if entry.folded else 'open'}"
        case Hit():
            return f"{entry.row.title}: {entry.row.excerpt}"
        case Chat():
            facts = (
                ("private chat", entry.row.private),
                ("pinned", entry.row.pinned),
                ("its answer is being written", entry.row.answering),
                ("open", opened),
            )
            return ", ".join([entry.row.title, *(fact for fact, holds in facts if holds)])
    return words_of(entry)
