"""PDFium's functions that are asked of every line, called at their addresses."""

from __future__ import annotations

import ctypes
import functools
from typing import Any


class QuickCalls:
    """Some of the library's functions by their addresses: called a hundred times a page, they cost half of what the
    checked way costs. Any thread that the library is used by."""

    def __init__(self, raw: Any) -> None:
        whole, pointer = ctypes.c_int, ctypes.c_void_p
        self.box = _by_address(raw.FPDFText_GetLooseCharBox, whole, pointer, whole, pointer)
        self.unknown = _by_address(raw.FPDFText_HasUnicodeMapError, whole, pointer, whole)
        self.weight = _by_address(raw.FPDFText_GetFontWeight, whole, pointer, whole)
        self.item = _by_address(raw.FPDFText_GetTextObject, pointer, pointer, whole)
        self.mode = _by_address(raw.FPDFTextObj_GetTextRenderMode, whole, pointer)
        self.colour = _by_address(raw.FPDFText_GetFillColor, whole, pointer, whole, *[pointer] * 4)


@functools.cache
def quick_calls(raw: Any) -> QuickCalls:
    """The one for this library."""
    return QuickCalls(raw)


def _by_address(function: Any, *types: Any) -> Any:
    return ctypes.PYFUNCTYPE(*types)(ctypes.cast(function, ctypes.c_void_p).value or 0)
