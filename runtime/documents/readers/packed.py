"""Packed documents (DOCX, ODT, EPUB ...) opened with suspicion: nothing is written, every unpacked byte is counted."""

from __future__ import annotations

import io
import itertools
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

from runtime.documents.readers.outcomes import Damaged, NeedsPassword, TooLarge
from runtime.documents.readers.sink import Sink
from runtime.documents.readers.source import Source

MOST_ENTRIES = 20_000
# Text packs 20 to 1, tables of zeros 100 to 1; only a file made for it does better by far.
RATIO_AT_MOST = 300
RATIO_FROM_BYTES = 32 * 1024 * 1024
_ENCRYPTED = 0x1
# The mark of members locked with AES, which the standard library can't open.
_AES = 99
_CHUNK_BYTES = 1024 * 1024
# What the library says about files that are no sound archives.
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, RuntimeError, KeyError)


class Packed:
    """An open archive whose members are read within the limits. Raises Damaged, TooLarge, NeedsPassword."""

    def __init__(self, source: Source, out: Sink, password: str = "") -> None:
        self._out = out
        self._password = password
        try:
            self._zip = zipfile.ZipFile(source.open())
        except BROKEN as error:
            raise Damaged("archive") from error
        self.entries = {entry.filename: entry for entry in self._zip.infolist()}
        self._refuse_overlaps()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def __contains__(self, name: object) -> bool:
        return name in self.entries

    def is_locked(self, name: str) -> bool:
        """Whether a member is read with a password alone."""
        return bool(self.entries[name].flag_bits & _ENCRYPTED)

    def read(self, name: str) -> bytes:
        """A member whole. A missing one is damage."""
        entry = self.entries.get(name)
        if entry is None:
            raise Damaged("missing")
        locked = self.is_locked(name)
        if locked and entry.compress_type == _AES:
            raise NeedsPassword("unopenable")
        if locked and not self._password:
            raise NeedsPassword()
        limit_bytes = self._out.limits.member_bytes
        if entry.file_size > limit_bytes:
            raise TooLarge("member")
        if entry.file_size > RATIO_FROM_BYTES and entry.file_size > RATIO_AT_MOST * max(1, entry.compress_size):
            raise TooLarge("ratio")
        self._out.inflated(entry.file_size)
        try:
            with self._zip.open(entry, pwd=self._password.encode() or None) as stream:
                return _read_up_to(stream, limit_bytes)
        except BROKEN as error:
            # One wrong password in 256 passes the format's own test, and rubbish comes out.
            if locked:
                raise NeedsPassword("wrong") from error
            raise Damaged("archive") from error

    def maybe(self, name: str) -> bytes:
        """A member that need not be there, or need not be sound: then nothing."""
        try:
            return self.read(name) if name in self.entries else b""
        except (Damaged, NeedsPassword):
            return b""

    def _refuse_overlaps(self) -> None:
        """Members that share bytes are how a small archive becomes a thousandfold bomb."""
        entries = sorted(self.entries.values(), key=lambda entry: entry.header_offset)
        if len(entries) > MOST_ENTRIES:
            raise TooLarge("parts")
        for entry, following in itertools.pairwise(entries):
            if entry.header_offset + entry.compress_size > following.header_offset and entry.compress_size:
                raise Damaged("overlap")


def _read_up_to(stream: Any, limit_bytes: int) -> bytes:
    """All bytes, whatever size the archive's own list tells."""
    pieces = []
    total = 0
    while piece := stream.read(_CHUNK_BYTES):
        pieces.append(piece)
        total += len(piece)
        if total > limit_bytes:
            raise TooLarge("member")
    return b"".join(pieces)


def parse_xml(data: bytes) -> Any:
    """The root element; entities are not followed, nothing is fetched. Raises Damaged."""
    from lxml import etree

    try:
        root = etree.fromstring(data, _parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Damaged("xml") from error
    if root is None:
        raise Damaged("xml")
    return root


def ends_of(data: bytes, *tags: str) -> Iterator[Any]:
    """Elements with one of these tags as each is whole, the whole never being in memory if they are cleared.

    Raises Damaged where the text breaks off, after giving what stands before.
    """
    from lxml import etree

    stream = io.BytesIO(data)
    try:
        for _event, element in etree.iterparse(
            stream, events=("end",), tag=tags, resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False
        ):
            yield element
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Damaged("xml") from error


def release(element: Any) -> None:
    """Let go of an element that was read, and of those before it."""
    element.clear(keep_tail=True)
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


def _parser() -> Any:
    from lxml import etree

    return etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)


def relations(packed: Packed, part: str) -> dict[str, tuple[str, str]]:
    """Id to kind and target of what an Office part refers to; targets outside the file are left out."""
    folder, name = posixpath.split(part)
    data = packed.maybe(f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels")
    if not data:
        return {}
    found = {}
    for element in parse_xml(data):
        if not isinstance(element.tag, str) or element.get("TargetMode") == "External":
            continue
        kind = (element.get("Type") or "").rpartition("/")[2]
        target = posixpath.normpath(posixpath.join("/", folder, element.get("Target") or "")).lstrip("/")
        found[element.get("Id") or ""] = (kind, target)
    return found


def core_title(packed: Packed) -> str:
    """The title in an Office file's properties."""
    data = packed.maybe("docProps/core.xml")
    if not data:
        return ""
    try:
        return parse_xml(data).findtext("{http://purl.org/dc/elements/1.1/}title") or ""
    except Damaged:
        return ""
