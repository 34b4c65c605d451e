from __future__ import annotations

import platform
from pathlib import Path

import pytest

from runtime.hardware.computer import GpuKind
from tests.runtime.hardware.machines import FILES, computer_of, machine, read_machine


def test_there_are_enough_machines_and_each_says_how_it_was_made() -> None:
    assert len(FILES) >= 8
    assert all("recorded" in read_machine(f)["made"] or "written after" in read_machine(f)["made"] for f in FILES)
    assert any("recorded for real" in read_machine(f)["made"] for f in FILES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_answers_are_read_as_expected(path: Path) -> None:
    data = read_machine(path)
    expected = data["expected"]
    computer = computer_of(data)
    gpu = computer.gpu
    assert computer.chip == (expected["chip"] or platform.machine())
    assert computer.model_name == expected["model_name"]
    assert (computer.cores, computer.performance_cores) == (expected["cores"], expected["performance_cores"])
    assert computer.memory_bytes == expected["memory_bytes"]
    assert computer.available_bytes == expected["available_bytes"]
    assert computer.unified_memory == expected["unified_memory"]
    assert (gpu.kind if gpu else None) == expected["gpu_kind"]
    assert computer.bandwidth_bytes_per_s == expected["bandwidth_bytes_per_s"]
    assert computer.virtual_machine == expected["virtual_machine"]
    assert [p.code for p in computer.problems] == expected["problems"]
    if gpu and expected["working_set_bytes"]:
        assert gpu.working_set_bytes == expected["working_set_bytes"]
        assert not gpu.working_set_estimated


def test_a_mac_whose_metal_was_not_asked_gets_a_cautious_estimate() -> None:
    gpu = machine("mac-vm-8gb").gpu
    assert gpu
    assert gpu.working_set_estimated
    assert gpu.working_set_bytes == int(8 * 1024**3 * 2 / 3)


def test_a_card_without_a_driver_is_a_problem_that_names_it_and_the_processor_goes_on() -> None:
    computer = machine("rtx-3090-no-driver")
    assert computer.gpu is None
    assert computer.problems[0].parameters == {"gpu_name": "NVIDIA 2204"}


def test_a_unified_nvidia_machine_has_no_memory_of_its_own() -> None:
    gpu = machine("gb10-unified-128gb").gpu
    assert gpu
    assert gpu.kind is GpuKind.CUDA
    assert (gpu.memory_bytes, gpu.free_bytes) == (None, None)
