"""Text, mail and pictures made to harm: nesting without end, lines without end, headers that lie."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from runtime.documents.reading import ReadingEnd
from tests.documents_made import texts
from tests.documents_made.hostile_office import zip_bomb


def files() -> Iterator[tuple[str, Callable[[], bytes], Iterable[ReadingEnd]]]:
    """Name, content, and the ends that are right (none: any)."""
    yield from _pages()
    yield from _plain()
    yield from _mails()
    yield from _pictures()


def _pages() -> Iterator[tuple[str, Callable[[], bytes], Iterable[ReadingEnd]]]:
    for tag in ("div", "table", "b", "svg", "ul", "p", "form", "select", "font"):
        yield (
            f"100000-{tag}.html",
            partial(_deep_tags, tag),
            (),
        )
    yield "cells-deep.html", lambda: b"<html>" + b"<table><tr><td>" * 20_000 + b"words", ()
    yield (
        "million-attributes.html",
        lambda: b"<html><p " + b" ".join(b"a%d=1" % i for i in range(300_000)) + b">words",
        (),
    )
    yield "entity-flood.html", lambda: b"<html><p>" + b"&CounterClockwiseContourIntegral;" * 300_000, ()
    yield "script-only.html", lambda: b"<html><script>words</script></html>", {ReadingEnd.EMPTY}
    yield (
        "refresh.html",
        lambda: b'<html><meta http-equiv=refresh content="0;url=http://127.0.0.1/"><p>words</p></html>',
        {ReadingEnd.READ},
    )
    yield (
        "charset-lies.html",
        lambda: b'<html><meta charset="utf-16"><p>words \xe4\xf6\xfc and more words</p></html>',
        {ReadingEnd.READ},
    )
    yield "unclosed-comment.html", lambda: b"<html><!-- " + b"words " * 10_000, ()
    yield "braces.rtf", lambda: b"{\\rtf1 " + b"{" * 500_000 + b"words", ()
    yield "closing-braces.rtf", lambda: b"{\\rtf1 words" + b"}" * 500_000, ()
    yield "unicode-skips.rtf", lambda: b"{\\rtf1\\uc32000 \\u1234 words}", ()
    yield "bad-numbers.rtf", lambda: b"{\\rtf1\\u99999999999 \\'zz\\bin-5 words\\u-70000 }", ()
    yield "binary.rtf", lambda: b"{\\rtf1\\bin999999999 " + b"\0\xff" * 1000 + b"}", ()
    yield "words-only.rtf", lambda: b"{\\rtf", ()


def _deep_tags(tag: str) -> bytes:
    return b"<html>" + f"<{tag}>".encode() * 100_000 + b"words"


def _plain() -> Iterator[tuple[str, Callable[[], bytes], Iterable[ReadingEnd]]]:
    read = {ReadingEnd.READ}
    yield "one-line-100m.txt", lambda: b"word " * 20_000_000, ()
    yield "one-word-50m.txt", lambda: b"w" * 50_000_000, ()
    yield "ten-million-lines.txt", lambda: b"\n" * 10_000_000, {ReadingEnd.EMPTY}
    yield "returns-only.txt", lambda: b"words\r" * 200_000, read
    yield "mark-lies.txt", lambda: b"\xff\xfe" + b"words in one byte each" * 99, ()
    yield "wide-mark-cut.txt", lambda: b"\xff\xfe\0\0\x01", ()
    yield "only-mark.txt", lambda: b"\xef\xbb\xbf", {ReadingEnd.EMPTY}
    yield "halves.txt", lambda: b"\xed\xa0\x80 words \xed\xb0\x80 " * 200, ()
    yield "overlong.txt", lambda: b"words \xc0\xaf\xc1\x81 " * 500, ()
    yield "utf7.txt", lambda: b"+ADw-script+AD4- words " * 100, read
    yield "colours.txt", lambda: b"\x1b[31mred\x1b[0m words\x07\x1b]0;title\x07 " * 100, ()
    yield "directions.txt", lambda: "words \u202e reversed \u2066 marks \u200b\u200d\ufeff".encode() * 200, read
    yield "combining.txt", lambda: ("a" + "\u0301" * 100_000 + " words").encode(), ()
    yield "some-zeros.txt", lambda: b"words \0 and zeros " * 500, ()
    yield "deep.json", lambda: b"[" * 2_000_000, read
    yield "deep-objects.json", lambda: b'{"a":' * 500_000, read
    yield (
        "laughs.yaml",
        lambda: b"a: &a [x,x]\n" + b"".join(b"%c: &%c [*%c,*%c]\n" % (i, i, i - 1, i - 1) for i in range(98, 122)),
        read,
    )
    yield "quote-open.csv", lambda: b'a,b,c\n1,"' + b"words,\n" * 400_000, ()
    yield "many-columns.csv", lambda: b"x," * 1_000_000 + b"\n" + b"1," * 1_000_000, ()
    yield "zeros-in.csv", lambda: b"a,b\n1,\0\n" * 1000, ()
    yield "fences.md", lambda: b"```\n" * 200_000, ()
    yield "pipes.md", lambda: b"|" * 3_000_000, ()
    yield "pipe-words.md", lambda: b"a | " * 500_000, ()
    yield "stars.md", lambda: b"* " * 1_000_000, ()
    yield "front-open.md", lambda: b"---\ntitle: x\n" + b"word: y\n" * 100_000, ()
    yield "spaces.md", lambda: b"# " + b" " * 2_000_000 + b"#x\n", ()
    yield "rules.md", lambda: b"-" * 1_000_000 + b"x", ()


def _mails() -> Iterator[tuple[str, Callable[[], bytes], Iterable[ReadingEnd]]]:
    top = b"From: a@example.org\nTo: b@example.org\nSubject: x\nMIME-Version: 1.0\n"
    yield "parts-deep.eml", lambda: _deep_parts(2_000), ()
    yield "parts-many.eml", lambda: _many_parts(20_000), ()
    yield "mails-deep.eml", lambda: _deep_mails(300), ()
    yield "headers-only.eml", lambda: top, ()
    yield "header-50m.eml", lambda: top + b"X: " + b"a" * 50_000_000 + b"\n\nwords", ()
    yield "headers-many.eml", lambda: top + b"X-A: b\n" * 500_000 + b"\nwords", ()
    yield "bad-words.eml", lambda: top.replace(b"x\n", b"=?utf-99?Q?=zz?= =?x?b?###?=\n") + b"\nwords", ()
    yield "bad-base64.eml", lambda: top + b"Content-Transfer-Encoding: base64\n\n" + b"####=" * 1000, ()
    yield "bad-charset.eml", lambda: top + b'Content-Type: text/plain; charset="nowhere-9"\n\nwords', {ReadingEnd.READ}
    yield "bad-type.eml", lambda: top + b"Content-Type: ;;;=//\n\nwords", ()
    yield "no-boundary.eml", lambda: top + b"Content-Type: multipart/mixed\n\n--x\n\nwords", ()
    yield "uuencoded.eml", lambda: top + b"Content-Transfer-Encoding: x-uuencode\n\nbegin 644 a\n" + b"\xff" * 999, ()
    yield "attached-bomb.eml", lambda: texts.mail(attachments={"b.zip": zip_bomb()}), {ReadingEnd.READ}
    yield (
        "attached-names.eml",
        lambda: texts.mail(attachments={"../../x.txt": b"words", "\u202etxt.exe": b"MZ\0"}),
        {ReadingEnd.READ},
    )
    yield "date-lies.eml", lambda: top + b"Date: Mon, 99 Xxx 99999999999 99:99:99 +9999\n\nwords", {ReadingEnd.READ}
    yield "flowed-deep.eml", lambda: top + b"\n" + b">" * 2_000_000, ()
    yield "from-lines.mbox", lambda: b"From a Mon Mar  2 10:00:00 2026\nFrom: a\n\n" * 20_000, ()
    yield (
        "mail-without-end.mbox",
        lambda: b"From a Mon Mar  2 10:00:00 2026\nFrom: a\n\n" + b"words\n" * 25_000_000,
        {ReadingEnd.TOO_LARGE},
    )
    yield "zeros-in.mbox", lambda: b"From a Mon Mar  2 10:00:00 2026\nFrom: a\n\n" + b"\0" * 100_000, ()


def _deep_parts(depth: int) -> bytes:
    body = b"Content-Type: text/plain\n\nwords\n"
    for i in range(depth):
        body = b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n%s--b%d--\n' % (i, i, body, i)
    return b"From: a\nTo: b\nSubject: c\nMIME-Version: 1.0\n" + body


def _many_parts(count: int) -> bytes:
    part = b"--b\nContent-Type: text/plain\n\nw\n"
    return b'From: a\nTo: b\nSubject: c\nContent-Type: multipart/mixed; boundary="b"\n\n' + part * count + b"--b--\n"


def _deep_mails(depth: int) -> bytes:
    mail = b"From: a\nTo: b\nSubject: innermost\n\nwords\n"
    for i in range(depth):
        mail = b"From: a\nTo: b\nSubject: mail %d\nContent-Type: message/rfc822\n\n%s" % (i, mail)
    return mail


def _pictures() -> Iterator[tuple[str, Callable[[], bytes], Iterable[ReadingEnd]]]:
    bad = {ReadingEnd.TOO_LARGE, ReadingEnd.DAMAGED}
    yield "huge.png", lambda: _png(100_000, 100_000), bad
    yield "flood.png", lambda: _png(14_000, 14_000, b"\0" * (14_000 * 14_001)), ()
    yield "size-lies.png", lambda: _png(500, 500, b"\0" * 10), bad
    yield "text-bomb.png", _png_text_bomb, ()
    yield "no-size.png", lambda: _png(0, 0), bad
    yield "frames.gif", _gif_frames, ()
    yield "pages-in-circles.tiff", _tiff_circle, ()
    yield (
        "huge.bmp",
        lambda: b"BM" + struct.pack("<IIIIiiHHIIIIII", 54, 0, 54, 40, 2**30, 2**30, 1, 24, 0, 0, 0, 0, 0, 0),
        bad,
    )
    yield (
        "script.svg",
        lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>while(1);</script><text>words</text></svg>',
        (),
    )
    yield "phone.heic", lambda: b"\0\0\0\x18ftypheic" + b"\0" * 100, {ReadingEnd.DAMAGED}
    yield "program.pdf", lambda: b"\x7fELF" + b"\0" * 500, {ReadingEnd.UNSUPPORTED}
    yield "inner.gz", lambda: zlib.compress(b"a" * 1000, wbits=31), {ReadingEnd.UNSUPPORTED}
    yield "base64.txt", lambda: base64.encodebytes(b"words" * 100_000), {ReadingEnd.READ}


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(width: int, height: int, raw: bytes = b"") -> bytes:
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + _chunk(b"IDAT", zlib.compress(raw, 9)) + _chunk(b"IEND", b"")


def _png_text_bomb() -> bytes:
    bomb = _chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"a" * 200_000_000, 9))
    whole = _png(10, 10, b"\0" * 110)
    return whole[:33] + bomb + whole[33:]


def _gif_frames() -> bytes:
    frame = b"!\xf9\x04\0\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0"
    return b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff" + frame * 100_000 + b";"


def _tiff_circle() -> bytes:
    entries = ((256, 1), (257, 1), (258, 8), (259, 1), (262, 1), (273, 200), (277, 1), (278, 1), (279, 1))
    body = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
    return (b"II*\0" + struct.pack("<I", 8) + body + struct.pack("<I", 8)).ljust(300, b"\0")
