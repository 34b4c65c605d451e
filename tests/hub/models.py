"""Folders that look like a model, for tests that only move bytes. The weights are random but well-formed."""

from __future__ import annotations

import json
import os
from pathlib import Path

CONFIG = {
    "model_type": "llama",
    "architectures": ["LlamaForCausalLM"],
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "vocab_size": 512,
    "max_position_embeddings": 2048,
}


def write_safetensors(path: Path, size_bytes: int, tensor: str = "weight") -> None:
    """A valid safetensors file with one tensor of ``size_bytes`` random bytes."""
    header = json.dumps({tensor: {"dtype": "U8", "shape": [size_bytes], "data_offsets": [0, size_bytes]}}).encode()
    path.write_bytes(len(header).to_bytes(8, "little") + header + os.urandom(size_bytes))


def make_model_folder(folder: Path, weight_bytes: int = 2_000_000, shards: int = 1) -> Path:
    """Write config, tokenizer and weights into ``folder`` and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(CONFIG, indent=1))
    (folder / "tokenizer.json").write_text(json.dumps({"version": "1.0", "model": {"type": "BPE", "vocab": {}}}))
    (folder / "tokenizer_config.json").write_text('{"model_max_length": 2048}')
    (folder / "README.md").write_text("# A model\n")
    (folder / "modeling_evil.py").write_text("raise SystemExit('code ran')\n")
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04pickle")
    if shards == 1:
        write_safetensors(folder / "model.safetensors", weight_bytes)
        return folder
    names = [f"model-{n:05d}-of-{shards:05d}.safetensors" for n in range(1, shards + 1)]
    for number, name in enumerate(names):
        write_safetensors(folder / name, weight_bytes // shards, f"layer{number}")
    index = {"metadata": {"total_size": weight_bytes}, "weight_map": {f"layer{n}": s for n, s in enumerate(names)}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    return folder
