"""How much memory an edition needs, from its numbers alone."""

from __future__ import annotations

from dataclasses import dataclass

from runtime.catalogue.entries import Edition

# The cache is kept in 16-bit numbers and grows in steps of 256 tokens (mlx_lm.models.cache).
_CACHE_BYTES_PER_NUMBER = 2
_CACHE_STEP_TOKENS = 256
# The prompt is read in pieces of at most this many tokens (runtime.inference.mlx_backend; never larger ones).
PREFILL_CHUNK_TOKENS = 1024
# The engine process itself: Python, MLX, tokenizer, buffers. 0.6B measured: file + 70 MB; large vocabularies need more.
_PROCESS_BYTES = 400_000_000
# Numbers alive at once for one token of a piece, as multiples of the hidden size (attention, then a four times wider
# feed-forward part with its gate).
_ACTIVATIONS_PER_HIDDEN = 20
# MLX's fused attention covers heads up to this size; for larger ones a piece's scores are written out, twice.
_FUSED_HEAD_DIM = 128
_SMALLEST_HEAD_DIM = 64
# Buffers that MLX keeps for reuse and memory lost between them; the engine itself refuses what leaves less than a
# tenth of the weights beside them.
_LEAST_WORKING_SHARE = 1 / 8
# State of fixed size that a linear-attention layer keeps: 128 x 128 numbers of 32 bits for each of up to 64
# heads. Models with sliding windows have none: their remaining layers share another layer's cache.
_FIXED_STATE_BYTES = 64 * 128 * 128 * 4


@dataclass(frozen=True)
class Need:
    """Bytes of memory: weights, what is kept of the conversation, and what the work itself takes."""

    weight_bytes: int
    cache_bytes: int
    working_bytes: int

    @property
    def total_bytes(self) -> int:
        """All of it; compare this with a budget."""
        return self.weight_bytes + self.cache_bytes + self.working_bytes


def need(edition: Edition, context_tokens: int) -> Need:
    """What ``edition`` needs for a conversation that fills ``context_tokens`` (cut to what the model can see)."""
    tokens = max(0, min(context_tokens, edition.context_tokens))
    return Need(edition.weight_bytes, _cache_bytes(edition, tokens), _working_bytes(edition, tokens))


def cache_bytes_per_token(edition: Edition) -> int:
    """Bytes that each further token of a conversation adds, beyond any sliding window."""
    return _layer_bytes_per_token(edition.kv_heads, edition.head_dim, edition.hidden_size) * _kv_layers(edition)


def _kv_layers(edition: Edition) -> int:
    return edition.layers - edition.sliding_layers if edition.kv_layers is None else edition.kv_layers


def _layer_bytes_per_token(kv_heads: int | None, head_dim: int | None, hidden_size: int) -> int:
    # Unknown shapes count as full attention: keys and values as wide as the model.
    width = hidden_size if kv_heads is None or head_dim is None else kv_heads * head_dim
    return 2 * width * _CACHE_BYTES_PER_NUMBER


def _cache_bytes(edition: Edition, tokens: int) -> int:
    stepped = -(-tokens // _CACHE_STEP_TOKENS) * _CACHE_STEP_TOKENS
    total = cache_bytes_per_token(edition) * stepped
    if edition.sliding_layers and edition.sliding_window is not None:
        sliding = _layer_bytes_per_token(
            edition.sliding_kv_heads or edition.kv_heads,
            edition.sliding_head_dim or edition.head_dim,
            edition.hidden_size,
        )
        # While a piece is read the window holds it as well.
        total += sliding * edition.sliding_layers * min(stepped, edition.sliding_window + PREFILL_CHUNK_TOKENS)
    elif edition.kv_layers is not None:
        total += (edition.layers - edition.kv_layers) * _FIXED_STATE_BYTES
    return total


def _working_bytes(edition: Edition, tokens: int) -> int:
    piece = min(tokens, PREFILL_CHUNK_TOKENS)
    activations = piece * edition.hidden_size * _ACTIVATIONS_PER_HIDDEN * _CACHE_BYTES_PER_NUMBER
    scores = 0
    if edition.head_dim is None or edition.head_dim > _FUSED_HEAD_DIM:
        heads = edition.attention_heads or max(1, edition.hidden_size // _SMALLEST_HEAD_DIM)
        scores = 2 * heads * piece * tokens * _CACHE_BYTES_PER_NUMBER
    return max(_PROCESS_BYTES + activations + scores, int(edition.weight_bytes * _LEAST_WORKING_SHARE))
