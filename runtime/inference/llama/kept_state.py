"""A conversation's state apart from the window it was read in."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass

from runtime.inference.common_length import common_length


@dataclass(frozen=True, eq=False)
class KeptState:
    """The state after ``tokens``, as :meth:`Window.state` gave it. ``urgent``: a person's own conversation;
    ``private``: one that is never written to disk."""

    tokens: list[int]
    state: ctypes.Array[ctypes.c_char]
    urgent: bool = False
    private: bool = False

    def usable(self, tokens: Sequence[int], *, freely: bool) -> int:
        """How many of the first ``tokens`` it spares; ``freely``: any beginning of it can be kept."""
        return usable(self.tokens, tokens, freely=freely)


def usable(known: list[int], tokens: Sequence[int], *, freely: bool) -> int:
    """The same of any tokens that were read. At least one of ``tokens`` is left, as its word is foretold."""
    common = common_length(known, tokens[: len(tokens) - 1])
    return common if freely or common == len(known) else 0
