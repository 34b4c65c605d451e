"""The measures of an encoder, from its ``config.json``: a BERT, or the same with RoBERTa's way of counting places."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runtime.errors import ModelDamaged, ModelFolderMissing, ModelUnsupported

_CONFIG_LIMIT_BYTES = 1024 * 1024
_LARGEST = {
    "hidden_size": 8192,
    "num_hidden_layers": 128,
    "num_attention_heads": 256,
    "intermediate_size": 65536,
    "max_position_embeddings": 65536,
}


@dataclass(frozen=True)
class EncoderShape:
    """``first_position`` is the row of the position table that the first token takes; ``max_tokens`` how many rows
    are left from there."""

    hidden: int
    layers: int
    heads: int
    epsilon: float
    first_position: int
    max_tokens: int


def read_shape(folder: Path) -> EncoderShape:
    """What kind of encoder lies in this folder.

    Raises:
        ModelFolderMissing, ModelDamaged: no config that makes sense.
        ModelUnsupported: not an encoder of this family.
    """
    config = _read_config(folder)
    kind = str(config.get("model_type", ""))[:80]
    if kind not in ("bert", "roberta", "xlm-roberta"):
        raise ModelUnsupported(kind or "?")
    if config.get("hidden_act", "gelu") != "gelu":
        raise ModelUnsupported(f"{kind}, {str(config.get('hidden_act'))[:40]}")
    if config.get("position_embedding_type", "absolute") != "absolute":
        raise ModelUnsupported(f"{kind}, {str(config.get('position_embedding_type'))[:40]}")
    numbers = {name: _number(config, name, largest) for name, largest in _LARGEST.items()}
    if numbers["hidden_size"] % numbers["num_attention_heads"]:
        raise ModelDamaged("config.json", "num_attention_heads")
    # RoBERTa counts places from behind the padding token's number.
    first = 0 if kind == "bert" else _number(config, "pad_token_id", 16, least=0) + 1
    return EncoderShape(
        hidden=numbers["hidden_size"],
        layers=numbers["num_hidden_layers"],
        heads=numbers["num_attention_heads"],
        epsilon=float(config.get("layer_norm_eps", 1e-12)),
        first_position=first,
        max_tokens=numbers["max_position_embeddings"] - first,
    )


def _read_config(folder: Path) -> dict[str, Any]:
    if not folder.is_dir():
        raise ModelFolderMissing(str(folder))
    try:
        with (folder / "config.json").open("rb") as stream:
            config = json.loads(stream.read(_CONFIG_LIMIT_BYTES))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelDamaged("config.json", str(error)[:200]) from error
    if not isinstance(config, dict):
        raise ModelDamaged("config.json", "not an object")
    return config


def _number(config: dict[str, Any], name: str, largest: int, least: int = 1) -> int:
    value = config.get(name)
    if type(value) is not int or not least <= value <= largest:
        raise ModelDamaged("config.json", f"{name}={str(value)[:40]}")
    return value
