"""What the recommendation asks of a computer: the shape of ``runtime.hardware``'s dataclasses, without knowing them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

_USUAL_CORES = 4


class MachineGpu(Protocol):
    """A graphics processor; see ``runtime.hardware.computer.Gpu`` for the meaning of each field."""

    @property
    def kind(self) -> str: ...
    @property
    def memory_bytes(self) -> int | None: ...
    @property
    def free_bytes(self) -> int | None: ...
    @property
    def working_set_bytes(self) -> int | None: ...


class Machine(Protocol):
    """A computer; see ``runtime.hardware.computer.Computer`` for the meaning of each field."""

    @property
    def memory_bytes(self) -> int: ...
    @property
    def available_bytes(self) -> int: ...
    @property
    def unified_memory(self) -> bool: ...
    @property
    def gpu(self) -> MachineGpu | None: ...
    @property
    def disk_free_bytes(self) -> int | None: ...
    @property
    def bandwidth_bytes_per_s(self) -> float | None: ...


@dataclass(frozen=True)
class _Processor:
    """A computer of which the graphics processor is left out of account."""

    memory_bytes: int
    available_bytes: int
    disk_free_bytes: int | None
    cores: int
    unified_memory: bool = False
    gpu: MachineGpu | None = None
    bandwidth_bytes_per_s: float | None = None


def cores_of(machine: Machine) -> int:
    """How many cores compute at full speed; a few where nobody told."""
    found = getattr(machine, "performance_cores", None) or getattr(machine, "cores", None)
    return found if isinstance(found, int) and found > 0 else _USUAL_CORES


def processor_of(machine: Machine) -> Machine:
    """``machine`` as an engine sees it that computes on the processor alone."""
    if machine.gpu is None:
        return machine
    return _Processor(machine.memory_bytes, machine.available_bytes, machine.disk_free_bytes, cores_of(machine))
