"""PDF files: opened (repaired if they must be), page by page, with comments, form fields and attachments."""

from __future__ import annotations

import ctypes
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from runtime.documents.limits import MEBIBYTE
from runtime.documents.readers.formats import read_part
from runtime.documents.readers.outcomes import Damaged, NeedsPassword, Unreadable
from runtime.documents.readers.pdf_notes import NoteReader
from runtime.documents.readers.pdf_text import PageText, with_headers
from runtime.documents.readers.pdf_view import PdfPageView
from runtime.documents.readers.scrambled import is_scrambled
from runtime.documents.readers.sink import Sink
from runtime.documents.readers.source import Source
from runtime.documents.reading import Block, BlockKind, DocumentFacts

# What the library calls its reasons.
_FILE, _FORMAT, _PASSWORD, _SECURITY = 2, 3, 4, 5
REPAIR_BYTES = 512 * MEBIBYTE
# Fewer characters than this beside something drawn: a picture of a page.
_WORDLESS = 20
# A scanner's or a fax's own line, or the mark of the program that made the scan, on a picture of the whole page.
_HARDLY_WORDS, _WHOLE_PAGE = 100, 0.8
_BROKEN_IN_A_ROW = 200
_LABEL_BYTES = 128
_ATTACHMENT_BYTES = 64 * MEBIBYTE


def read_pdf(source: Source, out: Sink, password: str = "") -> None:
    """All pages. Raises NeedsPassword, Damaged."""
    with opened(source, out, password) as document:
        _Pages(document, out).read()
        if out.visit is None or not out.visit.numbers or max(out.visit.numbers) > out.pages:
            _give_attachments(document, out)


@contextmanager
def opened(source: Source, out: Sink, password: str) -> Iterator[Any]:
    """The document, after repair if it can't be opened otherwise. Raises NeedsPassword, Damaged, Unreadable."""
    document = None
    for content in (_as_it_is(source), None):
        try:
            document = _open(content if content is not None else _repaired(source, password), password)
        except Damaged:
            if content is None:
                raise
            continue
        out.repaired = out.repaired or (content is None and out.depth == 0)
        break
    assert document is not None
    try:
        yield document
    finally:
        document.close()


def _as_it_is(source: Source) -> Any:
    """The path, so that only what is needed is read; the open file where the path is no plain text."""
    if source.path is not None:
        try:
            return source.path.decode("utf-8")
        except UnicodeDecodeError:
            pass
    return source.open()


def _open(content: Any, password: str) -> Any:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(content, password=password or None)
    except pypdfium2.PdfiumError as error:
        reason = getattr(error, "err_code", _FORMAT)
        if reason == _PASSWORD:
            raise NeedsPassword("wrong" if password else "") from error
        if reason == _SECURITY:
            raise NeedsPassword("unopenable") from error
        raise Damaged("pdf") from error
    except FileNotFoundError as error:
        raise Unreadable("gone") from error
    if len(document) < 1:
        document.close()
        raise Damaged("pdf")
    return document


def _repaired(source: Source, password: str) -> io.BytesIO:
    """The file written anew in memory, as far as it can be understood. Raises Damaged, NeedsPassword."""
    import pikepdf

    if source.size_bytes > REPAIR_BYTES:
        raise Damaged("pdf")
    out = io.BytesIO()
    try:
        with pikepdf.open(source.open(), password=password) as pdf:
            if len(pdf.pages) < 1:
                raise Damaged("pdf")
            pdf.save(out)
    except pikepdf.PasswordError as error:
        raise NeedsPassword("wrong" if password else "") from error
    except (pikepdf.PdfError, RuntimeError, ValueError, OSError, TypeError, KeyError) as error:
        raise Damaged("pdf") from error
    out.seek(0)
    return out


class _Pages:
    """Goes through the pages of one open document."""

    def __init__(self, document: Any, out: Sink) -> None:
        import pypdfium2.raw as raw

        self._raw = raw
        self._document = document
        self._out = out
        self._notes = NoteReader(document)
        self._label_buffer = ctypes.create_string_buffer(_LABEL_BYTES)
        self._labelled = bool(self._label(0)) or bool(self._label(len(document) - 1))
        self._broken = 0

    def read(self) -> None:
        """Raises Damaged when page after page is broken."""
        count = len(self._document)
        facts = DocumentFacts("pdf", self._document.get_metadata_value("Title"), count, self._language())
        self._out.tell(facts)
        for index in range(count):
            if not self._out.wants_next:
                self._out.skip()
                continue
            blocks = self._page(index)
            if index == 0 and not facts.title:
                title = next((block.text for block in blocks if block.kind is BlockKind.HEADING), "")
                self._out.tell(DocumentFacts("pdf", " ".join(title.split()), count, facts.language))

    def _page(self, index: int) -> list[Block]:
        raw = self._raw
        page = raw.FPDF_LoadPage(self._document.raw, index)
        if not page:
            self._broken += 1
            if self._broken >= _BROKEN_IN_A_ROW:
                raise Damaged("pages")
            self._out.failed(f"page {index + 1}")
            self._out.page([], label=self._label(index) if self._labelled else "")
            return []
        self._broken = 0
        text = PageText(raw, page)
        try:
            # What an eye can read, and a program can't, is as good as a picture of words.
            scrambled = is_scrambled(text.text, text.is_unknown)
            self._out.scrambled_pages += scrambled
            blocks = [] if scrambled else with_headers(text.blocks())
            blocks += self._notes.of_page(page)
            view = PdfPageView(raw, self._document, page, text) if self._out.visit is not None else None
            self._out.page(
                blocks,
                label=self._label(index) if self._labelled else "",
                width=raw.FPDF_GetPageWidthF(page),
                height=raw.FPDF_GetPageHeightF(page),
                picture=scrambled or self._is_picture(page, text.characters),
                view=view,
            )
            return blocks
        finally:
            text.close()
            raw.FPDF_ClosePage(page)

    def _is_picture(self, page: Any, characters: int) -> bool:
        if characters < _WORDLESS:
            return self._shows_something(page)
        return characters < _HARDLY_WORDS and self._is_covered(page)

    def _is_covered(self, page: Any) -> bool:
        """Whether one picture takes up nearly all of the page."""
        raw = self._raw
        whole = raw.FPDF_GetPageWidthF(page) * raw.FPDF_GetPageHeightF(page)
        left, bottom, right, top = edges = [ctypes.c_float() for _ in range(4)]
        for i in range(min(50, raw.FPDFPage_CountObjects(page))):
            shown = raw.FPDFPage_GetObject(page, i)
            is_image = raw.FPDFPageObj_GetType(shown) == raw.FPDF_PAGEOBJ_IMAGE
            covered = 0.0
            if is_image and raw.FPDFPageObj_GetBounds(shown, *edges):
                covered = (right.value - left.value) * (top.value - bottom.value)
            if covered >= _WHOLE_PAGE * whole > 0:
                return True
        return False

    def _shows_something(self, page: Any) -> bool:
        """Whether a picture, a drawing or a shade is on the page."""
        raw = self._raw
        for i in range(min(50, raw.FPDFPage_CountObjects(page))):
            if raw.FPDFPageObj_GetType(raw.FPDFPage_GetObject(page, i)) != raw.FPDF_PAGEOBJ_TEXT:
                return True
        return False

    def _label(self, index: int) -> str:
        size = self._raw.FPDF_GetPageLabel(self._document.raw, index, self._label_buffer, _LABEL_BYTES)
        return self._label_buffer.raw[: size - 2].decode("utf-16-le", "replace") if 2 < size <= _LABEL_BYTES else ""

    def _language(self) -> str:
        size = self._raw.FPDFCatalog_GetLanguage(self._document.raw, None, 0)
        if not 2 < size < 200:
            return ""
        buffer = ctypes.create_string_buffer(size)
        self._raw.FPDFCatalog_GetLanguage(
            self._document.raw, ctypes.cast(buffer, ctypes.POINTER(self._raw.FPDF_WCHAR)), size
        )
        return buffer.raw[:-2].decode("utf-16-le", "replace")


def _give_attachments(document: Any, out: Sink) -> None:
    import pypdfium2

    for index in range(min(document.count_attachments(), out.limits.parts)):
        name = f"attachment {index + 1}"
        try:
            attachment = document.get_attachment(index)
            name = attachment.get_name() or name
            data = bytes(attachment.get_data())
        except pypdfium2.PdfiumError:
            out.failed(name)
            continue
        if len(data) > _ATTACHMENT_BYTES:
            out.failed(name, too_large=True)
            continue
        out.inflated(len(data))
        read_part(name, data, out)
