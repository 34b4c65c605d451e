"""Memory need, checked by hand for known shapes and for what must always hold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from runtime.catalogue.cache_bytes import answering_bytes, kept_bytes
from runtime.catalogue.entries import Catalogue, Edition, load_catalogue
from runtime.catalogue.need import EMBEDDER_BYTES, PROCESS_BYTES, cache_bytes_per_token, need, need_of, plan_on
from runtime.catalogue.plan import CPU, CPU_UNPACKED, CUDA, METAL
from runtime.hardware.described import described_computer
from runtime.storage.model_anatomy import Anatomy, LayerGroup, anatomy_of
from runtime.storage.model_shape import shape_of
from tests.bench.forecast import published
from tests.runtime.catalogue.test_entries import PATH
from tests.runtime.storage.shapes import DEEPSEEK_V3, GPT_OSS_20B, QWEN3_06B, QWEN35_9B, REAL

CATALOGUE = load_catalogue(PATH)
EDITIONS = [edition for model in CATALOGUE.models for edition in model.editions]


def _edition(name: str, catalogue: Catalogue = CATALOGUE) -> Edition:
    found = catalogue.find(name)
    assert found
    return found[1]


def _anatomy(config: dict[str, object]) -> Anatomy:
    found = anatomy_of(config)
    assert found
    return found


def test_qwen3_by_hand() -> None:
    # 28 layers x (keys + values) x 8 heads x 128 numbers x 2 bytes
    assert cache_bytes_per_token(_edition("qwen3-0.6b")) == 28 * 2 * 8 * 128 * 2 == 114_688
    found = need(_edition("qwen3-0.6b"), 8192)
    assert found.weight_bytes == 342_884_352
    assert found.cache_bytes == 8192 * 114_688 == 939_524_096
    assert found.peak_bytes == found.weight_bytes + found.cache_bytes + found.prefill_bytes
    assert found.overhead_bytes == found.prefill_bytes + PROCESS_BYTES + EMBEDDER_BYTES
    assert found.need_bytes == found.peak_bytes + PROCESS_BYTES + EMBEDDER_BYTES


def test_gpt_oss_by_hand() -> None:
    found = need(_edition("gpt-oss-20b"), 8192)
    full = 12 * 2 * 8 * 64 * 2 * 8192
    sliding = 12 * 2 * 8 * 64 * 2 * (128 - 1 + 1024)
    assert found.cache_bytes == full + sliding
    # the engine wants more left than a model of this size uses
    assert found.working_bytes == 12_025_908_224 // 8
    assert found.reserve_bytes == found.total_bytes - found.need_bytes > 0


def test_gemma_4_31b_by_hand() -> None:
    found = need(_edition("gemma-4-31b"), 8192)
    full = 10 * 2 * 4 * 512 * 2 * 8192
    sliding = 50 * 2 * 16 * 256 * 2 * (1024 - 1 + 1024)
    assert found.cache_bytes == full + sliding


def test_linear_layers_by_hand() -> None:
    found = kept_bytes(_anatomy(QWEN35_9B), 8192, METAL)
    linear = 24 * (32 * 128 * 128 * 4 + 3 * (2 * 16 * 128 + 32 * 128) * 2)
    assert found == 8 * 2 * 4 * 256 * 2 * 8192 + linear


def test_compressed_attention_by_hand() -> None:
    found = kept_bytes(_anatomy(DEEPSEEK_V3), 8192, METAL)
    assert found == 61 * (512 + 64) * 2 * 8192


def test_scores_are_written_out_where_no_kernel_is_fused() -> None:
    narrow, wide = (Anatomy(4096, 32000, (LayerGroup(32, 2048, None, 32, dim, 4096),)) for dim in (128, 256))
    scores = 32 * 1024 * 8192 * 2
    assert need_of(wide, 0, 8192, METAL).peak_bytes - need_of(narrow, 0, 8192, METAL).peak_bytes == scores
    # A plain processor has no fused kernel at all.
    assert need_of(wide, 0, 8192, CPU).peak_bytes == need_of(narrow, 0, 8192, CPU).peak_bytes


def test_a_loop_over_tokens_keeps_every_state_where_there_is_no_kernel_for_it() -> None:
    anatomy = _anatomy(QWEN35_9B)
    difference = need_of(anatomy, 0, 8192, CUDA).prefill_bytes - need_of(anatomy, 0, 8192, METAL).prefill_bytes
    assert difference > 1024 * 32 * 128 * 128 * 4 * 0.8


def test_a_packed_cache_is_smaller_by_its_bits_and_windows_stay_as_they_are() -> None:
    anatomy = _anatomy(QWEN3_06B)
    packed = kept_bytes(anatomy, 8192, replace(METAL, kv_bits=4))
    assert packed == 939_524_096 * 4.5 / 16
    windows = _anatomy(GPT_OSS_20B)
    sliding = 12 * 2 * 8 * 64 * 2 * (128 - 1 + 1024)
    full = 12 * 2 * 8 * 64 * 8192
    assert kept_bytes(windows, 8192, replace(METAL, kv_bits=8)) == sliding + full * 8.5 / 8


def test_a_window_holds_the_piece_while_it_is_read_and_no_more_afterwards() -> None:
    group = LayerGroup(1, 1000, window=512)
    anatomy = Anatomy(64, 100, (group,))
    assert kept_bytes(anatomy, 100, METAL) == 100 * 1000 * 2
    assert kept_bytes(anatomy, 100_000, METAL) == (511 + 1024) * 1000 * 2
    assert answering_bytes(anatomy, 100_000, METAL) == 512 * 1000 * 2


def test_the_cache_grows_in_steps_and_stops_at_what_the_model_sees() -> None:
    edition = _edition("qwen3-0.6b")
    assert need(edition, 1).cache_bytes == need(edition, 256).cache_bytes == 256 * 114_688
    assert need(edition, 257).cache_bytes == 512 * 114_688
    assert need(edition, 10**9) == need(edition, edition.context_tokens)
    assert need(edition, 0).cache_bytes == need(edition, -1).cache_bytes == 0


def test_the_plan_is_the_engines_own() -> None:
    assert plan_on(described_computer("Apple M4", 16)) is METAL
    assert plan_on(described_computer("RTX 4090", 64, 24)) is CUDA
    computer = described_computer("cpu", 24)
    assert plan_on(computer, computer.available_bytes // 4) is CPU_UNPACKED
    assert plan_on(computer, computer.available_bytes // 4 + 1) is plan_on(computer) is CPU
    unpacked = need(_edition("qwen3-0.6b"), 8192, CPU_UNPACKED)
    assert unpacked.weight_bytes == int(342_884_352 * 8 / 4.5 * 4)
    assert unpacked.cache_bytes == 2 * need(_edition("qwen3-0.6b"), 8192, CPU).cache_bytes


@pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: edition.repository)
def test_need_grows_with_the_conversation_and_is_never_below_the_weights(edition: Edition) -> None:
    for plan in (METAL, CUDA, CPU):
        needs = [need(edition, tokens, plan) for tokens in (0, 100, 1000, 8192, 32768, 131072)]
        totals = [found.need_bytes for found in needs]
        assert totals == sorted(totals)
        assert totals[3] > totals[2] > edition.weight_bytes - edition.left_out_bytes
        assert all(found.total_bytes >= found.need_bytes for found in needs)


@pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: edition.repository)
def test_unknown_figures_never_make_the_need_smaller(edition: Edition) -> None:
    known = need(edition, 8192).total_bytes
    vague = replace(edition, attention_heads=None, kv_heads=None, head_dim=None, kv_layers=None)
    assert need(vague, 8192).total_bytes >= known


@pytest.mark.parametrize("name", REAL)
def test_what_a_model_is_known_by_is_used(name: str) -> None:
    shape = shape_of(REAL[name], 4 * 10**9)
    assert shape
    known = {field: getattr(shape, field) for field in ("layers", "hidden_size", "weight_bytes", "anatomy")}
    edition = Edition("maker/model", 4 * 10**9, bits=4, context_tokens=131072, **known)
    assert shape.anatomy
    assert need(edition, 8192).peak_bytes == need_of(shape.anatomy, 4 * 10**9, 8192, METAL).peak_bytes


def test_published_peaks_of_apple_chips_are_forecast() -> None:
    errors = sorted(abs(error) for _source, error in published())
    assert len(errors) >= 90
    assert errors[len(errors) // 2] < 0.02
    assert sum(error <= 0.05 for error in errors) >= 0.9 * len(errors)
    assert errors[-1] < 0.15
