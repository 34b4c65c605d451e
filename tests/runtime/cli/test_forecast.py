"""``hearth forecast`` at its edges: one clear sentence and an exit code, or figures that add up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from runtime.api import Runtime
from runtime.catalogue.speed import speed
from runtime.hardware.described import described_computer
from runtime.measuring import identity
from runtime.storage.measurements import ChatSpeed, FormatRate, MeasurementStore, ModelMemory, SelfTest
from tests.runtime.catalogue.test_need_command import layer_tensors, write_sparse
from tests.runtime.cli.running import call, document
from tests.runtime.storage.shapes import QWEN3_06B

KEYS = {
    "weights_bytes", "kv_cache_bytes", "overhead_bytes", "need_bytes", "budget_bytes", "verdict",
    "decode_tokens_per_s", "prefill_tokens_per_s", "basis",
}  # fmt: skip
MAC = ("--as", "Apple M4 Max", "--memory-gb", "64")
PLAIN = {**QWEN3_06B, "quantization": None, "quantization_config": None}
TESTED = SelfTest("cpu", 2e10, 2e11, 5e-4, (FormatRate(32, 2e10, 2e11), FormatRate(4, 7e7, 2e8)), 1.0, "0")


def forecast(*words: str) -> dict[str, Any]:
    found: dict[str, Any] = document(call("forecast", *words, "--json"))
    assert set(found) >= KEYS
    assert found["need_bytes"] == found["weights_bytes"] + found["kv_cache_bytes"] + found["overhead_bytes"]
    for rate in (found["decode_tokens_per_s"], found["prefill_tokens_per_s"]):
        assert list(rate) == ["low", "expected", "high"]
        assert 0 < rate["low"] <= rate["expected"] <= rate["high"]
    assert found["verdict"] in ("comfortable", "tight", "crawls", "too_large")
    assert found["basis"] in ("estimated", "measured here")
    return found


@pytest.mark.parametrize(
    ("chip", "device"),
    [
        (("Apple M1", "--memory-gb", "8"), "metal"),
        (("Apple M99 Ultra", "--memory-gb", "512"), "metal"),
        (("RTX 4090", "--memory-gb", "64", "--gpu-memory-gb", "24"), "cuda"),
        (("some card nobody knows", "--memory-gb", "32", "--gpu-memory-gb", "16"), "cuda"),
        (("NVIDIA GB10", "--memory-gb", "128"), "cuda"),
        (("cpu", "--memory-gb", "16"), "cpu"),
        (("Banana 9000", "--memory-gb", "0.5"), "cpu"),
    ],
    ids=lambda part: part[0] if isinstance(part, tuple) else "",
)
@pytest.mark.parametrize("model", ["qwen3-0.6b", "gpt-oss-120b"])
def test_every_kind_of_computer_adds_up(model: str, chip: tuple[str, ...], device: str) -> None:
    found = forecast(model, "--as", *chip)
    assert found["device"] == device
    assert found["basis"] == "estimated"
    text = call("forecast", model, "--as", *chip)
    assert text.returncode == 0
    assert found["verdict"].replace("_", " ") in text.stdout
    assert "estimated" in text.stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--as", "Apple M4"), "--as needs --memory-gb"),
        (("--as", "", "--memory-gb", "16"), "--as needs the name of a chip"),
        (("--memory-gb", "16"), "name its chip with --as"),
        (("--gpu-memory-gb", "16"), "name its chip with --as"),
        (("--as", "Apple M4", "--memory-gb", "lots"), "'lots' is not a number of gigabytes"),
        (("--as", "Apple M4", "--memory-gb", "-16"), "-16"),
        (("--as", "Apple M4", "--memory-gb", "nan"), "'nan' is not a number of gigabytes"),
        (("--as", "Apple M4", "--memory-gb", "inf"), "'inf' is not a number of gigabytes"),
        (("--context", "0"), "'0' is not a number of tokens"),
        (("--context", "8k"), "'8k' is not a number of tokens"),
        (("--context", "99999999999"), "'99999999999' is not a number of tokens"),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, tuple) else "",
)
@pytest.mark.parametrize("command", ["forecast", "recommend"])
def test_wrong_usage_says_what_is_wrong(command: str, words: tuple[str, ...], sentence: str) -> None:
    done = call(command, *(["qwen3-0.6b"] if command == "forecast" else []), *words)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_what_is_no_model_ends_with_one_sentence(tmp_path: Path) -> None:
    empty, list_config, no_weights, shapeless = (tmp_path / n for n in ("empty", "list", "weightless", "shapeless"))
    for folder, config in ((list_config, "[]"), (no_weights, json.dumps(PLAIN)), (shapeless, '{"model_type": "x"}')):
        folder.mkdir()
        (folder / "config.json").write_text(config)
    empty.mkdir()
    (shapeless / "model.safetensors").write_bytes(b"\x02\0\0\0\0\0\0\0{}")
    unsafe = tmp_path / "unsafe"
    write_sparse(unsafe, {**PLAIN, "model_file": "evil.py"}, layer_tensors(1, 8))
    cut = tmp_path / "cut"
    write_sparse(cut, PLAIN, layer_tensors(2, 64))
    with (cut / "model.safetensors").open("r+b") as stream:
        stream.truncate(1000)
    for folder in (empty, list_config, no_weights, shapeless, unsafe, cut):
        _one_sentence(str(folder))
    for name in ("no-such-model", "maker/none", "/nowhere/at/all"):
        _one_sentence(name)


def _one_sentence(name: str) -> None:
    done = call("forecast", name, *MAC)
    assert done.returncode == 5, (name, done.stderr)
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr
    assert document(call("forecast", name, *MAC, "--json"), 5)["problem"]["code"].startswith("model.")


def test_parts_that_are_holes_are_enough(tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    size_bytes = write_sparse(whole, PLAIN, layer_tensors(28, 8192))
    write_sparse(parts, PLAIN, layer_tensors(28, 8192))
    (parts / "model.safetensors").rename(parts / "model-00001-of-00002.safetensors")
    more = {"model.norm.weight": ("BF16", [1024], 2048)}
    write_sparse(tmp_path / "second", PLAIN, more)
    (tmp_path / "second" / "model.safetensors").rename(parts / "model-00002-of-00002.safetensors")
    one, two = forecast(str(whole), *MAC), forecast(str(parts), *MAC)
    assert one["weights_bytes"] == size_bytes
    assert two["weights_bytes"] == size_bytes + 2048
    assert one["kv_cache_bytes"] == two["kv_cache_bytes"]


def test_a_conversation_longer_than_the_model_sees_is_forecast_for_what_it_sees(tmp_path: Path) -> None:
    most = forecast("qwen3-0.6b", *MAC, "--context", str(2**24))
    assert most["context_tokens"] == most["model_context_tokens"] == 32768
    assert most == forecast("qwen3-0.6b", *MAC, "--context", "32768")
    unsaid = {name: value for name, value in PLAIN.items() if name != "max_position_embeddings"}
    write_sparse(tmp_path / "model", unsaid, layer_tensors(28, 64))
    long = forecast(str(tmp_path / "model"), *MAC, "--context", "100000")
    assert long["context_tokens"] == 100_000
    assert long["kv_cache_bytes"] == 28 * 2 * 8 * 128 * 2 * 100_096


def test_context_means_what_a_benchmark_with_that_prompt_measures() -> None:
    """Memory with all of it in the cache, a prompt of all of it, and the answer that follows it."""
    short, long = (forecast("qwen3.5-9b", *MAC, "--context", str(n)) for n in (2048, 65536))
    with Runtime.open() as runtime:
        found = runtime.catalogue.find("qwen3.5-9b")
    assert found
    computer = described_computer("Apple M4 Max", 64)
    for document_, tokens in ((short, 2048), (long, 65536)):
        at_the_end = speed(computer, found[1], 0, at_tokens=tokens)
        assert document_["decode_tokens_per_s"]["expected"] == at_the_end.expected_tokens_per_s
        reading_s = tokens / document_["prefill_tokens_per_s"]["expected"]
        first_word_s = document_["first_word_s"]["expected"]
        assert first_word_s == pytest.approx(reading_s + 1 / at_the_end.expected_tokens_per_s)
    assert long["kv_cache_bytes"] > short["kv_cache_bytes"]
    assert long["mlx_peak_bytes"] < long["need_bytes"]


def test_what_was_measured_here_counts_here_and_nowhere_else(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    write_sparse(folder, PLAIN, layer_tensors(28, 512))
    guessed = forecast(str(folder))
    assert (guessed["basis"], guessed["memory_basis"]) == ("estimated", "estimated")
    with Runtime.open() as runtime:
        store = MeasurementStore(runtime.paths.home, identity(runtime.fitting.computer()))
    store.save_self_test(TESTED)
    assert forecast(str(folder))["basis"] == "measured here"
    store.note_memory(str(folder), ModelMemory(guessed["mlx_peak_bytes"], guessed["mlx_peak_bytes"] * 2, 8192))
    for _ in range(3):
        store.add_chat(str(folder), ChatSpeed(8192, 3.0))
    here = forecast(str(folder))
    assert here["decode_tokens_per_s"]["expected"] == pytest.approx(3.0)
    assert here["basis"] == "measured here"
    described = forecast(str(folder), "--as", "cpu", "--memory-gb", "16")
    assert (described["basis"], described["memory_basis"]) == ("estimated", "estimated")
