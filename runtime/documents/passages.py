"""Passages: pieces of a page long enough to mean something and short enough to be compared, cut where the text is cut.

The same pages always give the same passages, and a change on one page leaves those of the others as they are.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from runtime.documents.pieces import Piece, PieceKind, page_text, pieces_of
from runtime.documents.prepared import HASH_BYTES, Passage, whole_text
from runtime.documents.reading import Page
from runtime.documents.scripts import language_of
from runtime.documents.weight import token_estimate

__all__ = ["PASSAGES_VERSION", "CutPage", "Passage", "PassageCutter", "cut_pages", "packed", "primary", "whole_text"]

# Raised when the same pages would give other passages.
PASSAGES_VERSION = 3
# In letters of running English: about 220 tokens, under a small model's 256.
TARGET_WEIGHT = 1000
OVERLAP_CHARS = 100
# Cut early only where the text itself says so, so that an insertion moves the cuts of its surroundings alone.
EARLIEST_CUT = 0.55
LONG_PAGE_CHARS = 20_000
CUT_HERE_ONE_IN = 3
HEADING_DEPTH_THAT_CUTS = 2
HEADING_SEPARATOR = " › "


@dataclass(frozen=True)
class CutPage:
    """A page's text and its passages. ``spans`` are start, stop and box of each block that has a place on the page."""

    page: Page
    text: str
    passages: tuple[Passage, ...]
    spans: tuple[tuple[int, int, float, float, float, float], ...]


class PassageCutter:
    """Cuts the pages of one document, in order: it remembers the headings above. One thread."""

    def __init__(self, language: str = "") -> None:
        self._language = primary(language)
        self._seen = False
        self._headings: list[tuple[int, str]] = []

    def cut(self, page: Page) -> CutPage:
        """The passages of the next page. They never cross a page or a heading of the first two levels."""
        text, spans = page_text(page)
        detected = language_of(text)
        if detected and not self._seen:
            # What a file says of itself is often the language of the program that made it.
            self._language, self._seen = detected, True
        language = detected or self._language
        passages: list[Passage] = []
        for heading, section in self._sections(list(pieces_of(page, text, spans))):
            for group in packed(section, long_page=len(text) > LONG_PAGE_CHARS):
                passages.append(_passage(page.number, text, group, heading, language))
        boxes = tuple(
            (start, stop, *block.box)
            for (start, stop), block in zip(spans, page.blocks, strict=True)
            if block.box is not None
        )
        return CutPage(page, text, tuple(passages), boxes)

    def _sections(self, pieces: list[Piece]) -> Iterator[tuple[str, list[Piece]]]:
        section: list[Piece] = []
        path = self._path()
        for piece in pieces:
            if piece.kind is PieceKind.HEADING:
                if section and (piece.level <= HEADING_DEPTH_THAT_CUTS or _is_long(section)):
                    yield path, section
                    section = []
                self._enter(piece)
                if not section:
                    path = self._path()
            section.append(piece)
        if section:
            yield path, section

    def _enter(self, piece: Piece) -> None:
        while self._headings and self._headings[-1][0] >= piece.level:
            self._headings.pop()
        self._headings.append((piece.level, " ".join(piece.text.split())[:200]))

    def _path(self) -> str:
        return HEADING_SEPARATOR.join(title for _, title in self._headings)


def primary(tag: str) -> str:
    """The language of a tag as files have it: "en" of "en-US"."""
    return re.split("[-_]", tag.strip(), maxsplit=1)[0].lower()


def cut_pages(pages: Iterable[Page], language: str = "") -> Iterator[CutPage]:
    """The passages of a document's pages, one page at a time."""
    cutter = PassageCutter(language)
    for page in pages:
        yield cutter.cut(page)


def packed(pieces: list[Piece], *, long_page: bool) -> Iterator[list[Piece]]:
    """Pieces of one section in groups of about the target weight; a table's rows only with rows of the same table."""
    for run in _runs(pieces):
        total = sum(piece.weight for piece in run)
        count = -(-total // TARGET_WEIGHT)
        # Even shares, so that no passage is left with one line of its own; in a long text the text itself cuts.
        target = TARGET_WEIGHT if long_page else min(TARGET_WEIGHT, total // max(1, count) + 60)
        yield from _packed_run(run, target, long_page)


def _runs(pieces: list[Piece]) -> Iterator[list[Piece]]:
    run: list[Piece] = []
    for piece in pieces:
        if run and piece.table != run[-1].table and not (len(run) == 1 and run[0].kind is PieceKind.HEADING):
            # A short lead-in stays with its table, and a short table with the text around it.
            if sum(p.weight for p in run) >= TARGET_WEIGHT * EARLIEST_CUT:
                yield run
                run = []
        elif run and piece.kind is PieceKind.ROW and piece.header != run[-1].header and _is_long(run):
            yield run
            run = []
        run.append(piece)
    if run:
        yield run


def _packed_run(run: list[Piece], target: int, long_page: bool) -> Iterator[list[Piece]]:
    group: list[Piece] = []
    weight = 0
    for piece in run:
        if group and weight + piece.weight > target:
            yield group
            group = _overlap(group, piece)
            weight = sum(p.weight for p in group)
        group.append(piece)
        weight += piece.weight
        if long_page and weight >= target * EARLIEST_CUT and piece.cuts_one_in(CUT_HERE_ONE_IN):
            yield group
            group, weight = [], 0
    if group and not all(piece.repeated for piece in group):
        yield group


def _overlap(group: list[Piece], following: Piece) -> list[Piece]:
    """The last sentences of a passage, said again in the next one; never rows, never the whole passage."""
    if following.table or following.kind is PieceKind.HEADING:
        return []
    kept: list[Piece] = []
    chars = 0
    for piece in reversed(group[1:]):
        chars += piece.stop - piece.start
        if chars > OVERLAP_CHARS or piece.table or piece.kind is PieceKind.HEADING or piece.repeated:
            break
        kept.insert(0, piece._replace(repeated=True))
    return kept


def _is_long(pieces: list[Piece]) -> bool:
    return sum(piece.weight for piece in pieces) >= TARGET_WEIGHT * EARLIEST_CUT


def _passage(page: int, text: str, group: list[Piece], heading: str, language: str) -> Passage:
    start, stop = group[0].start, group[-1].stop
    body = text[start:stop]
    first_row = next((piece for piece in group if piece.kind is PieceKind.ROW), None)
    header = first_row.header if first_row is not None and group[0] is first_row else ""
    if header and body.startswith(header):
        header = ""
    whole = whole_text(header, body)
    return Passage(
        page=page,
        start=start,
        stop=stop,
        text=body,
        heading=heading,
        header=header,
        table=first_row is not None,
        hidden=any(piece.hidden for piece in group),
        language=language,
        tokens=token_estimate(whole),
        digest=hashlib.sha256(whole.encode("utf-8", "surrogatepass")).digest()[:HASH_BYTES],
    )
