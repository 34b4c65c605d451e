"""``hearth forecast`` on catalogue models and on folders of which only the heads are real."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

import pytest

from runtime.catalogue.entries import load_catalogue
from runtime.cli import forecast
from runtime.cli.output import plain_words
from runtime.errors import ModelDamaged, ModelFolderMissing, ModelNotFound
from tests.runtime.storage.shapes import QWEN3_06B, QWEN35_9B

FIELDS = {"weights_bytes", "kv_cache_bytes", "overhead_bytes", "need_bytes", "budget_bytes", "verdict", "basis"}
MAC = ("--as", "Apple M4 Max", "--memory-gb", "64")


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARTH_HOME", str(tmp_path / "home"))


def run(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers()
    forecast.add_parser(commands)
    commands.choices["forecast"].add_argument("--json", action="store_true")
    arguments = parser.parse_args(["forecast", *words])
    assert arguments.run(arguments, plain_words()) == 0
    out = capsys.readouterr().out
    return json.loads(out) if "--json" in words else {"text": out}


def write_sparse(folder: Path, config: dict[str, Any], tensors: dict[str, tuple[str, list[int], int]]) -> int:
    """A model folder whose weights are a hole of the right length. Returns the bytes of all tensors."""
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(config))
    end, header = 0, {}
    for name, (dtype, shape, size_bytes) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [end, end + size_bytes]}
        end += size_bytes
    head = json.dumps(header).encode()
    with (folder / "model.safetensors").open("wb") as stream:
        stream.write(len(head).to_bytes(8, "little") + head)
        stream.truncate(8 + len(head) + end)
    return end


def layer_tensors(layers: int, side: int) -> dict[str, tuple[str, list[int], int]]:
    return {
        f"model.layers.{n}.mlp.up_proj.weight": ("BF16", [side, side], 2 * side * side) for n in range(layers)
    }  # fmt: skip


def test_a_folder_of_20_gb_that_is_a_hole_is_forecast_from_its_head(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = {**QWEN3_06B, "quantization": None, "quantization_config": None}
    size_bytes = write_sparse(tmp_path / "model", config, layer_tensors(28, 18_900))
    assert size_bytes > 20e9
    assert os.stat(tmp_path / "model" / "model.safetensors").st_blocks * 512 < 10**6
    found = run(capsys, str(tmp_path / "model"), *MAC, "--context", "16384", "--json")
    assert set(found) >= FIELDS
    assert found["weights_bytes"] == size_bytes
    assert found["kv_cache_bytes"] == 28 * 2 * 8 * 128 * 2 * 16384
    parts = found["weights_bytes"] + found["kv_cache_bytes"] + found["overhead_bytes"]
    assert found["need_bytes"] == parts
    beside = found["overhead"]["process_bytes"] + found["overhead"]["embedder_bytes"]
    assert found["need_bytes"] - found["mlx_peak_bytes"] == beside
    assert found["verdict"] == "comfortable"
    for rate in (found["decode_tokens_per_s"], found["prefill_tokens_per_s"]):
        assert 0 < rate["low"] <= rate["expected"] <= rate["high"]
    assert found["basis"] == "estimated"


def test_eyes_guesses_ahead_and_tied_copies_stay_on_the_disk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = {**QWEN35_9B["text_config"], "tie_word_embeddings": True}
    tensors = {
        "language_model.model.layers.0.mlp.up_proj.weight": ("BF16", [1000, 1000], 2_000_000),
        "vision_tower.blocks.0.weight": ("BF16", [1000, 500], 1_000_000),
        "language_model.mtp.layers.0.weight": ("BF16", [100, 500], 100_000),
        "language_model.lm_head.weight": ("BF16", [100, 250], 50_000),
        "language_model.model.layers.32.weight": ("BF16", [100, 5], 1_000),
    }
    write_sparse(tmp_path / "model", {**QWEN35_9B, "text_config": text}, tensors)
    found = run(capsys, str(tmp_path / "model"), *MAC, "--json")
    assert found["weights_bytes"] == 2_000_000
    assert found["left_on_disk_bytes"] == 1_151_000


def test_every_length_has_a_verdict_and_the_longest_comfortable_one_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = run(capsys, "qwen3.5-9b", "--as", "Apple M4", "--memory-gb", "16", "--json")
    edition = load_catalogue().find("qwen3.5-9b")
    assert edition
    assert found["weights_bytes"] == edition[1].weight_bytes - edition[1].left_out_bytes
    lengths = [at["context_tokens"] for at in found["contexts"]]
    assert lengths == [4096, 8192, 16384, 32768, 65536, 131072, 262144]
    needs = [at["need_bytes"] for at in found["contexts"]]
    assert needs == sorted(needs)
    for at in found["contexts"]:
        assert (at["verdict"] == "comfortable") is (at["context_tokens"] <= found["longest_comfortable_context"])
    assert found["contexts"][1]["need_bytes"] == found["need_bytes"]
    assert {at["verdict"] for at in found["contexts"]} > {"comfortable"}


def test_this_computer_and_plain_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert set(run(capsys, "qwen3-0.6b", "--json")) >= FIELDS
    text = run(capsys, "qwen3-0.6b", *MAC)["text"]
    assert "comfortable" in text
    assert "need" in text


def test_what_cant_be_forecast_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises((ModelNotFound, ModelFolderMissing)):
        run(capsys, "no-such-model-anywhere")
    write_sparse(tmp_path / "model", QWEN3_06B, layer_tensors(1, 8))
    (tmp_path / "model" / "model.safetensors").write_bytes(b"\x08\0\0\0\0\0\0\0{}")
    with pytest.raises(ModelDamaged):
        run(capsys, str(tmp_path / "model"), *MAC)
    with pytest.raises(SystemExit):
        run(capsys, "qwen3-0.6b", "--as", "Apple M4 Max")
    with pytest.raises(SystemExit):
        run(capsys, "qwen3-0.6b", "--context", "0")
