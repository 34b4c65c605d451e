"""The text of one PDF page as blocks: lines by their places and sizes into headings, paragraphs, lists, rows.

PDFium gives characters in the order in which the file draws them. Two characters a line are asked for their place:
asking all of them would take longer than reading.
"""

from __future__ import annotations

import ctypes
import itertools
import re
import statistics
from dataclasses import dataclass
from typing import Any

from runtime.documents.reader_messages import Box
from runtime.documents.readers.pdf_calls import quick_calls
from runtime.documents.reading import Block, BlockKind

# How PDFium marks a hyphen at a line's end; the word goes on in the next line.
HYPHENS = "\ufffe\x02\xad"
_BROKEN_WORD = re.compile(f"(?<=[^\\W\\d_])[{HYPHENS}](?=[^\\W\\d_A-Z])")
_AFTER_HYPHEN = re.compile("(?<=[\ufffe\x02])")
_ANY_HYPHEN = re.compile(f"[{HYPHENS}]")
_BULLET = re.compile(r"^\s*([•·▪◦‣●■–\uf0b7*-]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)]|\((?:[ivx]{1,5})\))\s+\S")
_CELL = r"(?:[-–—]|\(?[-+$€£¥]?\s?\(?\d[\d.,]*\)?\s?%?\)?)"
_ROW = re.compile(rf"^(?:.*?\S\s+)?{_CELL}(?:\s+[$€£¥]?\s?{_CELL})+\s*$")
_YEARS = re.compile(r"(?:19|20)\d\d\D*(?:(?:19|20)\d\d\D*)*$")
_ROW_ENDS = frozenset("0123456789)%-–—")
_LONGEST_ROW = 400
_MOST_CHARACTERS = 2_000_000
_TINY_POINTS = 3.0
_BOLD = 600
_SHORT_LINE = 60
_WHITE = 250
_HEADING_RATIOS = ((1.6, 1), (1.3, 2), (1.12, 3))
_LONGEST_HEADING = 200
_BOXES = frozenset("☐☑☒")
_NEW_PARAGRAPH = 1.35
_FULL_LINE = 0.6


@dataclass(slots=True)
class Line:
    """One line: its text (a broken word with the mark at its end), the place of its first character in the page's
    characters, and where it stands. ``height`` is in points, with the room that the font leaves above and below.
    ``bold`` is known of short lines alone; ``white`` is also what has no ink."""

    text: str
    start: int
    left: float
    bottom: float
    right: float
    top: float
    bold: bool
    white: bool
    height: float


class PageText:
    """Owns the characters of one loaded page until :meth:`close`."""

    def __init__(self, raw: Any, page: Any) -> None:
        self._raw = raw
        self._page = page
        self.handle = raw.FPDFText_LoadPage(page)
        self.count = min(_MOST_CHARACTERS, max(0, raw.FPDFText_CountChars(self.handle))) if self.handle else 0
        self._address = ctypes.cast(self.handle, ctypes.c_void_p).value
        self._quick = quick_calls(raw)
        self._edges = (ctypes.c_float * 4)()  # left, top, right, bottom, as the library's own rectangle
        self._edges_place = ctypes.addressof(self._edges)
        self._colour = (ctypes.c_uint * 4)()
        self._colour_places = [ctypes.addressof(self._colour) + 4 * i for i in range(4)]
        self.text = self._characters()
        self.characters = len(self.text.strip())

    def close(self) -> None:
        """Give the characters back to the library."""
        if self.handle:
            self._raw.FPDFText_ClosePage(self.handle)

    def _characters(self) -> str:
        if not self.count:
            return ""
        buffer = ctypes.create_string_buffer(2 * (self.count + 1))
        self._raw.FPDFText_GetText(self.handle, 0, self.count, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)))
        return buffer.raw[:-2].decode("utf-16-le", "surrogatepass").rstrip("\0")

    def is_unknown(self, at: int) -> bool:
        """Whether the file fails to tell which letter is drawn at this place of :attr:`text`."""
        return bool(self._quick.unknown(self._address, at) == 1)

    def blocks(self) -> list[Block]:
        """The page's blocks in order. Where places can't be told, paragraphs without boxes."""
        if not self.text.strip():
            return []
        # A character beyond the first plane is two in the library's count, and shifts all places behind it.
        if len(self.text) != self.count:
            return [Block(BlockKind.PARAGRAPH, _mended(self.text.replace("\r\n", "\n")))]
        lines = self._lines()
        return [_block(group, kind, level, self._hidden(group)) for group, kind, level in _grouped(lines)]

    def _lines(self) -> list[Line]:
        lines: list[Line] = []
        start = 0
        mended = HYPHENS[0] in self.text or HYPHENS[1] in self.text
        for whole in self.text.split("\r\n"):
            at = start
            for piece in _AFTER_HYPHEN.split(whole) if mended else (whole,):
                words = piece.strip()
                if words:
                    lines.append(self._line(words, at + piece.find(words[0])))
                at += len(piece)
            start += len(whole) + 2
        return lines

    def _line(self, words: str, first: int) -> Line:
        quick, edges = self._quick, self._edges
        quick.box(self._address, first, self._edges_place)
        left, top, right, bottom = edges
        quick.box(self._address, first + len(words) - 1, self._edges_place)
        left_too, high, right, low = edges
        height = top - bottom
        # Of a line with a raised number at its end, the first character tells the size.
        if -0.5 * height < high - top < 0.5 * height:
            bottom, top = (low if low < bottom else bottom), (high if high > top else top)
        if left_too < left:
            left = left_too
        # No long line is a heading: its weight need not be known.
        bold = len(words) < _SHORT_LINE and quick.weight(self._address, first) >= _BOLD
        known = quick.colour(self._address, first, *self._colour_places)
        red, green, blue, alpha = self._colour
        white = bool(known) and (alpha == 0 or (red >= _WHITE and green >= _WHITE and blue >= _WHITE))
        return Line(words, first, left, bottom, right, top, bold, white, top - bottom)

    def _hidden(self, group: list[Line]) -> bool:
        """Too small for an eye, drawn with no ink, or white on white."""
        first = group[0]
        if 0 < first.height < _TINY_POINTS:
            return True
        raw, quick, at = self._raw, self._quick, first.start
        item = quick.item(self._address, at)
        if item and quick.mode(item) == raw.FPDF_TEXTRENDERMODE_INVISIBLE:
            return not self._covered(first, (raw.FPDF_PAGEOBJ_IMAGE,))
        drawn = (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_SHADING)
        return first.white and not self._covered(first, drawn)

    def _covered(self, line: Line, kinds: tuple[int, ...]) -> bool:
        """Whether something is drawn where the line begins: white on a dark box can be read, and invisible words on
        a scan are what recognition found there."""
        raw = self._raw
        edges = [ctypes.c_float() for _ in range(4)]
        for i in range(min(500, raw.FPDFPage_CountObjects(self._page))):
            item = raw.FPDFPage_GetObject(self._page, i)
            if raw.FPDFPageObj_GetType(item) in kinds and raw.FPDFPageObj_GetBounds(item, *edges):
                left, bottom, right, top = (edge.value for edge in edges)
                if left <= line.left + 1 <= right and bottom <= (line.bottom + line.top) / 2 <= top:
                    return True
        return False


def _grouped(lines: list[Line]) -> list[tuple[list[Line], BlockKind, int]]:
    if not lines:
        return []
    body = _body_height(lines)
    pitch = _usual_pitch(lines)
    short = [line.bold for line in lines if len(line.text) < _SHORT_LINE]
    bold_body = 2 * sum(short) > len(short) > 2
    groups: list[tuple[list[Line], BlockKind, int]] = []
    for line in lines:
        kind, level = _kind(line, body, bold_body)
        if groups and _continues(groups[-1], line, kind, level, pitch):
            groups[-1][0].append(line)
        else:
            groups.append(([line], kind, level))
    return [_judged(group, kind, level) for group, kind, level in groups]


def _kind(line: Line, body: float, bold_body: bool) -> tuple[BlockKind, int]:
    text = line.text
    if body and _has_letter(text) and _large_enough(line, body):
        return BlockKind.HEADING, next(level for ratio, level in _HEADING_RATIOS if line.height >= ratio * body)
    if _is_row(text):
        return BlockKind.TABLE_ROW, 0
    if line.bold and not bold_body and _stands_alone(text):
        return BlockKind.HEADING, 4
    # Most lines begin with a word; the pattern is for those that do not.
    if (not text[0].isalpha() or text[1:2] in (".", ")")) and _BULLET.match(text):
        return BlockKind.LIST_ITEM, 0
    return BlockKind.PARAGRAPH, 0


def _is_row(text: str) -> bool:
    return text[-1] in _ROW_ENDS and len(text) < _LONGEST_ROW and _ROW.match(text) is not None


def _large_enough(line: Line, body: float) -> bool:
    """A little larger than the text is a heading only if it reads as one: no row of figures, no ticked box, no
    sentence."""
    text, (least, clear) = line.text, (ratio * body for ratio, _level in _HEADING_RATIOS[:0:-1])
    if line.height < least or not _BOXES.isdisjoint(text):
        return False
    return line.height >= clear or (text[-1] not in ".,;:" and not _is_row(text))


def _has_letter(text: str) -> bool:
    return any(character.isalpha() for character in text)


def _stands_alone(text: str) -> bool:
    return len(text) < _LONGEST_HEADING / 2 and text[-1] not in ".,;:" and _has_letter(text)


def _continues(
    before: tuple[list[Line], BlockKind, int], line: Line, kind: BlockKind, level: int, pitch: float
) -> bool:
    """Whether a line belongs to the block before it."""
    group, kind_before, level_before = before
    last = group[-1]
    if kind is BlockKind.TABLE_ROW or kind_before is BlockKind.TABLE_ROW or kind is BlockKind.LIST_ITEM:
        return False
    if line.white != last.white or not 0.6 * last.height <= line.height <= 1.7 * last.height:
        return False
    if (kind is BlockKind.HEADING or kind_before is BlockKind.HEADING) and (kind, level) != (kind_before, level_before):
        return False
    step = last.bottom - line.bottom
    if step < -0.5 * line.height:
        # Up again: the next column. A sentence may go on there.
        return kind_before is BlockKind.PARAGRAPH and last.text[-1].islower() and line.text[0].islower()
    return step <= max(_NEW_PARAGRAPH * min(pitch, 2 * line.height), 1.2 * line.height)


def _judged(group: list[Line], kind: BlockKind, level: int) -> tuple[list[Line], BlockKind, int]:
    """A heading that goes on and on is text in large letters."""
    if kind is BlockKind.HEADING and sum(len(line.text) for line in group) > _LONGEST_HEADING:
        return group, BlockKind.PARAGRAPH, 0
    return group, kind, level


def _body_height(lines: list[Line]) -> float:
    """The height in which most characters are set."""
    weights: dict[int, int] = {}
    for line in lines:
        key = int(line.height * 2 + 0.5)
        weights[key] = weights.get(key, 0) + len(line.text)
    return max(weights, key=weights.__getitem__) / 2


def _usual_pitch(lines: list[Line]) -> float:
    steps = [a.bottom - b.bottom for a, b in itertools.pairwise(lines) if 0 < a.bottom - b.bottom < 60]
    return statistics.median_low(steps) if steps else 12.0


def _block(group: list[Line], kind: BlockKind, level: int, hidden: bool) -> Block:
    left, right = min([line.left for line in group]), max([line.right for line in group])
    bottom, top = min([line.bottom for line in group]), max([line.top for line in group])
    full = left + _FULL_LINE * (right - left)
    pieces = []
    for line in group[:-1]:
        # A line that stops short was meant to: an address, a verse.
        joint = "" if line.text[-1] in HYPHENS else " " if line.right >= full else "\n"
        pieces += [line.text, joint]
    text = _mended("".join([*pieces, group[-1].text]))
    box: Box = (round(left, 1), round(bottom, 1), round(right, 1), round(top, 1))
    return Block(kind, text, level, "", box, hidden)


def _mended(text: str) -> str:
    """Words that were broken at a line's end are whole again; a hyphen before a capital or a number stays."""
    if not _ANY_HYPHEN.search(text):
        return text
    return _ANY_HYPHEN.sub("-", _BROKEN_WORD.sub("", text))


def with_headers(blocks: list[Block]) -> list[Block]:
    """Rows of numbers with the row of years above them."""
    header = ""
    found = []
    for block in blocks:
        if block.kind is not BlockKind.TABLE_ROW:
            header = "" if block.kind is BlockKind.HEADING else header
        elif _YEARS.search(block.text) and not re.search(r"\d,\d{3}|\d\.\d", block.text):
            header = block.text
        elif header:
            block = Block(block.kind, block.text, header=header, box=block.box, hidden=block.hidden)
        found.append(block)
    return found
