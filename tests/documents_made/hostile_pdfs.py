"""PDF files made to harm: pages without end, streams that swell, references in circles."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator

from runtime.documents.reading import ReadingEnd
from tests.documents_made import pdfs
from tests.documents_made.pdf_writer import PdfWriter, assemble, stream

_CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
_FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def files() -> Iterator[tuple[str, Callable[[], bytes], Iterable[ReadingEnd]]]:
    """Name, content, and the ends that are right (none: any)."""
    locked = {ReadingEnd.NEEDS_PASSWORD}
    yield "locked.pdf", pdfs.encrypted, locked
    yield "locked-no-user-password.pdf", lambda: pdfs.encrypted(""), {ReadingEnd.READ}
    yield "hidden.pdf", pdfs.hidden, {ReadingEnd.READ}
    yield "page-in-itself.pdf", _page_in_itself, ()
    yield "tree-in-circles.pdf", _tree_in_circles, ()
    yield "tree-10000-deep.pdf", _deep_tree, ()
    yield "a-billion-pages-said.pdf", lambda: _said_pages(1_000_000_000), ()
    yield "minus-one-page.pdf", lambda: _said_pages(-1), ()
    yield "same-page-300000-times.pdf", lambda: _same_page(300_000), {ReadingEnd.TOO_LARGE}
    yield "swelling-content.pdf", lambda: _swelling(1), ()
    yield "swelling-twice.pdf", lambda: _swelling(2), ()
    yield "swelling-three-times.pdf", lambda: _swelling(3), ()
    yield "form-in-itself.pdf", _form_in_itself, ()
    yield "forms-doubling.pdf", _forms_doubling, ()
    yield "a-million-letters.pdf", _many_letters, ()
    yield "huge-page.pdf", lambda: _boxed(1e9, 1e9), ()
    yield "no-size-page.pdf", lambda: _boxed(0, 0), ()
    yield "minus-size-page.pdf", lambda: _boxed(-100, -100), ()
    yield "length-lies.pdf", lambda: pdfs.report(2).replace(b"/Length ", b"/Length 9"), ()
    yield "no-table.pdf", lambda: pdfs.report(2).partition(b"xref")[0], ()
    yield "wrong-table.pdf", lambda: pdfs.report(2).replace(b"startxref\n", b"startxref\n9"), ()
    yield "only-head.pdf", lambda: b"%PDF-1.7\n", {ReadingEnd.DAMAGED}
    yield "head-late.pdf", lambda: b"rubbish\n" * 20 + pdfs.report(1), ()
    yield "no-pages.pdf", lambda: PdfWriter().content(), {ReadingEnd.DAMAGED}
    yield "empty-page.pdf", _empty_page, {ReadingEnd.EMPTY}
    yield "script.pdf", _script, {ReadingEnd.READ}
    yield "launch.pdf", _launch, {ReadingEnd.READ}
    yield "attachment-is-bomb.pdf", _attached_bomb, ()
    yield "attachment-in-attachment.pdf", lambda: _nested(8), ()
    yield "object-stream-in-itself.pdf", _object_stream_in_itself, ()
    yield "arrays-100000-deep.pdf", lambda: _nested_arrays(100_000), ()
    yield "previous-in-circles.pdf", _previous_in_circles, ()
    yield "lone-halves.pdf", _lone_halves, ()
    yield "labels-in-circles.pdf", _labels_in_circles, ()
    yield "two-files-in-one.pdf", lambda: pdfs.report(1) + pdfs.report(2, seed=9), ()
    yield "zip-behind.pdf", lambda: pdfs.report(1) + b"PK\x03\x04" + b"\0" * 500, ()


def _page(
    contents: bytes, resources: bytes = b"<< /Font << /F1 5 0 R >> >>", box: str = "0 0 612 792"
) -> dict[int, bytes]:
    return {
        1: _CATALOG,
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [%s] /Contents 4 0 R /Resources %s >>" % (box.encode(), resources),
        4: contents,
        5: _FONT,
    }


def _page_in_itself() -> bytes:
    return assemble({1: _CATALOG, 2: b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"})


def _tree_in_circles() -> bytes:
    return assemble(
        {
            1: _CATALOG,
            2: b"<< /Type /Pages /Kids [3 0 R 3 0 R] /Count 1000000 >>",
            3: b"<< /Type /Pages /Parent 2 0 R /Kids [2 0 R 4 0 R] /Count 1000000 >>",
            4: b"<< /Type /Pages /Parent 3 0 R /Kids [3 0 R 2 0 R] /Count 1000000 >>",
        }
    )


def _deep_tree() -> bytes:
    objects = {1: _CATALOG}
    for number in range(2, 10_002):
        objects[number] = b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % (number + 1)
    objects[10_002] = b"<< /Type /Page /MediaBox [0 0 9 9] >>"
    return assemble(objects)


def _said_pages(count: int) -> bytes:
    objects = _page(stream(b"BT /F1 12 Tf (words) Tj ET"))
    return assemble({**objects, 2: b"<< /Type /Pages /Kids [3 0 R] /Count %d >>" % count})


def _same_page(times: int) -> bytes:
    objects = _page(stream(b""))
    return assemble({**objects, 2: b"<< /Type /Pages /Kids [" + b"3 0 R " * times + b"] /Count %d >>" % times})


def _swelling(layers: int) -> bytes:
    content = b"BT /F1 9 Tf (a) Tj ET\n" * 20_000_000 if layers == 1 else b" " * 400_000_000
    for _ in range(layers):
        content = zlib.compress(content, 9)
    names = b" ".join([b"/FlateDecode"] * layers)
    return assemble(_page(stream(content, f"/Filter [{names.decode()}]")))


def _form_in_itself() -> bytes:
    objects = _page(stream(b"/X Do"), b"<< /XObject << /X 6 0 R >> >>")
    entries = "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 6 0 R >> >>"
    return assemble({**objects, 6: stream(b"/X Do /X Do", entries)})


def _forms_doubling(levels: int = 40) -> bytes:
    objects = _page(stream(b"/X Do"), b"<< /XObject << /X 6 0 R >> >>")
    for number in range(6, 6 + levels):
        entries = f"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X {number + 1} 0 R >> >>"
        objects[number] = stream(b"/X Do /X Do", entries)
    entries = "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /Font << /F1 5 0 R >> >>"
    objects[6 + levels] = stream(b"BT /F1 9 Tf (x) Tj ET", entries)
    return assemble(objects)


def _many_letters() -> bytes:
    return assemble(_page(stream(b"BT /F1 1 Tf (" + b"abcdefgh " * 120_000 + b") Tj ET")))


def _boxed(width: float, height: float) -> bytes:
    return assemble(_page(stream(b"BT /F1 9 Tf (words enough for a page) Tj ET"), box=f"0 0 {width:.0f} {height:.0f}"))


def _empty_page() -> bytes:
    writer = PdfWriter()
    writer.page()
    return writer.content()


def _script() -> bytes:
    writer = PdfWriter(extra_catalog="/OpenAction << /S /JavaScript /JS (while(true){app.alert(1)}) >>")
    writer.page().text(72, 700, "A page that would run a program when opened.")
    return writer.content()


def _launch() -> bytes:
    writer = PdfWriter(extra_catalog="/OpenAction << /S /Launch /F (/usr/bin/touch) >>")
    writer.page().text(72, 700, "A page that would start a program when opened.")
    return writer.content()


def _attached_bomb() -> bytes:
    from tests.documents_made.hostile_office import zip_bomb

    return pdfs.with_attachment("bomb.zip", zip_bomb())


def _nested(depth: int) -> bytes:
    content = pdfs.report(1)
    for _ in range(depth):
        content = pdfs.with_attachment("inner.pdf", content)
    return content


def _object_stream_in_itself() -> bytes:
    body = zlib.compress(b"6 0 << /Type /Pages /Kids [] /Count 0 >>")
    return assemble(
        {
            1: b"<< /Type /Catalog /Pages 6 0 R >>",
            6: stream(body, "/Type /ObjStm /N 1 /First 4 /Extends 6 0 R /Filter /FlateDecode"),
        }
    )


def _nested_arrays(depth: int) -> bytes:
    return assemble(
        {
            **_page(stream(b"")),
            6: b"[" * depth + b"]" * depth,
            3: b"<< /Type /Page /X " + b"[" * depth + b"]" * depth + b" >>",
        }
    )


def _previous_in_circles() -> bytes:
    whole = pdfs.report(1)
    at = whole.rindex(b"xref\n0 1")
    return whole.replace(b"trailer\n<<", b"trailer\n<< /Prev %d" % at)


def _lone_halves() -> bytes:
    to_unicode = stream(
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def "
        b"1 begincodespacerange <00> <FF> "
        b"endcodespacerange 2 beginbfchar <61> <D800> <62> <DC00> endbfchar endcmap end end"
    )
    objects = _page(stream(b"BT /F1 12 Tf 72 700 Td (abababab words and more words) Tj ET"))
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R >>"
    return assemble({**objects, 5: font, 6: to_unicode})


def _labels_in_circles() -> bytes:
    objects = _page(stream(b"BT /F1 9 Tf (words enough for a page) Tj ET"))
    return assemble(
        {
            **objects,
            1: b"<< /Type /Catalog /Pages 2 0 R /PageLabels 6 0 R >>",
            6: b"<< /Kids [6 0 R 6 0 R] /Limits [0 9] >>",
        }
    )
