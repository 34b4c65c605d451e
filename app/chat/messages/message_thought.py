"""What a model thought before it answered: plain text that grows without being laid out anew."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.chat.markdown.formats import Formats
from app.chat.messages.message_view import settle
from app.chat.messages.text_view import TextView
from app.theme.theme import current_theme
from app.widgets.buttons import FoldButton

INSET, BAR = 12, 3
# Each piece makes Qt lay out the paragraph that it ends anew (measured: 34 s for 50,000 characters in one paragraph
# against 1 s in such pieces).
LONGEST_PARAGRAPH = 1_500


class ThoughtText(TextView):
    """Plain, quiet text. What is there already stays as it is while more comes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._said = ""
        self.setAccessibleName("What the model thought")
        current_theme().changed.connect(self._write_anew)

    def text(self) -> str:
        """All of it."""
        return self._said

    def say(self, text: str) -> None:
        """Show a text; of one that begins with what is shown, only the rest is written."""
        if not text.startswith(self._said):
            self.clear()
            self._said = ""
        new, self._said = text[len(self._said) :], text
        if new:
            self._write(new)

    def _write_anew(self) -> None:
        said, self._said = self._said, ""
        self.clear()
        self.say(said)

    def _write(self, text: str) -> None:
        formats = Formats(current_theme())
        style = formats.coloured(formats.text(13), "text2")
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.beginEditBlock()
        cursor.setBlockFormat(formats.paragraph(gap=0))
        cursor.setCharFormat(style)
        for number, line in enumerate(text.split("\n")):
            if number:
                cursor.insertBlock()
            _write_line(cursor, line)
        cursor.endEditBlock()


class ThoughtFrame(QFrame):
    """A thought beside its bar.

    Signals:
        height_changed: it needs another height.
    """

    height_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._width = 0
        self.setObjectName("thought")
        self.words = ThoughtText()
        self.words.height_changed.connect(self.height_changed)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(INSET, 2, 0, 2)
        inside.addWidget(self.words)

    def fit_width(self, width: int) -> None:
        """Lay the text out for a width at once, so that its height is right before it is shown."""
        if width != self._width:
            self._width = width
            self.words.document().setTextWidth(max(width - INSET - BAR, 40))


class Thinking(QWidget):
    """A thought folded under one line, which says how long it took.

    Signals:
        unfolded: it was opened.
        height_changed: it needs another height.
    """

    unfolded = Signal()
    height_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._thought = ""
        self._fold = FoldButton("")
        self._frame = ThoughtFrame()
        self._frame.words.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._fold, 0, Qt.AlignmentFlag.AlignLeading)
        column.addWidget(self._frame)
        self._frame.hide()
        self._fold.toggled.connect(self._on_fold)
        self._frame.height_changed.connect(self.height_changed)

    def say(self, words: str, thought: str) -> None:
        """The line, and what is folded under it; without a thought there is nothing to see."""
        self._thought = thought
        self._fold.setText(words)
        self.setVisible(bool(thought))
        self._show()

    def fit_width(self, width: int) -> None:
        """The text knows its height only for a width."""
        self._frame.fit_width(width)
        settle(self._frame)

    def _show(self) -> None:
        opened = self._fold.isChecked()
        if opened:
            self._frame.words.say(self._thought)
        self._frame.setVisible(opened)

    def _on_fold(self, opened: bool) -> None:
        self._show()
        if opened:
            self.unfolded.emit()
        self.height_changed.emit()


def _write_line(cursor: QTextCursor, line: str) -> None:
    """Write a line, in pieces if it is a long one; a piece ends at a space if there is one soon."""
    while line:
        room = max(LONGEST_PARAGRAPH - cursor.positionInBlock(), 0)
        if len(line) <= room:
            break
        space = line.find(" ", room, room + LONGEST_PARAGRAPH)
        if space < 0 and len(line) <= room + LONGEST_PARAGRAPH and cursor.positionInBlock() < 2 * LONGEST_PARAGRAPH:
            break
        end = space if space >= 0 else room
        cursor.insertText(line[:end])
        cursor.insertBlock()
        line = line[end:].removeprefix(" ")
    cursor.insertText(line)
