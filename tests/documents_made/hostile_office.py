"""Archives and packed documents made to harm: bombs, entities, names that climb out, sheets without end."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from runtime.documents.reading import ReadingEnd
from tests.documents_made import office, texts, zips

_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij", strict=True))
    + "]>"
)
_OUTSIDE = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
_NETWORK = '<?xml version="1.0"?><!DOCTYPE r SYSTEM "http://127.0.0.1:9/evil.dtd">'


def files() -> Iterator[tuple[str, Callable[[], bytes], Iterable[ReadingEnd]]]:
    """Name, content, and the ends that are right (none: any)."""
    bad = {ReadingEnd.TOO_LARGE, ReadingEnd.DAMAGED}
    yield "bomb.zip", zip_bomb, bad
    yield "bomb-nested.zip", lambda: _nested_bomb(3), bad
    yield "bomb-in-docx.docx", lambda: office.docx_of_body(" " * 400_000_000), bad
    yield "bomb-in-xlsx.xlsx", lambda: office.xlsx_of_sheets({"S": " " * 400_000_000}), bad
    yield "bomb-in-odt.odt", lambda: office.odf("text", " " * 400_000_000), bad
    yield "bomb-in-epub.epub", _epub_bomb, ()
    yield "bomb-overlapping.zip", _overlapping, bad
    yield "in-itself-said.zip", _quine_like, ()
    yield "100000-members.zip", lambda: _members(100_000), bad
    yield "6000-members.zip", lambda: _members(6_000), {ReadingEnd.TOO_LARGE}
    yield "climbing-names.zip", _climbing, {ReadingEnd.READ}
    yield "links.zip", _links, ()
    yield "locked.zip", _locked_zip, {ReadingEnd.NEEDS_PASSWORD}
    yield "locked-aes.zip", zips.locked_with_aes, {ReadingEnd.NEEDS_PASSWORD}
    yield "size-lies.zip", _lying_size, ()
    yield "unknown-packing.zip", _unknown_packing, ()
    yield "empty.zip", lambda: office.packed({}), {ReadingEnd.EMPTY}
    yield "only-folders.zip", lambda: office.packed({"a/": b"", "b/": b""}), {ReadingEnd.EMPTY}
    yield "duplicate-names.zip", _duplicates, ()
    yield "deep-zips.zip", lambda: _deep(12), ()
    yield "zip-of-mails.zip", lambda: office.packed({f"{i}.eml": texts.mail() for i in range(50)}), {ReadingEnd.READ}
    for kind, make in _with_prolog().items():
        yield f"laughs-{kind}", partial(make, _LAUGHS, "&j;"), ()
        yield f"outside-{kind}", partial(make, _OUTSIDE, "&x;"), ()
        yield f"network-{kind}", partial(make, _NETWORK, ""), ()
    yield "tables-300-deep.docx", lambda: office.docx_of_body(_deep_tables(300)), ()
    yield "tables-60-deep.docx", lambda: office.docx_of_body(_deep_tables(60)), ()
    yield "runs-without-end.docx", lambda: office.docx_of_body("<w:p>" * 100_000), bad
    yield (
        "two-million-paragraphs.docx",
        lambda: office.docx_of_body("<w:p><w:r><w:t>a</w:t></w:r></w:p>" * 2_000_000),
        (),
    )
    yield "styles-in-circles.docx", _style_circle, {ReadingEnd.READ}
    yield "no-body.docx", lambda: office.packed({"[Content_Types].xml": "", "word/x": ""}), bad
    yield "far-corner.xlsx", lambda: office.xlsx_of_sheets({"S": office.sheet_xml({"A1": 1, "XFD1048576": 2})}), bad
    yield "same-cell-often.xlsx", lambda: office.xlsx_of_sheets({"S": _same_cell()}), ()
    yield (
        "thousand-sheets.xlsx",
        lambda: office.xlsx_of_sheets({f"S{i}": office.sheet_xml({"A1": 1}) for i in range(1000)}),
        (),
    )
    yield "million-rows.xlsx", lambda: office.xlsx_of_sheets({"S": _rows(400_000)}), ()
    yield "repeats.ods", lambda: office.odf("spreadsheet", _repeats()), bad
    yield (
        "spaces.odt",
        lambda: office.odf("text", '<text:p>a<text:s text:c="2000000000"/>b</text:p>'),
        {ReadingEnd.READ},
    )
    yield "locked.odt", lambda: office.odt(locked=True), {ReadingEnd.NEEDS_PASSWORD}
    yield "slide-missing.pptx", lambda: _without(office.pptx(), "ppt/slides/slide2.xml"), ()
    yield "slide-damaged.pptx", lambda: _without(office.pptx(), "ppt/slides/slide2.xml", b"<p:sld"), {ReadingEnd.READ}
    yield (
        "chapter-damaged.epub",
        lambda: _without(texts.epub(), "OEBPS/chapter2.xhtml", b"\0\xff" * 99),
        {ReadingEnd.READ},
    )
    yield "spine-often.epub", _long_spine, ()
    yield "locked-book.epub", _locked_book, {ReadingEnd.UNSUPPORTED}
    yield "locked-office.docx", lambda: texts.compound({"EncryptedPackage": b"x" * 9000}), {ReadingEnd.NEEDS_PASSWORD}
    yield "old-word.doc", lambda: texts.compound({"WordDocument": b"x" * 9000}), {ReadingEnd.UNSUPPORTED}
    yield "old-slides.ppt", lambda: texts.compound({"PowerPoint Document": b"x" * 9000}), {ReadingEnd.UNSUPPORTED}
    yield "old-sheet-rubbish.xls", lambda: texts.compound({"Workbook": b"x" * 9000}), {ReadingEnd.DAMAGED}
    yield "message-without-text.msg", lambda: texts.msg("", ""), ()
    yield "attachment-is-bomb.msg", lambda: texts.msg(attached=zip_bomb()), {ReadingEnd.READ}
    yield "sectors-in-circles.msg", _sector_circle, ()


def zip_bomb() -> bytes:
    """A gigabyte of zeros in a megabyte."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open("zeros.txt", "w", force_zip64=True) as member,
    ):
        for _ in range(256):
            member.write(b"\0" * 4_000_000)
    return out.getvalue()


def _nested_bomb(depth: int) -> bytes:
    content = office.packed({f"{i}.txt": b"a" * 20_000_000 for i in range(10)}, level=9)
    for _ in range(depth):
        content = office.packed({f"{i}.zip": content for i in range(10)}, level=9)
    return content


def _epub_bomb() -> bytes:
    return _without(texts.epub(), "OEBPS/chapter2.xhtml", b"<p>" + b" " * 400_000_000)


def _overlapping(members: int = 500) -> bytes:
    """Every entry of the list points at the same packed bytes."""
    packed = zlib.compress(b"a" * 10_000_000, 9)[2:-4]
    crc = zlib.crc32(b"a" * 10_000_000)
    sizes = struct.pack("<III", crc, len(packed), 10_000_000)
    local = b"PK\x03\x04" + struct.pack("<HHHHH", 20, 0, 8, 0, 0) + sizes + struct.pack("<HH", 1, 0) + b"a"
    body = local + packed
    listed = b""
    for i in range(members):
        name = f"{i}.txt".encode()
        listed += b"PK\x01\x02" + struct.pack("<HHHHHH", 20, 20, 0, 8, 0, 0) + sizes
        listed += struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, 0) + name
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, members, members, len(listed), len(body), 0)
    return body + listed + end


def _quine_like() -> bytes:
    inner = office.packed({"a.txt": b"words"})
    for _ in range(30):
        inner = office.packed({"r.zip": inner, "s.zip": inner})
        if len(inner) > 3_000_000:
            break
    return inner


def _members(count: int) -> bytes:
    return office.packed({f"{i}.txt": b"words here" for i in range(count)}, level=1)


def _climbing() -> bytes:
    names = (
        "../../../../tmp/climbed.txt",
        "/tmp/absolute.txt",
        "..\\..\\windows.txt",
        "C:\\x.txt",
        "a/../../b.txt",
        "\n.txt",
    )
    return office.packed({name: b"words that climb" for name in names})


def _links() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("passwd.txt")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return out.getvalue()


def _locked_zip() -> bytes:
    content = bytearray(office.packed({"a.txt": b"secret words"}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + place] |= 1
    return bytes(content)


def _lying_size() -> bytes:
    content = bytearray(office.packed({"a.txt": b"a" * 50_000_000}))
    at = content.index(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", 100)
    return bytes(content)


def _unknown_packing() -> bytes:
    content = bytearray(office.packed({"a.txt": b"words" * 100}))
    for mark, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        content[content.index(mark) + place] = 97
    return bytes(content)


def _duplicates() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("a.txt")
        archive.writestr(info, "one")
        archive.filelist.clear()
        archive.NameToInfo.clear()
        archive.writestr(zipfile.ZipInfo("a.txt"), "two")
        archive.filelist.append(info)
    return out.getvalue()


def _deep(depth: int) -> bytes:
    content = office.packed({"a.txt": b"words"})
    for _ in range(depth):
        content = office.packed({"inner.zip": content, "beside.txt": b"words beside"})
    return content


def _with_prolog() -> dict[str, Callable[[str, str], bytes]]:
    def odf(prolog: str, text: str) -> bytes:
        content = _read(office.odf("text", f"<text:p>{text}</text:p>"), "content.xml").decode()
        return _without(office.odt(), "content.xml", (prolog + content).encode())

    def epub(prolog: str, text: str) -> bytes:
        return _without(texts.epub(), "OEBPS/book.opf", (prolog + f"<package>{text}</package>").encode())

    def sheet(prolog: str, text: str) -> bytes:
        return office.xlsx_of_sheets({"S": prolog + office.sheet_xml({"A1": "x"}).replace("<t>x", f"<t>{text}")})

    def slide(prolog: str, text: str) -> bytes:
        content = _read(office.pptx(1), "ppt/slides/slide1.xml").decode().replace("Slide title 1", text)
        return _without(office.pptx(1), "ppt/slides/slide1.xml", (prolog + content).encode())

    return {
        "docx.docx": lambda prolog, text: office.docx_of_body(
            f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>", prolog=prolog
        ),
        "odt.odt": odf,
        "epub.epub": epub,
        "xlsx.xlsx": sheet,
        "pptx.pptx": slide,
        "html.html": lambda prolog, text: (prolog + f"<html><body><p>words {text}</p></body></html>").encode(),
        "svg.svg": lambda prolog, text: (prolog + f"<svg><text>words {text}</text></svg>").encode(),
    }


def _deep_tables(depth: int) -> str:
    cell = "words"
    table = office.word_paragraph(cell)
    for _ in range(depth):
        table = f"<w:tbl><w:tr><w:tc>{table}</w:tc></w:tr></w:tbl>"
    return table


def _style_circle() -> bytes:
    styles = "<w:styles xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'>" + "".join(
        f"<w:style w:styleId='S{i}'><w:basedOn w:val='S{(i + 1) % 3}'/></w:style>" for i in range(3)
    )
    return _without(office.docx(), "word/styles.xml", (styles + "</w:styles>").encode())


def _same_cell() -> str:
    cells = '<c r="A1"><v>1</v></c>' * 500_000
    return office.worksheet(f'<row r="1">{cells}</row>')


def _rows(count: int) -> str:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, count + 1))
    return office.worksheet(rows)


def _repeats() -> str:
    cell = '<table:table-cell table:number-columns-repeated="16384" office:value-type="string">'
    cell += "<text:p>x</text:p></table:table-cell>"
    row = f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>'
    return f'<table:table table:name="T">{row}</table:table>'


def _long_spine() -> bytes:
    items = '<item id="c" href="chapter1.xhtml"/>'
    spine = '<itemref idref="c"/>' * 20_000
    package = (
        f'<package xmlns="http://www.idpf.org/2007/opf"><manifest>{items}</manifest><spine>{spine}</spine></package>'
    )
    return _without(texts.epub(1), "OEBPS/book.opf", package.encode())


def _locked_book() -> bytes:
    lock = (
        '<encryption xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData>'
        '<enc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/></enc:EncryptedData></encryption>'
    )
    return _without(texts.epub(), "META-INF/encryption.xml", lock.encode())


def _sector_circle() -> bytes:
    content = bytearray(texts.msg(body="long " * 3000))
    # The last sector is the table of what follows what: let everything follow the first.
    content[-512:-256] = struct.pack("<64I", *([1] * 64))
    return bytes(content)


def _read(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name)


def _without(content: bytes, name: str, instead: bytes | None = None) -> bytes:
    """The archive without a member, or with another content for it."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members: dict[str, bytes | str] = {entry: archive.read(entry) for entry in archive.namelist() if entry != name}
    if instead is not None:
        members[name] = instead
    return office.packed(members)
