"""How much memory MLX may take for a model, how long a conversation that leaves room for, and what was really taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psutil

from runtime.errors import OutgrewMemory
from runtime.storage.model_shape import ModelShape, shape_of

# Computing needs memory beside weights and cache, as a share of the weights' size.
WORKING_SHARE = 0.1
# The cache grows in steps of this many tokens (mlx_lm.models.cache).
CACHE_STEP_TOKENS = 256
NO_LIMIT_TOKENS = 2**31
# Freed buffers that MLX keeps for reuse: a part of what weights and their work leave, and never so little that each
# token would ask the system anew. Left alone, Metal's may grow to one and a half working sets.
_REUSE_SHARE = 0.25
_REUSE_LEAST_BYTES = 64 * 2**20
_REUSE_MOST_BYTES = 2**30


@dataclass(frozen=True)
class CacheCost:
    """Bytes that a conversation keeps in the cache: ``token_bytes`` for each token for ever, ``window_token_bytes``
    for each of the last ``window_tokens``."""

    token_bytes: int
    window_token_bytes: int = 0
    window_tokens: int = 0

    def bytes_for(self, tokens: int) -> int:
        """What ``tokens`` of a conversation keep."""
        return self.token_bytes * tokens + self.window_token_bytes * min(tokens, self.window_tokens)

    def tokens_within(self, room_bytes: int) -> int:
        """The longest conversation that keeps at most ``room_bytes``, in whole steps of the cache."""
        if room_bytes <= 0:
            return 0
        beyond = room_bytes - self.bytes_for(self.window_tokens)
        if self.window_tokens and beyond < 0:
            tokens = room_bytes // max(1, self.token_bytes + self.window_token_bytes)
        else:
            tokens = NO_LIMIT_TOKENS if not self.token_bytes else self.window_tokens + beyond // self.token_bytes
        return int(tokens) // CACHE_STEP_TOKENS * CACHE_STEP_TOKENS


def cache_cost(config: dict[str, Any], size_bytes: int = 2) -> CacheCost:
    """What each token costs with numbers of ``size_bytes`` in the cache. Layers of an unknown kind count as keeping
    everything; a config without layers or width costs nothing here, and :class:`CacheGuard` alone is the limit."""
    shape = shape_of(config, 0)
    if shape is None:
        return CacheCost(0)
    token_bytes = 2 * size_bytes * _row(shape, shape.kv_heads, shape.head_dim) * _keeping_layers(shape)
    if not shape.sliding_layers or not shape.sliding_window:
        return CacheCost(token_bytes)
    row = _row(shape, shape.sliding_kv_heads or shape.kv_heads, shape.sliding_head_dim or shape.head_dim)
    return CacheCost(token_bytes, 2 * size_bytes * row * shape.sliding_layers, shape.sliding_window)


def number_bytes(model: Any) -> int:
    """Bytes of the numbers that a loaded model computes with, and so of those in its cache: the prevailing ones."""
    from mlx.utils import tree_flatten

    found = [array.dtype.size for _name, array in tree_flatten(model.parameters()) if "float" in str(array.dtype)]
    return max(set(found), key=found.count, default=2)


def _keeping_layers(shape: ModelShape) -> int:
    return shape.layers - shape.sliding_layers if shape.kv_layers is None else shape.kv_layers


def _row(shape: ModelShape, kv_heads: int | None, head_dim: int | None) -> int:
    return shape.hidden_size if kv_heads is None or head_dim is None else kv_heads * head_dim


@dataclass(frozen=True)
class MlxLimits:
    """Bytes: what MLX may hold in all, what it may keep for reuse, and what Metal may pin (None: not Metal)."""

    memory_bytes: int
    reuse_bytes: int
    wired_bytes: int | None


def mlx_limits(budget_bytes: int, weight_bytes: int, device_info: dict[str, Any]) -> MlxLimits:
    """The limits for a model of ``weight_bytes`` within a budget, on the device that ``mx.device_info()`` describes.

    Nothing is ever pinned beyond the working set that Metal itself recommends: MLX refuses that, and a system whose
    memory is all pinned can't go on.
    """
    working_set = device_info.get("max_recommended_working_set_size")
    memory_bytes = budget_bytes
    wired_bytes = None
    if isinstance(working_set, int) and working_set > 0:
        memory_bytes = wired_bytes = min(budget_bytes, working_set)
    left = memory_bytes - int(weight_bytes * (1 + WORKING_SHARE))
    reuse_bytes = min(max(int(left * _REUSE_SHARE), _REUSE_LEAST_BYTES), _REUSE_MOST_BYTES)
    return MlxLimits(memory_bytes, reuse_bytes, wired_bytes)


class MlxMemory:
    """MLX's memory in this process: its limits and its measure. Lives on the thread that owns MLX.

    MLX's memory limit makes it give back what it keeps for reuse, and wait for running work before it takes more; it
    refuses nothing by itself (checked on the CPU, read in the source for Metal and CUDA). What refuses is
    :class:`CacheGuard` and the length that :class:`CacheCost` allows.
    """

    def __init__(self, mx: Any) -> None:
        self._mx = mx
        self._defaults: tuple[int, int] | None = None
        self._wired_bytes: int | None = None

    def limit(self, budget_bytes: int | None, weight_bytes: int) -> None:
        """Set MLX's limits for a model; without a budget they are MLX's own again. Before loading it."""
        mx = self._mx
        if budget_bytes is None:
            if self._defaults is not None:
                mx.set_memory_limit(self._defaults[0])
                mx.set_cache_limit(self._defaults[1])
            if self._wired_bytes is not None:
                mx.set_wired_limit(0)
                self._wired_bytes = None
            return
        limits = mlx_limits(budget_bytes, weight_bytes, mx.device_info())
        before = mx.set_memory_limit(limits.memory_bytes), mx.set_cache_limit(limits.reuse_bytes)
        self._defaults = self._defaults or before
        if limits.reuse_bytes > self._defaults[1]:
            # The CPU keeps little for reuse (32 MB); more would not make it faster.
            mx.set_cache_limit(self._defaults[1])
        self._wired_bytes = limits.wired_bytes
        if limits.wired_bytes is not None:
            mx.set_wired_limit(limits.wired_bytes)

    def wire(self) -> None:
        """Our wired limit again, at the start of an answer: mlx_lm has just set the whole working set for it."""
        if self._wired_bytes is not None:
            self._mx.set_wired_limit(self._wired_bytes)

    def measure_anew(self) -> None:
        """Begin a new measure of the peak; what is held now is its first value."""
        self._mx.reset_peak_memory()

    def give_back(self) -> None:
        """Hand what MLX keeps for reuse back to the computer."""
        self._mx.clear_cache()

    @property
    def active_bytes(self) -> int:
        """What MLX holds now, without what it keeps for reuse."""
        return int(self._mx.get_active_memory())

    @property
    def peak_bytes(self) -> int:
        """The most that was held since :meth:`measure_anew`; never less than what is held now."""
        return max(int(self._mx.get_peak_memory()), self.active_bytes)

    @property
    def process_bytes(self) -> int:
        """Resident memory of this whole process."""
        return int(psutil.Process().memory_info().rss)


class CacheGuard:
    """Ends an answer before its cache grows over the budget, by what MLX really holds: the limit of length is a
    forecast, and an architecture may keep more than its config says.

    ``held_bytes`` is what MLX held before the answer, without what was known of its prompt. ``release`` gives up what
    is kept of other conversations, until so many bytes are free, and tells how many that were. One per answer; lives
    on the thread that owns MLX.
    """

    def __init__(
        self,
        memory: MlxMemory,
        budget_bytes: int | None,
        held_bytes: int,
        release: Callable[[int], int] | None = None,
    ) -> None:
        self._memory = memory
        self._budget_bytes = budget_bytes
        self._held_bytes = held_bytes
        self._release = release

    def check(self, done_tokens: int, next_tokens: int) -> None:
        """Before ``next_tokens`` more are read or written.

        Raises:
            OutgrewMemory: with them, at the growth per token so far, the budget would be left.
        """
        if self._budget_bytes is None or done_tokens <= 0:
            return
        # Within a step nothing grows; a step at its beginning would make the first tokens look expensive.
        steps = -(-done_tokens // CACHE_STEP_TOKENS)
        coming = -(-(done_tokens + next_tokens) // CACHE_STEP_TOKENS) - steps
        if coming <= 0:
            return
        over_bytes = self._over_bytes(steps, coming)
        if over_bytes > 0 and self._release is not None:
            self._held_bytes -= self._release(over_bytes)
            over_bytes = self._over_bytes(steps, coming)
        if over_bytes > 0:
            raise OutgrewMemory(self._budget_bytes)

    def _over_bytes(self, steps: int, coming: int) -> int:
        assert self._budget_bytes is not None
        active_bytes = self._memory.active_bytes
        grown_bytes = max(0, active_bytes - self._held_bytes)
        return active_bytes + grown_bytes // steps * coming - self._budget_bytes
