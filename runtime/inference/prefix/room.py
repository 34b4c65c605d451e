"""Room in memory for what is kept, after everything that needs it more."""

from __future__ import annotations

import psutil

from runtime.inference.limits import MlxMemory
from runtime.inference.prefix.store import Kept

# With less than this share of the computer's memory available, what is kept goes: the computer needs it more.
SHORT_SHARE = 0.1


class MlxRoom:
    """Whether MLX may hold more, within ``budget_bytes`` and what the computer has, after ``kept`` made way."""

    def __init__(self, memory: MlxMemory, budget_bytes: int | None, kept: Kept) -> None:
        self._memory = memory
        self._budget_bytes = budget_bytes
        self._kept = kept

    def has(self, more_bytes: int) -> bool:
        """Without anything making way."""
        if psutil.virtual_memory().available * (1 - SHORT_SHARE) < more_bytes:
            return False
        return self._budget_bytes is None or self._memory.active_bytes + more_bytes <= self._budget_bytes

    def release(self, need_bytes: int) -> int:
        """Give up what is kept, until so many bytes are free. Returns what that gave."""
        before_bytes = self._memory.active_bytes
        if not self._kept.release(need_bytes):
            return 0
        self._memory.give_back()
        return before_bytes - self._memory.active_bytes

    def tidy(self) -> None:
        """Hand back what MLX keeps for reuse."""
        self._memory.give_back()

    def make(self, more_bytes: int) -> bool:
        """With as much making way as is needed."""
        if self._budget_bytes is not None:
            self.release(self._memory.active_bytes + more_bytes - self._budget_bytes)
        return self.has(more_bytes)

    @staticmethod
    def is_short() -> bool:
        """Whether the computer has too little memory left for anything to be kept."""
        now = psutil.virtual_memory()
        return bool(now.available < SHORT_SHARE * now.total)
