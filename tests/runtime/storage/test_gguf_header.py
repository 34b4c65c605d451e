"""The head of a GGUF file: what it tells, and that nothing it claims is believed."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runtime.errors import ModelDamaged, ModelUnsafe, ModelUnsupported
from runtime.storage import gguf_cursor
from runtime.storage.gguf_header import GgufArray, read_gguf
from tests.hub.gguf import LLAMA, TENSORS, Weights, entry, head, padded, tensor_entry, text, write_gguf

REFUSED = (ModelDamaged, ModelUnsafe, ModelUnsupported)
DATA = head(LLAMA, TENSORS) + bytes(sum(padded(tensor.size_bytes) for tensor in TENSORS))


def _read(folder: Path, data: bytes) -> Any:
    path = folder / "model.gguf"
    path.write_bytes(data)
    return read_gguf(path)


def test_a_head_is_read_whole(tmp_path: Path) -> None:
    found = read_gguf(write_gguf(tmp_path / "model.gguf", chance=True))
    assert found.architecture == "llama"
    assert found.metadata["llama.context_length"] == 2048
    assert found.metadata["tokenizer.ggml.tokens"] == GgufArray(4), "words are counted and not kept"
    assert found.metadata["tokenizer.ggml.token_type"] == (1, 1, 1, 3)
    assert found.number("{}.missing", "{}.block_count") == 2
    assert [(t.name, t.shape, t.type, t.size_bytes) for t in found.tensors] == [
        (t.name, t.shape, t.type, t.size_bytes) for t in TENSORS
    ]
    assert found.tensors[0].offset == found.data_offset
    assert found.tensors[-1].offset + padded(found.tensors[-1].size_bytes) == found.file_bytes
    assert (found.split_number, found.split_count) == (0, 1)


def test_a_large_vocabulary_is_walked_over(tmp_path: Path) -> None:
    words = [f"word {number}" for number in range(200_000)]
    found = _read(tmp_path, head({**LLAMA, "tokenizer.ggml.tokens": words}, ()))
    assert found.metadata["tokenizer.ggml.tokens"] == GgufArray(200_000)
    assert found.text("tokenizer.chat_template") == "{{ messages }}", "and what follows is still read"


def test_text_longer_than_what_is_read_at_once(tmp_path: Path) -> None:
    words = ["a" * 900_000, "b" * 1_500_000, "c"]
    found = _read(tmp_path, head({**LLAMA, "tokenizer.ggml.tokens": words, "last": 7}, ()))
    assert (found.metadata["tokenizer.ggml.tokens"], found.metadata["last"]) == (GgufArray(3), 7)


def test_every_shorter_file_is_damaged(tmp_path: Path) -> None:
    for length in [*range(200), *range(200, len(DATA) - 32, 61)]:
        with pytest.raises(ModelDamaged):
            _read(tmp_path, DATA[:length])


def _bad(name: str, data: bytes, error: type[Exception]) -> Any:
    return pytest.param(data, error, id=name)


def _opening(tensors: int, entries: int, version: int = 3) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", version, tensors, entries)


def _one(value: bytes) -> bytes:
    return _opening(0, 1) + text("key") + value


def _tensors(*told: bytes) -> bytes:
    start = _opening(len(told), 1) + entry("general.architecture", "llama") + b"".join(told)
    return start + bytes(padded(len(start)) - len(start)) + bytes(4096)


PLAIN = Weights("a", (64,), "F32")


@pytest.mark.parametrize(
    ("data", "error"),
    [
        _bad("no magic", b"GGML" + DATA[4:], ModelDamaged),
        _bad("version 1", _opening(0, 0, 1) + bytes(64), ModelUnsupported),
        _bad("a later version", _opening(0, 0, 4) + bytes(64), ModelUnsupported),
        _bad("the other byte order", _opening(0, 0, 0x03000000) + bytes(64), ModelUnsupported),
        _bad("more tensors than bytes", _opening(2**63, 0) + bytes(64), ModelDamaged),
        _bad("more entries than bytes", _opening(0, 2**64 - 1) + bytes(64), ModelDamaged),
        _bad("too many tensors", _opening(70_000, 0) + bytes(70_000 * 25), ModelUnsafe),
        _bad("too many entries", _opening(0, 5000) + bytes(5000 * 14), ModelUnsafe),
        _bad("text without end", _one(struct.pack("<IQ", 8, 2**64 - 1)) + bytes(64), ModelDamaged),
        _bad("a text too long", _one(struct.pack("<IQ", 8, 5_000_000)) + bytes(5_000_100), ModelUnsafe),
        _bad("an array without end", _one(struct.pack("<IIQ", 9, 4, 2**63)) + bytes(64), ModelDamaged),
        _bad("texts without end", _one(struct.pack("<IIQ", 9, 8, 4)) + struct.pack("<Q", 2**63) * 8, ModelDamaged),
        _bad("an array of arrays", _one(struct.pack("<IIQ", 9, 9, 1)) + bytes(64), ModelDamaged),
        _bad("an unknown kind", _one(struct.pack("<I", 13)) + bytes(64), ModelDamaged),
        _bad("a key twice", _opening(0, 2) + entry("key", 1) * 2 + bytes(64), ModelDamaged),
        _bad("no key", _opening(0, 1) + entry("", 1) + bytes(64), ModelDamaged),
        _bad("no architecture", _opening(0, 1) + entry("key", 1) + bytes(64), ModelDamaged),
        _bad("an odd alignment", head({**LLAMA, "general.alignment": 24}, ()), ModelDamaged),
        _bad("a huge alignment", head({**LLAMA, "general.alignment": 2**31}, ()), ModelDamaged),
        _bad("part 3 of 2", head({**LLAMA, "split.no": 2, "split.count": 2}, ()), ModelDamaged),
        _bad("a name too long", _tensors(tensor_entry(Weights("x" * 64, (4,), "F32"), 0)), ModelDamaged),
        _bad("a name twice", _tensors(tensor_entry(PLAIN, 0), tensor_entry(PLAIN, 256)), ModelDamaged),
        _bad("a hole", _tensors(tensor_entry(PLAIN, 32)), ModelDamaged),
        _bad("beyond the end", _tensors(tensor_entry(Weights("a", (2**40,), "F32"), 0)), ModelDamaged),
        _bad("sides that overflow", _tensors(tensor_entry(Weights("a", (2**47,) * 4, "F32"), 0)), ModelDamaged),
        _bad("a side of nothing", _tensors(tensor_entry(Weights("a", (0,), "F32"), 0)), ModelDamaged),
        _bad("half a block", _tensors(tensor_entry(Weights("a", (48,), "Q4_0"), 0)), ModelDamaged),
        _bad("five sides", _tensors(tensor_entry(Weights("a", (1,) * 5, "F32"), 0)), ModelDamaged),
        _bad("unknown numbers", _tensors(text("a") + struct.pack("<IQIQ", 1, 32, 99, 0)), ModelUnsupported),
        _bad("longer than it says", DATA + bytes(33), ModelDamaged),
    ],
)
def test_what_is_wrong_is_refused(tmp_path: Path, data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        _read(tmp_path, data)


def test_a_head_without_end_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gguf_cursor, "HEADER_LIMIT_BYTES", 1_000_000)
    with pytest.raises(ModelUnsafe):
        _read(tmp_path, head({**LLAMA, "tokenizer.ggml.tokens": ["w" * 90] * 20_000}, ()))


def test_a_missing_file_and_a_folder_are_damaged(tmp_path: Path) -> None:
    for path in (tmp_path / "none.gguf", tmp_path):
        with pytest.raises(ModelDamaged):
            read_gguf(path)


MUTATIONS: list[Callable[[bytearray, random.Random, int], None]] = [
    lambda data, chance, at: data.__setitem__(at, chance.randrange(256)),
    lambda data, _chance, at: data.__setitem__(slice(at, at + 8), b"\xff" * 8),
    lambda data, chance, at: data.__setitem__(slice(at, at + 8), struct.pack("<Q", 1 << chance.randrange(64))),
    lambda data, chance, at: data.__delitem__(slice(at, at + chance.randrange(1, 40))),
    lambda data, chance, at: data.__setitem__(slice(at, at), chance.randbytes(chance.randrange(1, 40))),
]


def test_mutated_heads_are_read_or_refused_and_nothing_else(tmp_path: Path) -> None:
    """What is still accepted keeps the promise that every tensor lies within the file."""
    chance = random.Random(9)
    for _ in range(2000):
        data = bytearray(DATA)
        for _again in range(chance.randrange(1, 4)):
            chance.choice(MUTATIONS)(data, chance, chance.randrange(len(DATA) - 400))
        try:
            found = _read(tmp_path, bytes(data))
        except REFUSED:
            continue
        assert all(t.offset + t.size_bytes <= found.file_bytes for t in found.tensors)
