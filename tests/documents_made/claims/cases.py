"""What a case is, and how cases are divided between making and measuring."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from runtime.sources import Source

# Documents made for the purpose; their groups are their numbers.
MADE = "made"


@dataclass(frozen=True)
class Case:
    """One sentence and the passages it is checked against. ``kind`` says how it was made; ``group`` is the text it is
    from: all sentences of a text go to the same half."""

    sentence: str
    sources: tuple[str, ...]
    true: bool
    kind: str
    origin: str
    group: str
    language: str = "en"

    @property
    def held_out(self) -> bool:
        """Whether it is only for the last measurement."""
        return in_held_out_half(self.origin, self.group)


def in_held_out_half(origin: str, group: str) -> bool:
    """Which half a text belongs to."""
    if origin == MADE:
        return int(group) % 2 == 0
    return zlib.crc32(f"{origin}/{group}".encode()) % 2 == 1


def source_of(number: int, text: str) -> Source:
    """A passage as an answer is given it."""
    return Source(number, number, f"{number}.txt", f"/{number}.txt", 1, "", "", "", text, 0, len(text))
