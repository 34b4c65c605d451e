"""The smallest parts of a page that a passage is made of: sentences, lines, rows; and the page's text itself."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from enum import Enum, auto
from typing import NamedTuple

from runtime.documents.reading import Block, BlockKind, Page
from runtime.documents.weight import Weights

LONGEST_PIECE_CHARS = 500
# After a full stop and a space; after a CJK full stop; a line; else any space.
# It begins with what it looks for, so that all between is passed over at once.
_SENTENCE_END = re.compile(
    r"[.!?…\n。！？｡।॥؟]"
    r"(?:(?<=\n)\n*|(?<=[.!?…])[\"'”’)\]]*\s+|(?<=[。！？｡।॥؟])[”’」』）]*\s*)"
)
_SPACE = re.compile(r"\s+")
# What leads the eye from a row's name to its numbers, and the line one signs on.
_LED = ("...", ". .", "___", "_ _", "···", "· ·", "․․․", "………", "… …")
_LEADER = re.compile(r"(?:[ \t\u00a0]?[.\u00b7\u2024\u2026_]){5,}[ \t\u00a0]?")
_HEADINGS = (BlockKind.TITLE, BlockKind.HEADING)
# One line below the other, where others have an empty line between.
_CLOSE = (BlockKind.TABLE_ROW, BlockKind.LIST_ITEM, BlockKind.CODE)


class PieceKind(Enum):
    """What a piece is, as far as cutting cares."""

    TEXT = auto()
    HEADING = auto()
    ROW = auto()


class Piece(NamedTuple):
    """Characters ``start`` to ``stop`` of a page's text. ``table``: it is a row; ``repeated``: already said in the
    passage before. There are thirty on a page: a tuple is made in a fifth of the time that a dataclass takes."""

    kind: PieceKind
    start: int
    stop: int
    text: str
    weight: int
    level: int = 0
    header: str = ""
    hidden: bool = False
    table: bool = False
    repeated: bool = False

    def cuts_one_in(self, count: int) -> bool:
        """Whether its own letters make it an end, which they do once in so many pieces."""
        return zlib.crc32(self.text.encode("utf-8", "surrogatepass")) % count == 0


def page_text(page: Page) -> tuple[str, list[tuple[int, int]]]:
    """A page's blocks as one text, and where each block stands in it."""
    parts: list[str] = []
    spans: list[tuple[int, int]] = []
    at = 0
    above: Block | None = None
    led = _has_leaders(" | ".join([block.text for block in page.blocks]))
    for block in page.blocks:
        if above is not None:
            gap = _gap(above, block)
            parts.append(gap)
            at += len(gap)
        body = _without_leaders(block.text) if led and block.kind is not BlockKind.CODE else block.text
        parts.append(body)
        stop = at + len(body)
        spans.append((at, stop))
        at, above = stop, block
    return "".join(parts), spans


def _gap(above: Block, below: Block) -> str:
    return "\n" if above.kind is below.kind and below.kind in _CLOSE else "\n\n"


def pieces_of(page: Page, text: str, spans: list[tuple[int, int]]) -> Iterator[Piece]:
    """A page's pieces in reading order; those without a letter are left out."""
    weights = Weights(text)
    for block, (start, stop) in zip(page.blocks, spans, strict=True):
        if block.kind is BlockKind.TABLE_ROW:
            kind, places = PieceKind.ROW, _cut_long(text, start, stop)
        elif block.kind in _HEADINGS:
            kind, places = PieceKind.HEADING, [(start, stop)]
        else:
            kind, places = PieceKind.TEXT, _sentences(text, start, stop)
        table = kind is PieceKind.ROW
        level, header, hidden = block.level or 1, block.header, block.hidden
        for first, last in places:
            body = text[first:last]
            if body and not body.isspace():
                yield Piece(kind, first, last, body, weights.of(first, last), level, header, hidden, table)


def _sentences(text: str, start: int, stop: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    at = start
    for match in _SENTENCE_END.finditer(text, start, stop):
        end = match.end()
        if end - at > LONGEST_PIECE_CHARS:
            found += _cut_long(text, at, end)
        else:
            found.append((at, end))
        at = end
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


def _has_leaders(text: str) -> bool:
    # Hardly any text has one, and looking for the pattern costs a hundred times what looking for these does.
    return any([beginning in text for beginning in _LED])


def _without_leaders(text: str) -> str:
    return _LEADER.sub(" … ", text) if _has_leaders(text) else text
