"""Memory need, checked by hand for known shapes and for what must always hold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from runtime.catalogue.entries import Catalogue, Edition, load_catalogue
from runtime.catalogue.need import cache_bytes_per_token, need
from tests.runtime.catalogue.test_entries import PATH

CATALOGUE = load_catalogue(PATH)
EDITIONS = [edition for model in CATALOGUE.models for edition in model.editions]


def _edition(name: str, catalogue: Catalogue = CATALOGUE) -> Edition:
    found = catalogue.find(name)
    assert found
    return found[1]


def test_qwen3_by_hand() -> None:
    # 28 layers x (keys + values) x 8 heads x 128 numbers x 2 bytes
    assert cache_bytes_per_token(_edition("qwen3-0.6b")) == 28 * 2 * 8 * 128 * 2 == 114_688
    found = need(_edition("qwen3-0.6b"), 8192)
    assert found.weight_bytes == 342_884_352
    assert found.cache_bytes == 8192 * 114_688 == 939_524_096
    # the process + a piece of 1024 tokens x 1024 x 20 numbers x 2 bytes; heads of 128 are fused
    assert found.working_bytes == 400_000_000 + 1024 * 1024 * 20 * 2
    assert found.total_bytes == 342_884_352 + 939_524_096 + 441_943_040


def test_gpt_oss_by_hand() -> None:
    found = need(_edition("gpt-oss-20b"), 8192)
    full = 12 * 2 * 8 * 64 * 2 * 8192
    sliding = 12 * 2 * 8 * 64 * 2 * (128 + 1024)
    assert found.cache_bytes == full + sliding == 229_638_144
    # the buffers of a large model are counted as an eighth of its weights
    assert found.working_bytes == 12_025_908_224 // 8


def test_gemma_4_31b_by_hand() -> None:
    found = need(_edition("gemma-4-31b"), 8192)
    full = 10 * 2 * 4 * 512 * 2 * 8192
    sliding = 50 * 2 * 16 * 256 * 2 * (1024 + 1024)
    assert found.cache_bytes == full + sliding == 2_348_810_240


def test_scores_of_wide_heads_are_written_out_by_hand() -> None:
    # 8 heads of 512 are not fused: a piece's scores against the whole conversation, twice in 16 bit
    found = need(_edition("gemma-4-e4b"), 8192)
    assert found.working_bytes == 400_000_000 + 1024 * 2560 * 20 * 2 + 2 * 8 * 1024 * 8192 * 2


def test_qwen3_6_27b_by_hand() -> None:
    found = need(_edition("qwen3.6-27b"), 8192)
    assert found.cache_bytes == 16 * 2 * 4 * 256 * 2 * 8192 + 48 * 64 * 128 * 128 * 4


def test_the_cache_grows_in_steps_and_stops_at_what_the_model_sees() -> None:
    edition = _edition("qwen3-0.6b")
    assert need(edition, 1).cache_bytes == need(edition, 256).cache_bytes == 256 * 114_688
    assert need(edition, 257).cache_bytes == 512 * 114_688
    assert need(edition, 10**9) == need(edition, edition.context_tokens)
    assert need(edition, 0).cache_bytes == need(edition, -1).cache_bytes == 0


@pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: edition.repository)
def test_need_grows_with_the_conversation_and_is_never_below_the_weights(edition: Edition) -> None:
    totals = [need(edition, tokens).total_bytes for tokens in (0, 100, 1000, 8192, 32768, 131072)]
    assert totals == sorted(totals)
    assert totals[3] > totals[2] > edition.weight_bytes


@pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: edition.repository)
def test_unknown_figures_never_make_the_need_smaller(edition: Edition) -> None:
    known = need(edition, 8192).total_bytes
    vague = replace(edition, attention_heads=None, kv_heads=None, head_dim=None, kv_layers=None)
    assert need(vague, 8192).total_bytes >= known
