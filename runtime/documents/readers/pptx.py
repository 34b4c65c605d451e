"""Slides: titles, lists, tables, text in groups and diagrams, and the speaker's notes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from runtime.documents.readers.outcomes import Damaged, ReadingStopped, TooLarge
from runtime.documents.readers.packed import Packed, core_title, parse_xml, relations
from runtime.documents.readers.sink import Sink
from runtime.documents.readers.source import Source
from runtime.documents.readers.tables import row_blocks
from runtime.documents.reading import Block, BlockKind, DocumentFacts

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_EMU_A_POINT = 12_700
_TITLES = ("title", "ctrTitle")
_NO_CONTENT = ("sldNum", "dt", "ftr", "hdr", "sldImg")


def read_pptx(source: Source, out: Sink) -> None:
    """A .pptx, .pptm or .ppsx file. A slide that is damaged is passed over and counted."""
    with Packed(source, out) as packed:
        main = next((t for k, t in relations(packed, "").values() if k == "officeDocument"), "ppt/presentation.xml")
        deck = parse_xml(packed.read(main))
        slides = _slides(deck, relations(packed, main), packed)
        out.tell(DocumentFacts("pptx", core_title(packed), pages=len(slides)))
        size = deck.find(P + "sldSz")
        width, height = (_points(size, "cx"), _points(size, "cy")) if size is not None else (0.0, 0.0)
        for number, name in enumerate(slides, 1):
            try:
                blocks, picture = _slide(packed, name)
            except TooLarge:
                raise
            except ReadingStopped:
                out.failed(f"slide {number}")
                blocks, picture = [], False
            out.page(blocks, label=str(number), width=width, height=height, picture=picture)


def _slides(deck: Any, related: dict[str, tuple[str, str]], packed: Packed) -> list[str]:
    targets = (related.get(entry.get(R + "id") or "") for entry in deck.iter(P + "sldId"))
    return [target[1] for target in targets if target and target[1] in packed]


def _slide(packed: Packed, name: str) -> tuple[list[Block], bool]:
    """A slide's blocks, and whether it only shows a picture."""
    root = parse_xml(packed.read(name))
    hidden = root.get("show") in ("0", "false")
    blocks = list(_shapes(root, hidden))
    for kind, target in relations(packed, name).values():
        if kind == "notesSlide" and target in packed:
            blocks += _notes(packed, target)
        elif kind == "diagramData" and target in packed:
            blocks += _paragraphs(parse_xml(packed.read(target)), BlockKind.LIST_ITEM, hidden)
    picture = not blocks and next(root.iter(P + "pic"), None) is not None
    return blocks, picture


def _shapes(root: Any, hidden: bool) -> Iterator[Block]:
    for shape in root.iter(P + "sp", A + "tbl"):
        if next(shape.iterancestors(_FALLBACK), None) is not None:
            continue
        if shape.tag == A + "tbl":
            rows = ([_joined(cell) for cell in row.iterchildren(A + "tc")] for row in shape.iterchildren(A + "tr"))
            yield from row_blocks(rows, hidden=hidden)
            continue
        kind = _placeholder(shape)
        if kind in _TITLES:
            yield Block(BlockKind.HEADING, _joined(shape), level=1, hidden=hidden)
        elif kind not in _NO_CONTENT:
            listed = kind in ("body", "obj", "")
            yield from _paragraphs(shape, BlockKind.LIST_ITEM if listed else BlockKind.PARAGRAPH, hidden)


def _placeholder(shape: Any) -> str:
    """The role of a shape: "title", "body" ...; "none" for one that is no placeholder."""
    role = next(shape.iter(P + "ph"), None)
    return (role.get("type") or "") if role is not None else "none"


def _paragraphs(shape: Any, kind: BlockKind, hidden: bool) -> Iterator[Block]:
    for paragraph in shape.iter(A + "p"):
        yield Block(kind, _text(paragraph), hidden=hidden)


def _joined(shape: Any) -> str:
    return " ".join(filter(None, (_text(paragraph).strip() for paragraph in shape.iter(A + "p"))))


def _text(paragraph: Any) -> str:
    return "".join("\n" if e.tag == A + "br" else e.text or "" for e in paragraph.iter(A + "t", A + "br"))


def _notes(packed: Packed, name: str) -> list[Block]:
    try:
        root = parse_xml(packed.read(name))
    except Damaged:
        return []
    shapes = (shape for shape in root.iter(P + "sp") if _placeholder(shape) not in _NO_CONTENT)
    texts = ("\n".join(_text(paragraph) for paragraph in shape.iter(A + "p")) for shape in shapes)
    return [Block(BlockKind.NOTE, text) for text in texts if text.strip()]


def _points(size: Any, name: str) -> float:
    value = size.get(name) or ""
    return int(value) / _EMU_A_POINT if value.isdigit() and len(value) < 12 else 0.0
