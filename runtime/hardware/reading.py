"""Readers of what systems answer, as pure functions over text. None of them raises: what can't be read is None."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NO_LIMIT = 1 << 60


def whole(text: object) -> int | None:
    """A non-negative whole number, or None for anything else."""
    if isinstance(text, bool) or not isinstance(text, int | str):
        return None
    try:
        number = int(text)
    except ValueError:
        return None
    return number if number >= 0 else None


def read_pairs(text: str) -> dict[str, str]:
    """``key: value`` lines, the first of each key; the shape of sysctl, /proc/cpuinfo and /proc/meminfo."""
    pairs: dict[str, str] = {}
    for line in text.splitlines():
        key, colon, value = line.partition(":")
        if colon and key.strip():
            pairs.setdefault(key.strip(), value.strip())
    return pairs


@dataclass(frozen=True)
class MacFacts:
    """What sysctl says of a Mac. ``wired_limit_bytes`` is set only where somebody raised Metal's limit by hand."""

    model_name: str
    chip: str
    cores: int | None
    performance_cores: int | None
    memory_bytes: int | None
    apple_silicon: bool
    virtual_machine: bool
    wired_limit_bytes: int | None


def read_sysctl(text: str) -> MacFacts:
    """The answer of ``sysctl`` to the names in ``asking.SYSCTL_NAMES``; missing names are normal."""
    pairs = read_pairs(text)
    chip = pairs.get("machdep.cpu.brand_string", "")
    wired_limit_mb = whole(pairs.get("iogpu.wired_limit_mb"))
    return MacFacts(
        model_name=pairs.get("hw.model", ""),
        chip=chip,
        cores=whole(pairs.get("hw.physicalcpu")) or whole(pairs.get("hw.ncpu")),
        performance_cores=whole(pairs.get("hw.perflevel0.physicalcpu")),
        memory_bytes=whole(pairs.get("hw.memsize")),
        apple_silicon=pairs.get("hw.optional.arm64") == "1" or chip.startswith("Apple"),
        virtual_machine=pairs.get("kern.hv_vmm_present") == "1" or pairs.get("hw.model", "").startswith("VirtualMac"),
        wired_limit_bytes=wired_limit_mb * 1024 * 1024 if wired_limit_mb else None,
    )


def read_mac_model(text: str) -> str:
    """The name a person knows (``MacBook Air``) from ``system_profiler SPHardwareDataType``, or nothing."""
    return read_pairs(text).get("Model Name", "")


@dataclass(frozen=True)
class CpuFacts:
    """What /proc/cpuinfo says. ``cores`` counts what the system schedules on."""

    chip: str
    cores: int | None
    virtual_machine: bool


def read_cpuinfo(text: str) -> CpuFacts:
    """x86 names the chip in ``model name``; ARM boards in ``Hardware`` or ``Model``, servers not at all."""
    pairs = read_pairs(text)
    chip = pairs.get("model name") or pairs.get("Hardware") or pairs.get("Model") or ""
    cores = len(re.findall(r"^processor\s*:", text, re.MULTILINE))
    flags = pairs.get("flags", "").split()
    return CpuFacts(chip=" ".join(chip.split()), cores=cores or None, virtual_machine="hypervisor" in flags)


@dataclass(frozen=True)
class MemoryFacts:
    """Bytes of memory: all, and what programs can still get without swapping."""

    total_bytes: int | None
    available_bytes: int | None


def read_meminfo(text: str) -> MemoryFacts:
    """``MemTotal`` and ``MemAvailable`` of /proc/meminfo, which counts in KiB; not ``MemFree``: caches are free too."""
    pairs = read_pairs(text)

    def kib(name: str) -> int | None:
        words = pairs.get(name, "").split()
        number = whole(words[0]) if words else None
        return None if number is None else number * 1024

    return MemoryFacts(kib("MemTotal"), kib("MemAvailable"))


def read_cgroup_paths(text: str) -> dict[str, str]:
    """/proc/self/cgroup as {"": path of version 2, "memory": path of version 1}, whichever are there."""
    paths: dict[str, str] = {}
    for line in text.splitlines():
        parts = line.split(":", 2)
        if len(parts) != 3 or not parts[2].startswith("/"):
            continue
        controllers = parts[1].split(",")
        if parts[0] == "0" and parts[1] == "":
            paths[""] = parts[2]
        elif "memory" in controllers:
            paths["memory"] = parts[2]
    return paths


def read_cgroup_limit(limit: str, usage: str, statistics: str) -> tuple[int, int] | None:
    """(limit, what is left below it) in bytes; None without a limit. Cached files count as left."""
    limit_bytes = whole(limit.strip())
    if limit_bytes is None or limit_bytes >= _NO_LIMIT or limit_bytes == 0:
        return None
    used_bytes = whole(usage.strip()) or 0
    found = re.search(r"^(?:total_)?inactive_file (\d+)$", statistics, re.MULTILINE)
    cached_bytes = int(found.group(1)) if found else 0
    return limit_bytes, max(0, limit_bytes - max(0, used_bytes - cached_bytes))


def within_limits(memory: MemoryFacts, limits: list[tuple[int, int]]) -> MemoryFacts:
    """The machine's memory cut down to the narrowest of a container's limits."""
    total, available = memory.total_bytes, memory.available_bytes
    for limit_bytes, left_bytes in limits:
        total = limit_bytes if total is None else min(total, limit_bytes)
        available = left_bytes if available is None else min(available, left_bytes)
    return MemoryFacts(total, available)
