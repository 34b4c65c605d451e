"""Editions for llama.cpp on a plain processor: which are offered, what they need, and how fast they are expected."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from runtime.catalogue.budget import budget
from runtime.catalogue.entries import CatalogueModel, Edition, load_catalogue
from runtime.catalogue.fit import Fit
from runtime.catalogue.machine import processor_of
from runtime.catalogue.measured import Basis, Measured, ModelMeasured
from runtime.catalogue.need import need
from runtime.catalogue.plan import LLAMA_CPP, METAL
from runtime.catalogue.prefill import prefill
from runtime.catalogue.prospect import prospect
from runtime.catalogue.purposes import Purpose
from runtime.catalogue.recommend import recommend
from runtime.catalogue.speed import speed
from runtime.catalogue.touched import Touched
from runtime.hardware.described import described_computer
from runtime.storage.engines import EngineKind
from runtime.storage.measurements import ChatSpeed, FormatRate, ModelMemory, SelfTest

CATALOGUE = load_catalogue()
PLAIN = described_computer("cpu", 16)
PUBLISHED = json.loads((Path(__file__).parents[2] / "data" / "published_processor_speeds.json").read_text("utf-8"))
EIGHT = Edition(
    "made-up/Llama-3.1-8B", 4_920_739_232, 4_920_739_232, 4, 32, 4096, 131072, attention_heads=32, kv_heads=8,
    head_dim=128, engine=EngineKind.LLAMA_CPP, bits_per_weight=4.9,
)  # fmt: skip
# The 2-core machine that both engines were measured on (see runtime/catalogue/llama_cpp_speed.py): rates of MLX.
TESTED = SelfTest("cpu", 17.6e9, 115e9, 1e-4, (FormatRate(32, 17.6e9, 115e9),), 0.0, "", fast_blas=True)


MISSED_WRITING = {
    ("Coffee Lake with UHD 630", "llama-3.2-1b"),
    ("Threadripper 3970X, four channels", "llama-3.1-8b"),
}


def _model(model_id: str) -> CatalogueModel:
    return next(model for model in CATALOGUE.models if model.id == model_id)


def _edition(model_id: str) -> Edition:
    return _model(model_id).editions_for(EngineKind.LLAMA_CPP)[0]


def _published(row: dict[str, Any]) -> Edition:
    found = EIGHT if row["model"] == "llama-3.1-8b" else _edition(row["model"])
    bits = found.bits_per_weight or 4.9
    return replace(found, weight_bytes=row["file_bytes"], bits_per_weight=bits * row["file_bytes"] / found.weight_bytes)


def test_every_model_that_a_plain_processor_could_run_has_files_for_llama_cpp() -> None:
    without = {model.id for model in CATALOGUE.models if model.editions[0].gguf is None}
    assert without == {"qwen3.5-122b-a10b", "step-3.5-flash"}, "published in folders of their own, and far too large"
    reckoned = {model.id for model in CATALOGUE.models if (gguf := model.editions[0].gguf) and gguf.reckoned}
    assert reckoned == {"qwen3-coder-next"}


@pytest.mark.parametrize("model", CATALOGUE.models, ids=lambda model: model.id)
def test_a_gguf_edition_is_the_same_model(model: CatalogueModel) -> None:
    gguf = model.editions[0].gguf
    if gguf is None:
        assert model.editions_for(EngineKind.LLAMA_CPP) == model.editions
        return
    (edition,) = model.editions_for(EngineKind.LLAMA_CPP)
    first = model.editions[0]
    assert (edition.layers, edition.context_tokens, edition.sampling) == (
        first.layers,
        first.context_tokens,
        first.sampling,
    )
    assert edition.download_bytes == edition.weight_bytes == gguf.size_bytes
    assert edition.files == gguf.files
    assert gguf.bits <= gguf.bits_per_weight < gguf.bits + 1.5
    assert CATALOGUE.find(gguf.repository) == (model, edition)
    assert {first.repository, gguf.repository} <= set(model.repositories)


def test_a_name_means_the_edition_for_the_engine() -> None:
    assert CATALOGUE.find("Everyday helper") == (_model("gemma-4-e4b"), _model("gemma-4-e4b").editions[0])
    found = CATALOGUE.find("everyday helper", EngineKind.LLAMA_CPP)
    assert found is not None
    assert found[1].repository == "unsloth/gemma-4-E4B-it-GGUF"


# --- the recommendation ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("gigabytes", [8, 16, 32, 64])
def test_a_plain_processor_gets_more_than_the_smallest(gigabytes: int) -> None:
    computer = described_computer("cpu", gigabytes)
    slow = recommend(computer, CATALOGUE).pick
    found = recommend(computer, CATALOGUE, engine=EngineKind.LLAMA_CPP).pick
    assert slow is not None
    assert found is not None
    assert slow.model.id == "qwen3-0.6b"
    assert found.model.quality > slow.model.quality
    assert found.edition.engine is EngineKind.LLAMA_CPP
    assert found.tokens_per_s_low > slow.tokens_per_s_expected
    assert found.fit is Fit.COMFORTABLE


def test_what_has_no_files_for_it_is_still_listed_and_never_picked() -> None:
    found = recommend(described_computer("cpu", 512), CATALOGUE, engine=EngineKind.LLAMA_CPP)
    slow = next(choice for choice in found.choices if choice.model.id == "step-3.5-flash")
    assert slow.edition.engine is EngineKind.MLX
    assert slow.fit is Fit.CRAWLS
    assert slow.model.id not in {c.model.id for c in (found.pick, found.faster, found.smarter) if c is not None}


def test_an_mlx_edition_is_judged_as_before_on_a_plain_processor() -> None:
    edition = _model("gemma-4-e2b").editions[0]
    assert prospect(PLAIN, edition, 8192).tokens_per_s_high < 2


@pytest.mark.parametrize("purpose", [Purpose.DOCUMENTS, Purpose.CODE])
def test_real_answers_move_the_pick(purpose: Purpose) -> None:
    """What one model was measured to do here counts more than what is guessed of computers."""
    edition = _edition("qwen3.5-9b")
    fast = ModelMeasured(tuple(ChatSpeed(4000, 30.0, 4000, 400.0) for _ in range(3)))
    measured = Measured(models={edition.repository: fast})
    found = recommend(PLAIN, CATALOGUE, purpose=purpose, measured=measured, engine=EngineKind.LLAMA_CPP)
    assert found.pick is not None
    assert (found.pick.model.id, found.pick.basis) == ("qwen3.5-9b", Basis.MEASURED_HERE)


# --- the need --------------------------------------------------------------------------------------------------------


def test_the_conversation_is_held_in_16_bits_and_the_weights_once() -> None:
    edition = _edition("llama-3.2-3b")
    found = need(edition, 8192, LLAMA_CPP)
    assert found.cache_bytes == 8192 * 28 * 2 * 8 * 128 * 2
    assert found.weight_bytes == edition.weight_bytes
    # llama.cpp was measured to take 128 MB for its work with a model somewhat larger than this one.
    assert 100e6 < found.prefill_bytes < 150e6


@pytest.mark.parametrize(("chip", "card"), [("Apple M4", None), ("RTX 4090", 24)])
def test_it_computes_on_the_processor_whatever_else_is_there(chip: str, card: float | None) -> None:
    computer = described_computer(chip, 32, card)
    found = prospect(computer, _edition("gemma-4-e2b"), 8192)
    plain = described_computer("cpu", 32)
    assert found.budget_bytes == budget(processor_of(computer)).bytes == budget(plain).bytes
    assert found.tokens_per_s_expected == prospect(plain, _edition("gemma-4-e2b"), 8192).tokens_per_s_expected
    assert need(_edition("gemma-4-e2b"), 8192, METAL) != need(_edition("gemma-4-e2b"), 8192, LLAMA_CPP)


def test_what_the_whole_process_took_is_not_taken_for_the_weights() -> None:
    edition = _edition("gemma-4-e2b")
    told = ModelMeasured(
        memory=ModelMemory(edition.weight_bytes + 400_000_000, edition.weight_bytes + 900_000_000, 900)
    )
    found = prospect(PLAIN, edition, 8192, known=told)
    assert found == prospect(PLAIN, edition, 8192)
    assert not found.memory_measured


# --- the speed -------------------------------------------------------------------------------------------------------


def test_published_speeds_of_writing() -> None:
    """Misses are named: a computer of 2018 that writes slower than expected of its class, and one with four channels
    of memory, of which nothing tells beforehand."""
    missed = set()
    for row in PUBLISHED["rows"]:
        if row["writes"] is None:
            continue
        found = speed(described_computer("cpu", 64, cores=row["cores"]), _published(row), 0, at_tokens=64)
        if not found.low_tokens_per_s <= row["writes"] <= found.high_tokens_per_s:
            missed.add((row["computer"], row["model"]))
    assert missed == MISSED_WRITING


def test_published_speeds_of_reading() -> None:
    missed = set()
    for row in PUBLISHED["rows"]:
        if row["reads"] is None:
            continue
        computer = described_computer("cpu", 64, cores=row["cores"])
        found = prefill(computer, _published(row), row["prompt_tokens"])
        if not found.low_tokens_per_s <= row["reads"] <= found.high_tokens_per_s:
            missed.add((row["computer"], row["model"]))
    assert missed == set()


def test_what_was_measured_beside_mlx_is_within_the_range_of_its_self_test() -> None:
    """Qwen3-0.6B with 4.5-bit weights on two cores: 93 to 100 tokens a second written, 450 to 520 read."""
    small = replace(_edition("qwen3-0.6b"), weight_bytes=375_000_000, bits_per_weight=5.03, bits=4)
    computer = described_computer("cpu", 24, cores=2)
    rate = speed(computer, small, 0, at_tokens=64, self_test=TESTED)
    assert rate.low_tokens_per_s < 93
    assert rate.high_tokens_per_s > 100
    # The output is computed for a prompt's last token alone: 440 of 596 million weights take part.
    at_work = Touched(375_000_000, 375_000_000 * 440 / 596)
    reading = prefill(computer, small, 512, touched=at_work, self_test=TESTED)
    assert reading.low_tokens_per_s < 450
    assert reading.high_tokens_per_s > 520
    assert {rate.basis, reading.basis} == {Basis.SELF_TEST}


def test_a_self_test_of_the_graphics_processor_says_nothing_of_it() -> None:
    mac, edition = described_computer("Apple M4", 16), _edition("gemma-4-e2b")
    tested = replace(TESTED, device="gpu", formats=(FormatRate(4, 100e9, 3e12),))
    assert speed(mac, edition, 8192, self_test=tested).expected_tokens_per_s == (
        speed(mac, edition, 8192).expected_tokens_per_s
    )


def test_answers_here_correct_the_forecast() -> None:
    edition = _edition("gemma-4-e2b")
    guessed = speed(PLAIN, edition, 8192)
    told = ChatSpeed(4096, guessed.expected_tokens_per_s * 1.5)
    here = speed(PLAIN, edition, 8192, chats=(told,))
    assert here.expected_tokens_per_s == pytest.approx(guessed.expected_tokens_per_s * 1.5, rel=1e-6)
    assert (here.basis, guessed.basis) == (Basis.MEASURED_HERE, Basis.ESTIMATED)
    assert here.high_tokens_per_s - here.low_tokens_per_s < guessed.high_tokens_per_s - guessed.low_tokens_per_s
