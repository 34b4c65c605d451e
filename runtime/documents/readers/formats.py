"""Which reader reads which format, and how a file is read, alone or within another."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from runtime.documents.readers.detect import format_of
from runtime.documents.readers.outcomes import NeedsPassword, TooLarge, Unsupported
from runtime.documents.readers.sink import Sink
from runtime.documents.readers.source import Source, source_of_bytes
from runtime.documents.reading import DocumentFacts

Reader = Callable[[Source, Sink], None]
# Imported when the first file of its kind comes: the first page should not wait for libraries of other formats.
_READERS = {
    "pdf": "pdf:read_pdf",
    "docx": "docx:read_docx",
    "pptx": "pptx:read_pptx",
    "sheets": "sheets:read_sheets",
    "odt": "odf:read_odt",
    "odp": "odf:read_odp",
    "rtf": "rtf:read_rtf",
    "epub": "epub:read_epub",
    "html": "html:read_html",
    "markdown": "markdown:read_markdown",
    "text": "text:read_text",
    "code": "text:read_code",
    "delimited": "delimited:read_delimited",
    "eml": "mail:read_mail",
    "mbox": "mail:read_mailbox",
    "msg": "msg:read_msg",
    "picture": "pictures:read_picture",
    "heic": "pictures:read_photograph",
    "zip": "archive:read_archive",
}
# A part that meets one of these limits has used up what the whole file may use.
LIMITS_OF_THE_WHOLE = ("unpacked", "parts", "text", "pages")
_WITH_PASSWORD = ("pdf", "zip")


def read_source(source: Source, out: Sink, password: str = "") -> None:
    """Read one file into the sink. Raises a ``ReadingStopped``; whatever else a library raises means damage and
    is for the caller to translate."""
    kind = format_of(source)
    if kind == "empty":
        out.tell(DocumentFacts(""))
        return
    out.tell(DocumentFacts(kind))
    if kind == "encrypted_office":
        raise NeedsPassword("unopenable")
    place = _READERS.get(kind)
    if place is None:
        raise Unsupported(kind)
    module, function = place.split(":")
    reader = getattr(importlib.import_module(f"runtime.documents.readers.{module}"), function)
    if kind in _WITH_PASSWORD:
        reader(source, out, password)
    else:
        reader(source, out)


def read_part(name: str, data: bytes, out: Sink) -> None:
    """Read a file within a file. One that can't be read is counted, and stops nothing; a locked one is put off."""
    try:
        _read_part(name, data, out)
    except NeedsPassword as error:
        if error.reason == "unopenable":
            out.failed(name)
        else:
            out.put_off(name, data)


def read_locked_parts(out: Sink, password: str) -> None:
    """Read the locked files within the file, after all others; those that the password does not open are counted."""
    for part in out.put_off_parts():
        try:
            if not password:
                raise NeedsPassword
            _read_part(part.name, part.data, out, password)
        except NeedsPassword:
            out.locked(part.name)


def _read_part(name: str, data: bytes, out: Sink, password: str = "") -> None:
    try:
        with out.inside(name):
            read_source(source_of_bytes(name, data), out, password)
    except NeedsPassword:
        raise
    except TooLarge as error:
        if error.reason in LIMITS_OF_THE_WHOLE:
            raise
        out.failed(name, too_large=True)
    except (MemoryError, RecursionError):
        raise
    except Exception:  # any library's way to say that this is no sound file
        out.failed(name)
