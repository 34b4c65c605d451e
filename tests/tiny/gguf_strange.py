"""Tiny models of other architectures with random numbers: what they say means nothing, but it is always the same."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.tiny.gguf import F32, Tensor

_SEED = 5
Parts = tuple[dict[str, Any], list[Tensor]]


def with_a_window(parts: Parts, window_tokens: int) -> Parts:
    """A model three of whose layers see only the last ``window_tokens`` words, from the parts of the tiny one."""
    metadata, tensors = parts
    told = {key.replace("llama.", "cohere2."): value for key, value in metadata.items()}
    told |= {
        "general.architecture": "cohere2",
        "cohere2.attention.layer_norm_epsilon": 1e-5,
        "cohere2.attention.sliding_window": window_tokens,
        "cohere2.logit_scale": 1.0,
    }
    return told, [tensor for tensor in tensors if ".ffn_norm." not in tensor.name]


def with_a_state(parts: Parts) -> Parts:
    """A model that keeps a state of fixed size (Mamba), with the tiny one's words."""
    metadata, tensors = parts
    width, inner, state, rank, kernel = 128, 256, 16, 8, 4
    told = {key: value for key, value in metadata.items() if not key.startswith("llama.")}
    told |= {
        "general.architecture": "mamba",
        "mamba.block_count": 2,
        "mamba.context_length": 2048,
        "mamba.embedding_length": width,
        "mamba.feed_forward_length": 0,
        "mamba.attention.head_count": 0,
        "mamba.attention.layer_norm_rms_epsilon": 1e-5,
        "mamba.ssm.conv_kernel": kernel,
        "mamba.ssm.inner_size": inner,
        "mamba.ssm.state_size": state,
        "mamba.ssm.time_step_rank": rank,
        "mamba.vocab_size": metadata["llama.vocab_size"],
    }
    chance = np.random.default_rng(_SEED)
    made = [tensor for tensor in tensors if tensor.name in ("token_embd.weight", "output_norm.weight")]
    shapes = {
        "ssm_in.weight": (width, 2 * inner), "ssm_conv1d.weight": (kernel, inner), "ssm_conv1d.bias": (inner,),
        "ssm_x.weight": (inner, rank + 2 * state), "ssm_dt.weight": (rank, inner), "ssm_dt.bias": (inner,),
        "ssm_d": (inner,), "ssm_out.weight": (inner, width),
    }  # fmt: skip
    for layer in range(2):
        made.append(_tensor(f"blk.{layer}.attn_norm.weight", (width,), np.ones(width)))
        made.append(_tensor(f"blk.{layer}.ssm_a", (state, inner), -np.tile(np.arange(1, state + 1), (inner, 1))))
        for name, shape in shapes.items():
            made.append(_tensor(f"blk.{layer}.{name}", shape, chance.normal(0, 0.2, tuple(reversed(shape)))))
    return told, made


def _tensor(name: str, shape: tuple[int, ...], numbers: Any) -> Tensor:
    return Tensor(name, shape, F32, np.asarray(numbers, dtype=np.float32).tobytes())
