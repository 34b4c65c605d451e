"""GGUF files for tests that read heads and move bytes: a real head, and weights of zeros or of chance. Also one with
anything wrong in its head, for those that must refuse it."""

from __future__ import annotations

import os
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ALIGNMENT = 32
UINT32, INT32, FLOAT32, BOOL, STRING, ARRAY, UINT64 = 4, 5, 6, 7, 8, 9, 10
_LAYOUTS = {UINT32: "<I", INT32: "<i", FLOAT32: "<f", BOOL: "<?", UINT64: "<Q"}
# Type number, items of a block, bytes of a block.
TYPES = {"F32": (0, 1, 4), "F16": (1, 1, 2), "Q4_0": (2, 32, 18), "Q8_0": (8, 32, 34), "Q4_K": (12, 256, 144)}

LLAMA: dict[str, Any] = {
    "general.architecture": "llama",
    "general.name": "Tiny",
    "llama.block_count": 2,
    "llama.context_length": 2048,
    "llama.embedding_length": 64,
    "llama.feed_forward_length": 128,
    "llama.attention.head_count": 4,
    "llama.attention.head_count_kv": 2,
    "tokenizer.ggml.model": "gpt2",
    "tokenizer.ggml.tokens": ["a", "b", "c", "<|im_end|>"],
    "tokenizer.ggml.token_type": [1, 1, 1, 3],
    "tokenizer.chat_template": "{{ messages }}",
}


@dataclass(frozen=True)
class Weights:
    """One tensor: its sides with the innermost first, and its type."""

    name: str
    shape: tuple[int, ...]
    type: str = "F16"

    @property
    def size_bytes(self) -> int:
        count = 1
        for side in self.shape:
            count *= side
        _number, items, size = TYPES[self.type]
        return count // items * size


TENSORS = (
    Weights("token_embd.weight", (64, 4)),
    Weights("blk.0.attn_q.weight", (64, 64), "Q8_0"),
    Weights("blk.0.ffn_up.weight", (64, 128), "Q4_0"),
    Weights("output.weight", (64, 4)),
)


def text(value: str) -> bytes:
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def entry(key: str, value: Any) -> bytes:
    """One metadata entry."""
    return text(key) + _typed(value)


def _typed(value: Any) -> bytes:
    if isinstance(value, str):
        return struct.pack("<I", STRING) + text(value)
    if isinstance(value, bool):
        return struct.pack("<I?", BOOL, value)
    if isinstance(value, float):
        return struct.pack("<If", FLOAT32, value)
    if isinstance(value, int):
        return struct.pack("<II", UINT32, value) if value >= 0 else struct.pack("<Ii", INT32, value)
    kind = STRING if isinstance(value[0], str) else BOOL if isinstance(value[0], bool) else INT32
    items = b"".join(text(item) if kind == STRING else struct.pack(_LAYOUTS[kind], item) for item in value)
    return struct.pack("<IIQ", ARRAY, kind, len(value)) + items


def tensor_entry(tensor: Weights, offset: int) -> bytes:
    sides = struct.pack(f"<I{len(tensor.shape)}Q", len(tensor.shape), *tensor.shape)
    return text(tensor.name) + sides + struct.pack("<IQ", TYPES[tensor.type][0], offset)


def padded(size_bytes: int) -> int:
    return -(-size_bytes // ALIGNMENT) * ALIGNMENT


def head(metadata: Mapping[str, Any], tensors: Sequence[Weights], version: int = 3) -> bytes:
    """Everything before the weights, padding included."""
    data = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(metadata))
    data += b"".join(entry(key, value) for key, value in metadata.items())
    offset = 0
    for tensor in tensors:
        data += tensor_entry(tensor, offset)
        offset += padded(tensor.size_bytes)
    return data + bytes(padded(len(data)) - len(data))


def write_gguf(
    path: Path, metadata: Mapping[str, Any] = LLAMA, tensors: Sequence[Weights] = TENSORS, *, chance: bool = False
) -> Path:
    """A whole file; its weights are a hole of zeros, or with ``chance`` random bytes."""
    data = head(metadata, tensors)
    size_bytes = sum(padded(tensor.size_bytes) for tensor in tensors)
    with path.open("wb") as stream:
        stream.write(data)
        if chance:
            stream.write(os.urandom(size_bytes))
        stream.truncate(len(data) + size_bytes)
    return path


def write_split(folder: Path, stem: str = "tiny", count: int = 2) -> list[Path]:
    """The same model in several files, as gguf-split leaves them: the first has the metadata."""
    paths = []
    for number in range(count):
        told = {"split.no": number, "split.count": count, "split.tensors.count": len(TENSORS)}
        part = TENSORS[number::count]
        path = folder / f"{stem}-{number + 1:05d}-of-{count:05d}.gguf"
        paths.append(write_gguf(path, {**LLAMA, **told} if number == 0 else told, part, chance=True))
    return paths


def make_gguf_repository(folder: Path, stem: str = "Tiny", weight_items: int = 64 * 4096) -> Path:
    """A repository as makers of GGUF files leave it: several packings of one model, eyes, a card, and what we never
    take."""
    folder.mkdir(parents=True, exist_ok=True)
    for packing in ("Q4_K_M", "Q8_0"):
        tensors = (*TENSORS, Weights("blk.0.ffn_down.weight", (64, weight_items // 64), "Q8_0"))
        write_gguf(folder / f"{stem}-{packing}.gguf", LLAMA, tensors, chance=True)
    write_gguf(folder / f"mmproj-{stem}-F16.gguf", {"general.architecture": "clip"}, TENSORS[:1])
    (folder / "README.md").write_text("---\nlicense: apache-2.0\n---\n# Tiny\n")
    (folder / "config.json").write_text('{"model_type": "llama"}')
    (folder / "run.py").write_text("raise SystemExit('code ran')\n")
    (folder / "imatrix.dat").write_bytes(os.urandom(1000))
    return folder
