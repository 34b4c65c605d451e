"""A block of code in the document: a label, then its lines, coloured as they come."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QTextBlock, QTextBlockFormat, QTextCharFormat, QTextCursor, QTextDocument

from app.chat.markdown.formats import LABEL_GAP, Formats
from app.chat.markdown.highlight import ColouredLine, coloured
from app.chat.markdown.pieces import Code, CodeLine

COPY_SCHEME = "hearth-copy"
# So many lines are coloured together; then those before the last safe place are settled.
TOGETHER = 12


@dataclass(frozen=True)
class CardMark:
    """How far a card was written."""

    lines: int
    settled: int
    opener: str


class CodeCard:
    """Owns the lines of one block of code. The view paints the ground under them."""

    def __init__(self, document: QTextDocument, formats: Formats, code: Code, number: int) -> None:
        self._document = document
        self._formats = formats
        self._code = code
        self._number = number
        self._lines: list[CodeLine] = []
        self._shown: list[ColouredLine] = []
        self._settled = 0
        self._opener = ""
        self._first = 0
        self._above = 0.0
        self._styles: dict[str, QTextCharFormat] = {}

    @property
    def code(self) -> str:
        """What copying gives."""
        return "".join(
            line.text if line.goes_on or not number else f"\n{line.text}" for number, line in enumerate(self._lines)
        )

    def mark(self) -> CardMark:
        """How far it is written now."""
        return CardMark(len(self._lines), self._settled, self._opener)

    def go_back(self, mark: CardMark) -> None:
        """Forget what came after a mark; the document has forgotten it already."""
        if len(self._lines) > mark.lines:
            del self._lines[mark.lines :]
            del self._shown[mark.lines :]
            self._format(mark.lines - 1, last=True)
        self._settled, self._opener = mark.settled, mark.opener

    def begin(self, cursor: QTextCursor, follows: str) -> None:
        """Write the label at the cursor, which stands in an empty block behind ``follows``."""
        self._above = self._formats.above_card(follows)
        self._first = cursor.blockNumber() + 1
        label = self._formats.coloured(self._formats.text(12), "text3")
        cursor.setBlockFormat(self._block_format(-1, last=True))
        if self._code.language:
            cursor.insertText(f"{self._code.language}   ", label)
        copy = self._formats.link(self._formats.text(12), f"{COPY_SCHEME}:{self._number}")
        copy.setToolTip("Copy this code")
        copy.setFontUnderline(False)
        cursor.insertText("Copy", copy)

    def add(self, line: CodeLine) -> None:
        """One more line; it is seen after :meth:`show`, at the latest."""
        self._lines.append(line)
        if len(self._lines) - self._settled >= TOGETHER:
            self.show(settle=True)

    def show(self, *, settle: bool = False) -> None:
        """Write the lines that are not written yet and recolour those that read differently now."""
        together = self._lines[self._settled :]
        if not together:
            return
        made = coloured([line.text for line in together], self._code.language, self._opener)
        for number, line in enumerate(made, self._settled):
            if number >= len(self._shown):
                self._write(number, line)
            elif line.pieces != self._shown[number].pieces:
                self._write_again(number, line)
        if settle:
            kept = _safe([line.text for line in together], made)
            self._opener = made[kept].opener
            self._settled += kept + 1

    # --- inside ---------------------------------------------------------------------------------------------------

    def _block(self, number: int) -> QTextBlock:
        return self._document.findBlockByNumber(self._first + number)

    def _write(self, number: int, line: ColouredLine) -> None:
        cursor = QTextCursor(self._block(number - 1))
        cursor.setBlockFormat(self._block_format(number - 1, last=False))
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock)
        cursor.insertBlock(self._block_format(number, last=True), self._style("text"))
        self._insert(cursor, line)
        self._shown.append(line)

    def _write_again(self, number: int, line: ColouredLine) -> None:
        cursor = QTextCursor(self._block(number))
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        self._insert(cursor, line)
        self._shown[number] = line

    def _insert(self, cursor: QTextCursor, line: ColouredLine) -> None:
        for text, token in line.pieces:
            cursor.insertText(text, self._style(token))

    def _format(self, number: int, *, last: bool) -> None:
        QTextCursor(self._block(number)).setBlockFormat(self._block_format(number, last=last))

    def _block_format(self, number: int, *, last: bool) -> QTextBlockFormat:
        made = self._formats.code_line(self._number, self._code.place, last=last)
        if number < 0:
            made.setTopMargin(self._above)
            made.setBottomMargin(made.bottomMargin() if last else LABEL_GAP)
        return made

    def _style(self, token: str) -> QTextCharFormat:
        if token not in self._styles:
            self._styles[token] = self._formats.coloured(self._formats.code(), token)
        return self._styles[token]


def _safe(lines: list[str], made: list[ColouredLine]) -> int:
    """The last line after which the next one reads by itself, best one before a line that is not indented."""
    half = len(lines) // 2
    alone = [number for number in range(half, len(lines)) if not made[number].opener]
    starts = [number for number in alone if number + 1 < len(lines) and lines[number + 1][:1].strip()]
    return (starts or alone or [len(lines) - 1])[-1]
