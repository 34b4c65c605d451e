"""What an encoder is: the part of an embedder that computes, on one kind of machinery."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from runtime.documents.embeddings.texts import Vectors

# Called before each step that can't be interrupted, on the thread that is about to take it. It may wait, or raise
# Cancelled to end the work.
Gate = Callable[[], None]


class Computing(StrEnum):
    """The ways to compute. ``AUTO`` is what suits this computer."""

    AUTO = "auto"
    ONNX_INT8 = "onnx-int8"
    ONNX_FLOAT32 = "onnx-float32"
    MLX = "mlx"


class Encoder(Protocol):
    """Pieces of at most the model's length, as token numbers with their marks, to rows of unit length."""

    def encode(self, pieces: Sequence[Sequence[int]], gate: Gate) -> Vectors:
        """One float32 row a piece, in their order. Blocks; raises what ``gate`` raises."""


def open_gate() -> None:
    """Lets everything through at once."""


def as_rows(vectors: Vectors) -> Vectors:
    """The same vectors at unit length; one of zeros stays as it is."""
    import numpy

    lengths = numpy.linalg.norm(vectors, axis=-1, keepdims=True)
    rows: Vectors = (vectors / numpy.maximum(lengths, 1e-12)).astype(numpy.float32, copy=False)
    return rows
