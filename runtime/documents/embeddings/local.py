"""An embedder in this process: tokens, encoders, and the average of what had to be cut."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from runtime.cancel import CancelToken
from runtime.documents.embeddings.encoder import Computing, Encoder, Gate, as_rows, open_gate
from runtime.documents.embeddings.language_gate import is_spoken
from runtime.documents.embeddings.mlx_encoder import MlxEncoder, metal_is_there
from runtime.documents.embeddings.models import EmbeddingModel
from runtime.documents.embeddings.onnx_encoder import OnnxEncoder
from runtime.documents.embeddings.pieces import Tokens
from runtime.documents.embeddings.shape import read_shape
from runtime.documents.embeddings.weights import Weights
from runtime.errors import ModelDamaged

if TYPE_CHECKING:
    from runtime.documents.embeddings.texts import Vectors


class LocalEmbedder:
    """An :class:`~runtime.documents.embedder.Embedder` that computes on the thread that calls.

    With MLX, ``embed`` belongs to the thread that made this; everything else is for any thread. Loading takes some
    0.3 s and imports numpy, tokenizers and the encoder's library.

    Raises:
        ModelFolderMissing, ModelDamaged, ModelUnsupported, EngineUnavailable: on making.
    """

    def __init__(
        self,
        model: EmbeddingModel,
        computing: Computing = Computing.AUTO,
        *,
        threads: int = 1,
        on_thread: Callable[[], None] | None = None,
    ) -> None:
        folder = Path(model.folder)
        shape = read_shape(folder)
        if shape.hidden != model.dimensions:
            raise ModelDamaged("config.json", f"hidden_size={shape.hidden}, not {model.dimensions}")
        self._model = model
        self._max_tokens = min(model.max_tokens, shape.max_tokens)
        weights = Weights(folder, shape)
        self._tokens = Tokens(folder, self._max_tokens, weights.words)
        self.computing = chosen(computing)
        # Beside MLX it answers questions: in 1 to 4 ms, on any thread, and without waiting for the GPU.
        eight_bit = self.computing is not Computing.ONNX_FLOAT32
        self._onnx = OnnxEncoder(
            weights, shape, model.pooling, eight_bit=eight_bit, threads=threads, on_thread=on_thread
        )
        self._passages: Encoder = self._onnx
        if self.computing is Computing.MLX:
            self._passages = MlxEncoder(weights, shape, model.pooling)
        # Each encoder holds its own form of the layers now; only rows of the table of words are read from here on.
        weights.release()

    @property
    def model_id(self) -> str:
        """Model and revision."""
        return self._model.model_id

    @property
    def dimensions(self) -> int:
        """Numbers a row."""
        return self._model.dimensions

    @property
    def languages(self) -> frozenset[str] | None:
        """What it was made for."""
        return self._model.languages

    @property
    def max_tokens(self) -> int:
        """The longest text that is embedded whole."""
        return self._max_tokens

    def set_threads(self, threads: int) -> None:
        """How many threads the next call may compute on. No effect with MLX."""
        self._onnx.threads = threads

    def embed(self, texts: Sequence[str], cancel: CancelToken | None = None) -> Vectors:
        """One row for each passage."""
        return self.embed_behind(texts, cancel.check if cancel else open_gate)

    def embed_behind(self, texts: Sequence[str], gate: Gate) -> Vectors:
        """The same, with ``gate`` called before each step of some 10 to 50 ms, on the thread that takes it."""
        return self._rows(self._passages, [self._model.passage_prefix + text for text in texts], gate)

    def embed_query(self, text: str) -> Vectors:
        """One row for a question, on this thread."""
        row: Vectors = self._rows(self._onnx, [self._model.query_prefix + text], open_gate)[0]
        return row

    def token_counts(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text as a passage, marks included."""
        return self._tokens.counts([self._model.passage_prefix + text for text in texts])

    def speaks(self, text: str) -> bool:
        """Whether the text is in a language of this model."""
        return is_spoken(text, self._model.languages, self._tokens.words_and_pieces)

    def _rows(self, encoder: Encoder, texts: Sequence[str], gate: Gate) -> Vectors:
        import numpy

        cut = []
        for text in texts:
            gate()
            cut.append(self._tokens.pieces(text))
        pieces = [piece for parts in cut for piece in parts]
        found = encoder.encode(pieces, gate)
        rows: Vectors = numpy.empty((len(texts), self.dimensions), numpy.float32)
        first = 0
        for at, parts in enumerate(cut):
            own = found[first : first + len(parts)]
            # Each piece counts by its length.
            rows[at] = own[0] if len(parts) == 1 else as_rows(numpy.array([len(part) for part in parts]) @ own)
            first += len(parts)
        return rows


def chosen(computing: Computing) -> Computing:
    """What ``AUTO`` means on this computer: Apple's GPU, else 8-bit products on the processor."""
    if computing is not Computing.AUTO:
        return computing
    if sys.platform == "darwin" and metal_is_there():
        return Computing.MLX
    return Computing.ONNX_INT8
