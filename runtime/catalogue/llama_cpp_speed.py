"""How fast llama.cpp writes and reads on a plain processor. Pure; any thread.

Two yardsticks. Measured side by side with MLX on a 2-core x86 processor (Qwen3-0.6B and 1.7B): llama.cpp reads 4-bit
weights at 1.8 to 2.1 times the rate at which MLX reads 32-bit ones, and computes a prompt 3.2 to 3.7 times as fast; so
the self-test, which measures MLX, tells of llama.cpp too. Without it counts what others published of computers from old
to new (``tests/data/published_processor_speeds.json``).
"""

from __future__ import annotations

from collections.abc import Iterable

from runtime.catalogue.machine import Machine, cores_of
from runtime.catalogue.measured import Range
from runtime.storage.measurements import SelfTest

Three = tuple[float, float, float]

_GIGA = 1e9
_PROCESSOR, _PLAIN_BITS = "cpu", 32
# Low, expected and high, of the memory and of each core: the narrower of the two counts. Most computers have two
# channels of memory, DDR4 or DDR5.
_MEMORY_BYTES_PER_S: Three = (18 * _GIGA, 30 * _GIGA, 55 * _GIGA)
_CORE_BYTES_PER_S: Three = (3.5 * _GIGA, 12 * _GIGA, 24 * _GIGA)
_CORE_OPERATIONS_PER_S: Three = (20e9, 35e9, 270e9)
# What the self-test's rates of MLX are multiplied by.
_WRITING_OVER_MLX: Three = (1.1, 1.8, 2.4)
_READING_OVER_MLX: Three = (1.8, 3.2, 4.5)
# Judgement: experts are read in small pieces, and few tokens of a prompt meet in each.
_EXPERTS_WRITING, _EXPERTS_READING = 0.85, 0.6
# All threads wait for each other several times in a layer.
_LAYER_S = 15e-6


def decode_range(machine: Machine, read_bytes: float, layers: int, experts: bool, self_test: SelfTest | None) -> Range:
    """Tokens written a second where each one reads ``read_bytes`` of weights and cache, in ``layers`` layers."""
    if self_test is not None and self_test.device == _PROCESSOR:
        plain = self_test.rate(_PLAIN_BITS).decode_bytes_per_s
        rates = _three(plain * times for times in _WRITING_OVER_MLX)
    else:
        cores = cores_of(machine)
        each = zip(_MEMORY_BYTES_PER_S, _CORE_BYTES_PER_S, strict=True)
        rates = _three(min(memory, cores * core) for memory, core in each)
    share = _EXPERTS_WRITING if experts else 1.0
    return Range(*_three(1 / (read_bytes / (rate * share) + layers * _LAYER_S) for rate in rates))


def operations_range(machine: Machine, experts: bool, self_test: SelfTest | None) -> Three:
    """Operations a second that a long prompt gets: low, expected, high."""
    if self_test is not None and self_test.device == _PROCESSOR:
        plain = self_test.rate(_PLAIN_BITS).prefill_flops
        rates = _three(plain * times for times in _READING_OVER_MLX)
    else:
        rates = _three(cores_of(machine) * core for core in _CORE_OPERATIONS_PER_S)
    share = _EXPERTS_READING if experts else 1.0
    return _three(rate * share for rate in rates)


def _three(values: Iterable[float]) -> Three:
    low, expected, high = values
    return low, expected, high
