"""Word documents: headings by their styles, lists, tables, notes, comments, text boxes, and pages where Word noted
them."""

from __future__ import annotations

from typing import Any

from runtime.documents.readers.flow import Flow
from runtime.documents.readers.outcomes import Damaged
from runtime.documents.readers.packed import Packed, core_title, ends_of, parse_xml, relations, release
from runtime.documents.readers.sink import Sink
from runtime.documents.readers.source import Source
from runtime.documents.readers.tables import row_blocks
from runtime.documents.reading import Block, BlockKind, DocumentFacts

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_P, _TBL, _T, _TAB, _BR, _CR, _PAGE = (W + n for n in ("p", "tbl", "t", "tab", "br", "cr", "lastRenderedPageBreak"))
_TR, _TC, _TABS, _HYPHEN = W + "tr", W + "tc", W + "tabs", W + "noBreakHyphen"
_NOTES = {"footnotes": W + "footnote", "endnotes": W + "endnote", "comments": W + "comment"}
_MOST_STYLE_STEPS = 20


def read_docx(source: Source, out: Sink) -> None:
    """A .docx or .docm file."""
    with Packed(source, out) as packed:
        main = _main_part(packed)
        styles = _heading_styles(packed.maybe(f"{main.rpartition('/')[0]}/styles.xml"))
        data = packed.read(main)
        out.tell(DocumentFacts("docx", core_title(packed)))
        body = _Body(out, styles, paged=_PAGE.rpartition("}")[2].encode() in data)
        try:
            body.read(data)
        finally:
            body.end()
        notes = Flow(out, "notes")
        for kind, target in relations(packed, main).values():
            if kind in _NOTES and target in packed:
                notes.extend(_notes(packed.maybe(target), _NOTES[kind]))
        notes.end()
        out.tell(DocumentFacts("docx", core_title(packed) or body.title, pages=body.pages))


def _main_part(packed: Packed) -> str:
    for kind, target in relations(packed, "").values():
        if kind == "officeDocument" and target in packed:
            return target
    return "word/document.xml"


class _Body:
    """The main text, element by element."""

    def __init__(self, out: Sink, styles: dict[str, int], *, paged: bool) -> None:
        self._out = out
        self._styles = styles
        self._paged = paged
        self._flow = Flow(out)
        self._blocks: list[Block] = []
        self._number = 1
        self.title = ""

    @property
    def pages(self) -> int | None:
        """How many pages Word counted, None where it noted none."""
        return self._number if self._paged else None

    def read(self, data: bytes) -> None:
        """Raises Damaged where the text breaks off."""
        for element in ends_of(data, _P, _TBL):
            if _within(element, (_TBL, _FALLBACK)):
                continue
            if element.tag == _TBL:
                for block in row_blocks([_cell_texts(row) for row in element.iter(_TR) if not _deeper(row, element)]):
                    self._add(block)
                self._turn(sum(1 for _ in element.iter(_PAGE)))
            else:
                block, before, after = self._paragraph(element)
                self._turn(before)
                self._add(block)
                # A paragraph that runs over the edge belongs to the page on which it begins.
                self._turn(after)
            release(element)

    def end(self) -> None:
        """Give on what is left."""
        if self._paged:
            self._give()
        self._flow.end()

    def _paragraph(self, element: Any) -> tuple[Block, int, int]:
        """The block, and how many pages end before and in it."""
        text, before, after = _text(element)
        return self._block(element, text), before, after

    def _block(self, element: Any, text: str) -> Block:
        style = element.find(f"{W}pPr/{W}pStyle")
        name = (style.get(W + "val") or "") if style is not None else ""
        level = self._styles.get(name, -1)
        hidden = element.find(f"{W}r/{W}rPr/{W}vanish") is not None
        if level == 0:
            return Block(BlockKind.TITLE, text, hidden=hidden)
        if level > 0 and len(text) < 500:
            return Block(BlockKind.HEADING, text, level=min(level, 6), hidden=hidden)
        if element.find(f"{W}pPr/{W}numPr") is not None or name.startswith("List"):
            return Block(BlockKind.LIST_ITEM, text, hidden=hidden)
        return Block(BlockKind.PARAGRAPH, text, hidden=hidden)

    def _add(self, block: Block) -> None:
        if not block.text.strip():
            return
        if not self.title and block.kind in (BlockKind.TITLE, BlockKind.HEADING):
            self.title = block.text
        if self._paged:
            self._blocks.append(block)
        else:
            self._flow.add(block)

    def _turn(self, pages: int) -> None:
        if pages and self._paged:
            self._give()
            self._number += pages

    def _give(self) -> None:
        if self._blocks:
            self._out.page(self._blocks, label=str(self._number))
        self._blocks = []


def _text(element: Any) -> tuple[str, int, int]:
    """A paragraph's text, and how many pages end before its first word and after it."""
    pieces: list[str] = []
    before = after = 0
    for child in element.iter(_T, _TAB, _BR, _CR, _PAGE, _HYPHEN):
        if child.tag == _T:
            pieces.append(child.text or "")
        elif child.tag == _PAGE:
            before, after = (before, after + 1) if any(pieces) else (before + 1, after)
        elif child.tag == _HYPHEN:
            pieces.append("-")
        elif child.tag == _TAB:
            pieces.append("" if child.getparent().tag == _TABS else "\t")
        else:
            pieces.append("\n")
    return "".join(pieces), before, after


def _cell_texts(row: Any) -> list[str]:
    return [" ".join(_text(p)[0] for p in cell.iter(_P)) for cell in row.iterchildren(_TC)]


def _within(element: Any, tags: tuple[str, ...]) -> bool:
    return next(element.iterancestors(*tags), None) is not None


def _deeper(row: Any, table: Any) -> bool:
    """Whether a row belongs to a table within the table; its text is in the outer cell."""
    return next(row.iterancestors(_TBL), None) is not table


def _notes(data: bytes, tag: str) -> list[Block]:
    found = []
    try:
        for note in ends_of(data, tag):
            if note.get(W + "type") in (None, "normal"):
                found.append(Block(BlockKind.NOTE, "\n".join(_text(p)[0] for p in note.iter(_P)).strip()))
            release(note)
    except Damaged:
        pass
    return found


def _heading_styles(data: bytes) -> dict[str, int]:
    """Style id to heading level; 0 is the title. A style without a level has that of the one it is based on."""
    if not data:
        return {f"Heading{level}": level for level in range(1, 7)} | {"Title": 0}
    own: dict[str, int] = {}
    based: dict[str, str] = {}
    for style in parse_xml(data).iterchildren(W + "style"):
        name = style.get(W + "styleId") or ""
        below = style.find(W + "basedOn")
        based[name] = (below.get(W + "val") or "") if below is not None else ""
        outline = style.find(f"{W}pPr/{W}outlineLvl")
        shown = style.find(W + "name")
        if shown is not None and (shown.get(W + "val") or "").lower() == "title":
            own[name] = 0
        elif outline is not None and (outline.get(W + "val") or "").isdigit() and int(outline.get(W + "val")) < 9:
            own[name] = int(outline.get(W + "val")) + 1
    return {name: level for name in based if (level := _inherited(name, own, based)) >= 0}


def _inherited(name: str, own: dict[str, int], based: dict[str, str]) -> int:
    for _ in range(_MOST_STYLE_STEPS):
        if name in own:
            return own[name]
        name = based.get(name, "")
    return -1
