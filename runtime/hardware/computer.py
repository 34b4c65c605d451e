"""A computer as plain data. Sizes in bytes, rates in bytes a second; None means the system did not say."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from runtime.errors import Problem


class System(StrEnum):
    """The operating systems that Hearth runs on."""

    MACOS = "macos"
    LINUX = "linux"


class GpuKind(StrEnum):
    """Which of MLX's backends drives the graphics processor."""

    METAL = "metal"
    CUDA = "cuda"


@dataclass(frozen=True)
class Gpu:
    """A graphics processor that a model can run on.

    ``memory_bytes`` and ``free_bytes`` are its own memory, or None where it shares the system's.
    ``working_set_bytes`` is the most that Metal wants one program to keep resident; ``working_set_estimated`` says
    that nobody has asked Metal yet and the figure is our cautious fraction of the memory.
    """

    name: str
    kind: GpuKind
    memory_bytes: int | None
    free_bytes: int | None
    working_set_bytes: int | None
    driver: str
    working_set_estimated: bool = False


@dataclass(frozen=True)
class Computer:
    """What the recommendation needs to know.

    ``available_bytes`` is what programs can still get without swapping, and ``memory_bytes`` all there is; both
    respect a container's limit. ``bandwidth_bytes_per_s`` is the published rate of the memory that a model would be
    read from. ``disk_free_bytes`` belongs to the disk that holds ``disk_folder``.
    """

    system: System
    model_name: str
    chip: str
    cores: int
    performance_cores: int | None
    memory_bytes: int
    available_bytes: int
    unified_memory: bool
    gpu: Gpu | None
    disk_folder: str
    disk_free_bytes: int | None
    bandwidth_bytes_per_s: float | None
    virtual_machine: bool
    problems: tuple[Problem, ...] = ()
