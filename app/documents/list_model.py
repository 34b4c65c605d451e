"""The lines of the list of documents: a heading for each collection, and its documents below it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.documents.shown import Act, CollectionRows, DocumentRow, Group

Index = QModelIndex | QPersistentModelIndex
Key = tuple[int, int]
Run = tuple[int, int]
NOWHERE = QModelIndex()
MOST_RUNS = 100
ENTER = {
    Act.OPEN: "Return opens it.",
    Act.PASSWORD: "Return asks for the password.",
    Act.RECOGNISE: "Return reads the pictures.",
    Act.AGAIN: "Return tries again.",
    Act.SHOW_FILE: "Return shows the file.",
    Act.FORGET: "Return forgets it.",
}


@dataclass(frozen=True)
class Heading:
    """A collection's line. ``count`` is how many of its documents are listed under it."""

    id: int
    name: str
    line: str
    follows: bool
    folded: bool


@dataclass(frozen=True)
class Document:
    """A document's line under a collection."""

    collection: int
    row: DocumentRow


Entry = Heading | Document


class DocumentList(QAbstractListModel):
    """Lines for a view. A line that only changed is changed in place, so that selection and scrolling stay."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._collections: tuple[CollectionRows, ...] = ()
        self._entries: list[Entry] = []
        self._keys: list[Key] = []
        self._folded: set[int] = set()
        self.group = Group.ALL

    # --- what is shown --------------------------------------------------------------------------------------------

    def set_collections(self, collections: tuple[CollectionRows, ...]) -> None:
        """All collections with their documents."""
        self._collections = collections
        self._arrange()

    def set_group(self, group: Group) -> None:
        """Show only documents of a group."""
        self.group = group
        self._arrange()

    def fold(self, collection: int, folded: bool) -> None:
        """Show only the heading of a collection, or all of it."""
        (self._folded.add if folded else self._folded.discard)(collection)
        self._arrange()

    def change(self, row: DocumentRow) -> bool:
        """A document stands elsewhere now; its lines change in place. False if that takes a new arrangement."""
        places = [
            at for at, entry in enumerate(self._entries) if isinstance(entry, Document) and entry.row.id == row.id
        ]
        if not places or any(self._row(at).group is not row.group for at in places):
            return False
        for at in places:
            entry = self._entries[at]
            if isinstance(entry, Document) and entry.row != row:
                self._entries[at] = Document(entry.collection, row)
                self.dataChanged.emit(self.index(at), self.index(at))
        return True

    def _row(self, at: int) -> DocumentRow:
        entry = self._entries[at]
        assert isinstance(entry, Document)
        return entry.row

    def _arrange(self) -> None:
        wanted = [entry for each in self._collections for entry in self._lines(each)]
        if len(self._collections) == 1 and not self._collections[0].id:
            wanted = [entry for entry in wanted if isinstance(entry, Document)]  # one list needs no heading
        keys = [_key(entry) for entry in wanted]
        gone, come = _changes(self._keys, keys)
        for first, end in reversed(gone):
            self.beginRemoveRows(NOWHERE, first, end - 1)
            del self._entries[first:end], self._keys[first:end]
            self.endRemoveRows()
        for first, end in come:
            self.beginInsertRows(NOWHERE, first, end - 1)
            self._entries[first:first] = wanted[first:end]
            self._keys[first:first] = keys[first:end]
            self.endInsertRows()
        changed = [at for at, entry in enumerate(wanted) if self._entries[at] != entry]
        self._entries = wanted
        if changed:
            self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))

    def _lines(self, collection: CollectionRows) -> list[Entry]:
        rows = [row for row in collection.rows if self.group in (Group.ALL, row.group)]
        if not rows and (self.group is not Group.ALL or not collection.follows):
            return []
        folded = collection.id in self._folded
        number = f"{len(rows):,} {'document' if len(rows) == 1 else 'documents'}"
        line = f"{number} · follows {collection.follows}" if collection.follows else number
        heading = Heading(collection.id, collection.name, line, bool(collection.follows), folded)
        return [heading, *(() if folded else [Document(collection.id, row) for row in rows])]

    # --- what views ask -------------------------------------------------------------------------------------------

    def entry(self, index: Index) -> Entry | None:
        """The line at an index."""
        return self._entries[index.row()] if index.isValid() and index.row() < len(self._entries) else None

    def document(self, index: Index) -> DocumentRow | None:
        """The document at an index; None for a heading."""
        entry = self.entry(index)
        return entry.row if isinstance(entry, Document) else None

    def index_of(self, document_id: int) -> QModelIndex:
        """The first line of a document."""
        for at, entry in enumerate(self._entries):
            if isinstance(entry, Document) and entry.row.id == document_id:
                return self.index(at)
        return QModelIndex()

    def rowCount(self, parent: Index = NOWHERE) -> int:
        """How many lines."""
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What typing finds, what a screen reader says, what a tooltip tells."""
        entry = self.entry(index)
        if entry is None:
            return None
        name = entry.name if isinstance(entry, Heading) else entry.row.name
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return name
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{name}. {entry.line if isinstance(entry, Heading) else entry.row.line}"
            case Qt.ItemDataRole.AccessibleDescriptionRole:
                return _spoken(entry)
            case Qt.ItemDataRole.ToolTipRole:
                return f"{entry.row.name}\n{entry.row.line}\n{entry.row.folder}" if isinstance(entry, Document) else ""
        return None


def _spoken(entry: Entry) -> str:
    if isinstance(entry, Heading):
        return "Collection, folded. Right unfolds it." if entry.folded else "Collection. Left folds it."
    return f"{ENTER[entry.row.act]} The menu key shows more."


def _key(entry: Entry) -> Key:
    return (entry.id, -1) if isinstance(entry, Heading) else (entry.collection, entry.row.id)


def _changes(old: list[Key], new: list[Key]) -> tuple[list[Run], list[Run]]:
    """Which lines go, as places in the old list, and then which come, as places in the new one. What stays is not
    touched: it may be selected, or be read at this moment."""
    before, after = set(old), set(new)
    gone = _runs([key not in after for key in old])
    come = _runs([key not in before for key in new])
    in_order = [key for key in old if key in after] == [key for key in new if key in before]
    if in_order and len(gone) + len(come) <= MOST_RUNS:
        return gone, come
    first, old_end, new_end = _difference(old, new)
    return [(first, old_end)] * (old_end > first), [(first, new_end)] * (new_end > first)


def _runs(marked: list[bool]) -> list[Run]:
    """Start and end of each stretch of what is marked."""
    runs: list[Run] = []
    for at, mark in enumerate(marked):
        if mark and runs and runs[-1][1] == at:
            runs[-1] = (runs[-1][0], at + 1)
        elif mark:
            runs.append((at, at + 1))
    return runs


def _difference(old: list[Key], new: list[Key]) -> tuple[int, int, int]:
    """Where two lists begin to differ, and where they are the same again in each."""
    first, most = 0, min(len(old), len(new))
    while first < most and old[first] == new[first]:
        first += 1
    same = 0
    while same < most - first and old[-1 - same] == new[-1 - same]:
        same += 1
    return first, len(old) - same, len(new) - same
