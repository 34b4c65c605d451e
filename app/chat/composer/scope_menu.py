"""A small list over the composer: collections and documents that answers can come from, found by typing."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.chat.composer.scope_shown import ScopeEntry, ScopeKind
from app.theme.theme import current_theme
from app.widgets.labels import PlainLabel

WIDTH, ROW, ROWS_AT_MOST = 380, 32, 11
FOUND_AT_MOST = 60
ICONS = {
    ScopeKind.NONE: "x",
    ScopeKind.EVERYTHING: "archive",
    ScopeKind.COLLECTION: "folder-open",
    ScopeKind.DOCUMENT: "file-text",
}
SPOKEN = {ScopeKind.COLLECTION: "Collection", ScopeKind.DOCUMENT: "Document"}
ENTRY = int(Qt.ItemDataRole.UserRole)


class ScopeMenu(QFrame):
    """Return or a click chooses one alone and closes; with Ctrl (or Command) a document is added and it stays.

    Signals:
        chosen: a ScopeEntry, and whether it is added to what is chosen already.
    """

    chosen = Signal(object, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setObjectName("scope_menu")
        self.setAccessibleName("What answers come from")
        self._entries: tuple[ScopeEntry, ...] = ()
        self.field = QLineEdit()
        self.field.setPlaceholderText("Find a document")
        self.field.setAccessibleName("Find a document or a collection")
        self.list = QListWidget()
        self.list.setObjectName("scope_list")
        self.list.setAccessibleName("What answers can come from")
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setUniformItemSizes(True)
        self._hint = PlainLabel(role="caption")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        for widget in (self.field, self.list, self._hint):
            layout.addWidget(widget)
        self.field.textChanged.connect(self._fill)
        self.field.installEventFilter(self)
        self.list.installEventFilter(self)
        self.list.itemClicked.connect(self._choose)
        self.setFocusProxy(self.field)

    def say(self, entries: tuple[ScopeEntry, ...]) -> None:
        """What can be chosen."""
        if entries != self._entries:
            self._entries = entries
            if self.isVisible():
                self._fill()

    def open_above(self, place: QPoint, _width: int) -> None:
        """Show it over a place of the screen, or below where there is no room above."""
        self.field.clear()
        self._fill()
        theme = current_theme()
        self.list.setFixedHeight(theme.px(ROW) * max(min(self.list.count(), ROWS_AT_MOST), 1) + 4)
        self.setFixedWidth(theme.px(WIDTH))
        self.adjustSize()
        screen = (QApplication.screenAt(place) or QApplication.primaryScreen()).availableGeometry()
        top = place.y() - self.height() - 4
        left = place.x()
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            left = place.x() + _width - self.width()
        self.move(max(min(left, screen.right() - self.width()), screen.left()), max(top, screen.top()))
        self.show()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _fill(self) -> None:
        words = self.field.text().casefold().split()
        current = self.list.currentItem().data(ENTRY) if self.list.currentItem() is not None else None
        self.list.clear()
        shown = [entry for entry in self._entries if _fits(entry, words)]
        for entry in shown[:FOUND_AT_MOST]:
            self._add(entry)
        kept = next((at for at, entry in enumerate(shown[:FOUND_AT_MOST]) if _same(entry, current)), -1)
        marked = next((at for at, entry in enumerate(shown[:FOUND_AT_MOST]) if entry.chosen), 0)
        self.list.setCurrentRow(kept if kept >= 0 else 0 if words else marked)
        self._say_hint(len(shown), words)

    def _say_hint(self, found: int, words: list[str]) -> None:
        several = any(entry.kind is ScopeKind.DOCUMENT for entry in self._entries)
        if words and not found:
            self._hint.say("No document or collection has this name.")
        elif found > FOUND_AT_MOST:
            self._hint.say(f"{found - FOUND_AT_MOST:,} more. Type more of the name.")
        else:
            keys = "⌘" if QApplication.platformName() == "cocoa" else "Ctrl"
            self._hint.say(f"Hold {keys} to choose several documents." if several else "")

    def _add(self, entry: ScopeEntry) -> None:
        theme = current_theme()
        words = f"{entry.name}  ·  {entry.detail}" if entry.detail else entry.name
        item = QListWidgetItem(" ".join(words.split()))
        icon = "check" if entry.chosen else ICONS[entry.kind]
        item.setIcon(theme.icon(icon, "accent" if entry.chosen else "text2", theme.px(16)))
        item.setData(ENTRY, entry)
        item.setToolTip(entry.name)
        spoken = [SPOKEN.get(entry.kind, ""), entry.name, entry.detail, "chosen" if entry.chosen else ""]
        item.setData(int(Qt.ItemDataRole.AccessibleTextRole), ", ".join(filter(None, spoken)))
        item.setSizeHint(QSize(10, theme.px(ROW)))
        self.list.addItem(item)

    def _choose(self, item: QListWidgetItem | None) -> None:
        entry = item.data(ENTRY) if item is not None else None
        if not isinstance(entry, ScopeEntry):
            return
        adding = bool(QApplication.keyboardModifiers() & Qt.KeyboardModifier.ControlModifier)
        self._take(entry, adding=adding and entry.kind is ScopeKind.DOCUMENT)

    def _take(self, entry: ScopeEntry, *, adding: bool) -> None:
        if not adding:
            self.hide()
        self.chosen.emit(entry, adding)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows and Return in the field are the list's."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                entry = self.list.currentItem().data(ENTRY) if self.list.currentItem() is not None else None
                control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
                if isinstance(entry, ScopeEntry):
                    self._take(entry, adding=control and entry.kind is ScopeKind.DOCUMENT)
                return True
            if watched is self.field and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
                by = 1 if event.key() == Qt.Key.Key_Down else -1
                self.list.setCurrentRow(min(max(self.list.currentRow() + by, 0), self.list.count() - 1))
                return True
        return super().eventFilter(watched, event)


def _fits(entry: ScopeEntry, words: list[str]) -> bool:
    if not words:
        return entry.recent or entry.chosen
    name = entry.name.casefold()
    return entry.kind in (ScopeKind.COLLECTION, ScopeKind.DOCUMENT) and all(word in name for word in words)


def _same(entry: ScopeEntry, other: object) -> bool:
    return isinstance(other, ScopeEntry) and (entry.kind, entry.id) == (other.kind, other.id)
