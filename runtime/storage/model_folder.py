"""Whether a folder holds a model that the engine could load, told from its files alone. Nothing in it is run."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from runtime.errors import ModelDamaged, ModelEngineMissing, ModelFolderMissing, ModelUnsafe, ModelUnsupported
from runtime.storage.architectures import is_known
from runtime.storage.engines import EngineKind, llama_cpp_is_here
from runtime.storage.gguf_folder import gguf_files, is_one_model, read_gguf_folder
from runtime.storage.gguf_header import read_gguf
from runtime.storage.gguf_shape import gguf_shape
from runtime.storage.model_shape import ModelShape, shape_of
from runtime.storage.safetensors_header import check_weights

CONFIG_NAME = "config.json"
CONFIG_LIMIT_BYTES = 1024 * 1024
INDEX_LIMIT_BYTES = 64 * 1024 * 1024
INDEX_NAME = "model.safetensors.index.json"
WEIGHTS = "model*.safetensors"
TOKENIZER_NAMES = ("tokenizer.json", "tokenizer.model", "vocab.json")
_SHARD = re.compile(r"model-\d+-of-(\d+)\.safetensors")
_CONTEXT_KEYS = ("max_position_embeddings", "max_seq_len", "n_positions", "seq_length", "model_max_length")


@dataclass(frozen=True)
class Facts:
    """What a model's own files say of it. ``context_tokens`` is None where they do not say; ``shape`` too, and its
    ``weight_bytes`` are 0 where a config tells it: a config does not know them."""

    architecture: str
    context_tokens: int | None
    shape: ModelShape | None = None


def engine_of(folder: Path) -> EngineKind | None:
    """What would compute the model in ``folder``, told from names alone; None where there is no model. A folder with
    both kinds of files is MLX's."""
    if (folder / CONFIG_NAME).is_file() and (_safetensors(folder) or not gguf_files(folder)):
        return EngineKind.MLX
    return EngineKind.LLAMA_CPP if gguf_files(folder) else None


def looks_like_model(folder: Path) -> bool:
    """Whether a folder may be one model, told from names alone: several GGUF models side by side are none, and there
    may be others in folders below."""
    kind = engine_of(folder)
    return kind is EngineKind.MLX or (kind is EngineKind.LLAMA_CPP and is_one_model(gguf_files(folder)))


def telling_files(folder: Path) -> list[Path]:
    """The files that an inspection looks into: as long as they stay as they are, so does what it found."""
    names = (CONFIG_NAME, "tokenizer_config.json", INDEX_NAME, *TOKENIZER_NAMES)
    return [folder / name for name in names] + weight_files(folder)


def read_facts(folder: Path) -> Facts:
    """Architecture and context from ``config.json``, or from the heads of GGUF files; the quick part of an inspection.

    Raises:
        ModelFolderMissing, ModelDamaged, ModelUnsafe; ModelEngineMissing, ModelUnsupported: of GGUF alone.
    """
    if engine_of(folder) is EngineKind.LLAMA_CPP:
        return _gguf_facts(folder)
    config = _read_object(folder / CONFIG_NAME, CONFIG_LIMIT_BYTES)
    architecture = config.get("model_type")
    if not isinstance(architecture, str) or not architecture:
        raise ModelDamaged(CONFIG_NAME, "no model_type")
    _refuse_code(folder, config)
    return Facts(architecture[:80], _context_tokens(config), shape_of(config, 0))


def inspect_files(folder: Path) -> Facts:
    """Config, architecture and weights, to the byte of every file's length; or the heads of GGUF files, likewise.

    Raises:
        ModelFolderMissing: no such folder.
        ModelDamaged: config, tokenizer or weights are missing, cut short or do not hold together.
        ModelUnsafe: the model wants to run code of its own.
        ModelUnsupported: the engine does not know the architecture.
        ModelEngineMissing: the engine for it is not installed.
    """
    if not folder.is_dir():
        raise ModelFolderMissing(str(folder))
    facts = read_facts(folder)
    if facts.shape is not None and facts.shape.engine is EngineKind.LLAMA_CPP:
        return facts
    if is_known(facts.architecture) is False:
        raise ModelUnsupported(facts.architecture)
    if not any((folder / name).is_file() for name in TOKENIZER_NAMES):
        raise ModelDamaged("tokenizer.json", "missing")
    _check_shards(folder)
    return facts


def weight_files(folder: Path) -> list[Path]:
    """The files that the engine loads as weights."""
    return _safetensors(folder) or gguf_files(folder)


def check_weight_file(path: Path) -> None:
    """Whether one file of weights agrees with itself, to the byte of its length. Raises ModelDamaged, ModelUnsafe,
    ModelUnsupported."""
    if is_gguf(path.name):
        read_gguf(path)
    else:
        check_weights(path)


def is_weights(name: str) -> bool:
    """Whether a file of this name holds weights that one of the engines loads."""
    return fnmatchcase(name, WEIGHTS) or is_gguf(name)


def is_gguf(name: str) -> bool:
    """Whether a file of this name is llama.cpp's."""
    return name.lower().endswith(".gguf")


def _gguf_facts(folder: Path) -> Facts:
    if not llama_cpp_is_here():
        raise ModelEngineMissing(EngineKind.LLAMA_CPP.value)
    headers = read_gguf_folder(folder)
    shape = gguf_shape(headers)
    if shape is None:
        raise ModelUnsupported(headers[0].architecture)
    return Facts(headers[0].architecture, shape.context_tokens, shape)


def _safetensors(folder: Path) -> list[Path]:
    try:
        return [folder / name for name in sorted(os.listdir(folder)) if fnmatchcase(name, WEIGHTS)]
    except OSError:
        return []


def _check_shards(folder: Path) -> None:
    weights = weight_files(folder)
    if not weights:
        raise ModelDamaged("model.safetensors", "missing")
    for path in weights:
        shard = _SHARD.fullmatch(path.name)
        # Without an index the names alone tell how many there should be.
        if shard and int(shard[1]) > len(weights):
            raise ModelDamaged(path.name, f"{len(weights)} of {int(shard[1])} parts")
    tensors = {path.name: check_weights(path) for path in weights}
    index_path = folder / INDEX_NAME
    if not index_path.is_file():
        return
    places = _read_object(index_path, INDEX_LIMIT_BYTES).get("weight_map")
    if not isinstance(places, dict) or not all(isinstance(name, str) for name in places.values()):
        raise ModelDamaged(INDEX_NAME, "weight_map")
    for missing in sorted(set(places.values()) - set(tensors)):
        raise ModelDamaged(missing[:200], "missing")
    present = frozenset().union(*tensors.values())
    for tensor in sorted(set(places) - present):
        raise ModelDamaged(places[tensor], f"tensor {tensor[:80]}")


def _refuse_code(folder: Path, config: dict[str, Any]) -> None:
    # An auto_map of other classes is common in converted models and never followed; these two would be.
    auto_map = config.get("auto_map")
    if config.get("model_file"):
        raise ModelUnsafe("config.json: model_file")
    if isinstance(auto_map, dict) and "AutoTokenizer" in auto_map:
        raise ModelUnsafe("config.json: auto_map")
    tokenizer_config = folder / "tokenizer_config.json"
    if tokenizer_config.is_file() and _read_object(tokenizer_config, INDEX_LIMIT_BYTES).get("auto_map"):
        raise ModelUnsafe("tokenizer_config.json: auto_map")


def _context_tokens(config: dict[str, Any]) -> int | None:
    text = config.get("text_config")
    for source in (config, text if isinstance(text, dict) else {}):
        for key in _CONTEXT_KEYS:
            value = source.get(key)
            if type(value) is int and 0 < value < 2**31:
                return value
    return None


def _read_object(path: Path, limit_bytes: int) -> dict[str, Any]:
    try:
        with path.open("rb") as stream:
            data = stream.read(limit_bytes + 1)
        if len(data) > limit_bytes:
            raise ModelDamaged(path.name, "too large")
        value = json.loads(data)
    except FileNotFoundError as error:
        if not path.parent.is_dir():
            raise ModelFolderMissing(str(path.parent)) from error
        raise ModelDamaged(path.name, "missing") from error
    except (OSError, ValueError, RecursionError) as error:
        raise ModelDamaged(path.name, str(error)[:200]) from error
    if not isinstance(value, dict):
        raise ModelDamaged(path.name, "not an object")
    return value
