"""The head of a GGUF file, read without any library: version, metadata, and where each tensor lies. Never the tensors.

Everything that the file claims is checked against its own length and against hard limits before a byte of memory is
taken for it, and in each rule at least as strictly as llama.cpp's reader (github.com/ggml-org/llama.cpp,
ggml/src/gguf.cpp), which runs after this one, in a language that forgives less. The format: github.com/ggml-org/ggml,
docs/gguf.md.
"""

from __future__ import annotations

import math
import os
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from runtime.errors import ModelDamaged, ModelUnsafe, ModelUnsupported
from runtime.storage.gguf_cursor import Cursor

MAGIC = b"GGUF"
VERSIONS = (2, 3)
MOST_ENTRIES = 4096
MOST_TENSORS = 65_536
LONGEST_KEY_BYTES = 1024
LONGEST_STRING_BYTES = 4 * 1024 * 1024
# Arrays of numbers up to this length are kept: they tell something of each layer. Vocabularies are only counted.
LONGEST_KEPT_ARRAY = 4096
# ggml's own: a name has 63 bytes and its zero, a tensor four sides.
_LONGEST_NAME_BYTES = 63
_MOST_SIDES = 4
_LARGEST_SIDE = 2**48
_DEFAULT_ALIGNMENT = 32
_LARGEST_ALIGNMENT = 1024 * 1024

_BOOL, _STRING, _ARRAY = 7, 8, 9
_NUMBERS = {
    0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", _BOOL: "<B", 10: "<Q", 11: "<q", 12: "<d",
}  # fmt: skip
# Of each type: its name, how many items make a block, and the bytes of a block (ggml-common.h; gguf-py's
# GGML_QUANT_SIZES). Numbers that are missing were given up by ggml or are newer than this table.
_TYPES: dict[int, tuple[str, int, int]] = {
    0: ("F32", 1, 4), 1: ("F16", 1, 2), 2: ("Q4_0", 32, 18), 3: ("Q4_1", 32, 20), 6: ("Q5_0", 32, 22),
    7: ("Q5_1", 32, 24), 8: ("Q8_0", 32, 34), 9: ("Q8_1", 32, 40), 10: ("Q2_K", 256, 84), 11: ("Q3_K", 256, 110),
    12: ("Q4_K", 256, 144), 13: ("Q5_K", 256, 176), 14: ("Q6_K", 256, 210), 15: ("Q8_K", 256, 292),
    16: ("IQ2_XXS", 256, 66), 17: ("IQ2_XS", 256, 74), 18: ("IQ3_XXS", 256, 98), 19: ("IQ1_S", 256, 50),
    20: ("IQ4_NL", 32, 18), 21: ("IQ3_S", 256, 110), 22: ("IQ2_S", 256, 82), 23: ("IQ4_XS", 256, 136),
    24: ("I8", 1, 1), 25: ("I16", 1, 2), 26: ("I32", 1, 4), 27: ("I64", 1, 8), 28: ("F64", 1, 8),
    29: ("IQ1_M", 256, 56), 30: ("BF16", 1, 2), 34: ("TQ1_0", 256, 54), 35: ("TQ2_0", 256, 66),
    39: ("MXFP4", 32, 17), 40: ("NVFP4", 64, 36), 41: ("Q1_0", 128, 18),
}  # fmt: skip


@dataclass(frozen=True)
class GgufArray:
    """An array that was counted and left unread: text, or too long. ``length`` in items."""

    length: int


Value = str | int | float | bool | tuple[int | float | bool, ...] | GgufArray


@dataclass(frozen=True)
class GgufTensor:
    """One tensor: its sides with the innermost first (as the file has them), its type's name in ggml, and where its
    ``size_bytes`` bytes begin, counted from the start of the file."""

    name: str
    shape: tuple[int, ...]
    type: str
    offset: int
    size_bytes: int

    @property
    def count(self) -> int:
        """How many weights it has."""
        return math.prod(self.shape)


@dataclass(frozen=True)
class GgufHeader:
    """What a GGUF file says of itself. ``architecture`` is ggml's own name, "" in the later files of a set, which
    carry tensors alone. ``metadata`` has every entry, long arrays and arrays of text as their length only. All tensors
    of the file lie between ``data_offset`` and ``file_bytes``. ``split_number`` of ``split_count`` files, from 0."""

    architecture: str
    metadata: dict[str, Value]
    tensors: tuple[GgufTensor, ...]
    data_offset: int
    file_bytes: int
    split_number: int = 0
    split_count: int = 1

    def number(self, *keys: str) -> int | None:
        """The first of ``keys`` that is a positive whole number; ``{}`` in a key stands for the architecture."""
        for key in keys:
            value = self.metadata.get(key.replace("{}", self.architecture))
            if type(value) is int and 0 < value < 2**48:
                return value
        return None

    def numbers(self, key: str) -> tuple[int, ...]:
        """An array of whole numbers (or of truths, as 0 and 1) under ``key``; empty where there is none."""
        value = self.metadata.get(key.replace("{}", self.architecture))
        if not isinstance(value, tuple) or not all(isinstance(item, int) for item in value):
            return ()
        return tuple(int(item) for item in value)

    def text(self, key: str) -> str:
        """The text under ``key``, "" where there is none."""
        value = self.metadata.get(key.replace("{}", self.architecture))
        return value if isinstance(value, str) else ""


def read_gguf(path: Path) -> GgufHeader:
    """The head of the GGUF file at ``path``. Reads a few megabytes, never the tensors; blocks, any thread; about 0.3 s
    for a vocabulary of 260,000 tokens.

    Raises:
        ModelDamaged: cut short, not GGUF at all, or with parts that contradict each other or the file's length.
        ModelUnsafe: it claims more than any model needs (a head, text or count beyond the limits above).
        ModelUnsupported: a version, byte order or type of numbers that is not known here.
    """
    try:
        with path.open("rb") as stream:
            cursor = Cursor(path.name, stream, os.fstat(stream.fileno()).st_size)
            return _header(cursor)
    except OSError as error:
        raise ModelDamaged(path.name, str(error)[:200]) from error


def _header(cursor: Cursor) -> GgufHeader:
    tensor_count, entry_count = _opening(cursor)
    metadata: dict[str, Value] = {}
    for _ in range(entry_count):
        key = cursor.text(LONGEST_KEY_BYTES)
        if not key or key in metadata:
            raise ModelDamaged(cursor.name, f"metadata key {key[:80]!r}")
        metadata[key] = _value(cursor, cursor.integer("<I"))
    told = [_tensor(cursor) for _ in range(tensor_count)]
    alignment = _alignment(cursor.name, metadata)
    data_offset = _padded(cursor.position, alignment)
    tensors = tuple(_placed(cursor, told, data_offset, alignment))
    number, count = _split(cursor.name, metadata)
    architecture = metadata.get("general.architecture", "")
    if not isinstance(architecture, str) or (not architecture and number == 0):
        raise ModelDamaged(cursor.name, "no architecture")
    return GgufHeader(architecture[:80], metadata, tensors, data_offset, cursor.file_bytes, number, count)


def _opening(cursor: Cursor) -> tuple[int, int]:
    """How many tensors and metadata entries the file says it has."""
    if cursor.take(4) != MAGIC:
        raise ModelDamaged(cursor.name, "not GGUF")
    version = cursor.integer("<I")
    if version not in VERSIONS:
        raise ModelUnsupported(f"GGUF version {version}" if version & 0xFFFF else "GGUF of the other byte order")
    tensor_count, entry_count = cursor.integer("<Q"), cursor.integer("<Q")
    # The shortest tensor takes 25 bytes, the shortest entry 14: more of them can't be in the file.
    if tensor_count * 25 + entry_count * 14 > cursor.file_bytes:
        raise ModelDamaged(cursor.name, "more parts than the file can hold")
    if tensor_count > MOST_TENSORS or entry_count > MOST_ENTRIES:
        raise ModelUnsafe(f"{cursor.name}: {tensor_count} tensors, {entry_count} entries")
    return tensor_count, entry_count


def _value(cursor: Cursor, kind: int) -> Value:
    if kind == _STRING:
        return cursor.text(LONGEST_STRING_BYTES)
    if kind == _ARRAY:
        return _array(cursor)
    return _number(cursor, kind)


def _number(cursor: Cursor, kind: int) -> int | float | bool:
    layout = _NUMBERS.get(kind)
    if layout is None:
        raise ModelDamaged(cursor.name, f"metadata type {kind}")
    value: int | float = struct.unpack(layout, cursor.take(struct.calcsize(layout)))[0]
    return bool(value) if kind == _BOOL else value


def _array(cursor: Cursor) -> Value:
    kind, length = cursor.integer("<I"), cursor.integer("<Q")
    item_bytes = 8 if kind == _STRING else struct.calcsize(_NUMBERS.get(kind, "<"))
    if item_bytes == 0:  # also an array of arrays, which no reader takes
        raise ModelDamaged(cursor.name, f"array of type {kind}")
    if length * item_bytes > cursor.file_bytes - cursor.position:
        raise ModelDamaged(cursor.name, "cut short")
    if kind == _STRING:
        cursor.skip_texts(length)
        return GgufArray(length)
    if length > LONGEST_KEPT_ARRAY:
        cursor.skip(length * item_bytes)
        return GgufArray(length)
    return tuple(_number(cursor, kind) for _ in range(length))


@dataclass(frozen=True)
class _Told:
    """A tensor as its entry tells it; ``offset`` from the start of the data."""

    name: str
    shape: tuple[int, ...]
    type: str
    offset: int
    size_bytes: int


def _tensor(cursor: Cursor) -> _Told:
    name = cursor.text(LONGEST_KEY_BYTES)
    if not name or len(name.encode("utf-8", "replace")) > _LONGEST_NAME_BYTES:
        raise ModelDamaged(cursor.name, f"tensor name {name[:80]!r}")
    sides = cursor.integer("<I")
    if not 1 <= sides <= _MOST_SIDES:
        raise ModelDamaged(cursor.name, f"tensor {name} has {sides} sides")
    shape = tuple(cursor.integer("<Q") for _ in range(sides))
    known = _TYPES.get(kind := cursor.integer("<I"))
    if known is None:
        raise ModelUnsupported(f"GGUF numbers of type {kind}")
    type_name, block_items, block_bytes = known
    if not all(0 < side < _LARGEST_SIDE for side in shape) or shape[0] % block_items:
        raise ModelDamaged(cursor.name, f"tensor {name}: {shape} of {type_name}")
    return _Told(name, shape, type_name, cursor.integer("<Q"), math.prod(shape) // block_items * block_bytes)


def _placed(cursor: Cursor, told: list[_Told], data_offset: int, alignment: int) -> Iterable[GgufTensor]:
    """The tensors with their places in the file: in a row, each begun where the one before ends, the last one ending
    with the file."""
    if len({tensor.name for tensor in told}) != len(told):
        raise ModelDamaged(cursor.name, "a tensor twice")
    begin = end = 0
    for tensor in told:
        if tensor.offset != begin:
            raise ModelDamaged(cursor.name, f"tensor {tensor.name} overlaps or leaves a hole")
        end = begin + tensor.size_bytes
        begin = _padded(end, alignment)
        yield GgufTensor(tensor.name, tensor.shape, tensor.type, data_offset + tensor.offset, tensor.size_bytes)
    if told and not data_offset + end <= cursor.file_bytes <= data_offset + begin:
        raise ModelDamaged(cursor.name, f"{cursor.file_bytes} bytes where the head says {data_offset + end}")


def _alignment(name: str, metadata: dict[str, Value]) -> int:
    alignment = metadata.get("general.alignment", _DEFAULT_ALIGNMENT)
    if type(alignment) is not int or not 1 <= alignment <= _LARGEST_ALIGNMENT or alignment & (alignment - 1):
        raise ModelDamaged(name, "alignment")
    return alignment


def _split(name: str, metadata: dict[str, Value]) -> tuple[int, int]:
    """Which of how many files this is; a file without such a word is the only one."""
    count, number = metadata.get("split.count", 1), metadata.get("split.no", 0)
    if type(count) is not int or type(number) is not int:
        raise ModelDamaged(name, "parts")
    count = max(count, 1)
    if not 0 <= number < count:
        raise ModelDamaged(name, "parts")
    return number, count


def _padded(position: int, alignment: int) -> int:
    return -(-position // alignment) * alignment
