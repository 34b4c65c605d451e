"""How many tokens a second an edition would write: a range, because it is a forecast. Pure; any thread.

A token takes the time to read the weights that it touches and what is kept of the conversation, plus a cost for each
layer that no bandwidth makes smaller. ``python -m tests.bench.forecast_speed`` compares it with published figures.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

from runtime.catalogue.entries import Edition
from runtime.catalogue.llama_cpp_speed import decode_range
from runtime.catalogue.machine import Machine
from runtime.catalogue.measured import Basis, Range, corrected, decode_ratios
from runtime.catalogue.processor import unpacked_bytes, weights
from runtime.catalogue.touched import Touched
from runtime.storage.engines import EngineKind
from runtime.storage.measurements import ChatSpeed, SelfTest

_GIGA = 1_000_000_000
# A machine whose memory rate nobody published is taken for the slowest of its kind.
_UNKNOWN_METAL_BYTES_PER_S = 68.25 * _GIGA
_UNKNOWN_CUDA_BYTES_PER_S = 168 * _GIGA
# Measured with MLX on a 2-core x86 processor, November 2026: Qwen3-0.6B writes 2.4 tokens a second from 4-bit weights
# and 7.4 from weights unpacked to 32 bits. It computes rather than reads there, so speed falls with the number of
# weights; more cores were not measured and are not promised (the self-test measures them).
_CPU_PACKED_TOKENS_PER_S = 2.4
_CPU_UNPACKED_TOKENS_PER_S = 7.4
_CPU_MEASURED_WEIGHTS = weights(342_884_352, 4)
_CPU_LOW, _CPU_HIGH = 0.75, 1.25
_UNPACKED_BITS = 32
_CACHE_BYTES_PER_NUMBER = 2
_CPU_CACHE_BYTES_PER_NUMBER = 4


@dataclass(frozen=True)
class _Costs:
    """``share`` of the memory's published rate that reading weights reaches (``expert_share`` of it where experts are
    read in small pieces); what a layer costs beside reading, and what more if it has experts, if it attends linearly,
    or to a window, in seconds."""

    share: float
    layer_s: float
    expert_share: float = 1.0
    expert_layer_s: float = 0.0
    linear_layer_s: float = 0.0
    window_layer_s: float = 0.0

    def scaled(self, share: float, layers: float) -> _Costs:
        """Another share, all costs of layers by a factor."""
        return replace(
            self,
            share=share,
            layer_s=self.layer_s * layers,
            expert_layer_s=self.expert_layer_s * layers,
            linear_layer_s=self.linear_layer_s * layers,
            window_layer_s=self.window_layer_s * layers,
        )


@dataclass(frozen=True)
class _Bounds:
    """The costs expected, and those at either end of the range."""

    low: _Costs
    expected: _Costs
    high: _Costs


def _bounds(expected: _Costs, low: tuple[float, float], high: tuple[float, float]) -> _Bounds:
    return _Bounds(expected.scaled(*low), expected, expected.scaled(*high))


# Fitted to the calibrating half of tests/data/published_speeds.json (M1 to M3; M4 and later need the factor below).
_METAL = _Costs(0.89, 77e-6, expert_layer_s=86e-6, linear_layer_s=68e-6, window_layer_s=87e-6)
_METAL_NEW_FACTOR = 0.57
_METAL_NEW_FROM = 4
_METAL_LOW, _METAL_HIGH = (0.78, 1.5), (0.95, 0.75)
_METAL_BOUNDS = _bounds(_METAL, _METAL_LOW, _METAL_HIGH)
_METAL_NEW_BOUNDS = _bounds(_METAL.scaled(_METAL.share, _METAL_NEW_FACTOR), _METAL_LOW, _METAL_HIGH)
# Judgement: nobody's figures for MLX on NVIDIA cards were at hand.
_CUDA = _Bounds(
    _Costs(0.40, 150e-6, expert_share=0.625),
    _Costs(0.60, 80e-6, expert_share=0.7),
    _Costs(0.75, 40e-6, expert_share=0.8),
)
# With a rate that was measured here by the same kernels, only the model's own ways are left to guess.
_TESTED_LOW, _TESTED_HIGH = (0.85, 1.3), (1.05, 0.8)
# Attention reads the cache at about the memory's rate, and slower the more heads ask the same keys (same fit).
_CACHE_COST, _CACHE_COST_PER_ASKING_HEAD = 1.0, 0.22


@dataclass(frozen=True)
class Speed:
    """Tokens a second while an answer is written. ``bandwidth_known`` is false where the slowest was assumed."""

    low_tokens_per_s: float
    high_tokens_per_s: float
    bandwidth_known: bool
    expected_tokens_per_s: float
    basis: Basis = Basis.ESTIMATED


def speed(
    machine: Machine,
    edition: Edition,
    context_tokens: int,
    *,
    at_tokens: int | None = None,
    touched: Touched | None = None,
    self_test: SelfTest | None = None,
    chats: Sequence[ChatSpeed] = (),
) -> Speed:
    """The forecast for a conversation that is half as long as ``context_tokens``, or just ``at_tokens`` long.

    ``touched`` is exact where the sizes of the tensors are known; without it the edition's ``active_fraction`` counts.
    ``self_test`` replaces published rates, ``chats`` (of this model, on this computer) correct what comes out.
    """
    tokens = min(context_tokens // 2 if at_tokens is None else at_tokens, edition.context_tokens)
    forecast = partial(_forecast, machine, edition, touched=touched, self_test=self_test)
    found = forecast(tokens)
    basis = Basis.SELF_TEST if self_test else Basis.ESTIMATED
    ratios = decode_ratios(chats, lambda length: forecast(length).expected)
    if ratios:
        found, basis = corrected(found, ratios), Basis.MEASURED_HERE
    known = self_test is not None or (machine.gpu is not None and machine.bandwidth_bytes_per_s is not None)
    return Speed(found.low, found.high, known, found.expected, basis)


def is_new_metal(chip: str) -> bool:
    """Whether an Apple chip is of the generations whose graphics cores start a layer faster."""
    found = re.search(r"\bM(\d+)\b", chip)
    return found is not None and int(found.group(1)) >= _METAL_NEW_FROM


def has_experts(edition: Edition, touched: Touched | None) -> bool:
    """Whether most of the weights rest while a token is written."""
    if touched is not None:
        return touched.experts
    return edition.sparse


def decode_bytes(edition: Edition, touched: Touched | None) -> float:
    """Bytes of weights read for one token; what is never loaded is not read either."""
    if touched is not None:
        return touched.decode_bytes
    if edition.active_fraction is None:
        return edition.weight_bytes - edition.left_out_bytes
    return edition.weight_bytes * edition.active_fraction


def _forecast(
    machine: Machine, edition: Edition, tokens: int, *, touched: Touched | None, self_test: SelfTest | None
) -> Range:
    if edition.engine is EngineKind.LLAMA_CPP:
        read_bytes, kept_bytes = decode_bytes(edition, touched), cache_read_bytes(edition, tokens)
        return decode_range(machine, read_bytes + kept_bytes, edition.layers, has_experts(edition, touched), self_test)
    if machine.gpu is None:
        return _on_processor(machine, edition, tokens, touched, self_test)
    metal = machine.gpu.kind == "metal"
    rate = machine.bandwidth_bytes_per_s or (_UNKNOWN_METAL_BYTES_PER_S if metal else _UNKNOWN_CUDA_BYTES_PER_S)
    bounds = _CUDA
    if self_test is not None:
        rate = self_test.rate(edition.bits).decode_bytes_per_s
        bounds = _tested_bounds(self_test.launch_s)
    elif metal:
        bounds = _METAL_NEW_BOUNDS if is_new_metal(str(getattr(machine, "chip", ""))) else _METAL_BOUNDS
    return Range(
        *(1 / _seconds(edition, tokens, touched, rate, costs) for costs in (bounds.low, bounds.expected, bounds.high))
    )


@cache
def _tested_bounds(layer_s: float) -> _Bounds:
    return _bounds(_METAL.scaled(1.0, layer_s / _METAL.layer_s), _TESTED_LOW, _TESTED_HIGH)


def _seconds(edition: Edition, tokens: int, touched: Touched | None, rate: float, costs: _Costs) -> float:
    """Of one token, on a graphics processor whose memory delivers ``rate`` bytes a second."""
    asking = (edition.attention_heads or 1) / (edition.kv_heads or edition.attention_heads or 1)
    experts = has_experts(edition, touched)
    reading_s = decode_bytes(edition, touched) / (rate * costs.share * (costs.expert_share if experts else 1.0))
    keeping_s = cache_read_bytes(edition, tokens) / rate * (_CACHE_COST + _CACHE_COST_PER_ASKING_HEAD * asking)
    linear = 0 if edition.sliding_layers else edition.layers - edition.kept_layers
    each_s = costs.layer_s + (costs.expert_layer_s if experts else 0.0)
    layers_s = edition.layers * each_s + linear * costs.linear_layer_s + edition.sliding_layers * costs.window_layer_s
    return reading_s + keeping_s + layers_s


def cache_read_bytes(edition: Edition, tokens: int, bytes_per_number: int = _CACHE_BYTES_PER_NUMBER) -> float:
    """Bytes of the cache that are read for one token, ``tokens`` into a conversation."""
    width = _row(edition, edition.kv_heads, edition.head_dim)
    window = _row(edition, edition.sliding_kv_heads or edition.kv_heads, edition.sliding_head_dim or edition.head_dim)
    numbers = edition.kept_layers * width * tokens
    numbers += edition.sliding_layers * window * min(tokens, edition.sliding_window or tokens)
    return numbers * bytes_per_number


def _row(edition: Edition, kv_heads: int | None, head_dim: int | None) -> int:
    # Unknown shapes count as full attention: keys and values as wide as the model.
    return 2 * (edition.hidden_size if kv_heads is None or head_dim is None else kv_heads * head_dim)


def _on_processor(
    machine: Machine, edition: Edition, tokens: int, touched: Touched | None, self_test: SelfTest | None
) -> Range:
    unpacked = unpacked_bytes(machine, edition) > 0
    count = weights(int(decode_bytes(edition, touched)), edition.bits)
    if self_test is None:
        measured = _CPU_UNPACKED_TOKENS_PER_S if unpacked else _CPU_PACKED_TOKENS_PER_S
        expected = measured * _CPU_MEASURED_WEIGHTS / count
        return Range(expected * _CPU_LOW, expected, expected * _CPU_HIGH)
    plain_rate = self_test.rate(_UNPACKED_BITS).decode_bytes_per_s
    if unpacked:
        reading_s = count * _UNPACKED_BITS / 8 / plain_rate
    else:
        reading_s = decode_bytes(edition, touched) / self_test.rate(edition.bits).decode_bytes_per_s
    keeping_s = cache_read_bytes(edition, tokens, _CPU_CACHE_BYTES_PER_NUMBER) / plain_rate
    expected = 1 / (reading_s + keeping_s + edition.layers * self_test.launch_s)
    return Range(expected * _CPU_LOW, expected, expected * _CPU_HIGH)
