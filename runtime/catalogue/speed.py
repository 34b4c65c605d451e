"""How many tokens a second an edition would write: a range, because it is a forecast."""

from __future__ import annotations

from dataclasses import dataclass

from runtime.catalogue.entries import Edition
from runtime.catalogue.machine import Machine
from runtime.catalogue.need import cache_bytes_per_token
from runtime.catalogue.processor import unpacked_bytes, weights

_GIGA = 1_000_000_000
# A machine whose memory rate nobody published is taken for the slowest of its kind.
_UNKNOWN_METAL_BYTES_PER_S = 68.25 * _GIGA
_UNKNOWN_CUDA_BYTES_PER_S = 168 * _GIGA
# Measured with MLX on a 2-core x86 processor, November 2026: Qwen3-0.6B writes 2.4 tokens a second from 4-bit weights
# and 7.4 from weights unpacked to 32 bits. It computes rather than reads there, so speed falls with the number of
# weights; more cores were not measured and are not promised.
_CPU_PACKED_TOKENS_PER_S = 2.4
_CPU_UNPACKED_TOKENS_PER_S = 7.4
_CPU_MEASURED_WEIGHTS = weights(342_884_352, 4)
_CPU_LOW, _CPU_HIGH = 0.75, 1.25


@dataclass(frozen=True)
class _Efficiency:
    """Share of the published memory rate that is reached, and what each layer costs beside it."""

    share: float
    sparse_share: float
    layer_s: float


# Judgement from public measurements of 4-bit models of 1 to 70 billion weights, not from our own; models with
# experts reach less of the memory's rate because they read many small pieces.
_METAL_LOW, _METAL_HIGH = _Efficiency(0.55, 0.38, 0.00015), _Efficiency(0.80, 0.70, 0.00005)
_CUDA_LOW, _CUDA_HIGH = _Efficiency(0.40, 0.25, 0.00015), _Efficiency(0.75, 0.60, 0.00004)


@dataclass(frozen=True)
class Speed:
    """Tokens a second while an answer is written. ``bandwidth_known`` is false where the slowest was assumed."""

    low_tokens_per_s: float
    high_tokens_per_s: float
    bandwidth_known: bool


def speed(machine: Machine, edition: Edition, context_tokens: int) -> Speed:
    """The forecast for a conversation that is half as long as ``context_tokens``."""
    if machine.gpu is None:
        measured = _CPU_UNPACKED_TOKENS_PER_S if unpacked_bytes(machine, edition) else _CPU_PACKED_TOKENS_PER_S
        touched = weights(edition.weight_bytes, edition.bits) * (edition.active_fraction or 1.0)
        tokens_per_s = measured * _CPU_MEASURED_WEIGHTS / touched
        return Speed(tokens_per_s * _CPU_LOW, tokens_per_s * _CPU_HIGH, bandwidth_known=False)
    metal = machine.gpu.kind == "metal"
    unknown = _UNKNOWN_METAL_BYTES_PER_S if metal else _UNKNOWN_CUDA_BYTES_PER_S
    bandwidth = machine.bandwidth_bytes_per_s or unknown
    touched_bytes = edition.weight_bytes * (edition.active_fraction or 1.0)
    touched_bytes += cache_bytes_per_token(edition) * min(context_tokens, edition.context_tokens) / 2
    low, high = (_METAL_LOW, _METAL_HIGH) if metal else (_CUDA_LOW, _CUDA_HIGH)
    return Speed(
        _tokens_per_s(edition, touched_bytes, bandwidth, low),
        _tokens_per_s(edition, touched_bytes, bandwidth, high),
        bandwidth_known=machine.bandwidth_bytes_per_s is not None,
    )


def _tokens_per_s(edition: Edition, touched_bytes: float, bandwidth: float, efficiency: _Efficiency) -> float:
    share = efficiency.share if edition.active_fraction is None else efficiency.sparse_share
    return 1 / (touched_bytes / (bandwidth * share) + edition.layers * efficiency.layer_s)
