"""Writes running text at a cursor: emphasis, links, code and formulas inside a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
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
SOURCE_SCHEME = "hearth-source"
# [2] and [1, 3], also as some models write them.
_CITED = re.compile(r"[\[【]\d{1,6}(?:\s*[,;]\s*\d{1,6})*[\]】]")
_NUMBER = re.compile(r"[\[【]?(\d+)[\]】]?")


@cache
def parser(*, plain: bool = False) -> MarkdownIt:
    """Reads Markdown of strangers: no HTML, no pictures; formulas between dollars and brackets. ``plain``: a link
    stays the text that it was written as, for documents may have had it written."""
    made = (
        MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"]).disable("image")
    )
    if plain:
        made.disable(["link", "autolink"])
    # $5 and $6 are prices: a formula has no space inside its dollars and no figure beside them.
    made.use(dollarmath_plugin, allow_labels=False, allow_space=False, allow_digits=False, double_inline=True)
    return made.use(texmath_plugin, delimiters="brackets")


class InlineWriter:
    """Writes text with the marks in it. ``references`` are the addresses that links name by a label. ``cites``, for
    answers over documents alone, says what stands behind each number of a source; links are plain text there."""

    def __init__(self, formats: Formats, formulas: FormulaPictures, cites: Mapping[int, str] | None = None) -> None:
        self._cites = cites
        self._formats = formats
        self._formulas = formulas
        self._inset = 0.0
        self.references: dict[str, Any] = {}

    def write(self, cursor: QTextCursor, text: str, style: QTextCharFormat, inset: float = 0.0) -> None:
        """Put the text at the cursor; ``inset`` is how much narrower than the page its place is."""
        if not text:
            return
        self._inset = inset
        for token in parser(plain=self._cites is not None).parseInline(text, {"references": self.references}):
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
            case "text" if self._cites:
                self._insert_cited(cursor, node.content, style, self._cites)
            case "text" | "html_inline":
                self._insert(cursor, node.content, style)
            case _:
                self._write_all(cursor, node.children or (), self._styled(node, style))

    def _insert_cited(self, cursor: QTextCursor, text: str, style: QTextCharFormat, cites: Mapping[int, str]) -> None:
        """Text in which the numbers of sources lead to them. The letters stay the same, to be copied and found."""
        at = 0
        for found in _CITED.finditer(text):
            numbers = list(_NUMBER.finditer(text, found.start(), found.end()))
            if not all(int(number.group(1)) in cites for number in numbers):
                continue
            for number in numbers:
                which = int(number.group(1))
                self._insert(cursor, text[at : number.start()], style)
                cite = self._formats.cite(style, f"{SOURCE_SCHEME}:{which}", cites[which])
                self._insert(cursor, number.group(), cite)
                at = number.end()
        self._insert(cursor, text[at:], style)

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
