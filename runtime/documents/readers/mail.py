"""Mail: one message (EML) or a box of them (MBOX), with what is attached."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from email.message import Message
from email.parser import BytesParser
from typing import BinaryIO

from runtime.documents.limits import MEBIBYTE
from runtime.documents.readers.encodings import decoded
from runtime.documents.readers.formats import read_part
from runtime.documents.readers.html import html_blocks
from runtime.documents.readers.outcomes import Damaged, ReadingStopped, TooLarge
from runtime.documents.readers.sink import Sink, cleaned
from runtime.documents.readers.source import Source
from runtime.documents.readers.text import PARAGRAPH_CHARACTERS, paragraphs
from runtime.documents.reading import Block, BlockKind, DocumentFacts

MESSAGE_BYTES = 128 * MEBIBYTE
_MOST_PARTS = 1_000
_HEADERS = ("From", "To", "Cc", "Date")
_LONGEST_HEADER = 2_000
# Small pictures within the text are logos and counters.
_SMALL_PICTURE_BYTES = 20_000
_BOX_LINE = re.compile(rb"^From \S+.*\d{4}\s*$")


def read_mail(source: Source, out: Sink) -> None:
    """One message."""
    message = parse_message(source.content(MESSAGE_BYTES))
    out.tell(DocumentFacts("eml", header(message, "Subject")))
    give_message(message, out)


def read_mailbox(source: Source, out: Sink) -> None:
    """Message by message; one that is damaged is passed over and counted."""
    out.tell(DocumentFacts("mbox"))
    for number, data in enumerate(_messages(source.open()), 1):
        try:
            give_message(parse_message(data), out)
        except TooLarge:
            raise
        except ReadingStopped:
            out.failed(f"message {number}")


def parse_message(data: bytes) -> Message:
    """The message as it stands. Raises Damaged for one nested beyond reason."""
    try:
        return BytesParser(policy=email.policy.compat32).parsebytes(data)
    except (RecursionError, ValueError, LookupError, AttributeError, TypeError, IndexError) as error:
        raise Damaged("mail") from error


def header(message: Message, name: str) -> str:
    """A header as a person reads it; what can't be decoded stays as it is."""
    from email.header import decode_header, make_header

    value = str(message.get(name, "") or "")[:_LONGEST_HEADER]
    try:
        text = str(make_header(decode_header(value)))
    except (ValueError, LookupError, TypeError, AttributeError):
        text = value
    return " ".join(cleaned(text).split())


def give_message(message: Message, out: Sink) -> None:
    """The message as one page, and its attachments as parts. Raises TooLarge."""
    subject = header(message, "Subject")
    top = "\n".join(f"{name}: {value}" for name in _HEADERS if (value := header(message, name)))
    blocks = [Block(BlockKind.HEADING, subject, level=1), Block(BlockKind.NOTE, top)]
    bodies, attached = _sorted_parts(message)
    for kind, part in bodies:
        blocks += _body(kind, part)
    out.page(blocks, label=subject)
    for number, part in enumerate(attached, 1):
        _give_attached(part, number, out)


def _sorted_parts(message: Message) -> tuple[list[tuple[str, Message]], list[Message]]:
    """The texts to read (of alternatives the plain one), and what is attached."""
    plain: list[tuple[str, Message]] = []
    rich: list[tuple[str, Message]] = []
    attached: list[Message] = []
    for part in _leaves(message):
        kind = part.get_content_type()
        is_attached = part.get_content_disposition() == "attachment" or _name(part)
        if kind == "text/plain" and not is_attached:
            plain.append((kind, part))
        elif kind == "text/html" and not is_attached:
            rich.append((kind, part))
        else:
            attached.append(part)
    return (plain if any(_payload(part).strip() for _kind, part in plain) else rich), attached


def _leaves(message: Message) -> Iterator[Message]:
    """The parts that hold something; a message within the message stays whole. Raises TooLarge."""
    waiting = [message]
    seen = 0
    while waiting:
        part = waiting.pop(0)
        seen += 1
        if seen > _MOST_PARTS:
            raise TooLarge("parts")
        inner = part.get_payload()
        if part.is_multipart() and part.get_content_type() != "message/rfc822" and isinstance(inner, list):
            waiting[:0] = [child for child in inner if isinstance(child, Message)]
        else:
            yield part


def _payload(part: Message) -> bytes:
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError, TypeError, AssertionError):
        return b""
    return data if isinstance(data, bytes) else b""


def _body(kind: str, part: Message) -> list[Block]:
    data = _payload(part)
    charset = part.get_content_charset() or ""
    try:
        text = data.decode(charset or "ascii")
    except (LookupError, ValueError):
        text = decoded(data)
    if kind == "text/html":
        return list(html_blocks(text.encode("utf-8", "replace"), "utf-8")[2])
    return list(paragraphs(text.splitlines(), BlockKind.PARAGRAPH, PARAGRAPH_CHARACTERS))


def _give_attached(part: Message, number: int, out: Sink) -> None:
    inner = part.get_payload()
    if (
        part.get_content_type() == "message/rfc822"
        and isinstance(inner, list)
        and inner
        and isinstance(inner[0], Message)
    ):
        name = header(inner[0], "Subject") or f"message {number}"
        try:
            with out.inside(name):
                give_message(inner[0], out)
        except TooLarge as error:
            if error.reason != "depth":
                raise
            out.failed(name)
        return
    data = _payload(part)
    kind = part.get_content_type()
    if not data or (kind.startswith("image/") and len(data) < _SMALL_PICTURE_BYTES):
        return
    out.inflated(len(data))
    read_part(_name(part) or f"{kind.replace('/', ' ')} {number}", data, out)


def _name(part: Message) -> str:
    try:
        return part.get_filename() or ""
    except (ValueError, LookupError, TypeError, AttributeError):
        return ""


def _messages(stream: BinaryIO) -> Iterator[bytes]:
    """The messages of a box, at its "From " lines. Raises TooLarge for one without end."""
    lines: list[bytes] = []
    size = 0
    after_empty = True
    while line := stream.readline(MEBIBYTE):
        if after_empty and line.startswith(b"From ") and _BOX_LINE.match(line):
            if size:
                yield b"".join(lines)
            lines, size = [], 0
        else:
            lines.append(line[1:] if line.startswith(b">From ") else line)
            size += len(line)
            if size > MESSAGE_BYTES:
                raise TooLarge("message")
        after_empty = not line.strip()
    if size:
        yield b"".join(lines)
