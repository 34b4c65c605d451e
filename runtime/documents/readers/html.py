"""HTML as blocks: headings, paragraphs, lists, tables; what scripts and styles hold is no text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from runtime.documents.readers.encodings import encoding_of
from runtime.documents.readers.flow import Flow
from runtime.documents.readers.outcomes import Unsupported
from runtime.documents.readers.sink import Sink
from runtime.documents.readers.source import Source
from runtime.documents.readers.tables import row_blocks
from runtime.documents.reading import Block, BlockKind, DocumentFacts

_NO_TEXT = {"script", "style", "template", "head", "svg", "math", "iframe", "object", "select", "noscript", "canvas"}
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_KINDS = {"li": BlockKind.LIST_ITEM, "dt": BlockKind.LIST_ITEM, "dd": BlockKind.LIST_ITEM, "pre": BlockKind.CODE}
_BLOCKS = set(
    [
        "html",
        "body",
        "div",
        "p",
        "section",
        "article",
        "main",
        "header",
        "footer",
        "nav",
        "aside",
        "ul",
        "ol",
        "li",
        "dl",
        "dt",
        "dd",
        "pre",
        "blockquote",
        "table",
        "caption",
        "thead",
        "tbody",
        "tfoot",
        "tr",
        "td",
        "th",
        "form",
        "fieldset",
        "figure",
        "figcaption",
        "address",
        "hr",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "details",
        "summary",
        "center",
    ]
)
_LONGEST_BLOCK = 20_000
# A longer cell that is alone in its row stands in a table for the looks.
_LONGEST_LONE_CELL = 100


@dataclass(frozen=True)
class _Place:
    """What an element hands down to what is in it; the numbers name the nearest block, table, row and cell around."""

    block: int
    kind: BlockKind = BlockKind.PARAGRAPH
    level: int = 0
    table: int = 0
    row: int = 0
    cell: int = 0
    hidden: bool = False
    silent: bool = False


def read_html(source: Source, out: Sink) -> None:
    """A page of the web, or what a program saved as one."""
    data = source.content(out.limits.member_bytes)
    title, language, blocks = html_blocks(data, encoding_of(source.head, whole=len(data) <= len(source.head)))
    out.tell(DocumentFacts("html", title, language=language))
    flow = Flow(out)
    flow.extend(blocks)
    flow.end()


def html_blocks(data: bytes, encoding: str | None) -> tuple[str, str, Iterator[Block]]:
    """Title, language and blocks. ``encoding`` counts unless the page names its own. Raises Unsupported."""
    from selectolax.lexbor import LexborHTMLParser

    if encoding is None:
        raise Unsupported("binary")
    tree = LexborHTMLParser(data.decode(_named(data, encoding), "replace"))
    title = tree.css_first("title")
    root = tree.root
    language = (root.attributes.get("lang") or "") if root is not None else ""
    return (title.text() if title is not None else ""), language, _blocks(tree)


def _named(data: bytes, encoding: str) -> str:
    """The encoding that the page itself names, where the bytes alone leave it open."""
    import codecs
    import re

    if encoding.startswith("utf"):
        return encoding
    found = re.search(rb"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{2,40})", data[:4096])
    try:
        return codecs.lookup(found.group(1).decode()).name if found else encoding
    except LookupError:
        return encoding


def _blocks(tree: Any) -> Iterator[Block]:
    gatherer = _Gatherer()
    if tree.root is not None:
        places = {0: _Place(0)}
        for node in tree.root.traverse(include_text=True):
            parent = node.parent
            above = places.get(parent.mem_id if parent is not None else 0, places[0])
            if node.tag == "-text":
                yield from gatherer.text(node.text_content or "", above)
            else:
                places[node.mem_id] = gatherer.enter(node, above)
    yield from gatherer.end()


class _Gatherer:
    """Joins the texts of one block element, and the cells of one table."""

    def __init__(self) -> None:
        self._made = 0
        self._place = _Place(0)
        self._texts: list[str] = []
        self._table = 0
        self._rows: dict[int, dict[int, list[str]]] = {}

    def enter(self, node: Any, above: _Place) -> _Place:
        """The place that the element makes for what is in it."""
        tag = node.tag
        if tag == "br":
            self._texts.append("\n")
        if above.silent or tag in _NO_TEXT:
            return _Place(above.block, silent=True)
        hidden = above.hidden or _is_hidden(node)
        if tag not in _BLOCKS:
            return above if hidden == above.hidden else replace(above, hidden=hidden)
        self._made += 1
        here = replace(above, block=self._made, hidden=hidden, kind=_KINDS.get(tag, above.kind))
        if tag in _HEADINGS:
            return replace(here, kind=BlockKind.HEADING, level=_HEADINGS[tag])
        return self._in_table(tag, here)

    def _in_table(self, tag: str, here: _Place) -> _Place:
        """A table within a table is one of its own: the outer one is there for the looks."""
        if tag == "table":
            return replace(here, table=self._made, row=0, cell=0)
        if tag == "tr" and here.table:
            return replace(here, row=self._made, cell=0)
        if tag in ("td", "th") and here.row:
            if here.table == self._table:
                self._rows.setdefault(here.row, {})[self._made] = []
            return replace(here, cell=self._made)
        return here

    def text(self, text: str, place: _Place) -> Iterator[Block]:
        """Some text; gives the block before it once that is whole."""
        if place.silent or not text:
            return
        if place.cell:
            if text.strip():
                yield from self._cell_text(text, place)
            return
        if not text.strip() and place.kind is not BlockKind.CODE:
            self._texts.append(" ")
            return
        if place.block != self._place.block or place.hidden != self._place.hidden:
            yield from self._flush()
        yield from self._flush_table()
        self._place = place
        self._texts.append(text)

    def _cell_text(self, text: str, place: _Place) -> Iterator[Block]:
        yield from self._flush()
        if place.table != self._table:
            yield from self._flush_table()
            self._table = place.table
        self._rows.setdefault(place.row, {}).setdefault(place.cell, []).append(text)

    def end(self) -> Iterator[Block]:
        """The last ones."""
        yield from self._flush()
        yield from self._flush_table()

    def _flush_table(self) -> Iterator[Block]:
        if self._rows:
            rows, self._rows = self._rows, {}
            table = [[" ".join(texts) for texts in cells.values()] for cells in rows.values()]
            for block in row_blocks(table):
                plain = " | " not in block.text and len(block.text) > _LONGEST_LONE_CELL
                yield Block(BlockKind.PARAGRAPH, block.text) if plain else block

    def _flush(self) -> Iterator[Block]:
        texts, self._texts = self._texts, []
        if self._place.kind is BlockKind.CODE:
            text = "".join(texts)
        else:
            text = "\n".join(" ".join(line.split()) for line in "".join(texts).split("\n")).strip()
        for start in range(0, len(text), _LONGEST_BLOCK):
            piece = text[start : start + _LONGEST_BLOCK]
            yield Block(self._place.kind, piece, level=self._place.level, hidden=self._place.hidden)


def _is_hidden(node: Any) -> bool:
    attributes = node.attributes
    if "hidden" in attributes:
        return True
    style = (attributes.get("style") or "").replace(" ", "").lower()
    return "display:none" in style or "visibility:hidden" in style or "font-size:0" in style
