"""The numbers of a model's ``config.json`` that its memory need and its speed follow from.

Pure: what is read here may come from a folder or from the hub, and none of it is trusted. Which layers keep what is
the engine's own business, so the rules below are those of mlx_lm's models (``make_cache``), not of the makers' code;
an architecture that is not named here counts as keeping everything in every layer, the most it could need.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

_LARGEST = 2**31
_MOST_LAYERS = 2000
_TEXT_PARTS = ("text_config", "language_config", "llm_config", "thinker_config")
_LAYERS = ("num_hidden_layers", "n_layer", "n_layers", "num_layers", "num_transformer_layers")
_HIDDEN = ("hidden_size", "n_embd", "d_model", "model_dim")
_HEADS = ("num_attention_heads", "n_head", "n_heads", "num_heads")
_KV_HEADS = ("num_key_value_heads", "num_kv_heads", "multi_query_group_num")
_CONTEXT = ("max_position_embeddings", "max_seq_len", "n_positions", "seq_length", "model_max_length", "max_seq_length")
_EXPERTS = ("num_experts", "num_local_experts", "n_routed_experts", "moe_num_experts")
_CHOSEN_EXPERTS = ("num_experts_per_tok", "num_experts_per_token", "top_k_experts", "moe_k", "moe_topk")
_EXPERT_WIDTH = ("moe_intermediate_size", "expert_ffn_hidden_size", "intermediate_size", "ffn_hidden_size")
_TYPE_BITS = {"float32": 32, "bfloat16": 16, "float16": 16, "float8_e4m3fn": 8}

# What these architectures take for granted and often leave out of their config.
_DEFAULTS: dict[str, dict[str, Any]] = {
    "gemma3_text": {
        "num_attention_heads": 8, "num_key_value_heads": 4, "head_dim": 256, "sliding_window": 512,
        "sliding_window_pattern": 6, "max_position_embeddings": 131072, "vocab_size": 262208,
    },
    "gemma4_text": {
        "num_attention_heads": 8, "num_key_value_heads": 1, "head_dim": 256, "global_head_dim": 512,
        "sliding_window": 512, "sliding_window_pattern": 5, "num_kv_shared_layers": 20,
        "max_position_embeddings": 131072, "vocab_size": 262144,
    },
    "gpt_oss": {"head_dim": 64, "sliding_window": 128, "sliding_window_pattern": 2, "max_position_embeddings": 131072},
    "cohere2": {"sliding_window_pattern": 4},
    "qwen3_next": {"full_attention_interval": 4},
    "qwen3_5_text": {"full_attention_interval": 4},
    "llama4_text": {"sliding_window_pattern": 4, "attention_chunk_size": 8192},
}  # fmt: skip
# Names under which the same text model goes.
_SAME_AS = {
    "gemma3": "gemma3_text", "gemma4": "gemma4_text", "gemma4_unified": "gemma4_text",
    "gemma4_unified_text": "gemma4_text", "gemma3n": "gemma3n_text", "qwen3_5": "qwen3_5_text",
    "qwen3_5_moe": "qwen3_5_text", "qwen3_5_moe_text": "qwen3_5_text", "llama4": "llama4_text", "mistral": "llama",
    "kimi_k2": "deepseek_v3", "joyai_llm_flash": "deepseek_v3", "falcon_mamba": "mamba", "iquestcoder": "llama",
}  # fmt: skip
# The engine follows ``layer_types`` of these alone; others carry the list and keep everything all the same.
_BY_LAYER_TYPES = {
    "llama", "ministral3", "afmoe", "exaone_moe", "gear", "gemma3n_text", "gemma4_text", "gpt_oss", "laguna",
    "granitemoehybrid", "lfm2", "lfm2_moe", "mellum", "muse_glimmer", "olmo3", "olmo_hybrid", "step3p5", "nemotron_h",
}  # fmt: skip
_BY_PATTERN = {"gemma3_text", "gemma4_text", "gpt_oss", "cohere2", "llama4_text"}
_BY_INTERVAL = {"qwen3_next", "qwen3_5_text"}
_NO_CACHE = {"mamba", "mamba2", "rwkv7"}
_KEPT = {"full_attention", "attention", "*"}
_SLIDING = {"sliding_attention", "chunked_attention"}
# These keep one compressed row for all heads of a layer instead of keys and values of each.
_LATENT = {
    "deepseek_v3", "deepseek_v32", "glm_moe_dsa", "glm4_moe_lite", "kimi_linear", "kimi_k3", "longcat_flash",
    "mistral4", "bailing_moe_v3",
}  # fmt: skip


@dataclass(frozen=True)
class ModelShape:
    """What the fit of a model can be judged from. Names and meanings are those of the catalogue's ``Edition``.

    ``kv_layers`` keep every token of a conversation, ``sliding_layers`` at most ``sliding_window`` of them, all others
    a state of fixed size or nothing. None where the config does not say; forecasts then assume the worst.
    ``active_fraction`` is an estimate of the share of the weights read for one token, None for all of them.
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


def shape_of(config: dict[str, Any], weight_bytes: int) -> ModelShape | None:
    """The shape of the model that ``config`` (a parsed ``config.json``) describes; of a model with eyes or ears, its
    text part. None when not even layers and width can be told. Never raises, whatever the config holds.
    """
    text, kind = _text_part(config)
    layers, hidden_size = _number(text, *_LAYERS), _number(text, *_HIDDEN)
    if layers is None and kind == "nemotron_h":
        layers = len(_block_types(text)) or None
    if layers is None or hidden_size is None or layers > _MOST_LAYERS:
        return None
    heads = _number(text, *_HEADS)
    kv_heads, head_dim = _kept_row(text, kind, heads, hidden_size)
    kept, sliding, window = _caches(text, kind, layers)
    shape = ModelShape(
        layers=layers,
        hidden_size=hidden_size,
        weight_bytes=weight_bytes,
        bits=_bits(config, text),
        context_tokens=_number(text, *_CONTEXT) or _number(config, *_CONTEXT),
        attention_heads=heads,
        kv_heads=kv_heads,
        head_dim=head_dim,
        kv_layers=kept,
        active_fraction=_active_fraction(text, layers, hidden_size),
    )
    return _with_sliding(shape, text, kind, sliding, window) if sliding else shape


def _with_sliding(shape: ModelShape, text: dict[str, Any], kind: str, sliding: int, window: int) -> ModelShape:
    kv_heads, head_dim = shape.kv_heads, shape.head_dim
    if kind == "gemma4_text":
        shape = replace(
            shape,
            kv_heads=_number(text, "num_global_key_value_heads") or kv_heads,
            head_dim=_number(text, "global_head_dim") or head_dim,
        )
    if kind == "mimo_v2_flash":
        kv_heads = _number(text, "swa_num_key_value_heads") or kv_heads
        head_dim = _number(text, "swa_head_dim") or head_dim
    return replace(
        shape, sliding_layers=sliding, sliding_window=window, sliding_kv_heads=kv_heads, sliding_head_dim=head_dim
    )


def _text_part(config: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The config of the part that reads and writes text, with the defaults that its makers leave out, and its kind."""
    outer = config.get("model_type")
    text = config
    for name in _TEXT_PARTS:
        part = text.get(name)
        if isinstance(part, dict):
            text = part
    kind = text.get("model_type")
    if not isinstance(kind, str):
        kind = outer if isinstance(outer, str) else ""
    kind = _SAME_AS.get(kind, kind)
    return {**_DEFAULTS.get(kind, {}), **{k: v for k, v in text.items() if v is not None}}, kind


def _number(source: dict[str, Any], *names: str) -> int | None:
    """The first of the names that holds a sensible count."""
    for name in names:
        value = source.get(name)
        if type(value) is int and 0 < value < _LARGEST:
            return value
    return None


def _kept_row(text: dict[str, Any], kind: str, heads: int | None, hidden_size: int) -> tuple[int | None, int | None]:
    """Heads and size of what a layer keeps of each token, keys and values taken as equally long."""
    latent = _number(text, "kv_lora_rank")
    rotary = _number(text, "qk_rope_head_dim")
    if latent and rotary:
        if kind in _LATENT:
            row = latent + rotary + (2 * (_number(text, "index_head_dim") or 0) if kind != "kimi_linear" else 0)
            return 1, -(-row * (2 if kind == "longcat_flash" else 1) // 2)
        both = (_number(text, "qk_nope_head_dim") or 0) + rotary + (_number(text, "v_head_dim") or 0)
        return heads, -(-both // 2)
    head_dim = _number(text, "head_dim", "attention_head_dim", "kv_channels")
    if head_dim is None and heads:
        head_dim = max(1, hidden_size // heads)
    return (1 if text.get("multi_query") is True else _number(text, *_KV_HEADS) or heads), head_dim


def _caches(text: dict[str, Any], kind: str, layers: int) -> tuple[int, int, int]:
    """How many layers keep everything, how many a window, and how long that window is (0: none)."""
    kinds = _layer_kinds(text, kind, layers)
    if kinds is None:
        return layers, 0, 0
    window = _number(text, "sliding_window", "sliding_window_size", "attention_chunk_size", "attention_window_size")
    kept = sum(name in _KEPT for name in kinds)
    sliding = sum(name in _SLIDING for name in kinds)
    if window is None:
        return kept + sliding, 0, 0
    return kept, sliding, window


def _layer_kinds(text: dict[str, Any], kind: str, layers: int) -> list[str] | None:
    """What each layer with a cache of its own keeps; None: everything, in each layer."""
    if kind in _NO_CACHE:
        return []
    listed = _listed_kinds(text, kind, layers)
    if listed is None:
        listed = _regular_kinds(text, kind, layers)
    shared = _number(text, "num_kv_shared_layers") if kind in ("gemma3n_text", "gemma4_text") else None
    # The last layers of these read what an earlier one keeps.
    return listed[: max(0, layers - shared)] if listed is not None and shared else listed


def _listed_kinds(text: dict[str, Any], kind: str, layers: int) -> list[str] | None:
    """The kinds of layers where the config names each one."""
    found: list[Any] = []
    if kind == "nemotron_h":
        found = _block_types(text)
    elif kind in ("kimi_linear", "kimi_k3"):
        linear = text.get("linear_attn_config")
        numbers = linear.get("kda_layers") if isinstance(linear, dict) else None
        if isinstance(numbers, list):
            found = ["linear" if n + 1 in numbers else "full_attention" for n in range(layers)]
    elif kind == "mimo_v2_flash" and isinstance(text.get("hybrid_layer_pattern"), list):
        found = ["sliding_attention" if entry == 1 else "full_attention" for entry in text["hybrid_layer_pattern"]]
    elif kind in ("lfm2", "lfm2_moe") and isinstance(text.get("full_attn_idxs"), list):
        found = ["full_attention" if n in text["full_attn_idxs"] else "conv" for n in range(layers)]
    elif kind in _BY_LAYER_TYPES and isinstance(text.get("layer_types"), list):
        found = text["layer_types"]
    # A list that is too short says nothing of the rest.
    return [str(entry) for entry in found[:layers]] if len(found) >= layers else None


def _block_types(text: dict[str, Any]) -> list[Any]:
    for name in ("hybrid_override_pattern", "layers_block_type", "layer_types"):
        value = text.get(name)
        if isinstance(value, str | list) and value:
            return list(value)[: _MOST_LAYERS + 1]
    return []


def _regular_kinds(text: dict[str, Any], kind: str, layers: int) -> list[str] | None:
    """The kinds of layers where they follow a rhythm."""
    numbers = range(1, layers + 1)
    if kind in _BY_INTERVAL:
        every = _number(text, "full_attention_interval") or 1
        return ["full_attention" if n % every == 0 else "linear" for n in numbers]
    if kind in _BY_PATTERN:
        every = _number(text, "sliding_window_pattern") or 1
        return ["full_attention" if n % every == 0 else "sliding_attention" for n in numbers]
    if kind == "exaone4" and isinstance(text.get("sliding_window_pattern"), str):
        pattern = text["sliding_window_pattern"] or "G"
        return ["sliding_attention" if pattern[n % len(pattern)] == "L" else "full_attention" for n in range(layers)]
    if kind == "jamba":
        period = _number(text, "attn_layer_period") or 1
        offset = _number(text, "attn_layer_offset") or 0
        return ["attention" if n % period == offset else "mamba" for n in range(layers)]
    return None


def _bits(config: dict[str, Any], text: dict[str, Any]) -> int | None:
    """Bits of a weight: of the quantization, else of the number type. Mixed ones are told by the prevailing one."""
    for source in (config, text):
        for name in ("quantization", "quantization_config"):
            quantization = source.get(name)
            if isinstance(quantization, dict):
                bits = _number(quantization, "bits")
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
    experts, chosen = _number(text, *_EXPERTS), _number(text, *_CHOSEN_EXPERTS)
    width = _number(text, *_EXPERT_WIDTH)
    if experts is None or chosen is None or width is None or chosen >= experts:
        return None
    dense_layers = min(layers, _number(text, "first_k_dense_replace", "num_dense_layers") or 0)
    shared = _number(text, "n_shared_experts", "num_shared_experts") or 0
    shared_width = _number(text, "shared_expert_intermediate_size") or shared * width
    dense_width = _number(text, "intermediate_size", "ffn_hidden_size") or width
    expert = 3 * hidden_size * width
    rest = layers * _attention_weights(text, hidden_size)
    rest += hidden_size * (_number(text, "vocab_size") or 0)
    rest += dense_layers * 3 * hidden_size * dense_width + (layers - dense_layers) * 3 * hidden_size * shared_width
    all_experts = (layers - dense_layers) * experts * expert
    if all_experts <= 0:
        return None
    return round((rest + all_experts * chosen / experts) / (rest + all_experts), 4)


def _attention_weights(text: dict[str, Any], hidden_size: int) -> int:
    """About how many weights the attention of one layer has."""
    heads = _number(text, *_HEADS) or 1
    latent, narrow = _number(text, "kv_lora_rank"), _number(text, "q_lora_rank")
    if latent is None:
        head_dim = _number(text, "head_dim") or max(1, hidden_size // heads)
        return 2 * hidden_size * head_dim * (heads + (_number(text, *_KV_HEADS) or heads))
    values = _number(text, "v_head_dim") or 0
    queries = (_number(text, "qk_nope_head_dim") or 0) + (_number(text, "qk_rope_head_dim") or 0)
    into_queries = narrow * (hidden_size + heads * queries) if narrow else hidden_size * heads * queries
    return into_queries + latent * (hidden_size + heads * (queries + values)) + heads * values * hidden_size
