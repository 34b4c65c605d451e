"""Books: the chapters in the order of their spine."""

from __future__ import annotations

import posixpath
from typing import Any
from urllib.parse import unquote

from runtime.documents.readers.encodings import encoding_of
from runtime.documents.readers.html import html_blocks
from runtime.documents.readers.outcomes import Damaged, ReadingStopped, TooLarge, Unsupported
from runtime.documents.readers.packed import Packed, parse_xml
from runtime.documents.readers.sink import Sink
from runtime.documents.readers.source import Source
from runtime.documents.reading import Block, BlockKind, DocumentFacts

_OPF = "{http://www.idpf.org/2007/opf}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_FONTS_ONLY = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_ALGORITHM = "{http://www.w3.org/2001/04/xmlenc#}EncryptionMethod"
_PICTURE = (b"<img", b"<image", b"<svg")


def read_epub(source: Source, out: Sink) -> None:
    """One page a chapter, named by its first heading. A damaged chapter is passed over and counted."""
    with Packed(source, out) as packed:
        _refuse_locked(packed)
        place = _package_place(packed)
        package = parse_xml(packed.read(place))
        chapters = _spine(package, posixpath.dirname(place), packed)
        title, language = (package.findtext(f".//{_DC}{name}") or "" for name in ("title", "language"))
        out.tell(DocumentFacts("epub", title, pages=len(chapters), language=language))
        for name in chapters:
            _chapter(packed, name, out)


def _chapter(packed: Packed, name: str, out: Sink) -> None:
    try:
        data = packed.read(name)
        blocks = list(html_blocks(data, encoding_of(data, whole=True))[2]) if data else []
    except TooLarge:
        raise
    except ReadingStopped:
        out.failed(name)
        out.page([], label=posixpath.basename(name))
        return
    picture = not any(block.text.strip() for block in blocks) and any(mark in data for mark in _PICTURE)
    out.page(blocks, label=_heading(blocks), picture=picture)


def _heading(blocks: list[Block]) -> str:
    return next((" ".join(block.text.split()) for block in blocks if block.kind is BlockKind.HEADING), "")


def _package_place(packed: Packed) -> str:
    container = parse_xml(packed.read("META-INF/container.xml"))
    for element in container.iter("{*}rootfile"):
        if (place := element.get("full-path") or "") in packed:
            return place
    raise Damaged("missing")


def _spine(package: Any, folder: str, packed: Packed) -> list[str]:
    items = {item.get("id"): item.get("href") or "" for item in package.iter(_OPF + "item")}
    found = []
    for entry in package.iter(_OPF + "itemref"):
        href = unquote(items.get(entry.get("idref"), "")).partition("#")[0]
        name = posixpath.normpath(posixpath.join(folder, href)) if href else ""
        if name in packed:
            found.append(name)
    return found


def _refuse_locked(packed: Packed) -> None:
    """A book that is locked by its shop; scrambled fonts alone are no lock."""
    data = packed.maybe("META-INF/encryption.xml")
    if not data:
        return
    algorithms = {element.get("Algorithm") for element in parse_xml(data).iter(_ALGORITHM)}
    if algorithms - set(_FONTS_ONLY):
        raise Unsupported("locked_book")
