"""What the catalogue forecasts and what the engine does must be the same thing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from runtime.catalogue import processor
from runtime.catalogue.entries import Edition, load_catalogue
from runtime.catalogue.need import PREFILL_CHUNK_TOKENS, need
from runtime.catalogue.processor import unpacked_bytes
from runtime.hardware.described import described_computer
from runtime.inference import mlx_backend, model_check

EDITIONS = [edition for model in load_catalogue().models for edition in model.editions]


def test_the_engine_reads_prompts_in_pieces_no_larger_than_forecast() -> None:
    assert max(mlx_backend.PREFILL_CHUNK.values()) <= PREFILL_CHUNK_TOKENS


def test_the_engine_unpacks_what_the_forecast_says() -> None:
    assert processor.UNPACKED_SHARE == mlx_backend.UNPACKED_SHARE
    edition = EDITIONS[0]
    computer = described_computer("cpu", 24)
    # four bits and half a bit of scales a weight, four bytes each when unpacked
    assert unpacked_bytes(computer, edition) == int(342_884_352 * 8 / 4.5 * 4) == 2_438_288_725
    assert unpacked_bytes(replace(computer, available_bytes=9_000_000_000), edition) == 0
    assert unpacked_bytes(described_computer("Apple M1", 24), edition) == 0


@pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: edition.repository)
@pytest.mark.parametrize("context_tokens", [model_check.LEAST_CONTEXT_TOKENS, 8192, 32768])
def test_what_is_said_to_fit_is_not_refused_when_it_is_loaded(edition: Edition, context_tokens: int) -> None:
    heads = edition.attention_heads or 8
    config = {
        "num_hidden_layers": edition.layers,
        "hidden_size": edition.hidden_size,
        "num_attention_heads": heads,
        "num_key_value_heads": edition.sliding_kv_heads or edition.kv_heads,
        "head_dim": edition.sliding_head_dim or edition.head_dim,
    }
    refused_below = int(edition.weight_bytes * model_check.OVERHEAD)
    refused_below += model_check.LEAST_CONTEXT_TOKENS * model_check.cache_bytes_per_token(config)
    assert need(edition, context_tokens).total_bytes >= refused_below
