"""A model's cache, layer by layer: what of it can go back to an earlier token, be shared, copied and measured.

MLX's arrays are not changed once they are computed, but the Python object that names one is: ``keys[..., a:b, :] = x``
makes *that object* name a new array, which takes the old one's memory if no other object names it. So whatever is to
outlive the next token needs an object of its own (``copy.deepcopy`` shares the memory until one side is written to).
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import Any

# mlx_lm's caches grow in steps of this many tokens.
STEP_TOKENS = 256


def leaves(cache: Sequence[Any]) -> list[Any]:
    """The single caches of all layers, in their order; those of a layer that has several stand one after the other."""
    from mlx_lm.models.cache import CacheList

    found: list[Any] = []
    for layer in cache:
        found += leaves(layer.caches) if type(layer) is CacheList else [layer]
    return found


def is_paged(leaf: Any) -> bool:
    """Whether a cache keeps each token by itself for ever, so that any number of its first tokens is a cache too."""
    from mlx_lm.models.cache import ConcatenateKVCache, KVCache, QuantizedKVCache

    return type(leaf) in (KVCache, ConcatenateKVCache, QuantizedKVCache)


def can_rewind(leaf: Any) -> bool:
    """Whether a cache, as it is now, can go back to any token before. What is unknown here can't."""
    from mlx_lm.models.cache import ChunkedKVCache, RotatingKVCache

    if is_paged(leaf):
        return True
    if type(leaf) is RotatingKVCache:
        return bool(leaf.offset < leaf.max_size)
    return bool(type(leaf) is ChunkedKVCache and leaf.start_position == 0)


def rewind(leaf: Any, tokens: int) -> None:
    """Forget all but the first ``tokens``; only where :func:`can_rewind`. Room left mostly empty is given up."""
    from mlx_lm.models.cache import ConcatenateKVCache

    if leaf.offset <= tokens:
        return
    leaf.trim(leaf.offset - tokens)
    if type(leaf) is ConcatenateKVCache:  # counts what its arrays hold, whatever its offset says
        leaf.keys, leaf.values = leaf.keys[..., :tokens, :], leaf.values[..., :tokens, :]
    elif is_paged(leaf) and room_tokens(leaf) >= 2 * (tokens + STEP_TOKENS):
        set_rows(leaf, [_cut(array, tokens) for array in rows(leaf)], tokens)


def beginning(leaf: Any, tokens: int) -> Any:
    """A cache with the first ``tokens`` of another that :func:`is_paged`, sharing nothing with it once computed."""
    made = copy.copy(leaf)
    set_rows(made, [_cut(array, tokens) for array in rows(leaf)], tokens)
    return made


def rows(leaf: Any) -> list[Any]:
    """The arrays of a paged cache, whose last axis but one counts tokens; none while it is empty."""
    if leaf.keys is None:
        return []
    if isinstance(leaf.keys, (tuple, list)):
        return [*leaf.keys, *leaf.values]
    return [leaf.keys, leaf.values]


def set_rows(leaf: Any, arrays: list[Any], tokens: int) -> None:
    """Put arrays as :func:`rows` gives them into a paged cache that then holds ``tokens``."""
    from mlx_lm.models.cache import ConcatenateKVCache, QuantizedKVCache

    if not arrays:
        leaf.keys = leaf.values = None
    elif type(leaf) is QuantizedKVCache:
        half = len(arrays) // 2
        leaf.keys, leaf.values = list(arrays[:half]), list(arrays[half:])
    else:
        if type(leaf) is ConcatenateKVCache:
            arrays = [array[..., :tokens, :] for array in arrays]
        leaf.keys, leaf.values = arrays
    leaf.offset = tokens


def room_tokens(leaf: Any) -> int:
    """How many tokens a paged cache has room for now."""
    arrays = rows(leaf)
    return int(arrays[0].shape[-2]) if arrays else 0


def _cut(array: Any, tokens: int) -> Any:
    import mlx.core as mx

    room = -(-(tokens + 1) // STEP_TOKENS) * STEP_TOKENS - tokens
    space = mx.zeros((*array.shape[:-2], room, array.shape[-1]), array.dtype)
    return mx.concatenate([array[..., :tokens, :], space], axis=-2)


def frozen(leaf: Any) -> dict[str, Any]:
    """The state of a cache as it is now, whatever its kind. It stays so, and costs memory once the cache moves on."""
    state: dict[str, Any] = _compact(copy.deepcopy(vars(leaf)))
    return state


def thaw(leaf: Any, state: dict[str, Any]) -> Any:
    """A cache of the kind of ``leaf`` in a state that :func:`frozen` took; the state can be used again."""
    made = copy.copy(leaf)
    vars(made).clear()
    vars(made).update(copy.deepcopy(state))
    return made


def with_leaves(cache: Sequence[Any], replaced: Iterator[Any]) -> list[Any]:
    """A cache of the same build whose single caches are taken from ``replaced``, in the order of :func:`leaves`."""
    from mlx_lm.models.cache import CacheList

    made = []
    for layer in cache:
        if type(layer) is CacheList:
            made.append(CacheList(*with_leaves(layer.caches, replaced)))
        else:
            made.append(next(replaced))
    return made


def arrays_in(value: Any) -> Iterator[Any]:
    """Every MLX array within a state."""
    import mlx.core as mx

    if isinstance(value, mx.array):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from arrays_in(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from arrays_in(one)


def compute(cache: Sequence[Any]) -> None:
    """Compute what a cache holds, so that nothing of how it came about is kept alive."""
    import mlx.core as mx

    for leaf in leaves(cache):
        if not is_paged(leaf):
            vars(leaf).update(_compact(vars(leaf)))
    mx.eval([array for leaf in leaves(cache) for array in arrays_in(vars(leaf))])


def _compact(value: Any) -> Any:
    """The same state without the larger arrays of which some of its arrays are small parts (a convolution keeps three
    rows of the whole piece that was read)."""
    import mlx.core as mx

    if isinstance(value, mx.array):
        return mx.contiguous(value)
    if isinstance(value, dict):
        return {name: _compact(one) for name, one in value.items()}
    if type(value) in (list, tuple):
        return type(value)(_compact(one) for one in value)
    return value
