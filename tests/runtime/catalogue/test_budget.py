from __future__ import annotations

from dataclasses import replace

import pytest

from runtime.catalogue.budget import BudgetSource, budget
from runtime.hardware.computer import Computer
from runtime.hardware.described import described_computer
from tests.runtime.hardware.machines import FILES, computer_of, machine, read_machine

GIB = 1024**3


def test_metal_is_held_below_its_working_set_and_below_what_is_available() -> None:
    roomy = machine("m4-max-64gb")
    found = budget(roomy)
    assert found.source is BudgetSource.METAL
    assert found.bytes == found.capacity_bytes == int(51_539_607_552 * 0.9)
    busy = budget(replace(roomy, available_bytes=10 * GIB))
    assert busy.bytes == 10 * GIB - GIB // 2
    assert busy.capacity_bytes == found.capacity_bytes


def test_what_our_own_model_holds_counts_as_available() -> None:
    busy = replace(machine("m4-max-64gb"), available_bytes=10 * GIB)
    assert budget(busy, ours_bytes=20 * GIB).bytes == 30 * GIB - GIB // 2
    assert budget(busy, ours_bytes=500 * GIB).bytes == budget(busy).capacity_bytes


def test_metal_without_an_answer_gets_a_cautious_share() -> None:
    computer = machine("m1-8gb")
    assert computer.gpu
    vague = replace(computer, gpu=replace(computer.gpu, working_set_bytes=None))
    assert budget(vague).limit_bytes == int(8 * GIB * 0.6) < budget(computer).limit_bytes


def test_a_card_gives_what_is_free_less_a_reserve() -> None:
    found = budget(machine("rtx-4060-laptop-8gb"))
    assert found.source is BudgetSource.GRAPHICS_CARD
    assert found.bytes == 7700 * 1024**2 - 300_000_000
    assert found.capacity_bytes == 8188 * 1024**2 - 600_000_000


def test_a_card_that_does_not_say_what_is_free_still_has_a_budget() -> None:
    computer = machine("rtx-4090-desktop-24gb")
    assert computer.gpu
    found = budget(replace(computer, gpu=replace(computer.gpu, free_bytes=None)))
    assert 0 < found.bytes <= found.capacity_bytes < found.limit_bytes


def test_a_unified_nvidia_machine_leaves_a_fifth_to_the_system() -> None:
    computer = machine("gb10-unified-128gb")
    found = budget(computer)
    assert found.bytes == computer.available_bytes - computer.memory_bytes // 5
    assert found.limit_bytes == computer.memory_bytes


def test_a_processor_leaves_two_gigabytes_or_a_fifth() -> None:
    small = budget(machine("vm-with-nothing-2gb"))
    assert (small.bytes, small.capacity_bytes) == (0, 0)
    large = machine("cpu-box-32gb")
    assert budget(large).bytes == large.available_bytes - large.memory_bytes // 5


@pytest.mark.parametrize(
    "computer",
    [*(computer_of(read_machine(path)) for path in FILES), described_computer("cpu", 0), described_computer("M1", 1)],
    ids=[*(path.stem for path in FILES), "no-memory", "one-gigabyte"],
)
def test_never_more_now_than_ever_and_never_more_than_the_limit(computer: Computer) -> None:
    found = budget(computer)
    assert 0 <= found.bytes <= found.capacity_bytes <= found.limit_bytes
    assert found.capacity_bytes <= found.paging_bytes
    if computer.gpu and computer.gpu.working_set_bytes:
        assert found.capacity_bytes < computer.gpu.working_set_bytes
