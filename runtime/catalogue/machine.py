"""What the recommendation asks of a computer: the shape of ``runtime.hardware``'s dataclasses, without knowing them."""

from __future__ import annotations

from typing import Protocol


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
