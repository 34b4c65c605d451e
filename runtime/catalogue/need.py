"""How much memory an edition needs, from its numbers alone: weights, conversation, work, and the engine itself.

The forecast of MLX's own peak is :attr:`Need.peak_bytes`; ``python -m tests.bench.forecast memory`` holds it against
what MLX measures. Pure functions; any thread.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from runtime.catalogue.cache_bytes import answering_bytes, kept_bytes
from runtime.catalogue.entries import Edition
from runtime.catalogue.llama_cpp_need import PROCESS_BYTES as LLAMA_CPP_PROCESS_BYTES
from runtime.catalogue.llama_cpp_need import work_bytes
from runtime.catalogue.machine import Machine
from runtime.catalogue.plan import CPU, CPU_UNPACKED, CUDA, LLAMA_CPP, METAL, PREFILL_CHUNK_TOKENS, Plan
from runtime.catalogue.prefill_bytes import reading_bytes, writing_bytes
from runtime.catalogue.processor import UNPACKED_BYTES_PER_WEIGHT, UNPACKED_SHARE, weights
from runtime.storage.engines import EngineKind
from runtime.storage.model_anatomy import Anatomy, LayerGroup

__all__ = ["PREFILL_CHUNK_TOKENS", "Need", "cache_bytes_per_token", "need", "need_of", "plan_on"]

# The engine process beside MLX's memory: Python, the libraries, the tokenizer. Measured 90 to 220 MB; a tokenizer with
# a large vocabulary takes the rest.
PROCESS_BYTES = 250_000_000
# The process that finds by meaning in documents; it may be at hand whenever a chat is. Measured while it learnt: 78 MB
# of its own with the built-in model, 131 MB with one for a hundred languages.
EMBEDDER_BYTES = 130_000_000
# The engine refuses to load what leaves less than a tenth of the weights beside them.
_LEAST_WORKING_SHARE = 1 / 8
# State of fixed size that a linear-attention layer keeps: 128 x 128 numbers of 32 bits for each of up to 64 heads.
_STATE_NUMBERS = 64 * 128 * 128
_SMALLEST_HEAD_DIM = 64
_USUAL_VOCABULARY = 151_936
_INNER_PER_HIDDEN = 4
_USUAL_EXPERTS, _EXPERT_SHARE = 8, 4


@dataclass(frozen=True)
class Need:
    """Bytes of memory. ``weight_bytes`` as they are held; ``cache_bytes`` for the conversation; ``prefill_bytes`` for
    reading its longest piece; ``process_bytes`` and ``embedder_bytes`` beside MLX. ``reserve_bytes`` are not used:
    the engine insists on them before it loads."""

    weight_bytes: int
    cache_bytes: int
    prefill_bytes: int
    process_bytes: int = PROCESS_BYTES
    embedder_bytes: int = EMBEDDER_BYTES
    reserve_bytes: int = 0

    @property
    def peak_bytes(self) -> int:
        """MLX's own peak: what ``mx.get_peak_memory()`` would say."""
        return self.weight_bytes + self.cache_bytes + self.prefill_bytes

    @property
    def overhead_bytes(self) -> int:
        """All beside weights and conversation."""
        return self.prefill_bytes + self.process_bytes + self.embedder_bytes

    @property
    def need_bytes(self) -> int:
        """What will really be taken."""
        return self.weight_bytes + self.cache_bytes + self.overhead_bytes

    @property
    def working_bytes(self) -> int:
        """The overhead with what the engine insists on."""
        return self.overhead_bytes + self.reserve_bytes

    @property
    def total_bytes(self) -> int:
        """What must be free for the engine to load it; compare this with a budget."""
        return self.need_bytes + self.reserve_bytes


def need(edition: Edition, context_tokens: int, plan: Plan = METAL) -> Need:
    """What ``edition`` needs for a conversation that fills ``context_tokens`` (cut to what the model can see)."""
    tokens = max(0, min(context_tokens, edition.context_tokens))
    weight_bytes = edition.weight_bytes - edition.left_out_bytes
    if plan.unpacked:
        weight_bytes = int(weights(weight_bytes, edition.bits) * UNPACKED_BYTES_PER_WEIGHT)
    return with_reserve(need_of(anatomy_of_edition(edition), weight_bytes, tokens, plan), edition.weight_bytes)


def with_reserve(found: Need, file_bytes: int) -> Need:
    """The need with what the engine insists on beside all weight files, ``file_bytes``, before it loads."""
    least_bytes = int(file_bytes * (1 + _LEAST_WORKING_SHARE)) + found.cache_bytes
    return replace(found, reserve_bytes=max(0, least_bytes - found.need_bytes))


# The same lengths are asked for each purpose and again whenever free memory changes.
@lru_cache(maxsize=8192)
def need_of(anatomy: Anatomy, weight_bytes: int, tokens: int, plan: Plan) -> Need:
    """What a model needs whose weights take ``weight_bytes`` as ``plan`` holds them."""
    cache = kept_bytes(anatomy, tokens, plan)
    if plan.engine is EngineKind.LLAMA_CPP:
        return Need(weight_bytes, cache, work_bytes(anatomy, plan.chunk_tokens), process_bytes=LLAMA_CPP_PROCESS_BYTES)
    reading = cache + reading_bytes(anatomy, tokens, plan)
    writing = answering_bytes(anatomy, tokens, plan) + writing_bytes(anatomy, tokens, plan) if tokens > 0 else 0
    return Need(weight_bytes, cache, max(reading, writing) - cache)


def plan_on(machine: Machine, unpacked_weight_bytes: int | None = None, engine: EngineKind = EngineKind.MLX) -> Plan:
    """How ``engine`` would run a model on ``machine`` whose weights, unpacked, take ``unpacked_weight_bytes``."""
    if engine is EngineKind.LLAMA_CPP:
        return LLAMA_CPP
    if machine.gpu is not None:
        return METAL if machine.gpu.kind == "metal" else CUDA
    unpacks = unpacked_weight_bytes is not None and unpacked_weight_bytes <= machine.available_bytes * UNPACKED_SHARE
    return CPU_UNPACKED if unpacks else CPU


def cache_bytes_per_token(edition: Edition) -> int:
    """Bytes that each further token of a conversation adds, beyond any sliding window."""
    groups = anatomy_of_edition(edition).groups
    return sum(group.count * group.row_numbers for group in groups if group.window is None) * METAL.number_bytes


def anatomy_of_edition(edition: Edition) -> Anatomy:
    """The edition's own anatomy, or one made of the numbers it has; what it leaves out is taken for the worst."""
    if edition.anatomy is not None:
        return edition.anatomy
    sparse = edition.sparse
    inner = edition.hidden_size * (2 if sparse else _INNER_PER_HIDDEN)
    groups = [_attention(edition, edition.kv_heads, edition.head_dim, edition.kept_layers, None)]
    if edition.sliding_layers:
        kv_heads, head_dim = edition.sliding_kv_heads or edition.kv_heads, edition.sliding_head_dim or edition.head_dim
        groups.append(_attention(edition, kv_heads, head_dim, edition.sliding_layers, edition.sliding_window))
    elif edition.kv_layers is not None and edition.kv_layers < edition.layers:
        count = edition.layers - edition.kv_layers
        groups.append(
            LayerGroup(
                count, state_float32_numbers=_STATE_NUMBERS, recurrent_numbers=8 * edition.hidden_size,
                loop_numbers=_STATE_NUMBERS // 2,
            )
        )  # fmt: skip
    return Anatomy(
        hidden_size=edition.hidden_size,
        vocabulary=_USUAL_VOCABULARY,
        groups=tuple(group for group in groups if group.count),
        dense_numbers=inner,
        expert_numbers=edition.hidden_size // _EXPERT_SHARE if sparse else 0,
        chosen_experts=_USUAL_EXPERTS if sparse else 0,
    )


def _attention(
    edition: Edition, kv_heads: int | None, head_dim: int | None, count: int, window: int | None
) -> LayerGroup:
    # Unknown shapes count as full attention: keys and values as wide as the model, and scores that are written down.
    width = edition.hidden_size if kv_heads is None or head_dim is None else kv_heads * head_dim
    heads = edition.attention_heads or max(1, edition.hidden_size // _SMALLEST_HEAD_DIM)
    return LayerGroup(
        count,
        row_numbers=2 * width,
        window=window,
        heads=heads,
        head_dim=head_dim or 0,
        query_numbers=heads * head_dim if head_dim else edition.hidden_size,
    )
