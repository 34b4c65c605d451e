"""How much memory a model may take on a computer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from runtime.catalogue.machine import Machine, MachineGpu

_GIB = 1024**3
# Windows, the browser and the picture on the screen use the graphics memory too.
_METAL_SHARE = 0.9
# macOS starts to compress and swap before the last byte is taken.
_MAC_RESERVE_BYTES = _GIB // 2
_CARD_RESERVE_BYTES = 600_000_000
_CARD_RESERVE_FRACTION = 0.04
# Without Metal's own answer: the smallest share that it is known to grant.
_METAL_FALLBACK_FRACTION = 0.6
# MLX refuses above the smaller of the two; between the working set and there it loads and then pages.
_PAGING_SHARE_OF_LIMIT = 1.5
_PAGING_SHARE_OF_MEMORY = 0.95


class BudgetSource(StrEnum):
    """Which limit was the narrowest kind that applies."""

    METAL = "metal"
    GRAPHICS_CARD = "graphics_card"
    SYSTEM_MEMORY = "system_memory"


@dataclass(frozen=True)
class Budget:
    """``bytes`` may be taken now; ``capacity_bytes`` if all other programs were closed. Never more than the GPU's
    working set or card, ``limit_bytes``. What needs up to ``paging_bytes`` still loads, and then crawls."""

    bytes: int
    capacity_bytes: int
    limit_bytes: int
    paging_bytes: int
    source: BudgetSource


def budget(machine: Machine, ours_bytes: int = 0) -> Budget:
    """The budget of ``machine``. ``ours_bytes`` is memory that a model of ours holds now and would give back."""
    gpu = machine.gpu
    if gpu is None:
        return _system_budget(machine, ours_bytes, BudgetSource.SYSTEM_MEMORY)
    if gpu.kind == "metal":
        return _metal_budget(machine, gpu, ours_bytes)
    if machine.unified_memory or not gpu.memory_bytes:
        return _system_budget(machine, ours_bytes, BudgetSource.GRAPHICS_CARD)
    return _card_budget(gpu.memory_bytes, gpu.free_bytes, ours_bytes)


def _system_reserve(memory_bytes: int) -> int:
    """What stays with the system and with the other programs: 2 GiB or a fifth."""
    return max(2 * _GIB, memory_bytes // 5)


def _system_budget(machine: Machine, ours_bytes: int, source: BudgetSource) -> Budget:
    reserve_bytes = _system_reserve(machine.memory_bytes)
    capacity_bytes = max(0, machine.memory_bytes - reserve_bytes)
    now_bytes = max(0, machine.available_bytes + ours_bytes - reserve_bytes)
    paging_bytes = max(capacity_bytes, int(machine.memory_bytes * _PAGING_SHARE_OF_MEMORY))
    return Budget(min(now_bytes, capacity_bytes), capacity_bytes, machine.memory_bytes, paging_bytes, source)


def _metal_budget(machine: Machine, gpu: MachineGpu, ours_bytes: int) -> Budget:
    limit_bytes = gpu.working_set_bytes or int(machine.memory_bytes * _METAL_FALLBACK_FRACTION)
    capacity_bytes = int(limit_bytes * _METAL_SHARE)
    now_bytes = max(0, machine.available_bytes + ours_bytes - _MAC_RESERVE_BYTES)
    paging_bytes = min(limit_bytes * _PAGING_SHARE_OF_LIMIT, machine.memory_bytes * _PAGING_SHARE_OF_MEMORY)
    now_bytes = min(now_bytes, capacity_bytes)
    return Budget(now_bytes, capacity_bytes, limit_bytes, max(capacity_bytes, int(paging_bytes)), BudgetSource.METAL)


def _card_budget(memory_bytes: int, free_bytes: int | None, ours_bytes: int) -> Budget:
    reserve_bytes = max(_CARD_RESERVE_BYTES, int(memory_bytes * _CARD_RESERVE_FRACTION))
    capacity_bytes = max(0, memory_bytes - reserve_bytes)
    free_now_bytes = capacity_bytes if free_bytes is None else free_bytes + ours_bytes
    now_bytes = max(0, free_now_bytes - _CARD_RESERVE_BYTES // 2)
    now_bytes = min(now_bytes, capacity_bytes)
    # Nothing is promised beyond a card's own memory.
    return Budget(now_bytes, capacity_bytes, memory_bytes, capacity_bytes, BudgetSource.GRAPHICS_CARD)
