"""How much a file may cost: time, memory, text, parts. One place for every number of the readers."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class ReadingLimits:
    """What one order to a reader may use up. What goes beyond ends as ``TOO_LARGE``, with the name of the limit.

    A file may take ``base_s`` and ``page_s`` more for each page it has or has given, and may be silent for
    ``silence_s`` (text recognition: for each page). ``memory_bytes`` is for the whole process. ``text_characters`` is
    what may come out of one file, ``inflated_bytes`` what may come out of the packed files in it, ``member_bytes`` out
    of one of them; ``parts`` and ``depth`` bound files within files. ``pixels`` bounds a picture.
    """

    base_s: float = 60.0
    page_s: float = 0.05
    silence_s: float = 60.0
    memory_bytes: int = 2048 * MEBIBYTE
    file_bytes: int = 4096 * MEBIBYTE
    text_characters: int = 100_000_000
    pages: int = 200_000
    inflated_bytes: int = 2048 * MEBIBYTE
    member_bytes: int = 256 * MEBIBYTE
    parts: int = 5_000
    depth: int = 4
    pixels: int = 200_000_000
