"""The smallest parts of a page that a passage is made of: sentences, lines, rows; and the page's text itself."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from runtime.documents.reading import Block, BlockKind, Page
from runtime.documents.weight import weight_of

LONGEST_PIECE_CHARS = 500
# After a full stop and a space; after a CJK full stop; a line; else any space.
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*\s+|[。！？｡।॥؟][”’」』）]*\s*|\n+")
_SPACE = re.compile(r"\s+")
# What leads the eye from a row's name to its numbers, and the line one signs on.
_LED = ("...", ". .", "___", "_ _", "···", "· ·", "․․․", "………", "… …")
_LEADER = re.compile(r"(?:[ \t\u00a0]?[.\u00b7\u2024\u2026_]){5,}[ \t\u00a0]?")
_HEADINGS = frozenset({BlockKind.TITLE, BlockKind.HEADING})


class PieceKind(Enum):
    """What a piece is, as far as cutting cares."""

    TEXT = auto()
    HEADING = auto()
    ROW = auto()


@dataclass(frozen=True)
class Piece:
    """Characters ``start`` to ``stop`` of a page's text. ``repeated``: already said in the passage before."""

    kind: PieceKind
    start: int
    stop: int
    text: str
    weight: int
    level: int = 0
    header: str = ""
    hidden: bool = False
    repeated: bool = False

    @property
    def table(self) -> bool:
        """Whether it is a row."""
        return self.kind is PieceKind.ROW

    def cuts_one_in(self, count: int) -> bool:
        """Whether its own letters make it an end, which they do once in so many pieces."""
        return zlib.crc32(self.text.encode("utf-8", "surrogatepass")) % count == 0


def page_text(page: Page) -> tuple[str, list[tuple[int, int]]]:
    """A page's blocks as one text, and where each block stands in it."""
    parts: list[str] = []
    spans: list[tuple[int, int]] = []
    at = 0
    for number, block in enumerate(page.blocks):
        if number:
            gap = _gap(page.blocks[number - 1], block)
            parts.append(gap)
            at += len(gap)
        body = block.text if block.kind is BlockKind.CODE else _without_leaders(block.text)
        parts.append(body)
        spans.append((at, at + len(body)))
        at += len(body)
    return "".join(parts), spans


def _gap(above: Block, below: Block) -> str:
    same = above.kind is below.kind and below.kind in (BlockKind.TABLE_ROW, BlockKind.LIST_ITEM, BlockKind.CODE)
    return "\n" if same else "\n\n"


def pieces_of(page: Page, text: str, spans: list[tuple[int, int]]) -> Iterator[Piece]:
    """A page's pieces in reading order; those without a letter are left out."""
    for block, (start, stop) in zip(page.blocks, spans, strict=True):
        if block.kind is BlockKind.TABLE_ROW:
            yield from _pieces(PieceKind.ROW, text, _cut_long(text, start, stop), block)
        elif block.kind in _HEADINGS:
            yield from _pieces(PieceKind.HEADING, text, [(start, stop)], block)
        else:
            yield from _pieces(PieceKind.TEXT, text, _sentences(text, start, stop), block)


def _pieces(kind: PieceKind, text: str, spans: list[tuple[int, int]], block: Block) -> Iterator[Piece]:
    level = block.level or 1
    for start, stop in spans:
        body = text[start:stop]
        if body and not body.isspace():
            yield Piece(kind, start, stop, body, weight_of(body), level, block.header, block.hidden)


def _sentences(text: str, start: int, stop: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    at = start
    for match in _SENTENCE_END.finditer(text, start, stop):
        if match.end() > at:
            found += _cut_long(text, at, match.end())
            at = match.end()
    return found + _cut_long(text, at, stop)


def _cut_long(text: str, start: int, stop: int) -> list[tuple[int, int]]:
    """A run too long for one passage, cut at spaces or, without any, anywhere."""
    found: list[tuple[int, int]] = []
    while stop - start > LONGEST_PIECE_CHARS:
        end = start + LONGEST_PIECE_CHARS
        spaces = [match.end() for match in _SPACE.finditer(text, start + LONGEST_PIECE_CHARS // 2, end)]
        cut = spaces[-1] if spaces else end
        found.append((start, cut))
        start = cut
    if stop > start:
        found.append((start, stop))
    return found


def _without_leaders(text: str) -> str:
    # Hardly any text has one, and looking for the pattern costs a hundred times what looking for these does.
    return _LEADER.sub(" … ", text) if any(beginning in text for beginning in _LED) else text
