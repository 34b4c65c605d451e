"""Files that are text inside: RTF, EPUB, HTML, Markdown, CSV, mail, and plain text in many encodings."""

from __future__ import annotations

import struct
from email.message import EmailMessage

from tests.documents_made.office import packed

GERMAN = "Die Mühle am rauschenden Bach wurde im Jahr 1801 über Nacht fertig, und die Müllerin zählte die Säcke. " * 8
RUSSIAN = "Старая мельница у реки была построена давно, и мельник каждый день считал мешки с мукой. " * 8
JAPANESE = "古い水車小屋は川のそばに建てられ、粉屋は毎日小麦粉の袋を数えていました。" * 12
ENCODED = {
    "utf-8": GERMAN, "utf-8-sig": GERMAN, "utf-16": GERMAN, "utf-16-le": GERMAN, "utf-16-be": GERMAN, "utf-32": RUSSIAN,
    "cp1252": GERMAN, "cp1251": RUSSIAN, "koi8-r": RUSSIAN, "shift_jis": JAPANESE, "euc_jp": JAPANESE,
}  # fmt: skip

HTML = """<!doctype html><html lang="de"><head><title>Die Mühle</title><style>p { color: red }</style></head><body>
<script>var secret = "never shown";</script>
<h1>Die <em>alte</em> Mühle</h1><p>Sie steht am <b>Bach</b>.<br>Seit 1801.</p>
<ul><li>Korn</li><li>Mehl</li></ul>
<table><tr><th>Jahr</th><th>Säcke</th><th>Preis</th></tr><tr><td>1801</td><td></td><td>12</td></tr></table>
<p style="display: none">Unsichtbar</p><pre>a = 1
  b = 2</pre><h2>Ende</h2><p>Schluss.</p></body></html>"""

MARKDOWN = """---
title: "The mill book"
---
# The mill

Some words about
the wheel.

## Parts

- wheel
- stone
  of granite

| Part | Price |
|------|------:|
| Wheel | 12 |

```python
# no heading
def turn(): ...
```

Last words
==========
"""

CSV = 'Name;City;Age\nAda;London;36\nBlaise;Paris;39\n"Carl; the great";Braunschweig;77\n'

RTF = (
    r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Times;}}\f0 The mill\'e4rs wheel\par Turns \b slowly\b0  \u8364? a day.\par"
    r"{\pict\pngblip " + "89504e47" * 400 + r"}After the picture.\par}"
)


def epub(chapters: int = 3) -> bytes:
    """A book of some chapters."""
    names = [f"chapter{i}.xhtml" for i in range(1, chapters + 1)]
    items = "".join(f'<item id="c{i}" href="{n}"/>' for i, n in enumerate(names))
    spine = "".join(f'<itemref idref="c{i}"/>' for i in range(chapters))
    members: dict[str, bytes | str] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
        "OEBPS/book.opf": '<package xmlns="http://www.idpf.org/2007/opf"><metadata '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The mill book</dc:title><dc:language>en</dc:language>'
        f"</metadata><manifest>{items}</manifest><spine>{spine}</spine></package>",
    }
    for i, name in enumerate(names, 1):
        members[f"OEBPS/{name}"] = (
            f'<html xmlns="http://www.w3.org/1999/xhtml"><body><h1>Chapter {i}</h1>'
            f"<p>Words of chapter {i}.</p></body></html>"
        )
    return packed(members)


def mail(
    subject: str = "Das Mühlrad", attachments: dict[str, bytes] | None = None, body: str = "Hello miller."
) -> bytes:
    """A mail with what is attached to it."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Ada <ada@example.org>", "miller@example.org", subject
    message["Date"] = "Mon, 02 Mar 2026 10:00:00 +0100"
    message.set_content(body)
    message.add_alternative(f"<p>{body}</p>", subtype="html")
    for name, content in (attachments or {}).items():
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def mailbox(count: int = 3) -> bytes:
    """Some mails in one file."""
    lines = b"From ada@example.org Mon Mar  2 10:00:00 2026\n"
    return b"\n".join(lines + mail(f"Letter {i}", body=f"Text of letter {i}.") for i in range(1, count + 1))


def compound(streams: dict[str, bytes]) -> bytes:
    """An OLE container of these streams ("folder/stream")."""
    return _Compound(streams).content()


def msg(
    subject: str = "The mill", body: str = "Dear miller, the wheel turns.", attached: bytes = b"grain list"
) -> bytes:
    """An Outlook message with one attachment."""
    folder = "__attach_version1.0_#00000000"
    return compound(
        {
            "__properties_version1.0": b"\0" * 32,
            "__substg1.0_0037001F": subject.encode("utf-16-le"),
            "__substg1.0_1000001F": body.encode("utf-16-le"),
            "__substg1.0_0C1A001F": "Ada".encode("utf-16-le"),
            f"{folder}/__substg1.0_3707001F": "grain.txt".encode("utf-16-le"),
            f"{folder}/__substg1.0_37010102": attached,
        }
    )


_SECTOR = 512
_END, _FREE, _NONE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFF


_SMALL_SECTOR, _SMALL_BELOW = 64, 4096


class _Compound:
    """Short streams share sectors, long ones have their own."""

    def __init__(self, streams: dict[str, bytes]) -> None:
        self._sectors: list[bytes] = []
        self._next: list[int] = []
        self._small = b""
        self._small_next: list[int] = []
        self._entries: list[bytes] = [b""]
        folders = sorted({name.split("/")[0] for name in streams if "/" in name})
        top = [name for name in streams if "/" not in name]
        inner = {folder: [name for name in streams if name.startswith(folder + "/")] for folder in folders}
        at: dict[str, int] = {}
        order = [*top, *folders, *(name for names in inner.values() for name in names)]
        for number, name in enumerate(order, 1):
            at[name] = number

        # Children hang one right of the other, in the order that readers expect: shorter names first.
        def chain(names: list[str]) -> dict[str, int]:
            ordered = sorted(names, key=lambda name: (len(name.split("/")[-1]), name.split("/")[-1].upper()))
            following = [at[name] for name in ordered[1:]]
            return dict(zip(ordered, [*following, _NONE], strict=True))

        right = chain([*top, *folders])
        for names in inner.values():
            right.update(chain(names))
        first = min([*top, *folders], key=lambda name: (len(name), name.upper()))
        for name in order:
            if name in inner:
                child = min(inner[name], key=lambda n: (len(n.split("/")[-1]), n.split("/")[-1].upper()))
                self._entry(name, 1, right[name], at[child], b"")
            else:
                self._entry(name.split("/")[-1], 2, right[name], _NONE, streams[name])
        start = self._store(self._small) if self._small else _END
        self._entries[0] = _entry("Root Entry", 5, _NONE, at[first], start, len(self._small))

    def _entry(self, name: str, kind: int, right: int, child: int, content: bytes) -> None:
        store = self._store_small if len(content) < _SMALL_BELOW else self._store
        self._entries.append(_entry(name, kind, right, child, store(content) if content else _END, len(content)))

    def _store_small(self, content: bytes) -> int:
        start = len(self._small) // _SMALL_SECTOR
        self._small += content + b"\0" * (-len(content) % _SMALL_SECTOR)
        end = len(self._small) // _SMALL_SECTOR
        self._small_next += [*range(start + 1, end), _END]
        return start

    def _store(self, content: bytes) -> int:
        start = len(self._sectors)
        pieces = [content[i : i + _SECTOR].ljust(_SECTOR, b"\0") for i in range(0, len(content), _SECTOR)]
        self._sectors += pieces
        self._next += [start + i + 1 for i in range(len(pieces) - 1)] + [_END]
        return start

    def content(self) -> bytes:
        """The container."""
        directory = b"".join(self._entries)
        directory_at = self._store(directory + b"\0" * (-len(directory) % _SECTOR))
        small = struct.pack(f"<{len(self._small_next)}I", *self._small_next)
        small_at = self._store(small + b"\xff" * (-len(small) % _SECTOR)) if small else _END
        small_sectors = -(-len(small) // _SECTOR)
        table_at = len(self._sectors)
        tables = 1
        while (len(self._next) + tables) * 4 > tables * _SECTOR:
            tables += 1
        table = [*self._next, *[0xFFFFFFFD] * tables]
        packed_table = struct.pack(f"<{len(table)}I", *table).ljust(tables * _SECTOR, b"\xff")
        places = [table_at + i for i in range(tables)]
        header = (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
        )
        header += struct.pack("<IIIIIIIII", 0, tables, directory_at, 0, _SMALL_BELOW, small_at, small_sectors, _END, 0)
        header += struct.pack("<109I", *(places + [_FREE] * (109 - tables)))
        return header + b"".join(self._sectors) + packed_table


def _entry(name: str, kind: int, right: int, child: int, start: int, size: int) -> bytes:
    wide = name.encode("utf-16-le")
    head = wide.ljust(64, b"\0") + struct.pack("<HBBIII", len(wide) + 2, kind, 1, _NONE, right, child)
    return head + b"\0" * 36 + struct.pack("<IQ", start, size)
