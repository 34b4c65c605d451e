"""Writes ONNX models: the few parts of its protocol-buffer form that an encoder needs, without a library.

Source of the field numbers: github.com/onnx/onnx, onnx/onnx.proto.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any

FLOAT = 1
_TENSOR_TYPES = {"float32": 1, "uint8": 2, "int8": 3, "int64": 7}
MICROSOFT = "com.microsoft"
_IR_VERSION = 8
_OPSETS = (("", 17), (MICROSOFT, 1))


def _varint(number: int) -> bytes:
    number &= (1 << 64) - 1
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def _number(field: int, number: int) -> bytes:
    return _varint(field << 3) + _varint(number)


def _bytes(field: int, content: bytes | str) -> bytes:
    data = content.encode() if isinstance(content, str) else content
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def tensor(name: str, values: Any) -> bytes:
    """A constant: any numpy array of float32, int8, uint8 or int64."""
    sides = b"".join(_number(1, side) for side in values.shape)
    kind = _number(2, _TENSOR_TYPES[str(values.dtype)])
    return sides + kind + _bytes(8, name) + _bytes(9, values.tobytes())


def _attribute(name: str, value: int | float | Sequence[int]) -> bytes:
    if isinstance(value, float):
        return _bytes(1, name) + _varint(2 << 3 | 5) + struct.pack("<f", value) + _number(20, 1)
    if isinstance(value, int):
        return _bytes(1, name) + _number(3, value) + _number(20, 2)
    return _bytes(1, name) + b"".join(_number(8, each) for each in value) + _number(20, 7)


def node(
    operator: str,
    inputs: Sequence[str],
    output: str,
    attributes: Mapping[str, int | float | Sequence[int]],
    domain: str = "",
    more_outputs: Sequence[str] = (),
) -> bytes:
    """One step of the computation."""
    made = b"".join(_bytes(1, name) for name in inputs)
    made += b"".join(_bytes(2, name) for name in (output, *more_outputs))
    made += _bytes(4, operator) + b"".join(_bytes(5, _attribute(*item)) for item in attributes.items())
    return made + (_bytes(7, domain) if domain else b"")


def floats(name: str, sides: Sequence[int | str]) -> bytes:
    """An input or output of float32; a side may be a name where it varies."""
    made = b"".join(_bytes(1, _number(1, s) if isinstance(s, int) else _bytes(2, s)) for s in sides)
    return _bytes(1, name) + _bytes(2, _bytes(1, _number(1, FLOAT) + _bytes(2, made)))


def model(nodes: Sequence[bytes], constants: Sequence[bytes], source: bytes, result: bytes) -> bytes:
    """The whole file."""
    graph = b"".join(_bytes(1, each) for each in nodes) + _bytes(2, "encoder")
    graph += b"".join(_bytes(5, each) for each in constants) + _bytes(11, source) + _bytes(12, result)
    opsets = b"".join(_bytes(8, _bytes(1, domain) + _number(2, version)) for domain, version in _OPSETS)
    return _number(1, _IR_VERSION) + _bytes(2, "hearth") + _bytes(7, graph) + opsets
