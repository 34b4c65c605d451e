"""Where running text can be given away before its end is known, and the addresses that stand among it."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import normalizeReference

# So much is given away at once, when more than OPEN is there.
PIECE = 600
OPEN = 900
# A paragraph of Qt's that grows beyond this makes its layout slow, so the next sentence begins another one.
LONGEST_PARAGRAPH = 1_400

_GAP = re.compile(r"[ \t\n]+")
_SENTENCE = re.compile(r"(?<=[.!?:;。！？])[ \t\n]+")
_UNDERSCORE = re.compile(r"\b_|_\b")


def cut(text: str, *, at_sentence: bool) -> int:
    """A place up to PIECE where the text may be cut: before white space, with no mark left open if that can be."""
    gaps = [found.start() for found in _GAP.finditer(text, PIECE // 3, PIECE)]
    if at_sentence:
        ends = [found.start() for found in _SENTENCE.finditer(text, PIECE // 3, PIECE)]
        gaps = gaps + ends
    for place in reversed(gaps):
        if _balanced(text[:place]):
            return place
    return gaps[-1] if gaps else PIECE


def _balanced(text: str) -> bool:
    return (
        not any(text.count(mark) % 2 for mark in ("`", "*", "~~", "$"))
        and text.count("[") == text.count("]")
        and text.count("\\(") == text.count("\\)")
        and not len(_UNDERSCORE.findall(text)) % 2
    )


def definitions(text: str) -> tuple[str, dict[str, Any]]:
    """The text without the addresses defined at its beginning, and those."""
    if not text.startswith("[") or "]:" not in text:
        return text, {}
    found: dict[str, Any] = {}
    tokens = _reader().parse(text, found)
    rest = next((token.content for token in tokens if token.type == "inline"), "")
    return rest, found.get("references", {})


@cache
def _reader() -> MarkdownIt:
    return MarkdownIt("zero").enable("reference")


def labels_used(text: str, labels: set[str]) -> set[str]:
    """Which of the labels stand in brackets somewhere other than where they are defined."""
    folded = normalizeReference(text)
    return {label for label in labels if re.search(rf"{re.escape(f'[{label}]')}(?!:)", folded)}
