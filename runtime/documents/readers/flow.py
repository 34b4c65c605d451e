"""Documents without pages, cut into pieces of bearable size where a new section begins.

Where a cut falls depends on the text around it, so that a change in one place moves no cut far from it.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from runtime.documents.readers.sink import Sink
from runtime.documents.reading import Block, BlockKind

SECTION_CHARACTERS = 8_000
PIECE_CHARACTERS = 32_000
MOST_CHARACTERS = 128_000
_ONE_IN = 16


class Flow:
    """Gathers blocks and gives them on as pages. Blocks come through :meth:`add`; :meth:`end` gives the last ones."""

    def __init__(self, out: Sink, label: str = "") -> None:
        self._out = out
        self._label = label
        self._blocks: list[Block] = []
        self._characters = 0

    def add(self, block: Block) -> None:
        """One more block; raises TooLarge as the sink does."""
        if self._cut_before(block):
            self.end()
        self._blocks.append(block)
        self._characters += len(block.text) + len(block.header)

    def extend(self, blocks: Iterable[Block]) -> None:
        """Several blocks."""
        for block in blocks:
            self.add(block)

    def end(self, label: str | None = None) -> None:
        """Give on what is gathered, if there is anything; ``label`` is for what comes after it."""
        if any(block.text.strip() for block in self._blocks):
            self._out.page(self._blocks, label=self._label)
        self._blocks, self._characters = [], 0
        if label is not None:
            self._label = label

    def _cut_before(self, block: Block) -> bool:
        if self._characters < SECTION_CHARACTERS:
            return False
        if block.kind in (BlockKind.HEADING, BlockKind.TITLE) and block.level <= 2:
            return True
        if self._characters < PIECE_CHARACTERS:
            return False
        if self._characters >= MOST_CHARACTERS:
            return True
        return zlib.crc32(block.text.encode("utf-8", "replace")) % _ONE_IN == 0
