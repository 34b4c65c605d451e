"""How the next word is drawn: the request's wishes over the model's own published defaults."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from runtime.requests import Sampling

_RANGES = {
    "temperature": (0.0, 5.0),
    "top_p": (0.0, 1.0),
    "top_k": (0, 100_000),
    "min_p": (0.0, 1.0),
    "repetition_penalty": (0.1, 10.0),
}
FALLBACK_TEMPERATURE = 0.7


def published_sampling(folder: Path) -> Sampling:
    """What ``generation_config.json`` of the model says; values out of any sensible range are ignored."""
    try:
        config = json.loads((folder / "generation_config.json").read_bytes()[:1_000_000])
    except (OSError, ValueError, RecursionError):
        return Sampling()
    if not isinstance(config, dict):
        return Sampling()
    if config.get("do_sample") is False:
        return Sampling(temperature=0.0)
    found: dict[str, Any] = {}
    for name, (low, high) in _RANGES.items():
        value = config.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high:
            found[name] = value
    return Sampling(**found)


def combined(wished: Sampling, published: Sampling) -> Sampling:
    """Each wish where there is one, else the model's default."""
    values = {
        f.name: getattr(wished, f.name) if getattr(wished, f.name) is not None else getattr(published, f.name)
        for f in fields(Sampling)
    }
    sampling = Sampling(**values)
    return sampling if sampling.temperature is not None else replace(sampling, temperature=FALLBACK_TEMPERATURE)
