"""A cache's arrays as plain numbers in bytes and back: what leaves the thread that owns MLX."""

from __future__ import annotations

import copy
import json
import struct
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Numbers:
    """An array outside MLX. ``kind`` is MLX's name of its numbers; those that numpy does not know (bfloat16) are held
    as whole numbers of the same width. ``array`` may share memory with a cache: give it up before that one grows, or it
    will be copied."""

    array: Any
    kind: str


@dataclass
class Piece:
    """What one file holds: some ``tokens``; of each paged cache (by its place) the arrays of those tokens; of each
    other one its state after them."""

    tokens: list[int]
    rows: dict[int, list[Numbers]] = field(default_factory=dict)
    states: dict[int, Any] = field(default_factory=dict)


def exported(value: Any) -> Any:
    """A state with :class:`Numbers` in place of its arrays, which must be computed. On the thread that owns MLX.

    Raises:
        TypeError: it holds something that can't be written.
    """
    import mlx.core as mx
    import numpy as np

    if isinstance(value, mx.array):
        kind = str(value.dtype).removeprefix("mlx.core.")
        # An object of its own: the cache's may be made to name another array while this one is still looked at.
        own = value.view(mx.uint16) if kind == "bfloat16" else copy.deepcopy(value)
        mx.eval(own)
        return Numbers(np.asarray(own), kind)
    if isinstance(value, dict):
        return {str(name): exported(one) for name, one in value.items()}
    if type(value) in (list, tuple):
        return type(value)(exported(one) for one in value)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise TypeError(type(value).__name__)


def imported(value: Any) -> Any:
    """The state of which :func:`exported` made this. On the thread that owns MLX."""
    import mlx.core as mx

    if isinstance(value, Numbers):
        made = mx.array(value.array)
        if value.kind == "bfloat16":
            return made.view(mx.bfloat16)
        return made.astype(getattr(mx, value.kind))
    if isinstance(value, dict):
        return {name: imported(one) for name, one in value.items()}
    if type(value) in (list, tuple):
        return type(value)(imported(one) for one in value)
    return value


def shrunk(value: Any) -> Any:
    """32-bit numbers in 16 bits, where none is too large for that. Keys and values bear it: most models were made in 16
    bits, of which these have 11 for the digits and bfloat16 has 8."""
    import numpy as np

    if isinstance(value, list):
        return [shrunk(one) for one in value]
    if not isinstance(value, Numbers) or value.array.dtype != np.float32:
        return value
    with np.errstate(over="ignore"):
        small = value.array.astype(np.float16)
    return Numbers(small, value.kind) if np.isfinite(small).all() else value


def packed(piece: Piece) -> bytes:
    """A piece as bytes."""
    blocks: list[bytes] = []

    def told(value: Any) -> Any:
        if isinstance(value, Numbers):
            blocks.append(value.array.tobytes())
            return {"numbers": [value.kind, value.array.dtype.str, list(value.array.shape)]}
        if isinstance(value, dict):
            return {"names": {str(name): told(one) for name, one in value.items()}}
        if isinstance(value, tuple):
            return {"tuple": [told(one) for one in value]}
        return [told(one) for one in value] if isinstance(value, list) else value

    head = json.dumps({"tokens": piece.tokens, "rows": told(piece.rows), "states": told(piece.states)}).encode()
    return b"".join([struct.pack("<Q", len(head)), head, *blocks])


def unpacked(content: bytes) -> Piece:
    """The piece of which :func:`packed` made these bytes, which are known to be whole.

    Raises:
        ValueError, KeyError, TypeError: they never were one.
    """
    import numpy as np

    (length,) = struct.unpack_from("<Q", content)
    head = json.loads(content[8 : 8 + length])
    at = 8 + length

    def made(value: Any) -> Any:
        nonlocal at
        if isinstance(value, list):
            return [made(one) for one in value]
        if not isinstance(value, dict):
            return value
        if "numbers" in value:
            kind, stored, shape = value["numbers"]
            count = int(np.prod(shape, dtype=np.int64))
            array = np.frombuffer(content, np.dtype(stored), count, at).reshape(shape)
            at += array.nbytes
            return Numbers(array, kind)
        if "tuple" in value:
            return tuple(made(one) for one in value["tuple"])
        return {name: made(one) for name, one in value["names"].items()}

    rows = {int(n): arrays for n, arrays in made(head["rows"]).items()}
    return Piece(head["tokens"], rows, {int(n): state for n, state in made(head["states"]).items()})
