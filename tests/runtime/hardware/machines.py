"""Recorded and written answers of real-world machines, read back as computers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from runtime.hardware.computer import Computer
from runtime.hardware.nvidia import NvmlAnswer, NvmlCard
from runtime.hardware.probe import linux_computer, mac_computer
from runtime.hardware.reading import MemoryFacts, read_cpuinfo, read_mac_model, read_meminfo, read_sysctl

FOLDER = Path(__file__).resolve().parents[2] / "data" / "machines"
FILES = sorted(FOLDER.glob("*.json"))
MODELS = Path("/models")


def read_machine(path: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data


def computer_of(data: dict[str, Any]) -> Computer:
    """The computer that the answers in ``data`` describe, by the same readers that the probe uses."""
    if data["system"] == "macos":
        memory = MemoryFacts(data["memory"]["total"], data["memory"]["available"])
        facts, name = read_sysctl(data["sysctl"]), read_mac_model(data["system_profiler"])
        return mac_computer(facts, name, memory, data["device_info"], MODELS, data["disk_free_bytes"])
    cards = tuple(NvmlCard(**card) for card in data["nvml"].get("cards", ()))
    nvml = NvmlAnswer(data["nvml"]["answered"], data["nvml"].get("driver", ""), cards)
    return linux_computer(
        read_cpuinfo(data["cpuinfo"]),
        data["cores"],
        read_meminfo(data["meminfo"]),
        nvml,
        tuple(data["pci"]),
        data["model_name"],
        MODELS,
        data["disk_free_bytes"],
    )


def machine(name: str) -> Computer:
    """The computer of one file, by its name without ending."""
    return computer_of(read_machine(FOLDER / f"{name}.json"))
