"""Parts what a model thinks from what it says, while the text streams in pieces of any size."""

from __future__ import annotations

from runtime.events import Channel


class ThinkingSplitter:
    """Fed with text, gives pieces with their channel. Holds back what may be the beginning of a marker.

    ``start`` and ``end`` are the model's own markers ("" for a model that does not think). ``inside`` is true when
    the prompt itself already opened the thinking part, as some templates do.
    """

    def __init__(self, start: str, end: str, *, inside: bool = False) -> None:
        self._start, self._end = start, end
        self._inside = inside and bool(end)
        self._held = ""
        self._trim = self._inside

    def feed(self, text: str) -> list[tuple[Channel, str]]:
        """The pieces that are certain by now."""
        if not self._end:
            return [(Channel.ANSWER, text)] if text else []
        self._held += text
        pieces: list[tuple[Channel, str]] = []
        while (at := self._held.find(self._marker)) >= 0:
            self._give(pieces, self._held[:at].rstrip("\n") if self._inside else self._held[:at])
            self._held = self._held[at + len(self._marker) :]
            self._inside = not self._inside
            self._trim = True
        keep = _overlap(self._held, self._marker)
        # Line breaks before the end marker belong to neither side.
        while self._inside and keep < len(self._held) and self._held[len(self._held) - keep - 1] == "\n":
            keep += 1
        self._give(pieces, self._held[: len(self._held) - keep])
        self._held = self._held[len(self._held) - keep :]
        return pieces

    def flush(self) -> list[tuple[Channel, str]]:
        """What was held back, at the end of the answer."""
        pieces: list[tuple[Channel, str]] = []
        self._give(pieces, self._held)
        self._held = ""
        return pieces

    @property
    def _marker(self) -> str:
        return self._end if self._inside else self._start or "\0never"

    def _give(self, pieces: list[tuple[Channel, str]], text: str) -> None:
        if self._trim:
            text = text.lstrip("\n")
        if text:
            self._trim = False
            pieces.append((Channel.THINKING if self._inside else Channel.ANSWER, text))


def _overlap(text: str, marker: str) -> int:
    """How many last characters of ``text`` begin ``marker``."""
    for size in range(min(len(marker) - 1, len(text)), 0, -1):
        if marker.startswith(text[-size:]):
            return size
    return 0
