"""Very small models with random weights, one for each kind of cache that mlx_lm has."""

from __future__ import annotations

import importlib
import json
import shutil
from pathlib import Path
from typing import Any

import mlx.core as mx
from mlx.utils import tree_flatten
from mlx_lm.models import cache as caches

_BASE: dict[str, Any] = {
    "hidden_size": 64,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 16,
    "vocab_size": 640,
    "max_position_embeddings": 8192,
    "rms_norm_eps": 1e-5,
    "rope_theta": 1e4,
    "tie_word_embeddings": True,
}
_LATENT = {
    "kv_lora_rank": 32, "q_lora_rank": 32, "qk_rope_head_dim": 16, "qk_nope_head_dim": 16, "v_head_dim": 16,
    "num_key_value_heads": 4, "first_k_dense_replace": 2, "moe_intermediate_size": 32, "n_routed_experts": 2,
    "n_shared_experts": 1, "index_head_dim": 16, "index_n_heads": 2, "index_topk": 64, "rope_scaling": None,
}  # fmt: skip
_LINEAR = {
    "linear_num_value_heads": 4, "linear_num_key_heads": 2, "linear_key_head_dim": 16, "linear_value_head_dim": 16,
    "linear_conv_kernel_dim": 4, "num_experts": 4, "num_experts_per_tok": 2, "decoder_sparse_step": 1,
    "shared_expert_intermediate_size": 32, "moe_intermediate_size": 32, "mlp_only_layers": [],
    "partial_rotary_factor": 0.25, "full_attention_interval": 2, "norm_topk_prob": True,
}  # fmt: skip
_MAMBA = {
    "num_heads": 8, "state_size": 16, "conv_kernel": 4, "n_groups": 1, "use_bias": False, "use_conv_bias": True,
    "time_step_limit": [0.0, 1e9], "time_step_rank": 8, "layer_norm_epsilon": 1e-5, "intermediate_size": 128,
}  # fmt: skip
_FALCON = {
    "mamba_d_ssm": 64, "mamba_d_head": 16, "mamba_n_heads": 4, "mamba_d_state": 16, "mamba_expand": 1,
    "mamba_chunk_size": 32, "lm_head_multiplier": 1.0,
}  # fmt: skip
_GRIFFIN = {
    "attention_bias": False, "conv1d_width": 4, "logits_soft_cap": 30.0, "attention_window_size": 48,
    "block_types": ["recurrent", "attention"],
}  # fmt: skip
_CHUNKED = {
    "intermediate_size_mlp": 64, "num_hidden_layers": 4, "attention_chunk_size": 64, "attention_bias": False,
    "rope_scaling": None, "num_local_experts": 2, "num_experts_per_tok": 1, "interleave_moe_layer_step": 4,
    "use_qk_norm": True,
}  # fmt: skip

CONFIGS: dict[str, dict[str, Any]] = {
    "attention": {**_BASE, "model_type": "llama"},
    "sliding window": {
        **_BASE, "model_type": "gemma3_text", "sliding_window": 48, "sliding_window_pattern": 2,
        "query_pre_attn_scalar": 16,
    },
    "state space": {**_BASE, **_MAMBA, "model_type": "mamba2"},
    "linear attention": {**_BASE, **_LINEAR, "model_type": "qwen3_next", "tie_word_embeddings": False},
    "both in a layer": {**_BASE, **_FALCON, "model_type": "falcon_h1"},
    "recurrent and window": {**_BASE, **_GRIFFIN, "model_type": "recurrent_gemma"},
    "chunks": {"model_type": "llama4", "text_config": {**_BASE, **_CHUNKED, "model_type": "llama4_text"}},
    "latent and index": {**_BASE, **_LATENT, "model_type": "deepseek_v32"},
}  # fmt: skip


def concatenating() -> list[Any]:
    """Of the same length, though no model of today keeps all its layers so."""
    return [caches.ConcatenateKVCache() for _ in range(2)]


def quantized() -> list[Any]:
    """As where memory is short."""
    return [caches.QuantizedKVCache(group_size=32, bits=8) for _ in range(2)]


def rotating() -> list[Any]:
    """Windows alone, so that nothing of the beginning is left."""
    return [caches.RotatingKVCache(max_size=48) for _ in range(2)]


# Caches that mlx_lm has and no small model makes by itself: an attention model is told to.
INSTEAD = {"concatenated": concatenating, "quantized": quantized, "windows alone": rotating}
KINDS = [*CONFIGS, *INSTEAD]


def write_model(kind: str, folder: Path, tokenizer_from: Path) -> Path:
    """A folder as the hub has them, with the tiny model's tokenizer."""
    config = CONFIGS["attention" if kind in INSTEAD else kind]
    if kind == "quantized":
        config = {**config, "num_attention_heads": 2, "head_dim": 32}
    module = importlib.import_module(f"mlx_lm.models.{config['model_type']}")
    mx.random.seed(3)
    model = module.Model(module.ModelArgs.from_dict(config))
    # Wider than a library's first values, so that what stands far back decides what is said.
    weights = {
        name: mx.random.normal(value.shape) * 0.25 if value.ndim == 2 else value
        for name, value in tree_flatten(model.parameters())
    }
    folder.mkdir(parents=True, exist_ok=True)
    mx.save_safetensors(str(folder / "model.safetensors"), weights, metadata={"format": "mlx"})
    end = json.loads((tokenizer_from / "config.json").read_text())["eos_token_id"]
    (folder / "config.json").write_text(json.dumps({**config, "eos_token_id": end}))
    for path in tokenizer_from.iterdir():
        if path.name.startswith(("token", "special", "chat")):
            shutil.copy(path, folder)
    return folder
