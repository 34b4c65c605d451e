"""Spreadsheets of all ages (xlsx, xlsb, xls, ods): each sheet's rows under its name."""

from __future__ import annotations

import datetime
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from runtime.documents.readers.delimited import give_rows
from runtime.documents.readers.outcomes import Damaged, NeedsPassword, ReadingStopped, TooLarge
from runtime.documents.readers.packed import BROKEN, Packed
from runtime.documents.readers.sink import Sink
from runtime.documents.readers.source import Source
from runtime.documents.readers.tables import MOST_CELLS, row_blocks
from runtime.documents.reading import DocumentFacts

# The library makes a full rectangle of each sheet, 24 bytes a cell: one cell in the far corner would fill any memory.
MOST_PLACES = 30_000_000
_CELL = re.compile(rb'<c\b[^>]{0,200}?\br="([A-Z]{1,3})(\d{1,7})"')
_ROW = re.compile(rb'<row\b[^>]{0,300}?\br="(\d{1,7})"')
_REPEATED = re.compile(rb'number-(?:rows|columns)-repeated="(\d{1,9})"')
_CHUNK_BYTES = 1024 * 1024
_OVERLAP_BYTES = 512
_ENCRYPTED_WORDS = ("password", "encrypt")


def read_sheets(source: Source, out: Sink) -> None:
    """All sheets, some hundred rows a page."""
    import python_calamine

    _refuse_bombs(source, out)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(source.open())
    except Exception as error:  # the library's errors have no common base
        raise _outcome(error) from error
    names = book.sheet_names
    hidden = {sheet.name for sheet in book.sheets_metadata if "Visible" not in str(sheet.visible)[-8:]}
    out.tell(DocumentFacts("sheets", pages=len(names)))
    for name in names:
        try:
            rows: Iterator[list[Any]] = iter(book.get_sheet_by_name(name).to_python(skip_empty_area=True))
        except Exception:  # a chart, a macro sheet, a damaged one: the others can be read
            out.failed(name)
            continue
        cells = ([_shown(value) for value in row[:MOST_CELLS]] for row in rows)
        give_rows(row_blocks(cells, hidden=name in hidden), out, label=name)


def _outcome(error: Exception) -> ReadingStopped:
    said = str(error).lower()
    if any(word in said for word in _ENCRYPTED_WORDS):
        return NeedsPassword("unopenable")
    return Damaged("workbook")


def _shown(value: Any) -> str:
    """A cell as a person sees it, numbers without the decimals that the file format adds."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.10g}"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime.datetime):
        midnight = not (value.hour or value.minute or value.second)
        return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
    return str(value)


def _refuse_bombs(source: Source, out: Sink) -> None:
    """Unpack nothing that unpacks too far, and no sheet whose corners are too far apart."""
    if not source.head.startswith(b"PK"):
        return
    with Packed(source, out) as packed:
        for name, entry in packed.entries.items():
            if entry.flag_bits & 0x1:
                raise NeedsPassword("unopenable")
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                _refuse_far_corner(packed, name)
            elif name == "content.xml":
                _refuse_repeats(packed.read(name))
            elif entry.file_size > out.limits.member_bytes:
                raise TooLarge("member")
            else:
                out.inflated(entry.file_size)
    try:
        with zipfile.ZipFile(source.open()) as archive:
            if b"encryption-data" in (archive.read("META-INF/manifest.xml") if "content.xml" in packed else b""):
                raise NeedsPassword("unopenable")
    except BROKEN as error:
        raise Damaged("archive") from error


def _refuse_far_corner(packed: Packed, name: str) -> None:
    data = packed.read(name)
    last_row = most_columns = 0
    for start in range(0, len(data), _CHUNK_BYTES):
        chunk = data[start : start + _CHUNK_BYTES + _OVERLAP_BYTES]
        last_row = max([last_row, *map(int, _ROW.findall(chunk))])
        letters = {column for column, _row in _CELL.findall(chunk)}
        most_columns = max([most_columns, *map(_column, letters)])
    if last_row * most_columns > MOST_PLACES:
        raise TooLarge("cells")


def _refuse_repeats(data: bytes) -> None:
    """Rows and columns that are said to repeat, and hold something, would be written out."""
    for row in re.finditer(rb"<table:table-row\b([^>]*)>(.*?)</table:table-row>", data, re.S):
        rows = max([1, *map(int, _REPEATED.findall(row.group(1)))])
        filled = b"office:value" in row.group(2) or b"<text:p" in row.group(2)
        cells = sum(map(int, _REPEATED.findall(row.group(2)))) or 1
        if filled and rows * cells > MOST_PLACES:
            raise TooLarge("cells")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
