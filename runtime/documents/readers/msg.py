"""Outlook messages (.msg): properties in an OLE container, with attachments and messages within messages."""

from __future__ import annotations

import struct
from typing import Any

from runtime.documents.readers.encodings import decoded, encoding_of
from runtime.documents.readers.formats import read_part
from runtime.documents.readers.html import html_blocks
from runtime.documents.readers.outcomes import Damaged, ReadingStopped, TooLarge
from runtime.documents.readers.sink import Sink
from runtime.documents.readers.source import Source
from runtime.documents.readers.text import PARAGRAPH_CHARACTERS, paragraphs
from runtime.documents.reading import Block, BlockKind, DocumentFacts

_SUBJECT, _SENDER, _SENDER_ADDRESS, _TO, _CC, _BODY = "0037", "0C1A", "0C1F", "0E04", "0E03", "1000"
_HTML, _RTF, _DATA, _LONG_NAME, _NAME = "1013", "1009", "3701", "3707", "3704"
_PACKED_RTF, _PLAIN_RTF = 0x75465A4C, 0x414C454D
_RTF_START = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript "
    b"\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    b"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_WINDOW = 4096


def read_msg(source: Source, out: Sink) -> None:
    """One message with what is attached."""
    import olefile

    try:
        with olefile.OleFileIO(source.open()) as ole:
            message = _Storage(ole, [], out)
            out.tell(DocumentFacts("msg", message.text(_SUBJECT)))
            _give(message, out)
    except ReadingStopped:
        raise
    except Exception as error:  # the library's errors have no common base
        raise Damaged("container") from error


class _Storage:
    """One folder of properties within the container."""

    def __init__(self, ole: Any, place: list[str], out: Sink) -> None:
        self._ole = ole
        self._place = place
        self._out = out
        depth = len(place)
        self.folders = sorted(
            {entry[depth] for entry in ole.listdir() if len(entry) > depth + 1 and entry[:depth] == place}
        )

    def data(self, tag: str, kind: str) -> bytes:
        """A property's bytes, none if it is not there."""
        name = [*self._place, f"__substg1.0_{tag}{kind}"]
        if not self._ole.exists(name):
            return b""
        if self._ole.get_size(name) > self._out.limits.member_bytes:
            raise TooLarge("member")
        data: bytes = self._ole.openstream(name).read()
        self._out.inflated(len(data))
        return data

    def text(self, tag: str) -> str:
        """A property that is text."""
        wide = self.data(tag, "001F")
        return wide.decode("utf-16-le", "replace") if wide else decoded(self.data(tag, "001E"))

    def inner(self, name: str) -> _Storage:
        """A folder in this one."""
        return _Storage(self._ole, [*self._place, name], self._out)


def _give(message: _Storage, out: Sink) -> None:
    subject = message.text(_SUBJECT)
    sender = " ".join(filter(None, (message.text(_SENDER), message.text(_SENDER_ADDRESS))))
    top = (("From", sender), ("To", message.text(_TO)), ("Cc", message.text(_CC)))
    blocks = [
        Block(BlockKind.HEADING, subject, level=1),
        Block(BlockKind.NOTE, "\n".join(f"{name}: {value}" for name, value in top if value)),
        *_body(message),
    ]
    out.page(blocks, label=subject)
    for folder in message.folders:
        if folder.startswith("__attach_version1.0_"):
            _give_attached(message.inner(folder), out)


def _give_attached(attachment: _Storage, out: Sink) -> None:
    name = attachment.text(_LONG_NAME) or attachment.text(_NAME) or "attachment"
    within = f"__substg1.0_{_DATA}000D"
    if within in attachment.folders:
        try:
            with out.inside(name):
                _give(attachment.inner(within), out)
        except TooLarge as error:
            if error.reason != "depth":
                raise
            out.failed(name)
        return
    data = attachment.data(_DATA, "0102")
    if data:
        read_part(name, data, out)


def _body(message: _Storage) -> list[Block]:
    plain = message.text(_BODY)
    if plain.strip():
        return list(paragraphs(plain.splitlines(), BlockKind.PARAGRAPH, PARAGRAPH_CHARACTERS))
    page = message.data(_HTML, "0102")
    if page:
        return list(html_blocks(page, encoding_of(page, whole=True))[2])
    rich = message.data(_RTF, "0102")
    if not rich:
        return []
    from striprtf.striprtf import rtf_to_text

    text = rtf_to_text(unpacked_rtf(rich).decode("latin-1"), errors="replace")
    return list(paragraphs(text.splitlines(), BlockKind.PARAGRAPH, PARAGRAPH_CHARACTERS))


def unpacked_rtf(data: bytes) -> bytes:
    """The rich text in Outlook's packing. Raises Damaged."""
    if len(data) < 16:
        raise Damaged("rtf")
    _size, raw_size, mark, _checksum = struct.unpack_from("<IIII", data)
    if mark == _PLAIN_RTF:
        return data[16 : 16 + raw_size]
    if mark != _PACKED_RTF or raw_size > 64 * len(data) + _WINDOW:
        raise Damaged("rtf")
    return _unpack(data[16:], raw_size)


def _unpack(data: bytes, raw_size: int) -> bytes:
    """Runs and back-references into everything written so far, at most a window back."""
    window = bytearray(_RTF_START.ljust(_WINDOW, b" "))
    at_write = len(_RTF_START)
    out = bytearray()
    at = 0
    while at < len(data) and len(out) < raw_size:
        control = data[at]
        at += 1
        for bit in range(8):
            if control >> bit & 1:
                token = int.from_bytes(data[at : at + 2], "big")
                at += 2
                start, length = token >> 4, (token & 15) + 2
                if start == at_write % _WINDOW or at > len(data):
                    return bytes(out)
                piece = [start + i for i in range(length)]
            else:
                if at >= len(data):
                    return bytes(out)
                piece = [-1]
            for place in piece:
                byte = data[at] if place < 0 else window[place % _WINDOW]
                window[at_write % _WINDOW] = byte
                at_write += 1
                out.append(byte)
            at += piece == [-1]
    return bytes(out)
