"""OpenDocument text and slides: headings, lists, tables, notes, slides with the speaker's notes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from runtime.documents.readers.flow import Flow
from runtime.documents.readers.outcomes import Damaged, NeedsPassword
from runtime.documents.readers.packed import Packed, ends_of, parse_xml, release
from runtime.documents.readers.sink import Sink
from runtime.documents.readers.source import Source
from runtime.documents.readers.tables import row_blocks
from runtime.documents.reading import Block, BlockKind, DocumentFacts

_NS = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
TEXT, TABLE, DRAW, SHOW = (_NS % name for name in ("text", "table", "drawing", "presentation"))
_H, _P, _TABLE, _PAGE, _ITEM, _NOTE = (
    TEXT + "h",
    TEXT + "p",
    TABLE + "table",
    DRAW + "page",
    TEXT + "list-item",
    TEXT + "note",
)
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_LANGUAGE = "{http://purl.org/dc/elements/1.1/}language"
_SILENT = (TEXT + "tracked-changes", "{http://purl.org/dc/elements/1.1/}creator")
_MOST_SPACES = 1_000


def read_odt(source: Source, out: Sink) -> None:
    """An .odt or .ott file."""
    with Packed(source, out) as packed:
        _refuse_locked(packed)
        title, language = _facts(packed)
        out.tell(DocumentFacts("odt", title, language=language))
        flow = Flow(out)
        try:
            for element in ends_of(packed.read("content.xml"), _H, _P, _TABLE, TEXT + "tracked-changes"):
                if next(element.iterancestors(_TABLE, _H, _P, *_SILENT), None) is None:
                    flow.extend(_blocks(element))
                    release(element)
        finally:
            flow.end()


def read_odp(source: Source, out: Sink) -> None:
    """An .odp or .otp file: one page a slide."""
    with Packed(source, out) as packed:
        _refuse_locked(packed)
        data = packed.read("content.xml")
        title, language = _facts(packed)
        out.tell(DocumentFacts("odp", title, pages=data.count(b"<draw:page "), language=language))
        for slide in ends_of(data, _PAGE):
            blocks = list(_slide(slide))
            picture = not blocks and next(slide.iter(DRAW + "image"), None) is not None
            out.page(blocks, label=slide.get(DRAW + "name") or "", picture=picture)
            release(slide)


def _slide(slide: Any) -> Iterator[Block]:
    first = True
    for element in slide.iter(_H, _P, _TABLE):
        if next(element.iterancestors(_TABLE), None) is not None:
            continue
        frame = next(element.iterancestors(DRAW + "frame"), None)
        role = frame.get(SHOW + "class") if frame is not None else None
        if next(element.iterancestors(SHOW + "notes"), None) is not None:
            yield Block(BlockKind.NOTE, _text(element))
        elif role == "title" and first:
            first = False
            yield Block(BlockKind.HEADING, _text(element), level=1)
        else:
            yield from _blocks(element)


def _blocks(element: Any) -> Iterator[Block]:
    if element.tag == _TABLE:
        yield from row_blocks(
            [_cell(cell) for cell in row.iterchildren(TABLE + "table-cell", TABLE + "covered-table-cell")]
            for row in element.iter(TABLE + "table-row")
        )
    elif element.tag == _H:
        level = element.get(TEXT + "outline-level") or "1"
        yield Block(BlockKind.HEADING, _text(element), level=min(6, max(1, int(level) if level.isdigit() else 1)))
    elif element.tag == _P:
        listed = next(element.iterancestors(_ITEM), None) is not None
        yield Block(BlockKind.LIST_ITEM if listed else BlockKind.PARAGRAPH, _text(element, notes=False))
        for note in element.iter(_NOTE):
            yield Block(BlockKind.NOTE, " ".join(_text(p) for p in note.iter(_P)))


def _cell(cell: Any) -> str:
    return " ".join(_text(paragraph) for paragraph in cell.iter(_P, _H))


def _text(element: Any, *, notes: bool = True) -> str:
    """The text of a paragraph with its spaces, tabs and line ends; without that of the notes in it on request."""
    pieces = [element.text or ""]
    for child in element.iterdescendants():
        within_note = not notes and next(child.iterancestors(_NOTE), None) is not None
        if not isinstance(child.tag, str) or within_note:
            continue
        if notes or child.tag != _NOTE:
            pieces.append(_of(child))
        pieces.append(child.tail or "")
    return "".join(pieces)


def _of(child: Any) -> str:
    if child.tag == TEXT + "s":
        count = child.get(TEXT + "c") or "1"
        return " " * min(_MOST_SPACES, int(count) if count.isdigit() and len(count) < 9 else 1)
    if child.tag == TEXT + "tab":
        return "\t"
    return "\n" if child.tag == TEXT + "line-break" else child.text or ""


def _facts(packed: Packed) -> tuple[str, str]:
    """Title and language from the file's own description."""
    data = packed.maybe("meta.xml")
    if not data:
        return "", ""
    try:
        root = parse_xml(data)
    except Damaged:
        return "", ""
    title, language = (next(root.iter(tag), None) for tag in (_TITLE, _LANGUAGE))
    return (title.text or "") if title is not None else "", (language.text or "") if language is not None else ""


def _refuse_locked(packed: Packed) -> None:
    if b"encryption-data" in packed.maybe("META-INF/manifest.xml"):
        raise NeedsPassword("unopenable")
