"""Conversations kept in memory under a limit of bytes; what was not used for the longest time goes first."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from runtime.inference.prefix.sheet import Sheet

# To read again what is less than this costs less than to keep two.
LEAST_LOSS_TOKENS = 64
# The shorter of two branches is worth a copy of their common beginning when it is at least this share of it.
BRANCH_SHARE = 0.25


class Kept:
    """Owns the sheets between answers. Lives on the thread that owns MLX.

    ``limit_bytes`` bounds all but the person's latest conversation, whose memory was reckoned with when the model was
    loaded; 0 keeps nothing.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._sheets: list[Sheet] = []
        self._held_bytes: int | None = 0

    def __len__(self) -> int:
        return len(self._sheets)

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """All that is kept, the latest last."""
        return tuple(self._sheets)

    @property
    def held_bytes(self) -> int:
        """What is held, by the size of its arrays."""
        # Nobody writes to a sheet that stands here: reckoned once after each change of what does.
        if self._held_bytes is None:
            self._held_bytes = _bytes(self._sheets)
        return self._held_bytes

    def reach(self, tokens: Sequence[int]) -> int:
        """How much of a prompt was read already."""
        return max((sheet.usable(tokens) for sheet in self._sheets), default=0)

    def take(self, tokens: Sequence[int], *, urgent: bool, has_room: Callable[[int], bool]) -> Sheet | None:
        """A sheet that has read the longest beginning of ``tokens``, and nothing else; it belongs to the caller now.

        It is a kept one itself, gone back to there, unless that would lose what is worth more than a copy and
        ``has_room`` for its bytes. What a person may go back to is never lost to what is not ``urgent``.
        """
        found = max(reversed(self._sheets), key=lambda sheet: sheet.usable(tokens), default=None)
        usable = found.usable(tokens) if found is not None else 0
        if found is None or not usable:
            return None
        lost = len(found.tokens) - usable
        theirs = found.urgent and not urgent and lost >= LEAST_LOSS_TOKENS
        if theirs or (lost >= LEAST_LOSS_TOKENS and lost >= BRANCH_SHARE * usable):
            branch = self._branch(found, usable, has_room)
            if branch is not None or theirs:
                return branch
        self._remove(found)
        if not lost:
            found.mark(boundary=True)
        found.rewind(usable)
        return found

    def _branch(self, found: Sheet, tokens: int, has_room: Callable[[int], bool]) -> Sheet | None:
        copy_bytes = tokens * found.token_bytes()
        if self.held_bytes + copy_bytes > self._limit_bytes or not has_room(copy_bytes):
            return None
        return found.branch(tokens)

    def put(self, sheet: Sheet) -> None:
        """Keep a sheet, in place of those that it can replace."""
        if not self._limit_bytes or not sheet.tokens:
            return
        ended = [*sheet.tokens, -1]
        for other in self._sheets[:]:
            if len(other.tokens) <= len(sheet.tokens) and sheet.usable([*other.tokens, -1]) == len(other.tokens):
                self._remove(other)
                sheet.files.update({at: name for at, name in other.files.items() if at not in sheet.files})
                sheet.urgent = sheet.urgent or other.urgent
        longer = next((other for other in self._sheets if other.usable(ended) == len(sheet.tokens)), None)
        if longer is not None:
            self._remove(longer)
            longer.urgent = longer.urgent or sheet.urgent
        self._sheets.append(longer or sheet)
        self._held_bytes = None
        self._shrink()

    def release(self, need_bytes: int) -> int:
        """Give up sheets until so many bytes are free, or none is left. Returns what that gave."""
        before = held = self.held_bytes
        while self._sheets and before - held < need_bytes:
            self._remove(self._next_out())
            held = self.held_bytes
        return before - held

    def clear(self) -> None:
        """Keep nothing any more."""
        self._sheets.clear()
        self._held_bytes = None

    def _remove(self, sheet: Sheet) -> None:
        self._sheets.remove(sheet)
        self._held_bytes = None

    def _shrink(self) -> None:
        while self._sheets:
            latest = self._latest()
            others = [sheet for sheet in self._sheets if sheet is not latest]
            if not others or _bytes(others) <= self._limit_bytes:
                return
            self._remove(self._next_out())

    def _next_out(self) -> Sheet:
        aside = [sheet for sheet in self._sheets if not sheet.urgent]
        return (aside or self._sheets)[0]

    def _latest(self) -> Sheet | None:
        return next((sheet for sheet in reversed(self._sheets) if sheet.urgent), None)


def _bytes(sheets: Sequence[Sheet]) -> int:
    found: dict[int, int] = {}
    for sheet in sheets:
        found.update(sheet.arrays())
    return sum(found.values())
