"""Files of conversations that somebody else wrote: read piece by piece, never more of them in memory than one
conversation, and never beyond the limits."""

from __future__ import annotations

import codecs
import contextlib
import json
import re
import stat
import struct
from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path
from typing import IO

from runtime.chats.exchange.format import FORMAT, VERSION

FILE_BYTES = 1_000_000_000
CONVERSATION_CHARACTERS = 100_000_000
CONVERSATIONS = 1_000_000
# The pictures of a ChatGPT export lie in the same .zip; they are not read.
ZIP_BYTES = 2**32 - 1
ZIP_LIST_BYTES = 16_000_000
CHUNK_BYTES = 1024 * 1024
# Large ChatGPT exports come in several files: conversations-000.json, conversations-001.json, …
_PACKINGS = (0, 8)  # as it is, and deflated
_MEMBER = re.compile(r"(?:[^/]*/)?conversations(?:-\d+)?\.json")
_SPACE = re.compile(r"[ \t\r\n]*")
_END_OF_ZIP, _END_OF_ZIP_BYTES, _COMMENT_BYTES = b"PK\x05\x06", 22, 65_535


class Kind(Enum):
    """Which program wrote a file."""

    HEARTH = "hearth"
    CHATGPT = "chatgpt"


class NotUnderstood(Exception):
    """The file is not one of ours, not one of ChatGPT's, cut off, or beyond a limit."""


def conversations_in(path: Path) -> Iterator[tuple[Kind, object]]:
    """Each conversation of a file as its JSON says it, unchecked. Raises NotUnderstood, perhaps after some of them."""
    try:
        with contextlib.ExitStack() as opened:
            if not stat.S_ISREG(path.stat().st_mode):
                raise NotUnderstood("not a regular file")
            allowance = _Allowance()
            for stream in _streams(path, opened):
                for conversation in _conversations(_Json(stream, allowance)):
                    allowance.count()
                    yield conversation
    except (OSError, ValueError, EOFError, RecursionError, NotImplementedError, RuntimeError) as error:
        # RuntimeError and NotImplementedError: a .zip with a password, or packed in a way that we don't know.
        raise NotUnderstood(str(error)) from error
    except Exception as error:
        # zipfile's and zlib's own errors; naming them would import both whenever Hearth starts.
        if type(error).__module__ in ("zipfile", "zlib"):
            raise NotUnderstood(str(error)) from error
        raise


class _Allowance:
    """How many bytes may still be read in all: counted while reading, as what a .zip says of itself may be a lie."""

    def __init__(self) -> None:
        self._left = FILE_BYTES
        self._conversations_left = CONVERSATIONS

    def take(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            raise NotUnderstood("too large")

    def count(self) -> None:
        self._conversations_left -= 1
        if self._conversations_left < 0:
            raise NotUnderstood("too many")


def _streams(path: Path, opened: contextlib.ExitStack) -> Iterator[IO[bytes]]:
    file = opened.enter_context(path.open("rb"))
    if file.read(4) != b"PK\x03\x04":
        file.seek(0)
        yield file
        return
    _check_list_of_zip(file)
    import zipfile

    archive = opened.enter_context(zipfile.ZipFile(file))
    members = [member for member in archive.infolist() if _MEMBER.fullmatch(member.filename)]
    if not members or any(member.compress_type not in _PACKINGS for member in members):
        raise NotUnderstood("no conversations inside")
    for member in sorted(members, key=lambda member: member.filename):
        with archive.open(member) as stream:
            yield stream


def _check_list_of_zip(file: IO[bytes]) -> None:
    """zipfile reads the list of what is inside as a whole: one of millions of names is not worth that."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _END_OF_ZIP_BYTES - _COMMENT_BYTES))
    tail = file.read()
    end = tail.rfind(_END_OF_ZIP)
    if size > ZIP_BYTES or end < 0 or len(tail) - end < _END_OF_ZIP_BYTES or tail[end - 20 : end - 16] == b"PK\x06\x07":
        raise NotUnderstood("not such a .zip")
    if struct.unpack_from("<L", tail, end + 12)[0] > ZIP_LIST_BYTES:
        raise NotUnderstood("too many files inside")


def _conversations(text: _Json) -> Iterator[tuple[Kind, object]]:
    if text.next() == "[":
        understood = False
        for conversation in text.array():
            understood = understood or (
                isinstance(conversation, dict) and isinstance(conversation.get("mapping"), dict)
            )
            yield Kind.CHATGPT, conversation
        if not understood:
            raise NotUnderstood("a list of something else")
    else:
        for conversation in _own(text):
            yield Kind.HEARTH, conversation
    if text.next():
        raise NotUnderstood("more than one thing")


def _own(text: _Json) -> Iterator[object]:
    head: dict[object, object] = {}
    found = False
    for name in text.names():
        if name == "conversations" and not found:
            version = head.get("version")
            if head.get("format") != FORMAT or not isinstance(version, int) or not 1 <= version <= VERSION:
                raise NotUnderstood("not a format that we know")
            found = True
            yield from text.array()
        else:
            value = text.value()
            if name in ("format", "version"):
                head[name] = value
    if not found:
        raise NotUnderstood("no conversations inside")


class _Json:
    """JSON read from a stream value by value; Python's own parser does the work as soon as a value has come whole."""

    def __init__(self, stream: IO[bytes], allowance: _Allowance) -> None:
        self._stream = stream
        self._allowance = allowance
        self._decode = codecs.getincrementaldecoder("utf-8-sig")("strict").decode
        # Control characters and long numbers are not worth losing a conversation for.
        self._parse: Callable[[str, int], tuple[object, int]] = json.JSONDecoder(
            strict=False, parse_int=_integer, parse_constant=lambda _name: None
        ).raw_decode
        self._text, self._at, self._ended = "", 0, False

    def next(self) -> str:
        """The next character that is no space, without taking it; "" at the end."""
        while True:
            found = _SPACE.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._text) or self._ended:
                return self._text[self._at : self._at + 1]
            self._more(CHUNK_BYTES)

    def value(self) -> object:
        """Take one whole value."""
        self.next()
        while True:
            try:
                value, end = self._parse(self._text, self._at)
            except json.JSONDecodeError:
                end = len(self._text)
                if self._ended:
                    raise
            # A value that ends where our text does may go on: 12 may become 123.
            if end < len(self._text) or self._ended:
                self._at = end
                return value
            here = len(self._text) - self._at
            if here > CONVERSATION_CHARACTERS:
                raise NotUnderstood("too long")
            # Doubling keeps the work of parsing again and again below twice that of once.
            self._more(max(CHUNK_BYTES, here))

    def array(self) -> Iterator[object]:
        """Take a list, and yield its values."""
        self._take("[")
        if self.next() != "]":
            yield self.value()
            while self.next() == ",":
                self._take(",")
                yield self.value()
        self._take("]")

    def names(self) -> Iterator[object]:
        """Take an object, and yield the names of its fields; whoever asks for the next has taken the value."""
        self._take("{")
        if self.next() != "}":
            yield self._name()
            while self.next() == ",":
                self._take(",")
                yield self._name()
        self._take("}")

    def _name(self) -> object:
        if self.next() != '"':
            raise NotUnderstood("no JSON")
        name = self.value()
        self._take(":")
        return name

    def _take(self, character: str) -> None:
        if self.next() != character:
            raise NotUnderstood("no JSON")
        self._at += 1

    def _more(self, count: int) -> None:
        data = self._stream.read(count)
        self._allowance.take(len(data))
        self._ended = not data
        self._text = self._text[self._at :] + self._decode(data, self._ended)
        self._at = 0


def _integer(digits: str) -> int | None:
    return int(digits) if len(digits) < 19 else None
