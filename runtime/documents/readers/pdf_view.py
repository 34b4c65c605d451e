"""A PDF page to look at: drawn, and with the places of words on it."""

from __future__ import annotations

import ctypes
import unicodedata
from collections.abc import Sequence
from typing import Any

from runtime.documents.reader_messages import Box
from runtime.documents.readers.outcomes import TooLarge
from runtime.documents.readers.pdf_text import HYPHENS, PageText

_POINTS_AN_INCH = 72.0
_MOST_PIXELS = 60_000_000
_MOST_BOXES = 500
# A passage that is not found whole is looked for by its beginning and its end.
_ANCHOR = 24


class PdfPageView:
    """One loaded page."""

    def __init__(self, raw: Any, document: Any, page: Any, text: PageText) -> None:
        self._raw = raw
        self._document = document
        self._page = page
        self._text = text
        self._width = raw.FPDF_GetPageWidthF(page)
        self._height = raw.FPDF_GetPageHeightF(page)

    def draw(self, width_px: int) -> Any:
        """The page in colour, with what is written into its form fields."""
        return self._render(width_px / max(1.0, self._width), grey=False)

    def at_resolution(self, dots_per_inch: int) -> tuple[Any, float]:
        """The page in grey."""
        scale = dots_per_inch / _POINTS_AN_INCH
        largest = (_MOST_PIXELS / max(1.0, self._width * self._height)) ** 0.5
        scale = min(scale, largest)
        return self._render(scale, grey=True), scale

    def _render(self, scale: float, *, grey: bool) -> Any:
        from PIL import Image

        raw = self._raw
        width, height = max(1, round(self._width * scale)), max(1, round(self._height * scale))
        if width * height > _MOST_PIXELS:
            raise TooLarge("pixels")
        kind, mode, order, channels = (
            (raw.FPDFBitmap_Gray, "L", "L", 1) if grey else (raw.FPDFBitmap_BGRx, "RGB", "BGRX", 4)
        )
        pixels = ctypes.create_string_buffer(width * height * channels)
        bitmap = raw.FPDFBitmap_CreateEx(width, height, kind, pixels, width * channels)
        if not bitmap:
            raise TooLarge("pixels")
        try:
            raw.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, 0xFFFFFFFF)
            raw.FPDF_RenderPageBitmap(bitmap, self._page, 0, 0, width, height, 0, raw.FPDF_ANNOT)
        finally:
            raw.FPDFBitmap_Destroy(bitmap)
        return Image.frombuffer(mode, (width, height), pixels, "raw", order, 0, 1)

    def locate(self, text: str, words: Sequence[tuple[int, int]] = ()) -> tuple[Box, ...]:
        """The boxes of the lines in which the text stands, or of the words in it, given as places in the text; spaces,
        line ends, case and hyphens don't matter."""
        page, places = _squeezed(self._text.text, self._text.count)
        wanted = _squeezed(text, len(text))[0]
        found = _find(page, wanted)
        if found is None:
            return ()
        parts = [_part(page, found, text, word, len(wanted)) for word in words] if words else [found]
        boxes = [box for first, stop in parts if stop > first for box in self._boxes(places[first], places[stop - 1])]
        return tuple(boxes[:_MOST_BOXES])

    def _boxes(self, first: int, last: int) -> list[Box]:
        raw, handle = self._raw, self._text.handle
        count = min(_MOST_BOXES, raw.FPDFText_CountRects(handle, first, last - first + 1))
        boxes = []
        edges = [ctypes.c_double() for _ in range(4)]
        for i in range(count):
            if raw.FPDFText_GetRect(handle, i, *edges):
                left, top, right, bottom = (round(edge.value, 1) for edge in edges)
                boxes.append((left, bottom, right, top))
        return boxes


def _part(page: str, found: tuple[int, int], text: str, word: tuple[int, int], length: int) -> tuple[int, int]:
    """Where a word of the text stands on the squeezed page; where the two are not the same, the nearest such word."""
    letters = _squeezed(text[word[0] : word[1]], word[1] - word[0])[0]
    before = len(_squeezed(text[: word[0]], word[0])[0])
    near = found[0] + round(before * (found[1] - found[0]) / max(1, length))
    if not letters:
        return near, near
    if page.startswith(letters, near):
        return near, near + len(letters)
    behind, ahead = page.rfind(letters, found[0], near + len(letters)), page.find(letters, near, found[1])
    places = [at for at in (behind, ahead) if at >= 0]
    at = min(places, key=lambda one: abs(one - near), default=near)
    return (at, at + len(letters)) if places else (at, at)


def _squeezed(text: str, count: int) -> tuple[str, list[int]]:
    """Letters and digits alone, each with its place in the library's count (which counts some characters twice)."""
    letters: list[str] = []
    places: list[int] = []
    at = 0
    for character in text:
        if character.isalnum() and character not in HYPHENS:
            for letter in unicodedata.normalize("NFKC", character).casefold():
                letters.append(letter)
                places.append(min(at, count - 1))
        at += 2 if ord(character) > 0xFFFF else 1
    return "".join(letters), places


def _find(page: str, wanted: str) -> tuple[int, int] | None:
    if not wanted:
        return None
    at = page.find(wanted)
    if at >= 0:
        return at, at + len(wanted)
    if len(wanted) < 2 * _ANCHOR:
        return None
    start = page.find(wanted[:_ANCHOR])
    end = page.find(wanted[-_ANCHOR:], max(0, start))
    if start >= 0 and end >= 0 and end - start < 2 * len(wanted):
        return start, end + _ANCHOR
    if start >= 0:
        return start, min(len(page), start + len(wanted))
    return (max(0, end + _ANCHOR - len(wanted)), end + _ANCHOR) if end >= 0 else None
