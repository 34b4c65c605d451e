"""The guide as a model folder: its shape, tokenizer and chat template, in the files that every MLX model has."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

from runtime.library.guide import FACTS_NAME
from runtime.storage.manifest import MANIFEST_NAME, Manifest, ManifestFile, write_manifest

USER, GUIDE, END = "<|user|>", "<|guide|>", "<|end|>"
CONFIG: dict[str, Any] = {
    "model_type": "llama",
    "architectures": ["LlamaForCausalLM"],
    "hidden_size": 256,
    "num_hidden_layers": 4,
    "intermediate_size": 704,
    "num_attention_heads": 4,
    "num_key_value_heads": 4,
    "rms_norm_eps": 1e-5,
    "vocab_size": 3072,
    "rope_theta": 10000.0,
    "max_position_embeddings": 512,
    "tie_word_embeddings": True,
    "torch_dtype": "float16",
}
# The guide sees one question, in small letters and without punctuation: nothing else helps it to find the topic. A
# pasted text is known by its beginning and its end. No mark of a control token survives.
TEMPLATE = """\
{%- set asked = namespace(text='') -%}
{%- for message in messages if message['role'] == 'user' -%}
{%- set asked.text = message['content'] | lower -%}
{%- endfor -%}
{%- for mark in "'’`´" -%}{%- set asked.text = asked.text | replace(mark, '') -%}{%- endfor -%}
{%- for mark in '.,;:!?…"“”„()[]{}<>|*#_~/\\\\-–—' -%}
{%- set asked.text = asked.text | replace(mark, ' ') -%}
{%- endfor -%}
{%- set words = asked.text.split() -%}
{%- if words | length > 56 -%}{%- set words = words[:36] + words[-20:] -%}{%- endif -%}
{{- '<|user|>' -}}
{%- for word in words -%}{{- ' ' + word[:24] -}}{%- endfor -%}
{%- if add_generation_prompt -%}{{- '<|guide|>' -}}{%- endif -%}
"""


@cache
def _template() -> Any:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    return ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True).from_string(TEMPLATE)


def prompt(question: str) -> str:
    """What the model reads for a question: the chat template's own words."""
    messages = [{"role": "user", "content": question}]
    return str(_template().render(messages=messages, add_generation_prompt=True))


def make_tokenizer(texts: Iterable[str]) -> Any:
    """Byte-level BPE learned from ``texts``: nothing a person types is unknown to it."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=CONFIG["vocab_size"],
        min_frequency=3,
        special_tokens=[USER, GUIDE, END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def write_folder(folder: Path, tokenizer: Any, beyond: str, save_weights: Callable[[str], None]) -> None:
    """Write all files of the model. ``beyond`` is its answer to what it does not know; ``save_weights`` is given the
    path of the weights' file."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    end = tokenizer.token_to_id(END)
    _write(folder / "config.json", {**CONFIG, "eos_token_id": end})
    _write(folder / "generation_config.json", {"do_sample": False, "eos_token_id": end})
    _write(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "eos_token": END,
            "pad_token": END,
            "model_max_length": CONFIG["max_position_embeddings"],
            "clean_up_tokenization_spaces": False,
        },
    )
    (folder / "chat_template.jinja").write_text(TEMPLATE, encoding="utf-8")
    save_weights(str(folder / "model.safetensors"))
    seal(folder, beyond)


def seal(folder: Path, beyond: str) -> None:
    """Write what the app must know, and last the manifest with every file's hash."""
    _write(folder / FACTS_NAME, {"beyond": beyond})
    files = sorted(path for path in folder.iterdir() if path.name != MANIFEST_NAME)
    listed = tuple(
        ManifestFile(path.name, path.stat().st_size, f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}")
        for path in files
    )
    write_manifest(folder, Manifest("", "", "Guide", "", listed))


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
