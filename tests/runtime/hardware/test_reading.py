from __future__ import annotations

from pathlib import Path

import pytest

from runtime.hardware.asking import ask_cgroup_limits, ask_command, ask_disk_free
from runtime.hardware.chips import apple_bandwidth, bandwidth_from_bus, metal_working_set, nvidia_bandwidth
from runtime.hardware.nvidia import NvmlAnswer, NvmlCard, find_nvidia_cards, read_nvml
from runtime.hardware.probe import linux_computer, mac_computer
from runtime.hardware.reading import (
    MemoryFacts,
    read_cgroup_limit,
    read_cgroup_paths,
    read_cpuinfo,
    read_mac_model,
    read_meminfo,
    read_sysctl,
    within_limits,
)
from tests.runtime.hardware.machines import FILES, MODELS, read_machine

GIB = 1024**3
RUBBISH = ("", ":", "\0\0", "a: b: c", "hw.memsize: -5", "hw.memsize: viel", "MemTotal: kB", "MemTotal:", "0::", "::::")


def _all_readers(text: str) -> None:
    memory = read_meminfo(text)
    cpu = read_cpuinfo(text)
    facts = read_sysctl(text)
    limits = [limit for limit in [read_cgroup_limit(text, text, text)] if limit]
    read_cgroup_paths(text)
    linux = linux_computer(cpu, None, within_limits(memory, limits), NvmlAnswer(answered=False), (), "", MODELS, None)
    mac = mac_computer(facts, read_mac_model(text), MemoryFacts(None, None), {}, MODELS, None)
    for computer in (linux, mac):
        assert 0 <= computer.available_bytes <= computer.memory_bytes
        assert computer.cores >= 1


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_truncated_answers_never_raise(path: Path) -> None:
    data = read_machine(path)
    for key in ("sysctl", "system_profiler", "cpuinfo", "meminfo"):
        text = data.get(key, "")[:1500]
        for end in range(0, len(text), 7):
            _all_readers(text[:end])
            _all_readers(text[end:])


@pytest.mark.parametrize("text", RUBBISH)
def test_rubbish_never_raises(text: str) -> None:
    _all_readers(text)
    _all_readers("\n".join(RUBBISH) + text)


@pytest.mark.parametrize("answer", [{}, {"max_recommended_working_set_size": "x"}, {"memory_size": -1}, {"a": None}])
def test_odd_device_answers_leave_an_estimate(answer: dict[str, object]) -> None:
    facts = read_sysctl("machdep.cpu.brand_string: Apple M9 Hyper\nhw.memsize: 17179869184\n")
    gpu = mac_computer(facts, "", MemoryFacts(None, None), answer, MODELS, None).gpu
    assert gpu
    assert gpu.working_set_estimated
    assert gpu.working_set_bytes == metal_working_set(16 * GIB)


def test_a_working_set_above_the_memory_is_not_believed() -> None:
    facts = read_sysctl("machdep.cpu.brand_string: Apple M1\nhw.memsize: 8589934592\n")
    answer: dict[str, object] = {"max_recommended_working_set_size": 99 * GIB}
    gpu = mac_computer(facts, "", MemoryFacts(None, None), answer, MODELS, None).gpu
    assert gpu
    assert gpu.working_set_bytes == 8 * GIB


def test_a_limit_raised_by_hand_counts_when_metal_was_not_asked() -> None:
    facts = read_sysctl("machdep.cpu.brand_string: Apple M1\nhw.memsize: 8589934592\niogpu.wired_limit_mb: 7000\n")
    gpu = mac_computer(facts, "", MemoryFacts(None, None), {}, MODELS, None).gpu
    assert gpu
    assert gpu.working_set_bytes == 7000 * 1024 * 1024


def test_available_not_free_memory_is_read() -> None:
    memory = read_meminfo("MemTotal: 1000 kB\nMemFree: 10 kB\nMemAvailable: 600 kB\n")
    assert memory == MemoryFacts(1000 * 1024, 600 * 1024)


@pytest.mark.parametrize(
    ("limit", "usage", "statistics", "expected"),
    [
        ("max\n", "5", "", None),
        ("9223372036854771712\n", "5", "", None),
        ("1000\n", "400\n", "", (1000, 600)),
        ("1000\n", "400\n", "inactive_file 300\n", (1000, 900)),
        ("1000\n", "400\n", "inactive_file 1\ntotal_inactive_file 300\n", (1000, 601)),
        ("1000\n", "4000\n", "", (1000, 0)),
        ("1000", "", "", (1000, 1000)),
    ],
)
def test_container_limits(limit: str, usage: str, statistics: str, expected: tuple[int, int] | None) -> None:
    assert read_cgroup_limit(limit, usage, statistics) == expected


def test_the_narrowest_limit_of_all_groups_counts(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.write_text("0::/outer/inner\n")
    for folder, limit in (("outer", 5000), ("outer/inner", 9000)):
        (tmp_path / "groups" / folder).mkdir(parents=True)
        (tmp_path / "groups" / folder / "memory.max").write_text(f"{limit}\n")
        (tmp_path / "groups" / folder / "memory.current").write_text("1000\n")
    limits = ask_cgroup_limits(tmp_path / "groups", own)
    assert sorted(limits) == [(5000, 4000), (9000, 8000)]
    assert within_limits(MemoryFacts(20000, 15000), limits) == MemoryFacts(5000, 4000)


def test_the_older_group_files_count_too(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.write_text("4:memory:/box\n0::/\n")
    folder = tmp_path / "groups" / "memory" / "box"
    folder.mkdir(parents=True)
    (folder / "memory.limit_in_bytes").write_text("700\n")
    (folder / "memory.usage_in_bytes").write_text("200\n")
    assert ask_cgroup_limits(tmp_path / "groups", own) == [(700, 500)]


def test_a_group_path_that_climbs_out_is_not_followed(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.write_text("0::/../../secret\n")
    (tmp_path / "memory.max").write_text("5\n")
    assert ask_cgroup_limits(tmp_path / "groups", own) == []


def test_nvidia_cards_are_found_without_a_driver(tmp_path: Path) -> None:
    for slot, vendor, kind, device in (
        ("0000:00:02.0", "0x8086", "0x030000", "0x1111"),
        ("0000:01:00.0", "0x10de", "0x030000", "0x2684"),
        ("0000:01:00.1", "0x10de", "0x040300", "0x22ba"),
        ("0000:02:00.0", "0x10DE", "0x030200", "0x2330"),
    ):
        folder = tmp_path / slot
        folder.mkdir()
        for name, text in (("vendor", vendor), ("class", kind), ("device", device)):
            (folder / name).write_text(text + "\n")
    (tmp_path / "broken").mkdir()
    assert find_nvidia_cards(tmp_path) == ("NVIDIA 2684", "NVIDIA 2330")
    assert find_nvidia_cards(tmp_path / "missing") == ()


def test_of_several_cards_the_one_with_the_most_memory_is_taken() -> None:
    cards = (NvmlCard("small", 4 * GIB, GIB), NvmlCard("large", 24 * GIB, 20 * GIB), NvmlCard("shared", None, None))
    facts = read_nvml(NvmlAnswer(answered=True, driver="1", cards=cards))
    assert facts
    assert (facts.gpu.name, facts.gpu.free_bytes, facts.unified) == ("large", 20 * GIB, False)


@pytest.mark.parametrize(
    ("name", "expected_gb"),
    [
        ("NVIDIA GeForce RTX 4090", 1008),
        ("NVIDIA GeForce RTX 4090 Laptop GPU", 576),
        ("NVIDIA GeForce RTX 4060 Ti", 288),
        ("rtx 4060", 272),
        ("NVIDIA GeForce RTX 3070 Laptop GPU", None),
        ("NVIDIA GB10", 273),
        ("Tesla T4", 320),
        ("NVIDIA GeForce RTX 40905", None),
        ("", None),
    ],
)
def test_published_bandwidth_of_cards(name: str, expected_gb: float | None) -> None:
    found = nvidia_bandwidth(name)
    assert found == (None if expected_gb is None else expected_gb * 1e9)


@pytest.mark.parametrize(
    ("chip", "cores", "expected_gb"),
    [
        ("Apple M1", 8, 68.25),
        ("apple m2 ultra", 24, 800),
        ("Apple M4 Max", 16, 546),
        ("Apple M4 Max", 14, 410),
        ("Apple M4 Max", None, 410),
        ("Apple M9 Pro", None, 307),
        ("Apple M5 Ultra", None, 819),
        ("Intel Core i7", 8, None),
    ],
)
def test_published_bandwidth_of_apple_chips(chip: str, cores: int | None, expected_gb: float | None) -> None:
    assert apple_bandwidth(chip, cores) == (None if expected_gb is None else expected_gb * 1e9)


def test_bus_and_clock_give_the_published_rate_of_a_known_card() -> None:
    found = bandwidth_from_bus(384, 10501)
    assert found == pytest.approx(1008e9, rel=0.001)
    assert bandwidth_from_bus(None, 10501) is None
    assert bandwidth_from_bus(384, 0) is None


def test_a_missing_command_answers_nothing() -> None:
    assert ask_command("hearth-has-no-such-command") == ""


def test_disk_space_is_asked_of_the_nearest_folder_that_exists(tmp_path: Path) -> None:
    free = ask_disk_free(tmp_path / "not" / "yet" / "there")
    assert free is not None
    assert free > 0
