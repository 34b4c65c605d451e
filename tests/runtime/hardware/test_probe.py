from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from runtime.hardware import asking, nvidia, probe
from runtime.hardware.computer import System
from runtime.hardware.described import described_computer
from runtime.hardware.nvidia import NvmlAnswer

GIB = 1024**3


@pytest.mark.skipif(sys.platform != "linux", reason="compares with /proc")
def test_this_computer(tmp_path: Path) -> None:
    computer = probe.probe(tmp_path / "models")
    assert computer.system is System.LINUX
    assert computer.memory_bytes <= psutil.virtual_memory().total
    assert 0 < computer.available_bytes <= computer.memory_bytes
    assert computer.cores == len(psutil.Process().cpu_affinity() or [])
    assert computer.disk_free_bytes == pytest.approx(psutil.disk_usage(str(tmp_path)).free, rel=0.05)
    assert computer.chip


def test_probing_a_mac_survives_a_device_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {
        "machdep.cpu.brand_string": "Apple M2",
        "hw.memsize": str(16 * GIB),
        "hw.physicalcpu": "8",
    }

    def answer_one_by_one(command: str, *names: str) -> str:
        # The worst case: one unknown name spoils the whole question.
        known = len(names) == 1 and names[0] in answers
        return f"{names[0]}: {answers[names[0]]}\n" if command == "sysctl" and known else ""

    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(asking, "ask_command", answer_one_by_one)

    def broken() -> dict[str, object]:
        raise RuntimeError("the worker died")

    computer = probe.probe(tmp_path, broken)
    assert (computer.chip, computer.cores, computer.memory_bytes) == ("Apple M2", 8, 16 * GIB)
    assert computer.gpu
    assert computer.gpu.working_set_estimated
    asked = probe.probe(tmp_path, lambda: {"max_recommended_working_set_size": 11 * GIB})
    assert asked.gpu
    assert (asked.gpu.working_set_bytes, asked.gpu.working_set_estimated) == (11 * GIB, False)


@pytest.mark.skipif(sys.platform != "linux", reason="asks NVML")
def test_a_card_that_mlx_was_installed_without_is_not_counted_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = nvidia.NvmlCard("NVIDIA GeForce RTX 4090", 24 * GIB, 23 * GIB)
    monkeypatch.setattr(probe, "ask_nvml", lambda: NvmlAnswer(answered=True, driver="580", cards=(card,)))
    monkeypatch.setattr(probe, "find_nvidia_cards", lambda: ("NVIDIA 2684",))
    without_cuda = probe.probe(tmp_path, lambda: {"architecture": platform.machine(), "device_name": "AMD"})
    assert without_cuda.gpu is None
    assert without_cuda.problems == ()
    for answer in ({"architecture": "sm_89"}, {}):
        found = probe.probe(tmp_path, lambda answer=answer: answer)  # type: ignore[misc]
        assert found.gpu
        assert found.gpu.name == "NVIDIA GeForce RTX 4090"
    assert probe.probe(tmp_path).gpu


def test_probing_does_not_import_the_model_libraries(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from runtime.hardware.probe import probe; "
        f"probe(Path({str(tmp_path)!r})); "
        "print([m for m in ('mlx', 'mlx_lm', 'transformers', 'numpy', 'huggingface_hub') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


class _Memory:
    total, free = 8 * GIB, 7 * GIB


class _Nvml:
    """NVML as a driver that knows one card and answers only some questions."""

    NVML_CLOCK_MEM = 2

    class NVMLError(Exception):
        pass

    def __init__(self, memory: bool) -> None:
        self._memory = memory

    def nvmlDeviceGetCount(self) -> int:
        return 1

    def nvmlDeviceGetHandleByIndex(self, index: int) -> int:
        return index

    def nvmlDeviceGetName(self, handle: int) -> bytes:
        return b"NVIDIA GeForce RTX 4060"

    def nvmlDeviceGetMemoryInfo(self, handle: int) -> _Memory:
        if not self._memory:
            raise self.NVMLError("Not Supported")
        return _Memory()

    def nvmlDeviceGetMemoryBusWidth(self, handle: int) -> int:
        raise self.NVMLError("Not Supported")


def test_nvml_questions_without_an_answer_stay_none() -> None:
    answer = nvidia._ask_cards(_Nvml(memory=True))
    assert answer.cards[0].name == "NVIDIA GeForce RTX 4060"
    assert (answer.cards[0].total_bytes, answer.cards[0].free_bytes) == (8 * GIB, 7 * GIB)
    assert (answer.cards[0].bus_width_bits, answer.cards[0].memory_clock_mhz) == (None, None)
    assert answer.driver == ""


def test_a_card_whose_memory_is_not_supported_shares_the_systems() -> None:
    facts = nvidia.read_nvml(nvidia._ask_cards(_Nvml(memory=False)))
    assert facts
    assert facts.unified
    assert nvidia.read_nvml(NvmlAnswer(answered=True)) is None


@pytest.mark.parametrize("chip", ["cpu", "", "Foo", "NVIDIA GeForce RTX 4090", "AMD Ryzen", "M", "Apple"])
def test_unknown_descriptions_fall_back_to_the_processor(chip: str) -> None:
    computer = described_computer(chip, 16)
    assert computer.gpu is None
    assert computer.bandwidth_bytes_per_s is None
    assert 0 < computer.available_bytes < computer.memory_bytes


def test_described_computers() -> None:
    mac = described_computer("Apple M4 Max", 64)
    assert mac.gpu
    assert (mac.system, mac.gpu.kind, mac.bandwidth_bytes_per_s) == (System.MACOS, "metal", 546e9)
    assert mac.gpu.working_set_bytes == 48 * GIB
    smaller = described_computer("Apple M4 Max", 36)
    assert smaller.bandwidth_bytes_per_s == 410e9
    card = described_computer("NVIDIA GeForce RTX 4090", 64, gpu_memory_gb=24)
    assert card.gpu
    assert (card.gpu.kind, card.gpu.memory_bytes, card.unified_memory) == ("cuda", 24 * GIB, False)
    spark = described_computer("NVIDIA GB10", 128)
    assert spark.gpu
    assert (spark.unified_memory, spark.gpu.memory_bytes) == (True, None)
    assert described_computer("Apple M1", -5).memory_bytes == 0
