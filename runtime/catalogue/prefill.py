"""How fast a prompt is read, and after how many seconds the first word comes. Pure; any thread.

A prompt is computed, not read: operations of its tokens over what the graphics processor delivers, plus a start that
no prompt is too short for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from runtime.catalogue.entries import Edition
from runtime.catalogue.llama_cpp_speed import operations_range
from runtime.catalogue.machine import Machine
from runtime.catalogue.measured import Basis, Range, corrected, prefill_ratios
from runtime.catalogue.processor import unpacked_bytes, weight_count
from runtime.catalogue.speed import decode_bytes, has_experts, speed
from runtime.catalogue.touched import Touched
from runtime.storage.engines import EngineKind
from runtime.storage.measurements import ChatSpeed, SelfTest

# Graphics cores of each family from the smallest to the full chip, and their clock in GHz (Apple's specifications;
# clocks as measured by others). Each core multiplies and adds 128 numbers a cycle.
_CORES: dict[str, tuple[int, int]] = {
    "M1": (7, 8), "M1 Pro": (14, 16), "M1 Max": (24, 32), "M1 Ultra": (48, 64),
    "M2": (8, 10), "M2 Pro": (16, 19), "M2 Max": (30, 38), "M2 Ultra": (60, 76),
    "M3": (8, 10), "M3 Pro": (14, 18), "M3 Max": (30, 40), "M3 Ultra": (60, 80),
    "M4": (8, 10), "M4 Pro": (16, 20), "M4 Max": (32, 40),
    "M5": (8, 10), "M5 Pro": (16, 20), "M5 Max": (32, 40),
}  # fmt: skip
_GHZ = {1: 1.28, 2: 1.40, 3: 1.38, 4: 1.58, 5: 1.62}
_OPERATIONS_PER_CYCLE = 256
# The wider memory bus of these belongs to the full chip.
_FULL_BYTES_PER_S = {"M3 Max": 400e9, "M4 Max": 546e9, "M5 Max": 614e9}
# Shares of that peak which MLX reaches, from published prompt speeds; units for matrices came with M5.
_SHARE, _EXPERT_FACTOR, _LINEAR_FACTOR = 0.76, 0.75, 0.6
_MATRIX_UNITS_FROM, _MATRIX_UNITS_FACTOR, _MATRIX_UNITS_EXPERT_FACTOR = 5, 3.4, 0.6
# Before a prompt is read Metal makes the weights resident: measured prompts of 128 to 2048 tokens tell this much.
_START_S, _START_S_PER_BYTE = 0.02, 11e-12
_LOW, _HIGH = 0.75, 1.2
# Judgement: operations for each byte a second of a card's memory, and far to either side of it.
_CUDA_OPERATIONS_PER_BYTE = 45.0
_CUDA_LOW, _CUDA_HIGH = 0.4, 1.8
_UNKNOWN_OPERATIONS = 1.5e12
# Measured on a 2-core x86 processor with Qwen3-0.6B, see runtime.catalogue.speed: operations a second.
_CPU_PLAIN_OPERATIONS, _CPU_PACKED_OPERATIONS = 115e9, 3.1e9
_CPU_SPREAD = 0.7
_UNPACKED_BITS = 32


@dataclass(frozen=True)
class Prefill:
    """Tokens of a prompt read a second, and seconds until the first word of an answer (``first_word_s_low`` is the
    quickest)."""

    low_tokens_per_s: float
    expected_tokens_per_s: float
    high_tokens_per_s: float
    first_word_s_low: float
    first_word_s_expected: float
    first_word_s_high: float
    basis: Basis


def prefill(
    machine: Machine,
    edition: Edition,
    prompt_tokens: int,
    *,
    touched: Touched | None = None,
    self_test: SelfTest | None = None,
    chats: Sequence[ChatSpeed] = (),
) -> Prefill:
    """The forecast for a prompt of ``prompt_tokens`` of which nothing is remembered. Arguments as those of
    :func:`runtime.catalogue.speed.speed`."""
    tokens = max(1, min(prompt_tokens, edition.context_tokens))
    forecast = partial(_forecast, machine, edition, touched=touched, self_test=self_test)
    found = forecast(tokens)
    basis = Basis.SELF_TEST if self_test else Basis.ESTIMATED
    ratios = prefill_ratios(chats, lambda length: forecast(length).expected)
    if ratios:
        found, basis = corrected(found, ratios), Basis.MEASURED_HERE
    one = (
        1
        / speed(
            machine, edition, tokens, at_tokens=tokens, touched=touched, self_test=self_test, chats=chats
        ).expected_tokens_per_s
    )
    return Prefill(
        low_tokens_per_s=found.low,
        expected_tokens_per_s=found.expected,
        high_tokens_per_s=found.high,
        first_word_s_low=tokens / found.high + one,
        first_word_s_expected=tokens / found.expected + one,
        first_word_s_high=tokens / found.low + one,
        basis=basis,
    )


def _forecast(
    machine: Machine, edition: Edition, tokens: int, *, touched: Touched | None, self_test: SelfTest | None
) -> Range:
    low, rate, high = _operations_per_s(machine, edition, touched, self_test)
    one = speed(machine, edition, 0, at_tokens=0, touched=touched, self_test=self_test)
    start_s = _START_S + 1 / one.expected_tokens_per_s
    if machine.gpu is not None and edition.engine is EngineKind.MLX:
        start_s += (edition.weight_bytes - edition.left_out_bytes) * _START_S_PER_BYTE
    operations = _operations(edition, tokens, touched)
    return Range(*(tokens / (start_s + operations / at) for at in (low, rate, high)))


def _operations(edition: Edition, tokens: int, touched: Touched | None) -> float:
    """Of the whole prompt: two for each weight that takes part, and attention between all its tokens."""
    at_work = decode_bytes(edition, touched) if touched is None else touched.prompt_bytes
    kept = edition.layers - edition.sliding_layers if edition.kv_layers is None else edition.kv_layers
    width = (edition.attention_heads or 0) * (edition.head_dim or 0) or edition.hidden_size
    seen = kept * tokens / 2 + edition.sliding_layers * min(tokens / 2, edition.sliding_window or tokens)
    return tokens * (2 * weight_count(edition, at_work) + 4 * width * seen)


def _operations_per_s(
    machine: Machine, edition: Edition, touched: Touched | None, self_test: SelfTest | None
) -> tuple[float, float, float]:
    if edition.engine is EngineKind.LLAMA_CPP:
        return operations_range(machine, has_experts(edition, touched), self_test)
    if machine.gpu is None:
        unpacked = unpacked_bytes(machine, edition) > 0
        rate = _CPU_PLAIN_OPERATIONS if unpacked else _CPU_PACKED_OPERATIONS
        if self_test is not None:
            rate = self_test.rate(_UNPACKED_BITS if unpacked else edition.bits).prefill_flops
        return rate * _CPU_SPREAD, rate, rate / _CPU_SPREAD
    experts = has_experts(edition, touched)
    if self_test is not None:
        rate = self_test.rate(edition.bits).prefill_flops * (_EXPERT_FACTOR if experts else 1.0)
        return rate * _LOW, rate, rate * _HIGH
    if machine.gpu.kind != "metal":
        rate = (machine.bandwidth_bytes_per_s or 0.0) * _CUDA_OPERATIONS_PER_BYTE or _UNKNOWN_OPERATIONS
        return rate * _CUDA_LOW, rate, rate * _CUDA_HIGH
    return _on_metal(str(getattr(machine, "chip", "")), machine.bandwidth_bytes_per_s, edition, experts)


def _on_metal(chip: str, bandwidth: float | None, edition: Edition, experts: bool) -> tuple[float, float, float]:
    family, generation = _family(chip)
    least, full = _CORES[family]
    likely = (least + full) / 2
    bus = _FULL_BYTES_PER_S.get(family)
    if bus is not None and bandwidth is not None:
        least = likely = full = full if bandwidth >= bus else least
    linear = not edition.sliding_layers and edition.kv_layers is not None and edition.kv_layers < edition.layers
    share = _SHARE
    if generation >= _MATRIX_UNITS_FROM:
        share *= _MATRIX_UNITS_FACTOR * (_MATRIX_UNITS_EXPERT_FACTOR if experts else 1.0)
    else:
        share *= (_EXPERT_FACTOR if experts else 1.0) * (_LINEAR_FACTOR if linear else 1.0)
    each = _GHZ[generation] * 1e9 * _OPERATIONS_PER_CYCLE * share
    return least * each * _LOW, likely * each, full * each * _HIGH


def _family(chip: str) -> tuple[str, int]:
    """The family of an Apple chip and its generation; newer ones count as the newest known, unknown ones as M1."""
    found = re.search(r"\bM(\d+)(?:\s+(Pro|Max|Ultra))?\b", chip)
    if found is None:
        return "M1", 1
    generation = min(max(int(found.group(1)), 1), max(_GHZ))
    tier = f" {found.group(2)}" if found.group(2) else ""
    while f"M{generation}{tier}" not in _CORES:
        generation -= 1
    return f"M{generation}{tier}", generation
