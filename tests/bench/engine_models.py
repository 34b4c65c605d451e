"""Models with random weights for measuring the engine: ``python -m tests.bench.engine_models SHAPE FOLDER``.

In a process of its own, as it imports MLX. Their first tokens are never the likeliest at the end, so no answer ends
before its length.
"""

from __future__ import annotations

import importlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

_COMMON: dict[str, Any] = {
    "vocab_size": 640,
    "max_position_embeddings": 262144,
    "rms_norm_eps": 1e-5,
    "rope_theta": 1e6,
    "tie_word_embeddings": True,
    "head_dim": 64,
}
_SMALL = {
    **_COMMON, "hidden_size": 256, "intermediate_size": 768, "num_hidden_layers": 4, "num_attention_heads": 4,
    "num_key_value_heads": 2,
}  # fmt: skip
_MIDDLE = {
    **_COMMON, "hidden_size": 1024, "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 16,
    "num_key_value_heads": 8,
}  # fmt: skip
_LINEAR = {
    "linear_num_value_heads": 4, "linear_num_key_heads": 2, "linear_key_head_dim": 64, "linear_value_head_dim": 64,
    "linear_conv_kernel_dim": 4, "num_experts": 4, "num_experts_per_tok": 2, "decoder_sparse_step": 1,
    "shared_expert_intermediate_size": 256, "moe_intermediate_size": 256, "mlp_only_layers": [],
    "partial_rotary_factor": 0.25, "full_attention_interval": 4, "norm_topk_prob": True,
}  # fmt: skip
SHAPES: dict[str, dict[str, Any]] = {
    "small": {**_SMALL, "model_type": "llama"},
    "middle": {**_MIDDLE, "model_type": "llama"},
    "window": {
        **_SMALL, "model_type": "gemma3_text", "sliding_window": 512, "sliding_window_pattern": 4,
        "query_pre_attn_scalar": 64,
    },
    "linear": {**_SMALL, **_LINEAR, "model_type": "qwen3_next"},
}  # fmt: skip


def described(name: str) -> str:
    """A shape in one line, for the head of a table."""
    shape = SHAPES[name]
    return (
        f"{shape['model_type']}, {shape['num_hidden_layers']} layers, width {shape['hidden_size']}, "
        f"{shape['num_attention_heads']} heads of {shape['head_dim']} ({shape['num_key_value_heads']} for keys), "
        "random weights in 32 bit"
    )


def made(name: str, folder: Path) -> Path:
    """The folder of a model of this shape, written by a child process."""
    from tests.tiny.fixtures import tiny_model_folder

    target = folder / name
    subprocess.run([sys.executable, "-m", __name__, name, str(target), str(tiny_model_folder())], check=True)
    return target


def _write(name: str, folder: Path, tokenizer_from: Path) -> None:
    import mlx.core as mx
    from mlx.utils import tree_flatten

    config = SHAPES[name]
    module = importlib.import_module(f"mlx_lm.models.{config['model_type']}")
    mx.random.seed(1)
    weights = dict(tree_flatten(module.Model(module.ModelArgs.from_dict(config)).parameters()))
    end = json.loads((tokenizer_from / "config.json").read_text())["eos_token_id"]
    for key, weight in weights.items():
        if "embed_tokens" in key or "lm_head" in key:
            weight[end] = 0
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({**config, "eos_token_id": end}))
    mx.save_safetensors(str(folder / "model.safetensors"), weights, metadata={"format": "mlx"})
    for path in tokenizer_from.iterdir():
        if path.name.startswith(("token", "special", "chat")):
            shutil.copy(path, folder)


if __name__ == "__main__":
    _write(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
