"""How a model's way here goes, and the words that show that time passes while nothing else moves."""

from __future__ import annotations

from enum import StrEnum

from app import wording

LONG_S = 30.0


class Arrival(StrEnum):
    """How a model's way here goes just now."""

    FLOWING = "flowing"
    WAITING = "waiting"
    CHECKING = "checking"
    STALLED = "stalled"
    HELD = "held"
    PAUSED = "paused"
    FAILED = "failed"


def passing(state: Arrival, lasted_s: float, retry_in_s: float | None) -> str:
    """A line that changes while the state does not: when the next try is, or how long it has lasted. ``retry_in_s`` is
    counted from the beginning of the state. Empty where nobody waits for anything to happen soon."""
    if state not in (Arrival.WAITING, Arrival.STALLED):
        return ""
    if retry_in_s is not None:
        left = retry_in_s - lasted_s
        return f"Next try in {wording.duration(left)}." if left > 0 else "Trying again now …"
    return f"It has been so for {wording.duration(lasted_s)}." if lasted_s >= LONG_S else ""
