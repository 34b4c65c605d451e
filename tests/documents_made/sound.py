"""One sound file of every kind, by its name."""

from __future__ import annotations

import io
from functools import cache

from tests.documents_made import office, pdfs, texts

PICTURE_WORDS = ["The miller counts", "seven sacks of flour"]


@cache
def sound_files() -> dict[str, bytes]:
    """Name to content; the same bytes every time."""
    return {
        "report.pdf": pdfs.report(3),
        "scan.pdf": pdfs.scan([PICTURE_WORDS]),
        "form.pdf": pdfs.form(),
        "lease.docx": office.docx(),
        "slides.pptx": office.pptx(),
        "sales.xlsx": office.xlsx(),
        "mill.odt": office.odt(),
        "harvest.odp": office.odp(),
        "harvest.ods": office.ods(),
        "book.epub": texts.epub(),
        "note.rtf": texts.RTF.encode("latin-1"),
        "page.html": texts.HTML.encode(),
        "book.md": texts.MARKDOWN.encode(),
        "people.csv": texts.CSV.encode(),
        "letter.eml": texts.mail(attachments={"lease.docx": office.docx()}),
        "letters.mbox": texts.mailbox(),
        "letter.msg": texts.msg(),
        "plain.txt": texts.GERMAN.encode(),
        "photo.png": picture("PNG"),
        "photo.jpg": picture("JPEG"),
        "fax.tiff": picture("TIFF"),
        "all.zip": office.packed(
            {"a/lease.docx": office.docx(), "b/note.txt": texts.GERMAN, "report.pdf": pdfs.report(1)}
        ),
        "turn.py": b"def turn(wheel):\n    return wheel.turned()\n\n\nclass Mill:\n    stone = 1\n",
    }


def picture(kind: str) -> bytes:
    """Words as a picture file."""
    from PIL import Image

    width, height, grey = pdfs.scan_picture(PICTURE_WORDS)
    out = io.BytesIO()
    Image.frombytes("L", (width, height), grey).save(out, kind, dpi=(200, 200))
    return out.getvalue()
