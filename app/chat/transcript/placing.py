"""Where messages stand one below another: sums of their heights that cost little however many there are."""

from __future__ import annotations

from collections.abc import Iterable


class Heights:
    """A list of heights with quick sums (a Fenwick tree): what changes one height does not touch the others."""

    def __init__(self, heights: Iterable[int] = ()) -> None:
        self._heights = list(heights)
        self._sum_up()

    def _sum_up(self) -> None:
        self._sums = [0, *self._heights]
        for place in range(1, len(self._sums)):
            above = place + (place & -place)
            if above < len(self._sums):
                self._sums[above] += self._sums[place]

    def __len__(self) -> int:
        return len(self._heights)

    def __getitem__(self, place: int) -> int:
        return self._heights[place]

    @property
    def total(self) -> int:
        """How high all of them are together."""
        return self.top(len(self._heights))

    def top(self, place: int) -> int:
        """How high all before ``place`` are together."""
        total = 0
        while place > 0:
            total += self._sums[place]
            place &= place - 1
        return total

    def at(self, y: int) -> int:
        """The place that ``y`` falls into; the first or last one for what is outside."""
        place, step = 0, 1 << len(self._heights).bit_length()
        while step:
            ahead = place + step
            if ahead < len(self._sums) and self._sums[ahead] <= y:
                place = ahead
                y -= self._sums[ahead]
            step >>= 1
        return min(place, max(len(self._heights) - 1, 0))

    def change(self, place: int, height: int) -> None:
        """Another height for one of them."""
        difference = height - self._heights[place]
        self._heights[place] = height
        place += 1
        while place < len(self._sums):
            self._sums[place] += difference
            place += place & -place

    def append(self, height: int) -> None:
        """One more at the end."""
        self._heights.append(height)
        place = len(self._heights)
        total, part = height, 1
        while part < place & -place:
            total += self._sums[place - part]
            part <<= 1
        self._sums.append(total)

    def cut(self, count: int) -> None:
        """Keep the first ``count`` only."""
        del self._heights[count:]
        del self._sums[count + 1 :]

    def remove(self, place: int) -> None:
        """Take one out."""
        del self._heights[place]
        self._sum_up()
