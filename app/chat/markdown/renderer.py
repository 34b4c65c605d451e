"""Renders Markdown into the end of a QTextDocument, and re-renders only the last block while text streams in.

Blocks that can't change any more are frozen; streamed text ends as the same document as text rendered at once.
"""

from __future__ import annotations

from functools import cache

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.texmath import texmath_plugin
from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextListFormat,
)

from app.chat.markdown.formats import Formats
from app.chat.markdown.formula_pictures import FormulaPictures
from app.chat.markdown.highlight import coloured
from app.theme.theme import Theme

COPY_SCHEME = "hearth-copy"
LINK_SCHEMES = ("http://", "https://", "mailto:")
# One endless line makes Qt's layout quadratic (measured: 16 s for 1 MB), so it becomes several blocks.
LONGEST_LINE = 5_000
BULLETS = (
    QTextListFormat.Style.ListDisc,
    QTextListFormat.Style.ListCircle,
    QTextListFormat.Style.ListSquare,
)


@cache
def _parser() -> MarkdownIt:
    made = (
        MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"]).disable("image")
    )
    # $5 and $6 are prices: a formula has no space inside its dollars and no figure beside them.
    made.use(dollarmath_plugin, allow_labels=False, allow_space=False, allow_digits=False, double_inline=True)
    return made.use(texmath_plugin, delimiters="brackets")


class MarkdownRenderer:
    """Owns what was rendered into one document so far. Lives on the UI thread."""

    def __init__(self, document: QTextDocument, theme: Theme) -> None:
        self._document = document
        self._formats = Formats(theme)
        self.text = ""
        self.codes: list[str] = []
        self._frozen_offset = 0
        self._frozen_position = 0
        self._frozen_codes = 0
        self.formulas = FormulaPictures(document)

    def set_text(self, text: str) -> None:
        """Render from the start."""
        self._document.clear()
        self.text, self.codes = "", []
        self._frozen_offset = self._frozen_position = self._frozen_codes = 0
        self.append(text)

    def append(self, text: str) -> None:
        """Add text to the end; only what is not frozen is rendered again."""
        self.text += text
        tail = self.text[self._frozen_offset :]
        cursor = QTextCursor(self._document)
        cursor.beginEditBlock()
        self._remove_tail(cursor)
        blocks = SyntaxTreeNode(_parser().parse(tail)).children
        for number, node in enumerate(blocks):
            if number and number == len(blocks) - 1 and node.map:
                self._freeze(cursor, tail, node.map[0])
            self._block(cursor, node)
        cursor.endEditBlock()

    def _freeze(self, cursor: QTextCursor, tail: str, line: int) -> None:
        offset = 0
        for _ in range(line):
            offset = tail.index("\n", offset) + 1
        self._frozen_offset += offset
        self._frozen_position = cursor.position()
        self._frozen_codes = len(self.codes)

    def _remove_tail(self, cursor: QTextCursor) -> None:
        cursor.setPosition(self._frozen_position)
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        block = cursor.block()
        if block.length() == 1:  # what is left of a removed list or table must not shape what comes next
            if block.textList() is not None:
                block.textList().remove(block)
            cursor.setBlockFormat(QTextBlockFormat())
        del self.codes[self._frozen_codes :]

    # --- blocks ---------------------------------------------------------------------------------------------------

    def _begin(self, cursor: QTextCursor, block: QTextBlockFormat, text: QTextCharFormat) -> None:
        """A fresh block at the cursor; an empty one that stands ready is used."""
        if cursor.block().length() == 1 and cursor.block().textList() is None:
            cursor.setBlockFormat(block)
            cursor.setBlockCharFormat(text)
        else:
            cursor.insertBlock(block, text)
        cursor.setCharFormat(text)

    def _block(self, cursor: QTextCursor, node: SyntaxTreeNode, depth: int = 0) -> None:
        match node.type:
            case "paragraph":
                self._begin(cursor, self._formats.paragraph(), self._formats.text())
                self._inlines(cursor, node, self._formats.text())
            case "heading":
                style = self._formats.heading(node.tag)
                self._begin(cursor, self._formats.paragraph(gap=6, above=8), style)
                self._inlines(cursor, node, style)
            case "bullet_list" | "ordered_list":
                self._list(cursor, node, depth)
            case "fence" | "code_block":
                self._code(cursor, node)
            case "table":
                self._table(cursor, node)
            case "blockquote":
                self._quote(cursor, node)
            case "math_block" | "math_block_label" | "math_block_eqno":
                middle = self._formats.paragraph()
                middle.setAlignment(Qt.AlignmentFlag.AlignHCenter)
                self._begin(cursor, middle, self._formats.text())
                self.formulas.insert(cursor, node.content, self._formats.text(), display=True)
            case "hr":
                rule = self._formats.paragraph(gap=12)
                rule.setProperty(QTextFormat.Property.BlockTrailingHorizontalRulerWidth, 1)
                self._begin(cursor, rule, self._formats.text(4))
            case _:
                self._begin(cursor, self._formats.paragraph(), self._formats.text())
                cursor.insertText(node.content)

    def _list(self, cursor: QTextCursor, node: SyntaxTreeNode, depth: int) -> None:
        style = QTextListFormat()
        style.setIndent(depth + 1)
        ordered = node.type == "ordered_list"
        style.setStyle(QTextListFormat.Style.ListDecimal if ordered else BULLETS[depth % len(BULLETS)])
        if ordered:
            style.setStart(int(node.attrs.get("start", 1)))
        made = None
        for item in node.children:
            first = True
            for child in item.children or ():
                if child.type == "paragraph":
                    block = self._formats.paragraph(gap=4)
                    if not first:
                        block.setIndent(depth + 1)
                    self._begin_item(cursor, block)
                    if first and made is None:
                        made = cursor.createList(style)
                    elif first and made is not None:
                        made.add(cursor.block())
                    self._inlines(cursor, child, self._formats.text())
                else:
                    self._block(cursor, child, depth + 1)
                first = False
        last = cursor.blockFormat()
        if depth == 0:
            last.setBottomMargin(10)
            cursor.setBlockFormat(last)

    def _begin_item(self, cursor: QTextCursor, block: QTextBlockFormat) -> None:
        text = self._formats.text()
        if cursor.block().length() == 1 and cursor.block().textList() is None:
            cursor.setBlockFormat(block)
        else:
            cursor.insertBlock(block, text)
            if cursor.block().textList() is not None:
                cursor.block().textList().remove(cursor.block())
                cursor.setBlockFormat(block)
        cursor.setBlockCharFormat(text)
        cursor.setCharFormat(text)

    def _code(self, cursor: QTextCursor, node: SyntaxTreeNode) -> None:
        language = (node.info or "").split()[0][:30] if (node.info or "").split() else ""
        code = node.content.removesuffix("\n")
        self.codes.append(code)
        self._begin(cursor, QTextBlockFormat(), self._formats.code())
        table = cursor.insertTable(1, 1, self._formats.card())
        inside = table.cellAt(0, 0).firstCursorPosition()
        label = self._formats.coloured(self._formats.text(12), "text3")
        inside.setBlockFormat(self._formats.paragraph(gap=6))
        inside.insertText(f"{language}   " if language else "", label)
        copy = self._formats.link(self._formats.text(12), f"{COPY_SCHEME}:{len(self.codes) - 1}")
        copy.setToolTip("Copy this code")
        copy.setFontUnderline(False)
        inside.insertText("Copy", copy)
        inside.insertBlock(self._formats.tight(), self._formats.code())
        for piece, token in coloured(code, language):
            style = self._formats.coloured(self._formats.code(), token)
            lines = [part for whole in piece.split("\n") for part in _slices(whole)]
            for number, line in enumerate(lines):
                if number:
                    inside.insertBlock(self._formats.tight(), self._formats.code())
                inside.insertText(line, style)
        cursor.movePosition(QTextCursor.MoveOperation.End)

    def _table(self, cursor: QTextCursor, node: SyntaxTreeNode) -> None:
        rows = [row for part in node.children for row in part.children]
        columns = max(len(row.children) for row in rows)
        self._begin(cursor, QTextBlockFormat(), self._formats.text())
        table = cursor.insertTable(len(rows), columns, self._formats.grid())
        table_format = table.format().toTableFormat()
        table_format.setHeaderRowCount(1)
        table.setFormat(table_format)
        for y, row in enumerate(rows):
            for x, cell in enumerate(row.children):
                inside = table.cellAt(y, x).firstCursorPosition()
                style = self._formats.heading("h6") if y == 0 else self._formats.text()
                inside.setBlockFormat(self._formats.tight())
                self._inlines(inside, cell, style)
        cursor.movePosition(QTextCursor.MoveOperation.End)

    def _quote(self, cursor: QTextCursor, node: SyntaxTreeNode) -> None:
        self._begin(cursor, QTextBlockFormat(), self._formats.text())
        table = cursor.insertTable(1, 3, self._formats.quote())
        bar = table.cellAt(0, 0)
        style = bar.format()
        style.setBackground(self._formats.coloured(QTextCharFormat(), "line").foreground())
        bar.setFormat(style)
        inside = table.cellAt(0, 2).firstCursorPosition()
        first = True
        for child in node.children:
            if child.type in ("paragraph", "heading"):
                quiet = self._formats.coloured(self._formats.text(), "text2")
                block = self._formats.paragraph(gap=4)
                if first:
                    inside.setBlockFormat(block)
                else:
                    inside.insertBlock(block)
                self._inlines(inside, child, quiet)
            else:
                inside.insertText(_plain(child), self._formats.text())
            first = False
        cursor.movePosition(QTextCursor.MoveOperation.End)

    # --- inside a line --------------------------------------------------------------------------------------------

    def _inlines(self, cursor: QTextCursor, node: SyntaxTreeNode, style: QTextCharFormat) -> None:
        for child in node.children or ():
            self._inline(cursor, child, style)

    def _inline(self, cursor: QTextCursor, node: SyntaxTreeNode, style: QTextCharFormat) -> None:
        match node.type:
            case "softbreak":
                cursor.insertText(" ", style)
            case "hardbreak":
                cursor.insertText("\u2028", style)
            case "code_inline":
                cursor.insertText(node.content, self._formats.inline_code(style))
            case "math_inline" | "math_inline_double":
                self.formulas.insert(cursor, node.content, style, display=node.type == "math_inline_double")
            case "text" | "html_inline":
                for number, piece in enumerate(_slices(node.content)):
                    if number:
                        cursor.insertBlock()
                    cursor.insertText(piece, style)
            case _:
                self._inlines(cursor, node, self._styled(node, style))

    def _styled(self, node: SyntaxTreeNode, style: QTextCharFormat) -> QTextCharFormat:
        made = QTextCharFormat(style)
        match node.type:
            case "strong":
                made.setFontWeight(600)
            case "em":
                made.setFontItalic(True)
            case "s":
                made.setFontStrikeOut(True)
            case "link":
                address = str(node.attrs.get("href", ""))
                if address.lower().startswith(LINK_SCHEMES):
                    return self._formats.link(style, address)
        return made


def _slices(text: str) -> list[str]:
    """The text in pieces that Qt's layout takes in its stride; one piece almost always."""
    return [text[i : i + LONGEST_LINE] for i in range(0, len(text), LONGEST_LINE)] or [""]


def _plain(node: SyntaxTreeNode) -> str:
    if node.children:
        return "\n".join(_plain(child) for child in node.children)
    return node.content or ""
