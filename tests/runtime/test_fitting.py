"""Which engine a computer gets, and what follows from it for recommendations and for loading."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from runtime.catalogue.budget import budget
from runtime.catalogue.entries import load_catalogue
from runtime.catalogue.machine import processor_of
from runtime.fitting import Fitting
from runtime.hardware.computer import Computer
from runtime.hardware.described import described_computer
from runtime.library.installed import InstalledModel
from runtime.measuring import Measuring
from runtime.storage.engines import EngineKind
from runtime.storage.model_shape import ModelShape

SHAPE = ModelShape(
    36, 2560, 2_500_000_000, 4, 40960, kv_heads=8, head_dim=128, engine=EngineKind.LLAMA_CPP, bits_per_weight=5.0
)
MODEL = InstalledModel("Tiny", "maker/Tiny-GGUF", "/models/tiny", 2_500_000_000, shape=SHAPE)


@pytest.fixture
def measuring(tmp_path: Path) -> Iterator[Measuring]:
    measuring = Measuring(tmp_path, lambda _event: None)
    yield measuring
    measuring.close()


def _fitting(measuring: Measuring, has_llama_cpp: bool, tmp_path: Path) -> Fitting:
    return Fitting(lambda: tmp_path, load_catalogue, measuring, lambda: 0, lambda: has_llama_cpp)


def _real(chip: str, gigabytes: int, card_gigabytes: int | None = None) -> Computer:
    """As the probe would find it: with a disk of ours."""
    return replace(described_computer(chip, gigabytes, card_gigabytes), disk_folder="/models")


@pytest.mark.parametrize(
    ("computer", "installed", "expected"),
    [
        (_real("cpu", 16), True, EngineKind.LLAMA_CPP),
        (_real("cpu", 16), False, EngineKind.MLX),
        (_real("Apple M4", 16), True, EngineKind.MLX),
        (_real("RTX 4090", 64, 24), True, EngineKind.MLX),
        (described_computer("cpu", 16), False, EngineKind.LLAMA_CPP),
        (described_computer("Apple M4", 16), False, EngineKind.MLX),
    ],
    ids=["processor", "processor, not installed", "Mac", "card", "described", "described Mac"],
)
def test_who_computes(
    measuring: Measuring, tmp_path: Path, computer: Computer, installed: bool, expected: EngineKind
) -> None:
    fitting = _fitting(measuring, installed, tmp_path)
    assert fitting.engine(computer) is expected
    pick = fitting.recommend(computer).pick
    assert pick is not None
    assert pick.edition.engine is expected


def test_this_computer_is_looked_at_when_nobody_says_which(measuring: Measuring, tmp_path: Path) -> None:
    fitting = _fitting(measuring, True, tmp_path)
    assert fitting.engine() is fitting.engine(fitting.computer())


def test_it_is_loaded_within_the_memory_of_the_processor(
    measuring: Measuring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fitting = _fitting(measuring, True, tmp_path)
    for computer in (_real("Apple M4", 16), _real("RTX 3060", 32, 12), _real("cpu", 16)):
        monkeypatch.setattr(fitting, "computer", lambda computer=computer: computer)
        request = fitting.load_request(MODEL)
        assert request.budget_bytes == budget(processor_of(computer)).bytes
        judged = fitting.judge_installed(computer, MODEL)
        assert judged is not None
        assert (request.kv_limit_tokens, judged.budget_bytes) == (judged.longest_context_tokens, request.budget_bytes)
