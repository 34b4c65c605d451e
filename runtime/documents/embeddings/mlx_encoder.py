"""Computes with MLX: on Apple silicon's GPU in float16, elsewhere in float32.

Pieces of like length go together, padded to the longest. MLX binds its streams to a thread: make and use this on one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from runtime.documents.embeddings.encoder import Gate, as_rows
from runtime.documents.embeddings.models import Pooling
from runtime.documents.embeddings.shape import EncoderShape

if TYPE_CHECKING:
    from runtime.documents.embeddings.texts import Vectors
    from runtime.documents.embeddings.weights import Weights

# Enough to fill a GPU, and little enough that a stop or a chat's own work waits for some 50 ms at most.
BATCH_TOKENS = 2048
# Within float16, and to the softmax as good as minus infinity.
_HIDDEN = -1e4


def metal_is_there() -> bool:
    """True where MLX computes on Apple's GPU."""
    try:
        import mlx.core as mx
    except ImportError:
        return False
    return bool(mx.metal.is_available())


class MlxEncoder:
    """An :class:`~runtime.documents.embeddings.encoder.Encoder` that belongs to the thread that made it.

    Raises ModelDamaged on making, when the weights do not fit the shape.
    """

    def __init__(self, weights: Weights, shape: EncoderShape, pooling: Pooling) -> None:
        import mlx.core as mx

        self._weights = weights
        self._shape = shape
        self._pooling = pooling
        self._type = mx.float16 if metal_is_there() else mx.float32
        self._first_norm = self._norm("embeddings.LayerNorm")
        self._layers = [self._layer(f"encoder.layer.{layer}.") for layer in range(shape.layers)]
        mx.eval(self._first_norm, self._layers)

    def encode(self, pieces: Sequence[Sequence[int]], gate: Gate) -> Vectors:
        """One row a piece, a batch of like lengths at a time."""
        import mlx.core as mx
        import numpy

        rows: Vectors = numpy.empty((len(pieces), self._shape.hidden), numpy.float32)
        for batch in _batches(pieces):
            gate()
            longest = max(len(pieces[at]) for at in batch)
            ids = numpy.zeros((len(batch), longest), numpy.int64)
            known = numpy.zeros((len(batch), longest), numpy.float32)
            for row, at in enumerate(batch):
                ids[row, : len(pieces[at])] = pieces[at]
                known[row, : len(pieces[at])] = 1
            given = mx.array(self._weights.embed(ids)).astype(self._type)
            rows[batch] = numpy.array(self._pool(self._forward(given, mx.array(known)), mx.array(known)))
        return as_rows(rows)

    def _forward(self, rows: Any, known: Any) -> Any:
        import mlx.core as mx

        batch, tokens, hidden = rows.shape
        heads = self._shape.heads
        mask = ((1 - known) * _HIDDEN)[:, None, None, :].astype(self._type)
        scale = (hidden // heads) ** -0.5
        last = self._normed(rows, self._first_norm)
        for layer in self._layers:
            query, key, value = (
                _dense(last, layer[part]).reshape(batch, tokens, heads, -1).transpose(0, 2, 1, 3)
                for part in ("query", "key", "value")
            )
            seen = mx.fast.scaled_dot_product_attention(query, key, value, scale=scale, mask=mask)
            seen = seen.transpose(0, 2, 1, 3).reshape(batch, tokens, hidden)
            middle = self._normed(_dense(seen, layer["out"]) + last, layer["norm1"])
            wide = _dense(middle, layer["wide"])
            bent = wide * (1 + mx.erf(wide * 0.5**0.5)) * 0.5
            last = self._normed(_dense(bent, layer["narrow"]) + middle, layer["norm2"])
        return last.astype(mx.float32)

    def _pool(self, last: Any, known: Any) -> Any:
        if self._pooling is Pooling.FIRST:
            return last[:, 0]
        return (last * known[..., None]).sum(1) / known.sum(1, keepdims=True)

    def _layer(self, name: str) -> dict[str, Any]:
        hidden = self._shape.hidden
        inner = self._weights.size_of(name + "intermediate.dense.bias")
        attention = name + "attention."
        made = {part: self._matrix(f"{attention}self.{part}", hidden, hidden) for part in ("query", "key", "value")}
        return {
            **made,
            "out": self._matrix(attention + "output.dense", hidden, hidden),
            "norm1": self._norm(attention + "output.LayerNorm"),
            "wide": self._matrix(name + "intermediate.dense", inner, hidden),
            "narrow": self._matrix(name + "output.dense", hidden, inner),
            "norm2": self._norm(name + "output.LayerNorm"),
        }

    def _matrix(self, name: str, out: int, width: int) -> tuple[Any, Any]:
        import mlx.core as mx

        weight = mx.array(self._weights.tensor(name + ".weight", out, width)).astype(self._type)
        return weight.T, mx.array(self._weights.tensor(name + ".bias", out)).astype(self._type)

    def _norm(self, name: str) -> tuple[Any, Any]:
        import mlx.core as mx

        parts = (self._weights.tensor(f"{name}.{part}", self._shape.hidden) for part in ("weight", "bias"))
        weight, bias = (mx.array(part).astype(self._type) for part in parts)
        return weight, bias

    def _normed(self, rows: Any, norm: tuple[Any, Any]) -> Any:
        import mlx.core as mx

        return mx.fast.layer_norm(rows, *norm, self._shape.epsilon)


def _dense(rows: Any, layer: tuple[Any, Any]) -> Any:
    import mlx.core as mx

    return mx.addmm(layer[1], rows, layer[0])


def _batches(pieces: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Positions of pieces, of like length together, padded to at most BATCH_TOKENS."""
    batch: list[int] = []
    for at in sorted(range(len(pieces)), key=lambda at: len(pieces[at])):
        if batch and (len(batch) + 1) * len(pieces[at]) > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(at)
    if batch:
        yield batch
