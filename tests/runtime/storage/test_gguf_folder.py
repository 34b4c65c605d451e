"""A folder with a GGUF model: which files make it up, what is told of it, and what is no model at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from runtime.errors import ModelDamaged, ModelEngineMissing, ModelFolderMissing, ModelUnsupported
from runtime.storage import model_folder
from runtime.storage.engines import EngineKind
from runtime.storage.gguf_folder import gguf_files, read_gguf_folder
from runtime.storage.gguf_shape import gguf_shape
from runtime.storage.model_folder import engine_of, inspect_files, weight_files
from runtime.storage.model_shape import ModelShape
from tests.hub.gguf import LLAMA, TENSORS, Weights, write_gguf, write_split
from tests.hub.models import make_model_folder


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """llama.cpp is installed."""
    monkeypatch.setattr(model_folder, "llama_cpp_is_here", lambda: True)


def _shape(folder: Path, changes: Mapping[str, Any] | None = None, tensors: Sequence[Weights] = TENSORS) -> ModelShape:
    write_gguf(folder / "model.gguf", {**LLAMA, **(changes or {})}, tensors)
    found = gguf_shape(read_gguf_folder(folder))
    assert found is not None
    return found


# --- which files ------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("here")
def test_one_file_is_a_model(tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "Tiny-Q4_K_M.gguf")
    write_gguf(tmp_path / "mmproj-Tiny-F16.gguf", {"general.architecture": "clip"})
    (tmp_path / "README.md").write_text("# Tiny")
    assert weight_files(tmp_path) == [path]
    facts = inspect_files(tmp_path)
    assert (facts.architecture, facts.context_tokens) == ("llama", 2048)
    assert facts.shape is not None
    assert facts.shape.engine is EngineKind.LLAMA_CPP


@pytest.mark.usefixtures("here")
def test_a_set_is_one_model(tmp_path: Path) -> None:
    paths = write_split(tmp_path, count=3)
    assert weight_files(tmp_path) == paths
    shape = inspect_files(tmp_path).shape
    assert shape is not None
    assert shape.weight_bytes == sum(tensor.size_bytes for tensor in TENSORS)
    paths[1].unlink()
    with pytest.raises(ModelDamaged) as caught:
        inspect_files(tmp_path)
    assert "2 of 3" in caught.value.detail


@pytest.mark.usefixtures("here")
def test_parts_of_different_sets_are_no_model(tmp_path: Path) -> None:
    first = write_split(tmp_path, "one")
    second = write_split(tmp_path, "two")
    for path in (first[1], second[0]):
        path.unlink()
    with pytest.raises(ModelDamaged):
        inspect_files(tmp_path)


@pytest.mark.usefixtures("here")
def test_parts_that_changed_places_are_no_model(tmp_path: Path) -> None:
    first, second = write_split(tmp_path)
    moved = tmp_path / "aside"
    first.rename(moved)
    second.rename(first)
    moved.rename(second)
    with pytest.raises(ModelDamaged):
        inspect_files(tmp_path)


@pytest.mark.usefixtures("here")
def test_several_packings_in_one_folder_are_no_model(tmp_path: Path) -> None:
    for name in ("Tiny-Q4_K_M.gguf", "Tiny-Q8_0.gguf"):
        write_gguf(tmp_path / name)
    with pytest.raises(ModelDamaged) as caught:
        inspect_files(tmp_path)
    assert caught.value.file == "Tiny-Q8_0.gguf"


@pytest.mark.usefixtures("here")
def test_a_folder_with_both_kinds_is_read_as_it_always_was(tmp_path: Path) -> None:
    make_model_folder(tmp_path, 1000)
    write_gguf(tmp_path / "model.gguf")
    assert engine_of(tmp_path) is EngineKind.MLX
    assert [path.name for path in weight_files(tmp_path)] == ["model.safetensors"]
    (tmp_path / "model.safetensors").unlink()
    assert engine_of(tmp_path) is EngineKind.LLAMA_CPP
    assert [path.name for path in weight_files(tmp_path)] == ["model.gguf"]


def test_neither_is_none(tmp_path: Path) -> None:
    assert engine_of(tmp_path) is None
    assert engine_of(tmp_path / "none") is None
    assert gguf_files(tmp_path / "none") == []
    with pytest.raises(ModelFolderMissing):
        inspect_files(tmp_path / "none")


def test_without_llama_cpp_there_is_one_clear_word_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_folder, "llama_cpp_is_here", lambda: False)
    write_gguf(tmp_path / "model.gguf")
    with pytest.raises(ModelEngineMissing) as caught:
        inspect_files(tmp_path)
    assert caught.value.engine == "llama.cpp"


@pytest.mark.parametrize(
    "changes",
    [
        {"general.type": "adapter"},
        {"tokenizer.ggml.tokens": None},
        {"general.architecture": "clip"},
        {"llama.block_count": None},
    ],
    ids=["adapter", "no words", "another kind", "no layers"],
)
def test_what_writes_no_text_is_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    metadata = {key: value for key, value in {**LLAMA, **changes}.items() if value is not None}
    write_gguf(tmp_path / "model.gguf", metadata)
    with pytest.raises(ModelUnsupported):
        read_gguf_folder(tmp_path)


# --- what is told of it -----------------------------------------------------------------------------------------------


def test_the_plain_numbers(tmp_path: Path) -> None:
    found = _shape(tmp_path)
    assert (found.layers, found.hidden_size, found.context_tokens) == (2, 64, 2048)
    assert (found.attention_heads, found.kv_heads, found.head_dim, found.kv_layers) == (4, 2, 16, 2)
    assert found.weight_bytes == sum(tensor.size_bytes for tensor in TENSORS)
    count = 64 * 4 + 64 * 64 + 64 * 128 + 64 * 4
    assert found.bits_per_weight == pytest.approx(found.weight_bytes * 8 / count)
    # The words that go in are looked up, and those that come out are a matrix of their own here.
    read_bytes = found.weight_bytes - TENSORS[0].size_bytes
    assert found.active_fraction == pytest.approx(read_bytes / found.weight_bytes, abs=1e-4)
    assert _shape(tmp_path, tensors=TENSORS[:-1]).active_fraction is None, "one matrix for both is read whole"


def test_experts_rest(tmp_path: Path) -> None:
    experts = Weights("blk.0.ffn_up_exps.weight", (64, 128, 8), "Q8_0")
    found = _shape(
        tmp_path,
        {"llama.expert_count": 8, "llama.expert_used_count": 2, "llama.expert_feed_forward_length": 128},
        (TENSORS[1], experts),
    )
    read_bytes = TENSORS[1].size_bytes + experts.size_bytes / 4
    assert found.active_fraction == pytest.approx(read_bytes / found.weight_bytes, abs=1e-4)
    assert found.anatomy is not None
    assert (found.anatomy.chosen_experts, found.anatomy.expert_numbers) == (2, 128)


def test_windows_listed_layer_by_layer(tmp_path: Path) -> None:
    found = _shape(
        tmp_path,
        {
            "general.architecture": "gemma4", "gemma4.block_count": 6, "gemma4.embedding_length": 64,
            "gemma4.attention.head_count": 4, "gemma4.attention.head_count_kv": [2, 2, 1, 2, 2, 1],
            "gemma4.attention.key_length": 32, "gemma4.attention.value_length": 32,
            "gemma4.attention.key_length_swa": 16, "gemma4.attention.value_length_swa": 16,
            "gemma4.attention.sliding_window": 512,
            "gemma4.attention.sliding_window_pattern": [True, True, False, True, True, False],
            "gemma4.attention.shared_kv_layers": 2,
        },
    )  # fmt: skip
    assert (found.kv_layers, found.sliding_layers, found.sliding_window) == (1, 3, 512)
    assert (found.kv_heads, found.head_dim, found.sliding_kv_heads, found.sliding_head_dim) == (1, 32, 2, 16)


@pytest.mark.parametrize(("architecture", "sliding"), [("gemma3", 10), ("gpt-oss", 6), ("unheard-of", 0)])
def test_windows_that_follow_a_rhythm(tmp_path: Path, architecture: str, sliding: int) -> None:
    """Of an unknown rhythm every layer counts as keeping everything."""
    found = _shape(
        tmp_path,
        {
            "general.architecture": architecture, f"{architecture}.block_count": 12,
            f"{architecture}.embedding_length": 64, f"{architecture}.attention.sliding_window": 128,
        },
    )  # fmt: skip
    assert (found.kv_layers, found.sliding_layers) == (12 - sliding, sliding)


def test_layers_with_a_state_keep_no_words(tmp_path: Path) -> None:
    found = _shape(
        tmp_path,
        {
            "general.architecture": "qwen35", "qwen35.block_count": 9, "qwen35.nextn_predict_layers": 1,
            "qwen35.embedding_length": 64, "qwen35.full_attention_interval": 4, "qwen35.attention.head_count": 4,
            "qwen35.attention.head_count_kv": 2, "qwen35.ssm.inner_size": 128, "qwen35.ssm.state_size": 16,
            "qwen35.ssm.group_count": 2, "qwen35.ssm.conv_kernel": 4,
        },
    )  # fmt: skip
    assert (found.layers, found.kv_layers) == (8, 2)
    assert found.anatomy is not None
    (state,) = (group for group in found.anatomy.groups if group.state_float32_numbers)
    assert (state.count, state.state_float32_numbers) == (6, 128 * 16 + 3 * (128 + 2 * 2 * 16))


def test_rubbish_in_the_numbers_is_survived(tmp_path: Path) -> None:
    for value in (0, -1, 2**31 - 1, "eight", 1.5, True, [1, 2], ["a"]):
        for key in ("block_count", "attention.head_count_kv", "attention.sliding_window", "expert_count"):
            write_gguf(tmp_path / "model.gguf", {**LLAMA, f"llama.{key}": value})
            try:
                gguf_shape(read_gguf_folder(tmp_path))
            except (ModelDamaged, ModelUnsupported):
                continue
