"""Reads a whole text, or one that still grows, always in the same parts however it came."""

from __future__ import annotations

from collections.abc import Iterator

from app.chat.markdown.blocks import BlockReader
from app.chat.markdown.pieces import Piece


class TextReader:
    """Owns how far a text was read. ``text`` may only become longer."""

    def __init__(self, text: str = "") -> None:
        self.text = text
        self.place = 0
        self._blocks = BlockReader()

    def settled(self, at_most: int) -> list[Piece]:
        """What more text can't change, from about so many characters further."""
        found: list[Piece] = []
        goal = self.place + at_most
        while self.place < goal and (part := self._next()) is not None:
            line, ends = part
            found += self._blocks.read(line, ends=ends)
            self.place += len(line) + ends
        return found

    @property
    def at_end(self) -> bool:
        """Whether all is read that more text can't change."""
        return self._next() is None

    def open(self) -> list[Piece]:
        """What follows, as if the text ended where it ends now. The next call of :meth:`settled` gives it anew."""
        rest, blocks = self.text[self.place :], self._blocks.copy()
        return (blocks.read(rest, whole=False) if rest else []) + blocks.close()

    def _next(self) -> tuple[str, bool] | None:
        """The next line, or part of a long one; and whether the line ends with it."""
        longest = self._blocks.part_length(self.text[self.place : self.place + 40])
        end = self.text.find("\n", self.place, self.place + longest)
        if end >= 0:
            return self.text[self.place : end], True
        if len(self.text) - self.place >= longest:
            return self.text[self.place : self.place + longest], False
        return None


def pieces_of(text: str) -> Iterator[Piece]:
    """All of a text. Each piece is read when it is asked for."""
    reader = TextReader(text)
    while not reader.at_end:
        yield from reader.settled(1)
    yield from reader.open()
