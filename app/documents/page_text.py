"""A page as text, with the passage and the words looked for marked in it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import (
    QFont,
    QKeyEvent,
    QResizeEvent,
    QShowEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QWheelEvent,
)
from PySide6.QtWidgets import QTextBrowser, QTextEdit, QWidget

from app.documents import ink
from app.documents.shown import Marks
from app.theme.theme import current_theme

WIDEST, MARGIN = 760, 20
LINE_PERCENT = 150
EMPTY_LINE = 8
FIXED = int(QTextBlockFormat.LineHeightTypes.FixedHeight.value)
PROPORTIONAL = int(QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)


class PageTextView(QTextBrowser):
    """Plain text only: what a document says is never interpreted.

    Signals:
        turned: -1 or 1, when the keyboard goes over the end of the page.
    """

    turned = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setOpenLinks(False)
        self._passage = (0, 0)
        self._words: Marks = ()
        self._plain = ""
        self._fresh = False
        current_theme().changed.connect(self._dress)

    def show_text(self, text: str, passage: tuple[int, int], words: Marks) -> None:
        """The text of a page; ``passage`` and ``words`` are places in it."""
        self._plain, self._passage, self._words, self._fresh = text, passage, words, True
        self._dress()

    def _dress(self) -> None:
        self.document().setDefaultFont(current_theme().font(15))
        self.setPlainText(self._plain)
        everything = QTextCursor(self.document())
        everything.select(QTextCursor.SelectionType.Document)
        spaced = QTextBlockFormat()
        spaced.setLineHeight(LINE_PERCENT, PROPORTIONAL)
        spaced.setBottomMargin(6)
        everything.mergeBlockFormat(spaced)
        self._lower_empty_lines()
        start, stop = self._passage
        selections = [self._selection(a, b, "soft", "text") for a, b in _lines(self._plain, start, stop)]
        selections += [self._selection(a, b, "selection", "text", bold=True) for a, b in self._words]
        self.setExtraSelections(selections)
        self._go_to(start)

    def _lower_empty_lines(self) -> None:
        """Between lines that have air around them a whole empty one would be a hole."""
        low = QTextBlockFormat()
        low.setLineHeight(current_theme().px(EMPTY_LINE), FIXED)
        low.setBottomMargin(0)
        block = self.document().begin()
        while block.isValid():
            if not block.text().strip():
                QTextCursor(block).mergeBlockFormat(low)
            block = block.next()

    def _selection(
        self, start: int, stop: int, ground: str, words: str, *, bold: bool = False
    ) -> QTextEdit.ExtraSelection:
        marked = QTextEdit.ExtraSelection()
        cursor = QTextCursor(self.document())
        last = self.document().characterCount() - 1
        cursor.setPosition(min(ink.units(self._plain, start), last))
        cursor.setPosition(min(ink.units(self._plain, stop), last), QTextCursor.MoveMode.KeepAnchor)
        look = QTextCharFormat()
        look.setBackground(ink.colour(ground))
        look.setForeground(ink.colour(words))
        if bold:
            look.setFontWeight(QFont.Weight.DemiBold)
        marked.cursor = cursor
        marked.format = look
        return marked

    def _go_to(self, start: int) -> None:
        cursor = QTextCursor(self.document())
        cursor.setPosition(min(ink.units(self._plain, start), self.document().characterCount() - 1))
        self.setTextCursor(cursor)
        if not start:
            self.verticalScrollBar().setValue(0)
            return
        place = self.cursorRect(cursor)
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + place.top() - self.viewport().height() // 4)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that scroll go on with the next page at its end."""
        bar, key = self.verticalScrollBar(), event.key()
        self._fresh = False
        if key in (Qt.Key.Key_PageDown, Qt.Key.Key_Space) and bar.value() == bar.maximum():
            self.turned.emit(1)
        elif key == Qt.Key.Key_PageUp and bar.value() == 0:
            self.turned.emit(-1)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and not event.modifiers():
            self.turned.emit(-1 if key == Qt.Key.Key_Left else 1)
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Reading on."""
        self._fresh = False
        super().wheelEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """What was laid out while it was hidden may be elsewhere now."""
        super().showEvent(event)
        if self._fresh:
            self._go_to(self._passage[0])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A column in the middle."""
        side = max((self.width() - WIDEST) // 2, MARGIN)
        self.setViewportMargins(side, 8, side - 8 if side > MARGIN else 8, 8)
        super().resizeEvent(event)
        if self._fresh:  # nobody has read on: the passage stays in sight
            self._go_to(self._passage[0])


def _lines(text: str, start: int, stop: int) -> list[tuple[int, int]]:
    """The lines of a passage that have something in them, as places in the text."""
    found = []
    for line in text[start:stop].splitlines(keepends=True):
        if line.strip():
            found.append((start, start + len(line.rstrip())))
        start += len(line)
    return found
