"""How the engine would run a model: on what, in which numbers, in pieces how long."""

from __future__ import annotations

from dataclasses import dataclass

from runtime.storage.engines import EngineKind


@dataclass(frozen=True)
class Plan:
    """``device`` is "metal", "cuda" or "cpu". A prompt is read in pieces of ``chunk_tokens`` (the backend's own).

    ``number_bytes`` is the size of one number of the cache and of the work; ``unpacked`` tells that the weights are
    turned into 32-bit numbers; ``kv_bits`` packs the cache, None leaves it as it is. ``engine`` is what computes.
    """

    device: str
    chunk_tokens: int
    number_bytes: int = 2
    unpacked: bool = False
    kv_bits: int | None = None
    engine: EngineKind = EngineKind.MLX


# The prompt is read in pieces of at most this many tokens (runtime.inference.mlx_backend; never larger ones).
PREFILL_CHUNK_TOKENS = 1024
CPU_CHUNK_TOKENS = 128
# llama.cpp's own (n_ubatch).
LLAMA_CPP_CHUNK_TOKENS = 512

METAL = Plan("metal", PREFILL_CHUNK_TOKENS)
CUDA = Plan("cuda", PREFILL_CHUNK_TOKENS)
CPU = Plan("cpu", CPU_CHUNK_TOKENS)
LLAMA_CPP = Plan("cpu", LLAMA_CPP_CHUNK_TOKENS, engine=EngineKind.LLAMA_CPP)
CPU_UNPACKED = Plan("cpu", CPU_CHUNK_TOKENS, number_bytes=4, unpacked=True)
