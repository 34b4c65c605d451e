"""What a reader makes of a file: pages of blocks, then what is known of the whole, then how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class BlockKind(StrEnum):
    """What a piece of a page is."""

    TITLE = "title"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE_ROW = "table_row"
    CODE = "code"
    NOTE = "note"


@dataclass(frozen=True)
class Block:
    """A piece of text in reading order. ``level`` is 1 to 6 for headings. A table row's cells are joined by " | " and
    ``header`` is the header row of its table, joined the same way. ``box`` is left, bottom, right, top in points of the
    page, where the format knows it. ``hidden`` text can't be seen on the page (white, tiny, behind)."""

    kind: BlockKind
    text: str
    level: int = 0
    header: str = ""
    box: tuple[float, float, float, float] | None = None
    hidden: bool = False


@dataclass(frozen=True)
class Page:
    """A page, slide, sheet, chapter or message, ``number`` from 1. ``label`` is what the document calls it ("iv",
    "Sheet1"). ``picture``: it shows something and has no text to speak of; ``recognised``: its text was read by OCR.
    ``width`` and ``height`` in points, 0 where there are none. ``part`` names the file inside the file (an attachment,
    a file of an archive), "" for the document itself."""

    number: int
    blocks: tuple[Block, ...]
    label: str = ""
    width: float = 0.0
    height: float = 0.0
    picture: bool = False
    recognised: bool = False
    part: str = ""


@dataclass(frozen=True)
class DocumentFacts:
    """What is known of a document as a whole. ``pages`` is how many it has (None while unknown or without pages)."""

    format: str
    title: str = ""
    pages: int | None = None
    language: str = ""


class ReadingEnd(StrEnum):
    """How the reading of one file ended; each file ends in exactly one of them."""

    READ = "read"
    REPAIRED = "repaired"
    NEEDS_PASSWORD = "needs_password"
    PICTURES_ONLY = "pictures_only"
    DAMAGED = "damaged"
    TOO_LARGE = "too_large"
    UNSUPPORTED = "unsupported"
    EMPTY = "empty"
    UNREADABLE = "unreadable"
