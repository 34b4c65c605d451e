"""One conversation as a model has read it: its tokens, the cache they left, and points it can go back to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from runtime.inference.common_length import common_length
from runtime.inference.prefix import leaves as layers

# So many points of one conversation are kept if they take no more than so much; where they are heavy (a window of
# 1,024 tokens in 28 layers is 117 MB) fewer, and none on the way between the ends of turns.
MOST_MARKS = 48
LEAST_MARKS = 3
MARKS_BYTES = 256 * 2**20


@dataclass(frozen=True)
class Mark:
    """The state, after ``tokens``, of every single cache that can't be relied on to go back (by its place in the
    cache). ``boundary``: a part of the conversation ends here, as opposed to a point on the way."""

    tokens: int
    states: dict[int, dict[str, Any]]
    boundary: bool = False


@dataclass(eq=False)
class Sheet:
    """Owned by whoever has it: the store, or the answer under way. Lives on the thread that owns MLX.

    ``position`` is how many tokens the cache has read: a token more than ``tokens`` names where an answer was stopped
    before its word was known. ``urgent`` says that a person's own conversation is in it, ``private`` that it is
    never written to disk. ``files`` are the
    names under which points of it were written to disk; the next ones replace them.
    """

    tokens: list[int]
    cache: list[Any]
    position: int = 0
    marks: list[Mark] = field(default_factory=list)
    urgent: bool = False
    private: bool = False
    saved: bool = False
    files: dict[int, str] = field(default_factory=dict)

    def usable(self, tokens: Sequence[int]) -> int:
        """How many of the first ``tokens`` need not be read. At least one is left, as its word must be foretold."""
        common = common_length(self.tokens, tokens[: len(tokens) - 1])
        if common == self.position or self._rewinds():
            return common
        return max((mark.tokens for mark in self.marks if mark.tokens <= common), default=0)

    def rewind(self, tokens: int) -> None:
        """Go back to a point that :meth:`usable` gave."""
        if tokens != self.position:
            mark = None if self._rewinds() else next(mark for mark in self.marks if mark.tokens == tokens)
            self.cache = layers.with_leaves(self.cache, iter(self._leaves_at(tokens, mark)))
        self.position = tokens
        del self.tokens[tokens:]
        self.marks = [mark for mark in self.marks if mark.tokens <= tokens]

    def branch(self, tokens: int) -> Sheet | None:
        """Another sheet with the first ``tokens``, this one staying as it is; None where only this one itself can go
        back to them."""
        mark = next((mark for mark in self.marks if mark.tokens == tokens), None)
        made = []
        for n, leaf in enumerate(layers.leaves(self.cache)):
            if layers.is_paged(leaf):
                made.append(layers.beginning(leaf, tokens))
            elif mark is not None:
                made.append(layers.thaw(leaf, mark.states[n]))
            else:
                return None
        cache = layers.with_leaves(self.cache, iter(made))
        marks = [mark for mark in self.marks if mark.tokens <= tokens]
        return Sheet(self.tokens[:tokens], cache, tokens, marks)

    def mark(self, *, boundary: bool) -> None:
        """Make this point one that can be gone back to; nothing to do where every point is."""
        import mlx.core as mx

        if any(mark.tokens == self.position for mark in self.marks) or self.position != len(self.tokens):
            return
        found = enumerate(layers.leaves(self.cache))
        states = {n: layers.frozen(leaf) for n, leaf in found if not layers.is_paged(leaf)}
        if not states:
            return
        arrays = list(layers.arrays_in(states))
        most = MARKS_BYTES // max(1, sum(int(array.nbytes) for array in arrays))
        if boundary or most >= MOST_MARKS:
            mx.eval(arrays)
            self.marks.append(Mark(self.position, states, boundary))
            self._thin(min(max(most, LEAST_MARKS), MOST_MARKS))

    def _thin(self, most: int) -> None:
        """Every other point on the way goes first, then the oldest ends of turns but for the very first, which other
        conversations have too."""
        while len(self.marks) > most:
            grid = [n for n, mark in enumerate(self.marks[:-1]) if not mark.boundary]
            drop = grid[::2] or [1]
            self.marks = [mark for n, mark in enumerate(self.marks) if n not in drop]

    def _rewinds(self) -> bool:
        return all(layers.can_rewind(leaf) for leaf in layers.leaves(self.cache))

    def _leaves_at(self, tokens: int, mark: Mark | None) -> list[Any]:
        made = []
        for n, leaf in enumerate(layers.leaves(self.cache)):
            if mark is not None and n in mark.states:
                leaf = layers.thaw(leaf, mark.states[n])
            else:
                layers.rewind(leaf, tokens)
            made.append(leaf)
        return made

    def is_sound(self) -> bool:
        """Whether every cache that counts its tokens has as many as this sheet says."""
        counted = [leaf.offset for leaf in layers.leaves(self.cache) if isinstance(getattr(leaf, "offset", None), int)]
        return all(offset == self.position for offset in counted)

    def arrays(self) -> dict[int, int]:
        """Bytes of each array that is kept, by its object, so that what two sheets share is counted once."""
        states = [vars(leaf) for leaf in layers.leaves(self.cache)]
        states += [state for mark in self.marks for state in mark.states.values()]
        return {id(array): int(array.nbytes) for state in states for array in layers.arrays_in(state)}

    def token_bytes(self) -> int:
        """What each token of it keeps in those caches that keep all."""
        paged = [leaf for leaf in layers.leaves(self.cache) if layers.is_paged(leaf)]
        arrays = [array for leaf in paged for array in layers.rows(leaf)]
        return sum(int(array.nbytes) // max(1, int(array.shape[-2])) for array in arrays)
