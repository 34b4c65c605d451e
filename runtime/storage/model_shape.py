"""The numbers of a model's ``config.json`` that its memory need and its speed follow from.

Pure: what is read here may come from a folder or from the hub, and none of it is trusted. How the config is read is in
:mod:`runtime.storage.model_config`; what each layer keeps, to the number, in :mod:`runtime.storage.model_anatomy`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from runtime.storage.engines import EngineKind
from runtime.storage.model_anatomy import Anatomy, anatomy_of
from runtime.storage.model_config import (
    CHOSEN_EXPERTS,
    CONTEXT,
    EXPERT_WIDTH,
    EXPERTS,
    HEADS,
    HIDDEN,
    KEPT,
    KV_HEADS,
    LATENT,
    LAYERS,
    MOST_LAYERS,
    SLIDING,
    block_types,
    layer_kinds,
    number,
    text_part,
    window_of,
)

_TYPE_BITS = {"float32": 32, "bfloat16": 16, "float16": 16, "float8_e4m3fn": 8}


@dataclass(frozen=True)
class ModelShape:
    """What the fit of a model can be judged from. Names and meanings are those of the catalogue's ``Edition``.

    ``kv_layers`` keep every token of a conversation, ``sliding_layers`` at most ``sliding_window`` of them, all others
    a state of fixed size or nothing. None where the config does not say; forecasts then assume the worst.
    ``active_fraction`` is an estimate of the share of the weights read for one token, None for all of them.
    ``anatomy`` has every layer's own numbers, from which a need is told exactly; ``left_out_bytes`` of the weights are
    known to be never loaded. ``engine`` is what computes it; ``bits_per_weight`` is exact where the tensors were seen.
    """

    layers: int
    hidden_size: int
    weight_bytes: int
    bits: int | None = None
    context_tokens: int | None = None
    attention_heads: int | None = None
    kv_heads: int | None = None
    head_dim: int | None = None
    kv_layers: int | None = None
    sliding_layers: int = 0
    sliding_kv_heads: int | None = None
    sliding_head_dim: int | None = None
    sliding_window: int | None = None
    active_fraction: float | None = None
    anatomy: Anatomy | None = None
    left_out_bytes: int = 0
    engine: EngineKind = EngineKind.MLX
    bits_per_weight: float | None = None


def shape_of(config: dict[str, Any], weight_bytes: int) -> ModelShape | None:
    """The shape of the model that ``config`` (a parsed ``config.json``) describes; of a model with eyes or ears, its
    text part. None when not even layers and width can be told. Never raises, whatever the config holds.
    """
    text, kind = text_part(config)
    layers, hidden_size = number(text, *LAYERS), number(text, *HIDDEN)
    if layers is None and kind == "nemotron_h":
        layers = len(block_types(text)) or None
    if layers is None or hidden_size is None or layers > MOST_LAYERS:
        return None
    heads = number(text, *HEADS)
    kv_heads, head_dim = _kept_row(text, kind, heads, hidden_size)
    kept, sliding, window = _caches(text, kind, layers)
    shape = ModelShape(
        layers=layers,
        hidden_size=hidden_size,
        weight_bytes=weight_bytes,
        bits=_bits(config, text),
        context_tokens=number(text, *CONTEXT) or number(config, *CONTEXT),
        attention_heads=heads,
        kv_heads=kv_heads,
        head_dim=head_dim,
        kv_layers=kept,
        active_fraction=_active_fraction(text, layers, hidden_size),
        anatomy=anatomy_of(config),
    )
    return _with_sliding(shape, text, kind, sliding, window) if sliding else shape


def _with_sliding(shape: ModelShape, text: dict[str, Any], kind: str, sliding: int, window: int) -> ModelShape:
    kv_heads, head_dim = shape.kv_heads, shape.head_dim
    if kind == "gemma4_text":
        shape = replace(
            shape,
            kv_heads=number(text, "num_global_key_value_heads") or kv_heads,
            head_dim=number(text, "global_head_dim") or head_dim,
        )
    if kind == "mimo_v2_flash":
        kv_heads = number(text, "swa_num_key_value_heads") or kv_heads
        head_dim = number(text, "swa_head_dim") or head_dim
    return replace(
        shape, sliding_layers=sliding, sliding_window=window, sliding_kv_heads=kv_heads, sliding_head_dim=head_dim
    )


def _kept_row(text: dict[str, Any], kind: str, heads: int | None, hidden_size: int) -> tuple[int | None, int | None]:
    """Heads and size of what a layer keeps of each token, keys and values taken as equally long."""
    latent = number(text, "kv_lora_rank")
    rotary = number(text, "qk_rope_head_dim")
    if latent and rotary:
        if kind in LATENT:
            row = latent + rotary + (2 * (number(text, "index_head_dim") or 0) if kind != "kimi_linear" else 0)
            return 1, -(-row * (2 if kind == "longcat_flash" else 1) // 2)
        both = (number(text, "qk_nope_head_dim") or 0) + rotary + (number(text, "v_head_dim") or 0)
        return heads, -(-both // 2)
    head_dim = number(text, "head_dim", "attention_head_dim", "kv_channels")
    if head_dim is None and heads:
        head_dim = max(1, hidden_size // heads)
    return (1 if text.get("multi_query") is True else number(text, *KV_HEADS) or heads), head_dim


def _caches(text: dict[str, Any], kind: str, layers: int) -> tuple[int, int, int]:
    """How many layers keep everything, how many a window, and how long that window is (0: none)."""
    kinds = layer_kinds(text, kind, layers)
    if kinds is None:
        return layers, 0, 0
    window = window_of(text)
    kept = sum(name in KEPT for name in kinds)
    sliding = sum(name in SLIDING for name in kinds)
    if window is None:
        return kept + sliding, 0, 0
    return kept, sliding, window


def _bits(config: dict[str, Any], text: dict[str, Any]) -> int | None:
    """Bits of a weight: of the quantization, else of the number type. Mixed ones are told by the prevailing one."""
    for source in (config, text):
        for name in ("quantization", "quantization_config"):
            quantization = source.get(name)
            if isinstance(quantization, dict):
                bits = number(quantization, "bits")
                if bits:
                    return bits
                if str(quantization.get("quant_method", "")).startswith("mxfp4"):
                    return 4
        for name in ("torch_dtype", "dtype"):
            bits = _TYPE_BITS.get(str(source.get(name)))
            if bits:
                return bits
    return None


def _active_fraction(text: dict[str, Any], layers: int, hidden_size: int) -> float | None:
    """The share of the weights that one token touches, from the sizes of experts and of all the rest."""
    experts, chosen = number(text, *EXPERTS), number(text, *CHOSEN_EXPERTS)
    width = number(text, *EXPERT_WIDTH)
    if experts is None or chosen is None or width is None or chosen >= experts:
        return None
    dense_layers = min(layers, number(text, "first_k_dense_replace", "num_dense_layers") or 0)
    shared = number(text, "n_shared_experts", "num_shared_experts") or 0
    shared_width = number(text, "shared_expert_intermediate_size") or shared * width
    dense_width = number(text, "intermediate_size", "ffn_hidden_size") or width
    expert = 3 * hidden_size * width
    rest = layers * _attention_weights(text, hidden_size)
    rest += hidden_size * (number(text, "vocab_size") or 0)
    rest += dense_layers * 3 * hidden_size * dense_width + (layers - dense_layers) * 3 * hidden_size * shared_width
    all_experts = (layers - dense_layers) * experts * expert
    if all_experts <= 0:
        return None
    return round((rest + all_experts * chosen / experts) / (rest + all_experts), 4)


def _attention_weights(text: dict[str, Any], hidden_size: int) -> int:
    """About how many weights the attention of one layer has."""
    heads = number(text, *HEADS) or 1
    latent, narrow = number(text, "kv_lora_rank"), number(text, "q_lora_rank")
    if latent is None:
        head_dim = number(text, "head_dim") or max(1, hidden_size // heads)
        return 2 * hidden_size * head_dim * (heads + (number(text, *KV_HEADS) or heads))
    values = number(text, "v_head_dim") or 0
    queries = (number(text, "qk_nope_head_dim") or 0) + (number(text, "qk_rope_head_dim") or 0)
    into_queries = narrow * (hidden_size + heads * queries) if narrow else hidden_size * heads * queries
    return into_queries + latent * (hidden_size + heads * (queries + values)) + heads * values * hidden_size
