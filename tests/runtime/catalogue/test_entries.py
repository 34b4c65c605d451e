from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from runtime.catalogue.entries import Catalogue, load_catalogue, read_catalogue
from runtime.errors import UnexpectedError
from runtime.paths import assets_folder

PATH = assets_folder() / "catalogue" / "models.json"


@pytest.fixture
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture
def data() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
    return loaded


def test_the_shipped_catalogue_spans_small_to_large(catalogue: Catalogue) -> None:
    assert len(catalogue.models) >= 15
    sizes = [model.editions[0].weight_bytes for model in catalogue.models]
    assert min(sizes) < 500_000_000
    assert 100_000_000_000 < max(sizes) < 125_000_000_000
    assert all(model.source and model.licence and model.good_at for model in catalogue.models)
    ranks = [model.quality for model in catalogue.models]
    assert len(set(ranks)) == len(ranks)


def test_no_model_promises_pictures_that_the_engine_leaves_out(catalogue: Catalogue) -> None:
    assert all("pictures" not in model.good_at for model in catalogue.models)


@pytest.mark.parametrize(
    "name",
    ["qwen3-0.6b", "Pocket helper", "pocket  HELPER", "Qwen3 0.6B", "MLX-community/Qwen3-0.6B-4bit", "qwen3-0.6b-4bit"],
)
def test_a_model_is_found_by_any_of_its_names(catalogue: Catalogue, name: str) -> None:
    found = catalogue.find(name)
    assert found
    assert (found[0].id, found[1].repository) == ("qwen3-0.6b", "mlx-community/Qwen3-0.6B-4bit")


def test_a_repository_names_its_edition(catalogue: Catalogue) -> None:
    found = catalogue.find("mlx-community/Qwen3-0.6B-8bit")
    assert found
    assert found[1].bits == 8


@pytest.mark.parametrize("name", ["", " ", "helper", "mlx-community/", "/", "qwen3-0.6b/x"])
def test_other_names_find_nothing(catalogue: Catalogue, name: str) -> None:
    assert catalogue.find(name) is None


def _set(data: dict[str, Any], path: list[str | int], value: Any) -> bytes:
    place: Any = data
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return json.dumps(data).encode()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["version"], 2),
        (["models"], []),
        (["models", 0, "editions"], []),
        (["models", 0, "id"], ""),
        (["models", 0, "role"], "QUICK HELPER"),
        (["models", 0, "good_at"], ["cooking"]),
        (["models", 0, "quality"], "high"),
        (["models", 0, "editions", 0, "weight_bytes"], 0),
        (["models", 0, "editions", 0, "weight_bytes"], "many"),
        (["models", 0, "editions", 0, "weight_bytes"], 1_000_000_000_000),
        (["models", 0, "editions", 0, "download_bytes"], 5),
        (["models", 0, "editions", 0, "repository"], "../../etc/passwd"),
        (["models", 0, "editions", 0, "repository"], "mlx-community/Qwen3-0.6B-8bit"),
        (["models", 0, "editions", 0, "commit"], "main"),
        (["models", 0, "editions", 0, "kv_layers"], 29),
        (["models", 0, "editions", 0, "sliding_layers"], 1),
        (["models", 4, "editions", 0, "sliding_window"], None),
        (["models", 0, "editions", 0, "active_fraction"], 1.5),
        (["models", 0, "editions", 0, "layers"], -1),
        (["models", 0, "editions", 0, "engine"], "llama.cpp"),
        (["models", 0, "editions", 0, "files"], ["model.gguf"]),
        (["models", 0, "editions", 0, "gguf", "files"], []),
        (["models", 0, "editions", 0, "gguf", "files"], ["folder/model.gguf"]),
        (["models", 0, "editions", 0, "gguf", "files"], ["model.bin"]),
        (["models", 0, "editions", 0, "gguf", "files"], ["model.gguf", "model.gguf"]),
        (["models", 0, "editions", 0, "gguf", "size_bytes"], 0),
        (["models", 0, "editions", 0, "gguf", "source"], ""),
        (["models", 0, "editions", 0, "gguf", "bits_per_weight"], 0),
        (["models", 0, "editions", 0, "gguf", "repository"], "mlx-community/Qwen3-0.6B-4bit"),
        (["models", 1, "editions", 0, "gguf", "repository"], "Qwen/Qwen3-0.6B-GGUF"),
    ],
)
def test_a_wrong_figure_is_refused(data: dict[str, Any], path: list[str | int], value: Any) -> None:
    with pytest.raises(UnexpectedError) as caught:
        read_catalogue(_set(data, path, value))
    assert caught.value.report


def test_a_damaged_or_missing_file_is_a_report_not_a_crash(tmp_path: Path) -> None:
    whole = PATH.read_bytes()
    for end in range(0, len(whole) - 2, 997):
        with pytest.raises(UnexpectedError):
            read_catalogue(whole[:end])
    for rubbish in (b"\xff\xfe", b"[]", b"null", b"[" * 100_000):
        with pytest.raises(UnexpectedError):
            read_catalogue(rubbish)
    with pytest.raises(UnexpectedError):
        load_catalogue(tmp_path / "missing.json")


@pytest.mark.parametrize(
    ("family", "module"),
    [("qwen3-0.6b", "qwen3"), ("llama-", "llama"), ("qwen3.5-", "qwen3_5"), ("qwen3.6-", "qwen3_5"),
     ("gemma-4-", "gemma4"), ("gpt-oss-", "gpt_oss"), ("qwen3-next", "qwen3_next"), ("qwen3-coder-next", "qwen3_next"),
     ("step-3.5", "step3p5")],
)  # fmt: skip
def test_the_engine_knows_every_architecture(catalogue: Catalogue, family: str, module: str) -> None:
    assert any(model.id.startswith(family) for model in catalogue.models)
    spec = import_module("importlib.util").find_spec(f"mlx_lm.models.{module}")
    assert spec is not None
