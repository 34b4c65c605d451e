"""Writes running text at a cursor: emphasis, links, code and formulas inside a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.texmath import texmath_plugin
from PySide6.QtGui import QTextCharFormat, QTextCursor

from app.chat.markdown.formats import Formats
from app.chat.markdown.formula_pictures import FormulaPictures
from app.chat.markdown.lines import cleaned

LINK_SCHEMES = ("http://", "https://", "mailto:")
# One endless line makes Qt's layout quadratic (measured: 16 s for 1 MB), so it becomes several paragraphs.
LONGEST_LINE = 5_000


@cache
def parser() -> MarkdownIt:
    """Reads Markdown of strangers: no HTML, no pictures; formulas between dollars and brackets."""
    made = (
        MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"]).disable("image")
    )
    # $5 and $6 are prices: a formula has no space inside its dollars and no figure beside them.
    made.use(dollarmath_plugin, allow_labels=False, allow_space=False, allow_digits=False, double_inline=True)
    return made.use(texmath_plugin, delimiters="brackets")


class InlineWriter:
    """Writes text with the marks in it. ``references`` are the addresses that links name by a label."""

    def __init__(self, formats: Formats, formulas: FormulaPictures) -> None:
        self._formats = formats
        self._formulas = formulas
        self._inset = 0.0
        self.references: dict[str, Any] = {}

    def write(self, cursor: QTextCursor, text: str, style: QTextCharFormat, inset: float = 0.0) -> None:
        """Put the text at the cursor; ``inset`` is how much narrower than the page its place is."""
        if not text:
            return
        self._inset = inset
        for token in parser().parseInline(text, {"references": self.references}):
            self._write_all(cursor, SyntaxTreeNode(token.children or ()).children, style)

    def formula(self, cursor: QTextCursor, source: str, style: QTextCharFormat, inset: float = 0.0) -> None:
        """Put a formula at the cursor that has the line for itself."""
        self._formulas.insert(cursor, source, style, display=True, inset=inset)

    def _write_all(self, cursor: QTextCursor, nodes: Iterable[SyntaxTreeNode], style: QTextCharFormat) -> None:
        for node in nodes:
            self._write(cursor, node, style)

    def _write(self, cursor: QTextCursor, node: SyntaxTreeNode, style: QTextCharFormat) -> None:
        match node.type:
            case "softbreak":
                cursor.insertText(" ", style)
            case "hardbreak":
                cursor.insertText("\u2028", style)
            case "code_inline":
                self._insert(cursor, node.content, self._formats.inline_code(style))
            case "math_inline" | "math_inline_double":
                display = node.type == "math_inline_double"
                self._formulas.insert(cursor, node.content, style, display=display, inset=self._inset)
            case "text" | "html_inline":
                self._insert(cursor, node.content, style)
            case _:
                self._write_all(cursor, node.children or (), self._styled(node, style))

    @staticmethod
    def _insert(cursor: QTextCursor, text: str, style: QTextCharFormat) -> None:
        text = cleaned(text.replace("\n", " "))
        for start in range(0, len(text), LONGEST_LINE):
            if start:
                cursor.insertBlock()
            cursor.insertText(text[start : start + LONGEST_LINE], style)

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
