"""Whether an answer only repeats itself: a small model may write one sentence again until its room is full."""

from __future__ import annotations

# Who asks for a line ten times gets it: what ends an answer is longer than a page, and says the same eight times.
LOOKED_AT_CHARACTERS = 4_000
LEAST_CHARACTERS = 2_000
LEAST_TIMES = 8
LOOK_EVERY_CHARACTERS = 250


class Repeating:
    """Hears a text piece by piece. ``noticed``: it said the same again and again. One thread."""

    def __init__(self) -> None:
        self.noticed = False
        self._tail = ""
        self._fresh = 0

    def hears(self, piece: str) -> bool:
        """Whether, with this piece, the end of the text is one run of characters again and again."""
        self._tail = (self._tail + piece)[-LOOKED_AT_CHARACTERS:]
        self._fresh += len(piece)
        if self._fresh < LOOK_EVERY_CHARACTERS or len(self._tail) < LEAST_CHARACTERS:
            return False
        self._fresh = 0
        self.noticed = self.noticed or _repeats(self._tail)
        return self.noticed


def _repeats(text: str) -> bool:
    """Some milliseconds for the longest: the borders of the text read backwards (Knuth, Morris and Pratt) tell of each
    of its ends the shortest run that it is made of."""
    backwards = text[::-1]
    borders = [0] * len(backwards)
    at = 0
    for place in range(1, len(backwards)):
        while at and backwards[place] != backwards[at]:
            at = borders[at - 1]
        at += backwards[place] == backwards[at]
        borders[place] = at
        length = place + 1
        if length >= LEAST_CHARACTERS and (length - at) * LEAST_TIMES <= length:
            return True
    return False
