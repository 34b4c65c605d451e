"""What is checked before weights are touched: a config's numbers against the bytes on disk, and the memory."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from runtime.errors import ModelDamaged, ModelDoesNotFit
from runtime.storage.model_folder import inspect_files, weight_files
from runtime.storage.safetensors_header import check_weights

# Weights, plus what computing needs beside them.
OVERHEAD = 1.1
LEAST_CONTEXT_TOKENS = 2048
_LAYER = re.compile(r"\blayers\.(\d+)\.")
_LARGEST = {"hidden_size": 2**20, "vocab_size": 2**24, "intermediate_size": 2**22, "num_hidden_layers": 2**12}


def check_model(folder: Path, budget_bytes: int | None) -> dict[str, Any]:
    """The model's config, once folder, config, weights and budget are found to agree.

    Raises:
        ModelFolderMissing, ModelDamaged, ModelUnsafe, ModelUnsupported, ModelDoesNotFit
    """
    inspect_files(folder)
    config = json.loads((folder / "config.json").read_bytes())
    assert isinstance(config, dict)
    _check_numbers(folder, text_config(config))
    weight_bytes = weights_size(folder)
    need_bytes = int(weight_bytes * OVERHEAD) + LEAST_CONTEXT_TOKENS * cache_bytes_per_token(text_config(config))
    if budget_bytes is not None and need_bytes > budget_bytes:
        raise ModelDoesNotFit(need_bytes, budget_bytes)
    return config


def weights_size(folder: Path) -> int:
    """Bytes of all weight files."""
    return sum(path.stat().st_size for path in weight_files(folder))


def text_config(config: dict[str, Any]) -> dict[str, Any]:
    """The part of a config that describes the language model."""
    inner = config.get("text_config")
    return {**config, **inner} if isinstance(inner, dict) else config


def context_tokens(config: dict[str, Any], wished: int | None) -> int:
    """How much a conversation may fill: the model's own limit, or less if wished."""
    own = text_config(config).get("max_position_embeddings")
    limit = own if isinstance(own, int) and own > 0 else 4096
    return min(limit, wished) if wished else limit


def cache_bytes_per_token(config: dict[str, Any]) -> int:
    """Bytes that one token keeps in the cache, all layers counted as full attention in 16 bit: never too little."""
    heads = _positive(config, "num_attention_heads", 1)
    kv_heads = _positive(config, "num_key_value_heads", heads)
    head_dim = _positive(config, "head_dim", max(1, _positive(config, "hidden_size", 1) // heads))
    return 2 * 2 * _positive(config, "num_hidden_layers", 1) * kv_heads * head_dim


def _positive(config: dict[str, Any], key: str, otherwise: int) -> int:
    value = config.get(key)
    return value if isinstance(value, int) and value > 0 else otherwise


def _check_numbers(folder: Path, config: dict[str, Any]) -> None:
    """Numbers that would make the loader build for minutes or take all memory, before it finds that they lie."""
    for key, largest in _LARGEST.items():
        value = config.get(key)
        if value is not None and not (isinstance(value, int) and 0 < value <= largest):
            raise ModelDamaged("config.json", f"{key}={str(value)[:40]}")
    names = [name for path in weight_files(folder) for name in check_weights(path)]
    found = [int(match.group(1)) for match in map(_LAYER.search, names) if match]
    layers = config.get("num_hidden_layers")
    if found and isinstance(layers, int) and layers > max(found) + 1:
        raise ModelDamaged("config.json", f"num_hidden_layers={layers}, weights have {max(found) + 1}")
    hidden, vocabulary = config.get("hidden_size"), config.get("vocab_size")
    if isinstance(hidden, int) and isinstance(vocabulary, int) and hidden * vocabulary // 4 > weights_size(folder):
        raise ModelDamaged("config.json", f"vocab_size={vocabulary}, hidden_size={hidden}")
