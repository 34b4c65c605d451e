"""How fast a model reads and writes on this computer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """As it was measured here, in tokens a second."""

    reading_tokens_per_s: float
    writing_tokens_per_s: float
