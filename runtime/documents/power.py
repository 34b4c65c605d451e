"""Work that can wait holds still while the computer lives from its battery."""

from __future__ import annotations

import time
from collections.abc import Callable

LOOK_EVERY_S = 15.0


def never_on_battery() -> bool:
    """For a computer that is not asked."""
    return False


class Power:
    """``on_battery`` asks the system, at most every ``look_every_s`` seconds. ``allowed``: the person wants the work
    done on battery too. Any thread."""

    def __init__(
        self, on_battery: Callable[[], bool], *, allowed: bool = False, look_every_s: float = LOOK_EVERY_S
    ) -> None:
        self._on_battery = on_battery
        self._look_every_s = look_every_s
        self._not_before = 0.0
        self._was = False
        self.allowed = allowed

    @property
    def awaited(self) -> bool:
        """Whether work that can wait should."""
        if self.allowed:
            return False
        now = time.monotonic()
        if now >= self._not_before:
            self._not_before = now + self._look_every_s
            self._was = self._on_battery()
        return self._was
