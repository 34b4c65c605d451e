"""Builds a BERT encoder as an ONNX model from its weights, in float32 or with 8-bit products.

The 8-bit form rounds each output's weights to 7 bits. Processors without the newer integer instructions add pairs of
products in 16 bits, where 8-bit weights overflow; with 7 they can't, every processor computes the same, and what is
lost is not to be seen (``python -m tests.bench.embeddings``). The first token is a mark with numbers up to eight times
larger than any word's, so its row is rounded apart: with one scale for all, the words would be left a few bits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runtime.documents.embeddings import onnx_file
from runtime.documents.embeddings.models import Pooling
from runtime.documents.embeddings.onnx_file import MICROSOFT
from runtime.documents.embeddings.shape import EncoderShape

if TYPE_CHECKING:
    from runtime.documents.embeddings.weights import Weights

INPUT, OUTPUT = "rows", "vector"
WEIGHT_LIMIT = 63


def build_graph(weights: Weights, shape: EncoderShape, pooling: Pooling, *, eight_bit: bool) -> bytes:
    """One text's summed embeddings [1, tokens, hidden] in, its pooled vector [1, hidden], not yet of unit length, out.

    Raises ModelDamaged where the weights do not fit the shape.
    """
    return _Builder(weights, shape, eight_bit).whole(pooling)


class _Builder:
    def __init__(self, weights: Weights, shape: EncoderShape, eight_bit: bool) -> None:
        self._weights = weights
        self._shape = shape
        self._eight_bit = eight_bit
        self._nodes: list[bytes] = []
        self._constants: list[bytes] = []

    def whole(self, pooling: Pooling) -> bytes:
        hidden = self._shape.hidden
        last = self._norm(INPUT, "embeddings.LayerNorm")
        for layer in range(self._shape.layers):
            last = self._layer(last, f"encoder.layer.{layer}.")
        if pooling is Pooling.MEAN:
            self._nodes.append(onnx_file.node("ReduceMean", [last], OUTPUT, {"axes": [1], "keepdims": 0}))
        else:
            first = self._constant("first", _whole(0))
            self._nodes.append(onnx_file.node("Gather", [last, first], OUTPUT, {"axis": 1}))
        source = onnx_file.floats(INPUT, [1, "tokens", hidden])
        result = onnx_file.floats(OUTPUT, [1, hidden])
        return onnx_file.model(self._nodes, self._constants, source, result)

    def _layer(self, given: str, name: str) -> str:
        hidden = self._shape.hidden
        attention = name + "attention."
        three = [attention + f"self.{part}" for part in ("query", "key", "value")]
        together = self._product(given, name + "qkv", three, hidden)
        parts = [name + part for part in ("q", "k", "v")]
        sizes = self._constant(name + "sizes", _whole([hidden] * 3))
        self._nodes.append(
            onnx_file.node("Split", [together, sizes], parts[0], {"axis": -1}, more_outputs=parts[1:]),
        )
        seen = self._node("MultiHeadAttention", parts, name + "seen", {"num_heads": self._shape.heads}, MICROSOFT)
        out = self._product(seen, name + "out", [attention + "output.dense"], hidden)
        middle = self._norm(self._node("Add", [out, given], name + "sum1"), attention + "output.LayerNorm")
        inner = self._weights.size_of(name + "intermediate.dense.bias")
        wide = self._product(middle, name + "wide", [name + "intermediate.dense"], hidden, inner)
        bent = self._node("Gelu", [wide], name + "bent", domain=MICROSOFT)
        narrow = self._product(bent, name + "narrow", [name + "output.dense"], inner, hidden)
        return self._norm(self._node("Add", [narrow, middle], name + "sum2"), name + "output.LayerNorm")

    def _product(self, given: str, name: str, of: list[str], width: int, out: int | None = None) -> str:
        """Multiply by the weights of one or more dense layers, side by side, and add their biases."""
        import numpy

        out = out or width
        matrix = numpy.concatenate([self._weights.tensor(each + ".weight", out, width) for each in of]).T
        bias = numpy.concatenate([self._weights.tensor(each + ".bias", out) for each in of])
        if not self._eight_bit:
            product = self._node("MatMul", [given, self._constant(name + ".w", matrix)], name + ".product")
            return self._node("Add", [product, self._constant(name + ".b", bias)], name)
        scale = numpy.maximum(numpy.abs(matrix).max(0), 1e-12) / WEIGHT_LIMIT
        weights = [
            self._constant(name + ".w", numpy.rint(matrix / scale).astype(numpy.int8)),
            self._constant(name + ".scale", scale.astype(numpy.float32)),
            self._constant(name + ".zero", numpy.zeros(scale.shape, numpy.int8)),
            self._constant(name + ".b", bias),
        ]
        first, others = self._apart(given, name)
        halves = [
            self._node("DynamicQuantizeMatMul", [rows, *weights], rows + ".product", domain=MICROSOFT)
            for rows in (first, others)
        ]
        return self._node("Concat", halves, name, {"axis": 1})

    def _apart(self, given: str, name: str) -> tuple[str, str]:
        """The first token's row, and the others."""
        zero, one, end = (self._constant(f"{name}.at{at}", _whole([at])) for at in (0, 1, 2**31))
        return (
            self._node("Slice", [given, zero, one, one], name + ".first"),
            self._node("Slice", [given, one, end, one], name + ".others"),
        )

    def _norm(self, given: str, name: str) -> str:
        hidden = self._shape.hidden
        inputs = [
            given,
            self._constant(name + ".weight", self._weights.tensor(name + ".weight", hidden)),
            self._constant(name + ".bias", self._weights.tensor(name + ".bias", hidden)),
        ]
        attributes = {"axis": -1, "epsilon": self._shape.epsilon}
        return self._node("LayerNormalization", inputs, name + ".out", attributes)

    def _node(
        self,
        operator: str,
        inputs: list[str],
        output: str,
        attributes: dict[str, int | float] | None = None,
        domain: str = "",
    ) -> str:
        self._nodes.append(onnx_file.node(operator, inputs, output, attributes or {}, domain))
        return output

    def _constant(self, name: str, values: Any) -> str:
        import numpy

        self._constants.append(onnx_file.tensor(name, numpy.asarray(values, order="C")))
        return name


def _whole(values: int | list[int]) -> Any:
    import numpy

    return numpy.array(values, dtype=numpy.int64)
