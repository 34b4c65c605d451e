"""The chip beside the paperclip: what the answers of this conversation come from."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from app.chat.composer.scope_menu import ScopeMenu
from app.chat.composer.scope_shown import ScopeEntry, ScopeKind, ScopeShown
from app.theme.theme import current_theme
from app.widgets.buttons import IconButton

NOTHING = "Answer from my documents"
FROM = "Answers from: "
WIDEST = 440
HEAD_FROM = 260
AROUND, SPARE = 28, 4


class ScopeChip(QWidget):
    """A button that opens the menu, and a × that takes the documents away again.

    Signals:
        chosen: a ScopeEntry, and whether it is added to what is chosen already.
        menu_opened: the menu is about to be seen; its entries may be refreshed.
    """

    chosen = Signal(object, bool)
    menu_opened = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = ScopeShown()
        self.open_button = _Elided()
        self.open_button.setProperty("kind", "scope")
        self.open_button.clicked.connect(self.open_menu)
        self.clear_button = IconButton("x", "Answer without documents", "text2", 14, square=26)
        self.clear_button.clicked.connect(self._clear)
        self.menu = ScopeMenu(self)
        self.menu.chosen.connect(self.chosen)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self.open_button)
        row.addWidget(self.clear_button)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        current_theme().changed.connect(self._tint)
        self.hide()

    def say(self, shown: ScopeShown) -> None:
        """What is chosen, and what else there is."""
        self._shown = shown
        named = bool(shown.name)
        tail = f" · {shown.state}" if shown.state else ""
        self.open_button.say(shown.name if named else NOTHING, tail if named else "", FROM if named else "")
        spoken = f"{FROM}{shown.whole or shown.name}"
        if shown.state:
            spoken += f", {shown.state}"
        self.open_button.setAccessibleName(spoken if named else NOTHING)
        self.open_button.setAccessibleDescription("Opens a list of your documents and collections")
        self.open_button.setToolTip(shown.whole if named else "Choose documents that the answers are to come from")
        if self.open_button.property("chosen") != str(named).lower():
            self.open_button.setProperty("chosen", str(named).lower())
            self.open_button.style().unpolish(self.open_button)
            self.open_button.style().polish(self.open_button)
        held = self.clear_button.hasFocus()
        self.clear_button.setVisible(named)
        if held and not named:
            self.open_button.setFocus()
        self.menu.say(shown.entries)
        self.setVisible(named or shown.possible)
        self._tint()

    def open_menu(self) -> None:
        """Show what can be chosen."""
        self.menu_opened.emit()
        self.menu.open_above(self.open_button.mapToGlobal(QPoint(0, 0)), self.open_button.width())

    def _clear(self) -> None:
        self.chosen.emit(ScopeEntry(ScopeKind.NONE, 0, ""), False)

    def _tint(self) -> None:
        side = current_theme().px(16)
        self.open_button.setIconSize(QSize(side, side))
        icon = "hourglass" if self._shown.state else "file-text"
        self.open_button.setIcon(current_theme().icon(icon, "accent" if self._shown.name else "text2", side))


class _Elided(QPushButton):
    """A button with a name. Where there is no room for all, what stands before it goes first, then its middle; what
    stands behind it never does."""

    def __init__(self) -> None:
        super().__init__()
        self._head = self._name = self._tail = ""
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def say(self, name: str, tail: str = "", head: str = "") -> None:
        """Another name, and what stands behind and before it."""
        self._head, self._name, self._tail = head, " ".join(name.split()), tail
        self._fit(self.width() if self.isVisible() else 0)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Room for all words, up to a limit."""
        self.ensurePolished()
        hint = super().sizeHint()
        wanted = self.fontMetrics().horizontalAdvance(self._head + self._name + self._tail) + self._around() + SPARE
        return QSize(min(wanted, current_theme().px(WIDEST)), max(hint.height(), 28))

    def minimumSizeHint(self) -> QSize:
        """As narrow as it must be."""
        return QSize(60, self.sizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        """Other letters need other room."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()
            self._fit(self.width() if self.isVisible() else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Other room, other words."""
        super().resizeEvent(event)
        self._fit(event.size().width())

    def _fit(self, width: int) -> None:
        metrics = self.fontMetrics()
        room = (width or current_theme().px(WIDEST)) - self._around()
        whole = f"{self._head}{self._name}{self._tail}"
        if metrics.horizontalAdvance(whole) > room:
            head = self._head if room > current_theme().px(HEAD_FROM) else ""
            rest = room - metrics.horizontalAdvance(head + self._tail)
            shown = metrics.elidedText(self._name, Qt.TextElideMode.ElideMiddle, max(rest, 20))
            whole = f"{head}{shown}{self._tail}"
        self.setText(whole.replace("&", "&&"))

    def _around(self) -> int:
        return self.iconSize().width() + AROUND
