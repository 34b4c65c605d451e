"""The table of machines and picks, and what must hold on every machine."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from runtime.catalogue.budget import budget
from runtime.catalogue.entries import Catalogue, load_catalogue
from runtime.catalogue.fit import CRAWLING_TOKENS_PER_S, Fit
from runtime.catalogue.recommend import (
    ReasonCode,
    Recommendation,
    floor_tokens_per_s,
    forecast,
    recommend,
)
from runtime.hardware.computer import Computer
from runtime.hardware.described import described_computer
from runtime.storage.engines import EngineKind
from tests.runtime.catalogue.test_entries import PATH
from tests.runtime.hardware.machines import FILES, computer_of, machine, read_machine

CATALOGUE = load_catalogue(PATH)
GIB = 1024**3

DESCRIBED: dict[str, tuple[Computer, str | None]] = {
    "M1 8": (described_computer("Apple M1", 8), "gemma-4-e2b"),
    "M1 16": (described_computer("Apple M1", 16), "gemma-4-e4b"),
    "M2 16": (described_computer("Apple M2", 16), "gemma-4-e4b"),
    "M4 24": (described_computer("Apple M4", 24), "gpt-oss-20b"),
    "M4 Pro 24": (described_computer("Apple M4 Pro", 24), "gpt-oss-20b"),
    "M1 Max 32": (described_computer("Apple M1 Max", 32), "gemma-4-26b-a4b"),
    "M3 Pro 36": (described_computer("Apple M3 Pro", 36), "qwen3.6-35b-a3b"),
    "M4 Pro 48": (described_computer("Apple M4 Pro", 48), "gemma-4-31b"),
    "M4 Max 64": (described_computer("Apple M4 Max", 64), "qwen3.6-27b"),
    "M4 Max 128": (described_computer("Apple M4 Max", 128), "qwen3.5-122b-a10b"),
    "M2 Ultra 192": (described_computer("Apple M2 Ultra", 192), "step-3.5-flash"),
    "M3 Ultra 512": (described_computer("Apple M3 Ultra", 512), "step-3.5-flash"),
    "RTX 4060 laptop": (described_computer("RTX 4060 Laptop", 16, 8), "gemma-4-e4b"),
    "RTX 3060": (described_computer("RTX 3060", 32, 12), "qwen3.5-9b"),
    "RTX 4090": (described_computer("RTX 4090", 64, 24), "qwen3.6-27b"),
    "RTX 5090": (described_computer("RTX 5090", 64, 32), "qwen3.6-27b"),
    "GB10": (described_computer("NVIDIA GB10", 128), "qwen3.6-35b-a3b"),
    "cpu 32": (described_computer("cpu", 32), "qwen3-0.6b"),
    "cpu 8": (described_computer("cpu", 8), "qwen3-0.6b"),
    "cpu 2": (described_computer("cpu", 2), None),
}
RECORDED = {path.stem: (computer_of(read_machine(path)), read_machine(path)["expected"]["pick"]) for path in FILES}
# The same where llama.cpp is installed: what a computer without a graphics card is offered then.
WITH_LLAMA_CPP: dict[str, str | None] = {
    "cpu 32": "gemma-4-e2b",
    "cpu 8": "llama-3.2-1b",
    "cpu 2": None,
    "cpu-box-32gb": "gemma-4-e2b",
    "intel-mac-16gb": "gemma-4-e2b",
    "raspberry-pi-8gb": "llama-3.2-1b",
    "rtx-3090-no-driver": "gemma-4-e2b",
    "virtual-server-24gb": "llama-3.2-1b",
    "vm-with-nothing-2gb": None,
}
LLAMA_CPP = ", llama.cpp"
ON_MLX = {**DESCRIBED, **RECORDED}
MACHINES = {**ON_MLX, **{name + LLAMA_CPP: (ON_MLX[name][0], pick) for name, pick in WITH_LLAMA_CPP.items()}}
each_machine = pytest.mark.parametrize("name", MACHINES)


@cache
def _found(name: str) -> Recommendation:
    engine = EngineKind.LLAMA_CPP if name.endswith(LLAMA_CPP) else EngineKind.MLX
    return recommend(MACHINES[name][0], CATALOGUE, engine=engine)


def test_every_computer_without_a_card_is_tried_with_both_engines() -> None:
    assert set(WITH_LLAMA_CPP) == {name for name, (computer, _pick) in ON_MLX.items() if computer.gpu is None}


@each_machine
def test_the_table_of_picks(name: str) -> None:
    _computer, expected = MACHINES[name]
    pick = _found(name).pick
    assert (pick.model.id if pick else None) == expected


@each_machine
def test_the_pick_fits_below_the_budget_and_the_budget_below_the_limit(name: str) -> None:
    computer, _ = MACHINES[name]
    found = _found(name)
    limits = budget(computer)
    assert limits.bytes <= limits.limit_bytes
    if computer.gpu and computer.gpu.working_set_bytes:
        assert limits.bytes <= computer.gpu.working_set_bytes
    if computer.gpu and computer.gpu.memory_bytes:
        assert limits.bytes <= computer.gpu.memory_bytes
    if found.pick:
        assert found.pick.need_bytes <= found.pick.budget_bytes == limits.bytes
    for choice in found.choices:
        assert (choice.fit is Fit.COMFORTABLE) <= (choice.need_bytes <= limits.bytes)
        assert (choice.fit is Fit.TIGHT) <= (limits.bytes < choice.need_bytes <= limits.capacity_bytes)
        assert (choice.need_bytes > limits.capacity_bytes) <= (choice.fit in (Fit.CRAWLS, Fit.TOO_LARGE))


@each_machine
def test_the_ways_to_either_side_hold_what_they_promise(name: str) -> None:
    computer, _ = MACHINES[name]
    found = _found(name)
    if found.pick is None:
        assert found.faster is found.smarter is None
        return
    if found.faster:
        assert found.faster.fit is Fit.COMFORTABLE
        assert found.faster.reason.code is ReasonCode.FASTER
        assert found.faster.model.id != found.pick.model.id
        felt = found.faster.tokens_per_s_low / floor_tokens_per_s(found.faster.model)
        assert felt > found.pick.tokens_per_s_low / floor_tokens_per_s(found.pick.model)
    if found.smarter:
        assert found.smarter.fit in (Fit.COMFORTABLE, Fit.TIGHT)
        assert found.smarter.reason.code is ReasonCode.SMARTER
        assert found.smarter.model.quality > found.pick.model.quality
        assert found.smarter.need_bytes <= budget(computer).capacity_bytes


@each_machine
def test_every_model_is_listed_once_the_best_first_and_named_choices_are_in_the_list(name: str) -> None:
    found = _found(name)
    ranks = [choice.model.quality for choice in found.choices]
    assert ranks == sorted(ranks, reverse=True)
    assert {choice.model.id for choice in found.choices} == {model.id for model in CATALOGUE.models}
    for choice in (found.pick, found.faster, found.smarter):
        assert choice is None or choice in found.choices
    assert (found.ways_out is None) is (found.pick is not None)


def _rank(found: Recommendation) -> int:
    return found.pick.model.quality if found.pick else 0


@pytest.mark.parametrize(
    ("chip", "card"),
    [("Apple M1", False), ("Apple M4", False), ("Apple M4 Pro", False), ("Apple M2 Ultra", False), ("cpu", False),
     ("cpu, llama.cpp", False), ("NVIDIA GB10", False), ("RTX 3060", True), ("RTX 4090", True), ("unknown card", True)],
)  # fmt: skip
def test_more_memory_never_gives_a_worse_pick(chip: str, card: bool) -> None:
    last = 0
    engine = EngineKind.LLAMA_CPP if chip.endswith(LLAMA_CPP) else EngineKind.MLX
    for gigabytes in (1, 2, 4, 6, 8, 10, 12, 16, 18, 24, 32, 36, 48, 64, 96, 128, 192, 512):
        computer = described_computer(chip, 64 if card else gigabytes, gigabytes if card else None, cores=14)
        rank = _rank(recommend(computer, CATALOGUE, engine=engine))
        assert rank >= last, f"{gigabytes} GB"
        last = rank
    assert last > 0


def test_less_free_memory_never_gives_a_better_pick_and_the_better_one_becomes_tight() -> None:
    computer = described_computer("Apple M4 Pro", 24)
    last = 10**6
    for available in range(24, 0, -1):
        found = recommend(replace(computer, available_bytes=available * GIB), CATALOGUE)
        assert _rank(found) <= last
        last = _rank(found)
    busy = recommend(replace(computer, available_bytes=8 * GIB), CATALOGUE)
    assert busy.pick
    assert busy.smarter
    assert (busy.pick.model.id, busy.smarter.model.id) == ("qwen3.5-9b", "gpt-oss-20b")
    assert busy.smarter.fit is Fit.TIGHT


def test_a_longer_conversation_needs_more_and_may_need_a_smaller_model() -> None:
    computer = described_computer("Apple M1", 8)
    short, long = recommend(computer, CATALOGUE, 2048), recommend(computer, CATALOGUE, 131072)
    for before, after in zip(short.choices, long.choices, strict=True):
        if before.edition == after.edition:
            assert after.need_bytes > before.need_bytes
    assert _rank(long) <= _rank(short)


def test_only_models_for_which_there_is_disk_space_are_picked() -> None:
    computer = described_computer("Apple M4 Max", 64)
    found = recommend(replace(computer, disk_free_bytes=5_000_000_000), CATALOGUE)
    assert found.pick
    assert found.pick.download_bytes + 1_000_000_000 <= 5_000_000_000
    assert found.smarter is None
    large = next(choice for choice in found.choices if choice.model.id == "gemma-4-31b")
    assert large.reason.code is ReasonCode.NO_DISK_SPACE
    assert large.reason.parameters["missing_bytes"] == large.download_bytes + 1_000_000_000 - 5_000_000_000
    assert recommend(replace(computer, disk_free_bytes=0), CATALOGUE).pick is None
    unknown = recommend(replace(computer, disk_free_bytes=None), CATALOGUE)
    assert unknown.pick == recommend(computer, CATALOGUE).pick


def test_a_processor_gets_the_most_fluent_that_fits_and_is_told_why() -> None:
    found = recommend(machine("virtual-server-24gb"), CATALOGUE)
    assert found.pick
    assert found.pick.reason.code is ReasonCode.SMALL_FOR_CPU
    others = [choice for choice in found.choices if choice.need_bytes <= choice.budget_bytes]
    assert found.pick.tokens_per_s_low == max(choice.tokens_per_s_low for choice in others)
    nine = next(choice for choice in found.choices if choice.model.id == "qwen3.5-9b")
    assert (nine.fit, nine.reason.code) == (Fit.CRAWLS, ReasonCode.CRAWLS_FOR_SPEED)
    assert nine.tokens_per_s_high < CRAWLING_TOKENS_PER_S


def test_what_loads_and_then_pages_is_said_to_crawl_and_what_does_not_load_is_too_large() -> None:
    found = recommend(machine("m2-air-16gb"), CATALOGUE)
    fits = {choice.model.id: choice for choice in found.choices}
    assert fits["gpt-oss-20b"].reason.code is ReasonCode.CRAWLS_FOR_MEMORY
    assert fits["gpt-oss-120b"].fit is Fit.TOO_LARGE
    missing = fits["gpt-oss-120b"].reason.parameters["missing_bytes"]
    assert missing == fits["gpt-oss-120b"].need_bytes - fits["gpt-oss-120b"].budget_bytes


def test_the_only_one_that_fits_is_called_that() -> None:
    found = recommend(machine("m4-max-64gb"), Catalogue(CATALOGUE.models[:1]))
    assert found.pick
    assert found.pick.reason.code is ReasonCode.ONLY_ONE_THAT_FITS


def test_a_slow_card_with_one_large_model_is_honest_about_it() -> None:
    slow = replace(described_computer("unknown card", 64, 48), bandwidth_bytes_per_s=60e9)
    only = Catalogue(tuple(model for model in CATALOGUE.models if model.id == "gemma-4-31b"))
    found = recommend(slow, only)
    assert found.pick
    assert found.pick.reason.code is ReasonCode.SLOW_HERE


def test_an_empty_catalogue_recommends_nothing() -> None:
    assert recommend(machine("m1-8gb"), Catalogue(())) == Recommendation(None, None, None, ())


def test_memory_that_our_own_model_holds_is_not_held_against_the_pick() -> None:
    computer = described_computer("Apple M4 Pro", 24)
    alone = recommend(computer, CATALOGUE)
    busy = replace(computer, available_bytes=computer.available_bytes - 12 * GIB)
    assert recommend(busy, CATALOGUE, ours_bytes=12 * GIB).pick == alone.pick
    assert _rank(recommend(busy, CATALOGUE)) < _rank(alone)


def test_any_edition_can_be_forecast() -> None:
    found = CATALOGUE.find("gemma-4-31b-it-8bit")
    assert found
    choice = forecast(machine("m1-8gb"), *found)
    assert (choice.edition, choice.fit) == (found[1], Fit.TOO_LARGE)
