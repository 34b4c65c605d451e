"""What is written of a document: pages, passages and their words, as plain data that travels from the reading process.

Nothing is imported here that cuts or normalises: who only passes these on starts without it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from runtime.documents.reading import DocumentFacts, Page

HASH_BYTES = 16
# Start and stop of a block in its page's text; left, bottom, right, top in points.
BOX = struct.Struct("<IIffff")


@dataclass(frozen=True)
class Passage:
    """``text`` is page text from ``start`` to ``stop`` (characters); ``header`` the table's header row where the
    passage begins below it; ``heading`` the path of headings it stands under. ``digest`` is of what is embedded."""

    page: int
    start: int
    stop: int
    text: str
    heading: str
    header: str
    table: bool
    hidden: bool
    language: str
    tokens: int
    digest: bytes

    @property
    def whole(self) -> str:
        """What is embedded and shown: the header row, if it is out of sight, and the text."""
        return whole_text(self.header, self.text)


def whole_text(header: str, text: str) -> str:
    """A passage with its header row above it."""
    return f"{header}\n{text}" if header else text


@dataclass(frozen=True)
class PreparedPassage:
    """A passage and its words, separated by spaces."""

    passage: Passage
    head_words: str
    body_words: str


@dataclass(frozen=True)
class PreparedPage:
    """What is kept of a page beside its passages; ``page`` has no blocks, ``chars`` is the length of its text,
    ``boxes`` packed by :data:`BOX`."""

    page: Page
    chars: int
    boxes: bytes | None


@dataclass(frozen=True)
class DocumentWords:
    """The language of most of a document, and the words that tell it apart when many are searched."""

    language: str = ""
    title: str = ""
    opening: str = ""


@dataclass(frozen=True)
class PreparedDocument:
    """All that is written of a document in one transaction. ``title_words`` and ``opening_words`` tell documents apart
    when many are searched."""

    facts: DocumentFacts
    language: str
    pages: tuple[PreparedPage, ...]
    passages: tuple[PreparedPassage, ...]
    title_words: str
    opening_words: str

    @property
    def tokens(self) -> int:
        """About how many tokens the whole document is."""
        return sum(prepared.passage.tokens for prepared in self.passages)
