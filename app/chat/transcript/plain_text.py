"""Messages made plain: what Markdown says without its signs, to be copied or searched, without laying it out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from markdown_it.tree import SyntaxTreeNode

from app.chat.markdown.inlines import parser
from app.chat.markdown.lines import cleaned
from app.chat.markdown.pieces import Code, CodeLine, Definitions, DisplayFormula, Flow, Piece, Row, Rule, Table
from app.chat.markdown.text_reader import pieces_of
from app.chat.messages.items import MessageItem

# In a document a formula is this one character, and a line that breaks inside a paragraph the other.
PICTURE, LINE_BREAK = "\ufffc", "\u2028"


def plain_text(item: MessageItem) -> str:
    """A message's words as they are read; formulas as LaTeX. A question is plain as it is."""
    if item.role == "user":
        return item.text
    writer = _PlainWriter(links=item.backing is None)
    for piece in pieces_of(item.text):
        writer.add(piece)
    return writer.text.strip()


def seen_paragraphs(item: MessageItem) -> Iterator[str]:
    """What is seen of a message, paragraph by paragraph as its document holds it. Each is read when it is asked for."""
    if item.role == "user":
        yield from item.text.split("\n")
        return
    words = _Words(PICTURE, LINE_BREAK, links=item.backing is None)
    paragraph = ""
    for piece in pieces_of(item.text):
        if isinstance(piece, Flow | CodeLine) and piece.goes_on:
            paragraph += words.of(piece.text) if isinstance(piece, Flow) else piece.text
            continue
        if paragraph:
            yield paragraph
        paragraph = ""
        match piece:
            case Flow(text=text):
                paragraph = words.of(text)
            case CodeLine(text=text):
                paragraph = text
            case Table(cells=cells) | Row(cells=cells):
                yield from map(words.of, cells)
            case Definitions(references):
                words.references |= references
    yield paragraph


class _Words:
    """Reads running text; ``formula`` stands for formulas, "" for their source. Without ``links`` they are text."""

    def __init__(self, formula: str, line_break: str, *, links: bool = True) -> None:
        self._parser = parser(plain=not links)
        self._formula = formula
        self._line_break = line_break
        self.references: dict[str, Any] = {}

    def of(self, text: str) -> str:
        """The words of a text with marks in it."""
        tokens = self._parser.parseInline(text, {"references": self.references}) if text else []
        return "".join(self._all(SyntaxTreeNode(token.children or ())) for token in tokens)

    def _all(self, node: SyntaxTreeNode) -> str:
        return "".join(map(self._one, node.children))

    def _one(self, node: SyntaxTreeNode) -> str:
        match node.type:
            case "text" | "code_inline" | "html_inline":
                return cleaned(node.content.replace("\n", " "))
            case "softbreak":
                return " "
            case "hardbreak":
                return self._line_break
            case "math_inline":
                return self._formula or f"${node.content.strip()}$"
            case "math_inline_double":
                return self._formula or f"$${node.content.strip()}$$"
        return self._all(node)


class _PlainWriter:
    """Puts pieces together: a blank line between paragraphs, none inside lists, tables and code."""

    def __init__(self, *, links: bool) -> None:
        self._words = _Words("", "\n", links=links)
        self._group = ""
        self.text = ""

    def add(self, piece: Piece) -> None:
        """The next one."""
        match piece:
            case Flow(goes_on=True, text=text):
                self.text += self._words.of(text)
            case CodeLine(goes_on=True, text=text):
                self.text += text
            case Flow():
                self._flow(piece)
            case CodeLine(text=text):
                self._line(text, "code")
            case Table(cells=cells) | Row(cells=cells):
                self._line("\t".join(map(self._words.of, cells)), "table", fresh=isinstance(piece, Table))
            case DisplayFormula(source=source):
                self._line(f"$${source.strip()}$$", "formula", fresh=True)
            case Code() | Rule():
                self._group = ""
            case Definitions(references):
                self._words.references |= references

    def _flow(self, flow: Flow) -> None:
        words = self._words.of(flow.text)
        inset = "  " * (flow.place.steps // 2)  # an item is two steps in
        if flow.bullet is not None:
            sign = "-" if flow.bullet.number is None else f"{flow.bullet.number}{flow.bullet.ending}"
            self._line(f"{inset[2:]}{sign} {words}", "list")
        elif flow.place.listed:
            self._line(inset + words, "list")
        else:
            self._line(words, "words", fresh=True)

    def _line(self, text: str, group: str, *, fresh: bool = False) -> None:
        between = "\n\n" if fresh or group != self._group else "\n"
        self.text += between + text
        self._group = group
