"""``python -m tests.tiny.gguf FOLDER MADE``: the tiny model of FOLDER as a GGUF file, and the writer of such files.

The format: github.com/ggml-org/ggml, docs/gguf.md. ``gguf_bytes`` writes whatever it is told, true or not, so that
tests can make files that lie.
"""

from __future__ import annotations

import json
import os
import struct
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

ALIGNMENT = 32
F32, F16 = 0, 1
NORMAL, CONTROL, USER_DEFINED, UNUSED = 1, 3, 4, 5
_U16, _U32, _I32, _FLOAT, _BOOL, _STRING, _ARRAY = 2, 4, 5, 6, 7, 8, 9
_PARTS = {
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down", "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
}  # fmt: skip
_OUTSIDE = {"model.embed_tokens": "token_embd", "model.norm": "output_norm"}


class SignedNumber(int):
    """A whole number that is written as one that may be negative, though it is not."""


class Short(int):
    """A whole number that is written with 16 bits."""


@dataclass(frozen=True)
class Tensor:
    """What a file says of a tensor, with the innermost side first, and its bytes."""

    name: str
    shape: tuple[int, ...]
    type: int
    data: bytes


def gguf_bytes(metadata: Mapping[str, Any], tensors: Sequence[Tensor], *, version: int = 3) -> bytes:
    """A whole file. Values are texts, whole numbers (unsigned; signed where negative), floats, truths, and lists of
    one kind of them."""
    head = [b"GGUF", struct.pack("<IQQ", version, len(tensors), len(metadata))]
    for key, value in metadata.items():
        head += [_text(key), _value(value)]
    offset = 0
    for tensor in tensors:
        head += [_text(tensor.name), struct.pack("<I", len(tensor.shape))]
        head += [struct.pack(f"<{len(tensor.shape)}Q", *tensor.shape), struct.pack("<IQ", tensor.type, offset)]
        offset += len(_padded(tensor.data))
    return _padded(b"".join(head)) + b"".join(_padded(tensor.data) for tensor in tensors)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % ALIGNMENT)


def _text(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def _value(value: Any) -> bytes:
    if isinstance(value, list):
        # Kinds of words and all other lists of whole numbers are signed.
        items = [struct.pack("<Ii", _I32, item) if type(item) is int else _value(item) for item in value]
        return struct.pack("<I", _ARRAY) + items[0][:4] + struct.pack("<Q", len(items)) + b"".join(i[4:] for i in items)
    if isinstance(value, str):
        return struct.pack("<I", _STRING) + _text(value)
    if isinstance(value, bool):
        return struct.pack("<IB", _BOOL, value)
    if isinstance(value, float):
        return struct.pack("<If", _FLOAT, value)
    if isinstance(value, SignedNumber):
        return struct.pack("<Ii", _I32, value)
    if isinstance(value, Short):
        return struct.pack("<IH", _U16, value)
    return struct.pack("<Ii", _I32, value) if value < 0 else struct.pack("<II", _U32, value)


def tiny_parts(folder: Path, number_type: int = F32) -> tuple[dict[str, Any], list[Tensor]]:
    """Metadata and tensors of the tiny model in ``folder``, as llama.cpp has them."""
    import mlx.core as mx

    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    loaded: Any = mx.load(str(folder / "model.safetensors"))
    tensors = [_tensor(name, array, config, number_type) for name, array in loaded.items()]
    metadata = {
        "general.architecture": "llama",
        "general.name": "tiny",
        "general.type": "model",
        "general.sampling.temp": 0.0,
        "llama.block_count": config["num_hidden_layers"],
        "llama.context_length": config["max_position_embeddings"],
        "llama.embedding_length": config["hidden_size"],
        "llama.feed_forward_length": config["intermediate_size"],
        "llama.attention.head_count": config["num_attention_heads"],
        "llama.attention.head_count_kv": config["num_key_value_heads"],
        "llama.attention.layer_norm_rms_epsilon": config["rms_norm_eps"],
        "llama.rope.freq_base": config["rope_theta"],
        "llama.rope.dimension_count": config["hidden_size"] // config["num_attention_heads"],
        "llama.vocab_size": config["vocab_size"],
        **_words(folder, config),
    }
    return metadata, tensors


def widened(
    metadata: dict[str, Any], tensors: Sequence[Tensor], size_bytes: int
) -> tuple[dict[str, Any], list[Tensor]]:
    """The same model with so many units that do nothing that its tensors take about ``size_bytes``. F32 alone."""
    import numpy as np

    key = "llama.feed_forward_length"
    inner = metadata[key]
    outer, layers = metadata["llama.embedding_length"], metadata["llama.block_count"]
    more = max(0, size_bytes - sum(len(tensor.data) for tensor in tensors)) // (3 * 4 * outer * layers)
    made = []
    for tensor in tensors:
        _block, _, part = tensor.name.removesuffix(".weight").rpartition(".")
        if part in ("ffn_gate", "ffn_up"):
            tensor = replace(tensor, shape=(outer, inner + more), data=tensor.data + bytes(4 * outer * more))
        elif part == "ffn_down":
            rows = np.pad(np.frombuffer(tensor.data, np.float32).reshape(outer, inner), ((0, 0), (0, more)))
            tensor = replace(tensor, shape=(inner + more, outer), data=rows.tobytes())
        made.append(tensor)
    return {**metadata, key: inner + more}, made


def make_gguf_folder(folder: Path, made: Path, number_type: int = F32) -> Path:
    """Write the tiny model of ``folder`` into the folder ``made``, whole or not at all."""
    metadata, tensors = tiny_parts(folder, number_type)
    made.mkdir(parents=True, exist_ok=True)
    passing = made / f"tiny.{os.getpid()}.part"
    passing.write_bytes(gguf_bytes(metadata, tensors))
    os.replace(passing, made / "tiny.gguf")
    return made


def write_in_parts(folder: Path, metadata: dict[str, Any], tensors: list[Tensor], count: int) -> None:
    """The same model as ``count`` numbered files, as llama.cpp's own tool parts them."""
    size = -(-len(tensors) // count)
    for number in range(count):
        told = {
            "split.no": Short(number),
            "split.count": Short(count),
            "split.tensors.count": SignedNumber(len(tensors)),
        }
        part = gguf_bytes({**metadata, **told} if number == 0 else told, tensors[number * size : (number + 1) * size])
        (folder / f"tiny-{number + 1:05}-of-{count:05}.gguf").write_bytes(part)


def _tensor(name: str, array: Any, config: dict[str, Any], number_type: int) -> Tensor:
    import mlx.core as mx
    import numpy as np

    stem = name.removesuffix(".weight")
    outside = _OUTSIDE.get(stem)
    if outside is None:
        _model, _layers, number, part = stem.split(".", 3)
        outside = f"blk.{number}.{_PARTS[part]}"
    if stem.endswith(("q_proj", "k_proj")):
        array = _side_by_side(
            array, config["num_attention_heads" if stem.endswith("q_proj") else "num_key_value_heads"]
        )
    # ggml wants what is added or multiplied row by row in 32 bits.
    kind = F32 if array.ndim == 1 else number_type
    numbers = np.array(array.astype(mx.float32)).astype(np.float32 if kind == F32 else np.float16)
    return Tensor(f"{outside}.weight", tuple(reversed(array.shape)), kind, numbers.tobytes())


def _side_by_side(array: Any, heads: int) -> Any:
    """GGUF has the two halves that a position turns together side by side; MLX has the first halves first."""
    rows, width = array.shape
    return array.reshape(heads, 2, rows // heads // 2, width).swapaxes(1, 2).reshape(rows, width)


def _words(folder: Path, config: dict[str, Any]) -> dict[str, Any]:
    told = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    added = {entry["content"]: entry["special"] for entry in told["added_tokens"]}
    numbers = {**told["model"]["vocab"], **{entry["content"]: entry["id"] for entry in told["added_tokens"]}}
    words = [f"[unused {n}]" for n in range(config["vocab_size"])]
    kinds = [UNUSED] * len(words)
    for word, number in numbers.items():
        words[number] = word
        kinds[number] = NORMAL if word not in added else CONTROL if added[word] else USER_DEFINED
    merges = [pair if isinstance(pair, str) else " ".join(pair) for pair in told["model"]["merges"]]
    return {
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "gpt-2",
        "tokenizer.ggml.tokens": words,
        "tokenizer.ggml.token_type": kinds,
        "tokenizer.ggml.merges": merges,
        "tokenizer.ggml.eos_token_id": config["eos_token_id"],
        "tokenizer.ggml.add_bos_token": False,
        "tokenizer.chat_template": (folder / "chat_template.jinja").read_text(encoding="utf-8"),
    }


if __name__ == "__main__":
    make_gguf_folder(Path(sys.argv[1]), Path(sys.argv[2]))
