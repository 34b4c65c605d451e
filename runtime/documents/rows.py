"""What the index tells of its documents and what it finds: plain data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class DocumentState(StrEnum):
    """Where a document stands. ``reason`` beside it says how reading ended or which error there was."""

    WAITING = "waiting"
    READING = "reading"
    READY = "ready"
    FAILED = "failed"
    GONE = "gone"


@dataclass(frozen=True)
class IndexedDocument:
    """One document. ``modified_ns`` is the file's own time; ``language`` ISO 639-1 or ""; ``pages`` None while unknown;
    ``version`` of the words and passages it was indexed with (0: not yet)."""

    id: int
    path: str
    name: str
    size_bytes: int
    modified_ns: int
    sha256: bytes | None
    state: DocumentState
    reason: str
    format: str
    title: str
    language: str
    pages: int | None
    pages_read: int
    pages_without_text: int
    passages: int
    tokens: int
    version: int


@dataclass(frozen=True)
class Collection:
    """A named set of documents; ``folder`` is the watched folder it follows, None for one made by hand."""

    id: int
    name: str
    folder: str | None
    documents: int


@dataclass(frozen=True)
class Box:
    """Where characters ``start`` to ``stop`` of a page's text stand on it, in points from its lower left corner."""

    start: int
    stop: int
    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True)
class PageText:
    """A page as it was indexed. ``width`` and ``height`` in points, 0 where the format has none."""

    document_id: int
    number: int
    label: str
    part: str
    text: str
    width: float
    height: float
    picture: bool
    recognised: bool
    boxes: tuple[Box, ...]


@dataclass(frozen=True)
class Hit:
    """A passage that was found. ``start`` and ``stop`` are its characters on the page; ``highlights`` are places in
    ``text`` where words of the question stand. ``score`` is between 0 and about 1.25 and compares hits of one search
    alone. ``label`` is what the document calls the page, ``part`` the file inside the file."""

    document_id: int
    page: int
    heading: str
    score: float
    text: str
    start: int
    stop: int
    highlights: tuple[tuple[int, int], ...]
    name: str = ""
    path: str = ""
    label: str = ""
    part: str = ""
    tokens: int = 0
    hidden: bool = False
