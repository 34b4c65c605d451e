"""Configs of real models, as their makers publish them, cut to what a shape is read from."""

from __future__ import annotations

from typing import Any

QWEN3_06B: dict[str, Any] = {
    "architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "hidden_size": 1024, "intermediate_size": 3072,
    "num_hidden_layers": 28, "num_attention_heads": 16, "num_key_value_heads": 8, "head_dim": 128,
    "max_position_embeddings": 40960, "max_window_layers": 28, "sliding_window": None, "use_sliding_window": False,
    "rms_norm_eps": 1e-6, "rope_theta": 1000000, "tie_word_embeddings": True, "vocab_size": 151936,
    "torch_dtype": "bfloat16", "quantization": {"group_size": 64, "bits": 4},
    "quantization_config": {"group_size": 64, "bits": 4},
}  # fmt: skip
LLAMA_32_3B: dict[str, Any] = {
    "model_type": "llama", "hidden_size": 3072, "intermediate_size": 8192, "num_hidden_layers": 28,
    "num_attention_heads": 24, "num_key_value_heads": 8, "head_dim": 128, "max_position_embeddings": 131072,
    "rms_norm_eps": 1e-5, "rope_theta": 500000.0, "vocab_size": 128256, "quantization": {"group_size": 64, "bits": 8},
}  # fmt: skip
MISTRAL_7B: dict[str, Any] = {
    "model_type": "mistral", "hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32,
    "num_attention_heads": 32, "num_key_value_heads": 8, "max_position_embeddings": 32768, "sliding_window": 4096,
    "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "vocab_size": 32000, "torch_dtype": "bfloat16",
}  # fmt: skip
GEMMA3_4B: dict[str, Any] = {
    "model_type": "gemma3", "image_token_index": 262144, "mm_tokens_per_image": 256, "torch_dtype": "bfloat16",
    "text_config": {
        "hidden_size": 2560, "intermediate_size": 10240, "model_type": "gemma3_text", "num_hidden_layers": 34,
        "rope_scaling": {"factor": 8.0, "rope_type": "linear"}, "sliding_window": 1024,
    },
    "vision_config": {"hidden_size": 1152, "num_hidden_layers": 27, "num_attention_heads": 16},
    "quantization": {"group_size": 64, "bits": 4},
}  # fmt: skip
GEMMA4_E2B: dict[str, Any] = {
    "model_type": "gemma4",
    "text_config": {
        "model_type": "gemma4_text", "hidden_size": 1536, "num_hidden_layers": 35, "intermediate_size": 6144,
        "num_attention_heads": 8, "num_key_value_heads": 1, "head_dim": 256, "global_head_dim": 512,
        "num_kv_shared_layers": 20, "sliding_window": 512, "max_position_embeddings": 131072, "vocab_size": 262144,
        "layer_types": (["sliding_attention"] * 4 + ["full_attention"]) * 7,
    },
    "quantization": {"group_size": 64, "bits": 4},
}  # fmt: skip
GEMMA4_31B: dict[str, Any] = {
    "model_type": "gemma4",
    "text_config": {
        "model_type": "gemma4_text", "hidden_size": 5376, "num_hidden_layers": 60, "intermediate_size": 21504,
        "num_attention_heads": 32, "num_key_value_heads": 16, "num_global_key_value_heads": 4, "head_dim": 256,
        "global_head_dim": 512, "num_kv_shared_layers": 0, "sliding_window": 1024, "max_position_embeddings": 262144,
        "vocab_size": 262144, "attention_k_eq_v": True, "hidden_size_per_layer_input": 0,
        "use_double_wide_mlp": False, "layer_types": (["sliding_attention"] * 5 + ["full_attention"]) * 10,
    },
    "quantization": {"group_size": 64, "bits": 4},
}  # fmt: skip
GPT_OSS_20B: dict[str, Any] = {
    "model_type": "gpt_oss", "hidden_size": 2880, "intermediate_size": 2880, "num_hidden_layers": 24,
    "num_attention_heads": 64, "num_key_value_heads": 8, "head_dim": 64, "max_position_embeddings": 131072,
    "num_local_experts": 32, "num_experts_per_tok": 4, "experts_per_token": 4, "sliding_window": 128,
    "vocab_size": 201088, "rope_theta": 150000,
    "rope_scaling": {"rope_type": "yarn", "factor": 32.0, "original_max_position_embeddings": 4096,
                     "beta_fast": 32.0, "beta_slow": 1.0},
    "layer_types": ["sliding_attention", "full_attention"] * 12,
    "quantization": {"group_size": 32, "bits": 4, "mode": "mxfp4",
                     "model.embed_tokens": {"group_size": 64, "bits": 8}},
}  # fmt: skip
QWEN3_NEXT_80B: dict[str, Any] = {
    "model_type": "qwen3_next", "hidden_size": 2048, "intermediate_size": 5120, "num_hidden_layers": 48,
    "num_attention_heads": 16, "num_key_value_heads": 2, "head_dim": 256, "linear_num_value_heads": 32,
    "linear_num_key_heads": 16, "linear_key_head_dim": 128, "linear_value_head_dim": 128, "linear_conv_kernel_dim": 4,
    "num_experts": 512, "num_experts_per_tok": 10, "decoder_sparse_step": 1, "shared_expert_intermediate_size": 512,
    "mlp_only_layers": [], "moe_intermediate_size": 512, "rms_norm_eps": 1e-6, "vocab_size": 151936,
    "rope_theta": 10000000, "partial_rotary_factor": 0.25, "max_position_embeddings": 262144,
    "full_attention_interval": 4, "quantization": {"group_size": 64, "bits": 4},
}  # fmt: skip
QWEN35_9B: dict[str, Any] = {
    "model_type": "qwen3_5",
    "text_config": {
        "model_type": "qwen3_5_text", "hidden_size": 4096, "intermediate_size": 12288, "num_hidden_layers": 32,
        "num_attention_heads": 16, "num_key_value_heads": 4, "head_dim": 256, "linear_num_value_heads": 32,
        "linear_num_key_heads": 16, "linear_key_head_dim": 128, "linear_value_head_dim": 128, "vocab_size": 248320,
        "max_position_embeddings": 262144,
        "layer_types": (["linear_attention"] * 3 + ["full_attention"]) * 8,
    },
    "vision_config": {"depth": 27, "hidden_size": 1152},
    "quantization": {"group_size": 64, "bits": 4, "mode": "affine"},
}  # fmt: skip
DEEPSEEK_V3: dict[str, Any] = {
    "model_type": "deepseek_v3", "hidden_size": 7168, "intermediate_size": 18432, "moe_intermediate_size": 2048,
    "num_hidden_layers": 61, "num_attention_heads": 128, "num_key_value_heads": 128, "kv_lora_rank": 512,
    "q_lora_rank": 1536, "qk_rope_head_dim": 64, "qk_nope_head_dim": 128, "v_head_dim": 128, "n_routed_experts": 256,
    "n_shared_experts": 1, "num_experts_per_tok": 8, "first_k_dense_replace": 3, "max_position_embeddings": 163840,
    "vocab_size": 129280, "n_group": 8, "topk_group": 4, "quantization": {"group_size": 64, "bits": 4},
}  # fmt: skip
DEEPSEEK_V2_LITE: dict[str, Any] = {
    "model_type": "deepseek_v2", "hidden_size": 2048, "intermediate_size": 10944, "moe_intermediate_size": 1408,
    "num_hidden_layers": 27, "num_attention_heads": 16, "num_key_value_heads": 16, "kv_lora_rank": 512,
    "q_lora_rank": None, "qk_rope_head_dim": 64, "qk_nope_head_dim": 128, "v_head_dim": 128, "n_routed_experts": 64,
    "n_shared_experts": 2, "num_experts_per_tok": 6, "first_k_dense_replace": 1, "max_position_embeddings": 163840,
    "vocab_size": 102400, "torch_dtype": "bfloat16",
    "rope_scaling": {"beta_fast": 32, "beta_slow": 1, "factor": 40, "mscale": 0.707, "mscale_all_dim": 0.707,
                     "original_max_position_embeddings": 4096, "type": "yarn"},
}  # fmt: skip
LFM2_12B: dict[str, Any] = {
    "model_type": "lfm2", "hidden_size": 2048, "num_hidden_layers": 16, "num_attention_heads": 32,
    "num_key_value_heads": 8, "max_position_embeddings": 128000, "vocab_size": 65536, "norm_eps": 1e-5,
    "block_auto_adjust_ff_dim": True, "block_dim": 2048, "block_ff_dim": 12288, "block_ffn_dim_multiplier": 1.0,
    "block_multiple_of": 256, "conv_L_cache": 3, "conv_bias": False, "full_attn_idxs": [2, 5, 8, 10, 12, 14],
    "torch_dtype": "bfloat16",
}  # fmt: skip
EXAONE4: dict[str, Any] = {
    "model_type": "exaone4", "hidden_size": 5120, "intermediate_size": 27392, "num_hidden_layers": 64,
    "num_attention_heads": 40, "num_key_value_heads": 8, "head_dim": 128, "max_position_embeddings": 131072,
    "sliding_window": 4096, "sliding_window_pattern": "LLLG", "rms_norm_eps": 1e-5, "vocab_size": 102400,
    "rope_theta": 1000000, "tie_word_embeddings": False, "rope_scaling": None, "torch_dtype": "bfloat16",
}  # fmt: skip
COHERE2: dict[str, Any] = {
    "model_type": "cohere2", "hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32,
    "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 128, "max_position_embeddings": 8192,
    "sliding_window": 4096, "sliding_window_pattern": 4, "vocab_size": 256000, "torch_dtype": "float16",
}  # fmt: skip
GRANITE4_TINY: dict[str, Any] = {
    "model_type": "granitemoehybrid", "hidden_size": 1536, "intermediate_size": 512, "num_hidden_layers": 40,
    "num_attention_heads": 12, "num_key_value_heads": 4, "max_position_embeddings": 131072, "vocab_size": 100352,
    "embedding_multiplier": 12, "attention_multiplier": 0.0078125, "logits_scaling": 6, "residual_multiplier": 0.22,
    "num_local_experts": 64, "num_experts_per_tok": 6, "shared_intermediate_size": 1024, "mamba_n_heads": 48,
    "mamba_d_head": 64, "mamba_proj_bias": False, "mamba_d_state": 128, "mamba_d_conv": 4, "mamba_n_groups": 1,
    "mamba_conv_bias": True, "rms_norm_eps": 1e-5, "rope_theta": 10000, "attention_bias": False,
    "layer_types": ["attention" if n in (5, 15, 25, 35) else "mamba" for n in range(40)],
    "torch_dtype": "bfloat16",
}  # fmt: skip

REAL: dict[str, dict[str, Any]] = {
    "Qwen3-0.6B": QWEN3_06B, "Llama-3.2-3B": LLAMA_32_3B, "Mistral-7B": MISTRAL_7B, "gemma-3-4b": GEMMA3_4B,
    "gemma-4-e2b": GEMMA4_E2B, "gemma-4-31b": GEMMA4_31B, "gpt-oss-20b": GPT_OSS_20B,
    "Qwen3-Next-80B": QWEN3_NEXT_80B, "Qwen3.5-9B": QWEN35_9B, "DeepSeek-V3": DEEPSEEK_V3,
    "DeepSeek-V2-Lite": DEEPSEEK_V2_LITE, "LFM2-1.2B": LFM2_12B, "EXAONE-4": EXAONE4, "Command-R7B": COHERE2,
    "Granite-4-tiny": GRANITE4_TINY,
}  # fmt: skip
