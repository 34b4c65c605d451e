"""A weighted sum of what was measured of a claim, and where it becomes a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Combination:
    """``weights`` by the feature's name. A claim from ``supported_from`` on is in the sources. One under
    ``surely_below`` is not, nor one under ``absent_below`` with a clear sign against it; of the rest nothing is
    said."""

    weights: Mapping[str, float]
    bias: float
    absent_below: float
    surely_below: float
    supported_from: float

    def score(self, values: Mapping[str, float]) -> float:
        """The sum for one claim's values; a name without a weight counts nothing."""
        return self.bias + sum(weight * values.get(name, 0.0) for name, weight in self.weights.items())
