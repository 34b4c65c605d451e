"""NVIDIA cards: NVML's answers as plain data, and what they mean."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runtime.hardware.chips import bandwidth_from_bus, nvidia_bandwidth
from runtime.hardware.computer import Gpu, GpuKind
from runtime.hardware.reading import whole

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class NvmlCard:
    """One card as NVML answered. Memory is None where the query is "not supported": it shares the system's."""

    name: str
    total_bytes: int | None
    free_bytes: int | None
    bus_width_bits: int | None = None
    memory_clock_mhz: int | None = None


@dataclass(frozen=True)
class NvmlAnswer:
    """All cards and the driver's version. ``answered`` is false where no driver could be reached."""

    answered: bool
    driver: str = ""
    cards: tuple[NvmlCard, ...] = ()


def ask_nvml() -> NvmlAnswer:
    """Ask the driver. Never raises; blocks for up to a second while a sleeping laptop card wakes."""
    try:
        import pynvml
    except ImportError:
        return NvmlAnswer(answered=False)
    try:
        pynvml.nvmlInit()
    except (pynvml.NVMLError, OSError) as error:
        _log.info("no NVIDIA driver answers: %s", error)
        return NvmlAnswer(answered=False)
    try:
        return _ask_cards(pynvml)
    except pynvml.NVMLError as error:
        _log.warning("the NVIDIA driver stopped answering: %s", error)
        return NvmlAnswer(answered=False)
    finally:
        try:
            pynvml.nvmlShutdown()
        except pynvml.NVMLError:
            pass


def _ask_cards(nvml: Any) -> NvmlAnswer:
    def maybe(question: str, *arguments: object) -> Any:
        """The answer, or None: older drivers lack questions, and cards refuse some."""
        try:
            return getattr(nvml, question)(*arguments)
        except (nvml.NVMLError, AttributeError):
            return None

    cards = []
    for index in range(maybe("nvmlDeviceGetCount") or 0):
        card = maybe("nvmlDeviceGetHandleByIndex", index)
        if card is None:
            continue
        memory = maybe("nvmlDeviceGetMemoryInfo", card)
        cards.append(
            NvmlCard(
                name=_text(maybe("nvmlDeviceGetName", card)),
                total_bytes=None if memory is None else int(memory.total),
                free_bytes=None if memory is None else int(memory.free),
                bus_width_bits=whole(maybe("nvmlDeviceGetMemoryBusWidth", card)),
                memory_clock_mhz=whole(maybe("nvmlDeviceGetMaxClockInfo", card, nvml.NVML_CLOCK_MEM)),
            )
        )
    return NvmlAnswer(answered=True, driver=_text(maybe("nvmlSystemGetDriverVersion")), cards=tuple(cards))


def _text(answer: object) -> str:
    return answer.decode(errors="replace") if isinstance(answer, bytes) else str(answer or "")


@dataclass(frozen=True)
class NvidiaFacts:
    """The card that a model would run on. ``unified`` means that it shares the system's memory (GB10, Jetson)."""

    gpu: Gpu
    unified: bool
    bandwidth_bytes_per_s: float | None


def read_nvml(answer: NvmlAnswer) -> NvidiaFacts | None:
    """The card with the most memory, or None when there is none. A card that reports no memory shares the system's."""
    if not answer.cards:
        return None
    card = max(answer.cards, key=lambda c: c.total_bytes or 0)
    unified = not card.total_bytes
    gpu = Gpu(
        name=card.name or "NVIDIA",
        kind=GpuKind.CUDA,
        memory_bytes=None if unified else card.total_bytes,
        free_bytes=None if unified else card.free_bytes,
        working_set_bytes=None,
        driver=answer.driver,
    )
    published = nvidia_bandwidth(card.name)
    return NvidiaFacts(gpu, unified, published or bandwidth_from_bus(card.bus_width_bits, card.memory_clock_mhz))


def find_nvidia_cards(pci_devices: Path = Path("/sys/bus/pci/devices")) -> tuple[str, ...]:
    """Names (``NVIDIA 2684``, by PCI device number) of the NVIDIA display controllers plugged in, driver or not."""
    found = []
    try:
        folders = sorted(pci_devices.iterdir())
    except OSError:
        return ()
    for folder in folders:
        try:
            vendor = (folder / "vendor").read_text().strip().lower()
            kind = (folder / "class").read_text().strip().lower()
            device = (folder / "device").read_text().strip().lower()
        except (OSError, UnicodeDecodeError):
            continue
        if vendor == "0x10de" and kind.startswith("0x03"):
            found.append(f"NVIDIA {device.removeprefix('0x')}")
    return tuple(found)
