"""Small encoders with random weights, made here, and what they compute written out once more in plain numpy."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from runtime.documents.embeddings.models import EmbeddingModel, Pooling

HIDDEN, LAYERS, HEADS, INNER, LENGTH = 32, 2, 4, 64, 40
_WORDS = "red green blue lamp desk river stone cloud house tree runs sleeps over under near"
WORDS = _WORDS.split()
Tensors = dict[str, np.ndarray]


@dataclass(frozen=True)
class Kind:
    """What differs between the families: names, first place, number of kinds, tokenizer."""

    model_type: str
    first_place: int
    kinds: int
    prefix: str = ""
    pooling: Pooling = Pooling.MEAN
    dtype: str = "float32"


BERT = Kind("bert", 0, 2)
BERT_BF16 = Kind("bert", 0, 2, prefix="bert.", dtype="bfloat16")
XLMR = Kind("xlm-roberta", 2, 1, prefix="roberta.", pooling=Pooling.FIRST)


def make_model(folder: Path, kind: Kind, *, max_tokens: int = 20) -> EmbeddingModel:
    """A model folder of this kind."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = _word_pieces() if kind.model_type == "bert" else _unigrams()
    tokenizer.enable_truncation(8)  # as real ones have it baked in
    tokenizer.enable_padding(length=8)
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {
        "model_type": kind.model_type,
        "hidden_size": HIDDEN,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "intermediate_size": INNER,
        "max_position_embeddings": LENGTH + kind.first_place,
        "layer_norm_eps": 1e-5,
        "pad_token_id": 1,
        "hidden_act": "gelu",
    }
    (folder / "config.json").write_text(json.dumps(config))
    tensors = {kind.prefix + name: value for name, value in _random(kind, tokenizer.get_vocab_size()).items()}
    if kind.dtype == "bfloat16":
        _save_bfloat16(tensors, folder / "model.safetensors")
    else:
        save_file(tensors, folder / "model.safetensors")
    return EmbeddingModel("small", HIDDEN, None, "made/here", max_tokens=max_tokens, pooling=kind.pooling).at(folder)


def _word_pieces() -> Any:
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS, *"abcdefghijklmnopqrstuvwxyz"]
    vocabulary += [f"##{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"]
    made = Tokenizer(models.WordPiece({word: at for at, word in enumerate(vocabulary)}, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return made


def _unigrams() -> Any:
    vocabulary = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
    vocabulary += [(f"▁{word}", -3.0) for word in WORDS] + [(letter, -8.0) for letter in "▁abcdefghijklmnopqrstuvwxyz"]
    made = Tokenizer(models.Unigram(vocabulary, unk_id=3))
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    made.decoder = decoders.Metaspace()
    made.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    return made


def _random(kind: Kind, words: int) -> Tensors:
    random = np.random.default_rng(7)

    def some(*sides: int, spread: float = 0.2) -> np.ndarray:
        return (random.standard_normal(sides) * spread).astype(np.float32)

    made = {
        "embeddings.word_embeddings.weight": some(words, HIDDEN, spread=1.0),
        "embeddings.position_embeddings.weight": some(LENGTH + kind.first_place, HIDDEN),
        "embeddings.token_type_embeddings.weight": some(kind.kinds, HIDDEN),
    }
    norms, denses = ["embeddings.LayerNorm"], []
    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}."
        norms += [name + "attention.output.LayerNorm", name + "output.LayerNorm"]
        denses += [(f"{name}attention.self.{part}", HIDDEN, HIDDEN) for part in ("query", "key", "value")]
        denses += [(name + "attention.output.dense", HIDDEN, HIDDEN), (name + "intermediate.dense", INNER, HIDDEN)]
        denses += [(name + "output.dense", HIDDEN, INNER)]
    for name in norms:
        made |= {name + ".weight": 1 + some(HIDDEN), name + ".bias": some(HIDDEN)}
    for name, out, width in denses:
        made |= {name + ".weight": some(out, width), name + ".bias": some(out)}
    return made


def _save_bfloat16(tensors: Tensors, path: Path) -> None:
    header, blobs, end = {}, [], 0
    for name, value in tensors.items():
        data = (value.view(np.uint32) >> 16).astype("<u2").tobytes()
        header[name] = {"dtype": "BF16", "shape": value.shape, "data_offsets": [end, end + len(data)]}
        blobs.append(data)
        end += len(data)
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + b"".join(blobs))


def reference(kind: Kind, words: int, ids: list[int]) -> np.ndarray:
    """The vector of one piece, computed step by step as the papers have it."""
    tensors = {name: value.astype(np.float64) for name, value in _as_stored(kind, words).items()}
    places = np.arange(len(ids)) + kind.first_place
    rows = tensors["embeddings.word_embeddings.weight"][ids] + tensors["embeddings.position_embeddings.weight"][places]
    rows = _norm(tensors, "embeddings.LayerNorm", rows + tensors["embeddings.token_type_embeddings.weight"][0])
    for layer in range(LAYERS):
        rows = _layer(tensors, f"encoder.layer.{layer}.", rows)
    vector = rows.mean(0) if kind.pooling is Pooling.MEAN else rows[0]
    return np.asarray(vector / np.linalg.norm(vector))


def _as_stored(kind: Kind, words: int) -> Tensors:
    tensors = _random(kind, words)
    if kind.dtype == "bfloat16":
        return {n: (v.view(np.uint32) >> 16 << 16).view(np.float32) for n, v in tensors.items()}
    return tensors


def _layer(tensors: Tensors, name: str, rows: np.ndarray) -> np.ndarray:
    seen = []
    query, key, value = (_dense(tensors, f"{name}attention.self.{part}", rows) for part in ("query", "key", "value"))
    for head in range(HEADS):
        part = slice(head * HIDDEN // HEADS, (head + 1) * HIDDEN // HEADS)
        scores = np.exp(query[:, part] @ key[:, part].T / math.sqrt(HIDDEN // HEADS))
        seen.append(scores / scores.sum(-1, keepdims=True) @ value[:, part])
    out = _dense(tensors, name + "attention.output.dense", np.concatenate(seen, -1))
    middle = _norm(tensors, name + "attention.output.LayerNorm", out + rows)
    wide = _dense(tensors, name + "intermediate.dense", middle)
    bent = wide * (1 + np.vectorize(math.erf)(wide / math.sqrt(2))) / 2
    return _norm(tensors, name + "output.LayerNorm", _dense(tensors, name + "output.dense", bent) + middle)


def _dense(tensors: Tensors, name: str, rows: np.ndarray) -> np.ndarray:
    return np.asarray(rows @ tensors[name + ".weight"].T + tensors[name + ".bias"])


def _norm(tensors: Tensors, name: str, rows: np.ndarray) -> np.ndarray:
    spread = np.sqrt(rows.var(-1, keepdims=True) + 1e-5)
    return np.asarray(
        (rows - rows.mean(-1, keepdims=True)) / spread * tensors[name + ".weight"] + tensors[name + ".bias"]
    )
