"""What is asked of a GGUF folder before llama.cpp sees it: that it holds together, and that it fits."""

from __future__ import annotations

import math
import re
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runtime.errors import ModelDamaged, ModelDoesNotFit, ModelFolderMissing, ModelUnsafe
from runtime.events import LengthLimit
from runtime.inference.limits import WORKING_SHARE, CacheCost
from runtime.inference.llama.template import LONGEST_TEMPLATE
from runtime.inference.model_check import LEAST_CONTEXT_TOKENS
from runtime.requests import LoadModel, Sampling
from runtime.storage.gguf_folder import gguf_files, read_gguf_folder
from runtime.storage.gguf_header import GgufArray, GgufHeader
from runtime.storage.gguf_shape import gguf_shape
from runtime.storage.model_shape import ModelShape

_F16, _Q8_0 = 1, 8
# Bytes of a number in the cache: as ggml packs 32 of them with one scale.
_CACHE_BYTES = {_F16: 2.0, _Q8_0: 34 / 32}
_FALLBACK_CONTEXT = 4096
# Keys and values are packed when a conversation would otherwise be shorter than this.
_ROOMY_TOKENS = 8192
# Room for one batch's work beside the share of the weights, whatever their size.
_WORKING_BYTES = 32 * 2**20
_MOST_WORDS = 2**21
_WORDS = b"tokenizer.ggml.tokens"
_LARGEST_FLOAT = 1e30
_LAYER = re.compile(r"blk\.(\d+)\.")
_RANGES = {"attention.head_count": 2**14, "embedding_length": 2**20, "block_count": 2**12, "context_length": 2**31}
# A model with these may have no heads at all.
_WITHOUT_HEADS = ("ssm.conv_kernel", "wkv.head_size")
_SAMPLING = {
    "temperature": ("general.sampling.temp", 0.0, 5.0),
    "top_p": ("general.sampling.top_p", 0.0, 1.0),
    "top_k": ("general.sampling.top_k", 0, 100_000),
    "min_p": ("general.sampling.min_p", 0.0, 1.0),
    "repetition_penalty": ("general.sampling.penalty_repeat", 0.1, 10.0),
}


@dataclass(frozen=True)
class GgufModel:
    """A folder's model once it was checked: the file to open (the first of a set), its head, and its shape."""

    path: Path
    header: GgufHeader
    shape: ModelShape

    @property
    def template(self) -> str:
        """The chat template's own text."""
        return self.header.text("tokenizer.chat_template")


@dataclass(frozen=True)
class Room:
    """How long a conversation may be, what decides it, and ggml's type of the numbers in its cache."""

    context_tokens: int
    limit: LengthLimit
    cache_type: int


def check_gguf(folder: Path) -> GgufModel:
    """The folder's model, its head checked to the last byte of its claims. Blocks; any thread.

    Raises:
        ModelFolderMissing, ModelDamaged, ModelUnsafe, ModelUnsupported
    """
    if not folder.is_dir():
        raise ModelFolderMissing(str(folder))
    headers = read_gguf_folder(folder)
    path, head = gguf_files(folder)[0], headers[0]
    _check_numbers(path.name, headers)
    _check_words(path.name, head)
    _check_no_word_twice(path, head)
    shape = gguf_shape(headers)
    if shape is None:
        raise ModelDamaged(path.name, "layers")
    return GgufModel(path, head, shape)


def room_for(model: GgufModel, request: LoadModel) -> Room:
    """How much a conversation may fill. Where memory is short, keys and values are kept in 8 bits.

    Raises:
        ModelDoesNotFit: not even the shortest conversation that is worth it.
    """
    own = model.header.number("{}.context_length") or _FALLBACK_CONTEXT
    limits = [(own, LengthLimit.MODEL)]
    if request.context_tokens:
        limits.append((request.context_tokens, LengthLimit.ASKED))
    cache_type = _F16
    if request.budget_bytes is not None:
        held_bytes = int(model.shape.weight_bytes * (1 + WORKING_SHARE)) + _WORKING_BYTES
        left_bytes = request.budget_bytes - held_bytes
        wanted = min(min(limits)[0], _ROOMY_TOKENS)
        if cache_cost(model.shape, _F16).tokens_within(left_bytes) < wanted and _packs(model.shape):
            cache_type = _Q8_0
        cost = cache_cost(model.shape, cache_type)
        least = min(own, LEAST_CONTEXT_TOKENS)
        if left_bytes < cost.bytes_for(least):
            raise ModelDoesNotFit(held_bytes + cost.bytes_for(least), request.budget_bytes)
        limits.append((cost.tokens_within(left_bytes), LengthLimit.MEMORY))
    if request.kv_limit_tokens is not None:
        limits.append((request.kv_limit_tokens, LengthLimit.MEMORY))
    tokens, limit = min(limits, key=lambda one: one[0])
    return Room(tokens, limit, cache_type)


def cache_cost(shape: ModelShape, cache_type: int) -> CacheCost:
    """What each token of a conversation keeps, keys and values, with numbers of ggml's ``cache_type``."""
    number_bytes = _CACHE_BYTES[cache_type]
    layers = shape.layers if shape.kv_layers is None else shape.kv_layers
    row = (shape.kv_heads or 1) * (shape.head_dim or shape.hidden_size)
    token_bytes = int(2 * number_bytes * row * layers)
    if not shape.sliding_layers or not shape.sliding_window:
        return CacheCost(token_bytes)
    slid = (shape.sliding_kv_heads or 1) * (shape.sliding_head_dim or shape.head_dim or shape.hidden_size)
    # llama.cpp keeps a batch more than the window.
    return CacheCost(token_bytes, int(2 * number_bytes * slid * shape.sliding_layers), shape.sliding_window + 512)


def published_gguf_sampling(folder: Path, header: GgufHeader) -> Sampling:
    """What the model's makers say in the head, or in a ``generation_config.json`` beside it."""
    from runtime.inference.sampling import combined, published_sampling

    found: dict[str, Any] = {}
    for name, (key, low, high) in _SAMPLING.items():
        value = header.metadata.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high:
            found[name] = value
    beside = published_sampling(folder)
    return combined(Sampling(**found), beside) if found else beside


def _packs(shape: ModelShape) -> bool:
    """Whether keys and values can be kept in blocks of 32."""
    heads = [shape.head_dim, shape.sliding_head_dim]
    return all(size is None or size % 32 == 0 for size in heads)


def _check_numbers(name: str, headers: tuple[GgufHeader, ...]) -> None:
    """Numbers that llama.cpp would divide by or build for, before it finds that they lie."""
    head = headers[0]
    headless = any(f"{head.architecture}.{key}" in head.metadata for key in _WITHOUT_HEADS)
    for key, most in _RANGES.items():
        value = head.metadata.get(f"{head.architecture}.{key}")
        least = 0 if headless and key == "attention.head_count" else 1
        if value is not None and not isinstance(value, tuple) and not (type(value) is int and least <= value <= most):
            raise ModelDamaged(name, f"{key}={str(value)[:40]}")
    for key, value in head.metadata.items():
        numbers = value if isinstance(value, tuple) else (value,)
        told = [number for number in numbers if isinstance(number, float)]
        if not all(math.isfinite(number) and abs(number) < _LARGEST_FLOAT for number in told):
            raise ModelDamaged(name, f"{key}={str(value)[:40]}")
        if key.endswith("_epsilon") and not all(0 <= number <= 1 for number in told):
            raise ModelDamaged(name, f"{key}={str(value)[:40]}")
    layers = head.number("{}.block_count")
    found = [_LAYER.match(tensor.name) for header in headers for tensor in header.tensors]
    deepest = max((int(match[1]) for match in found if match), default=-1)
    if layers is not None and layers > deepest + 1:
        raise ModelDamaged(name, f"block_count={layers}, weights have {deepest + 1}")


def _check_words(name: str, head: GgufHeader) -> None:
    if len(head.text("tokenizer.chat_template")) > LONGEST_TEMPLATE:
        raise ModelUnsafe(f"{name}: a chat template of more than {LONGEST_TEMPLATE} characters")
    words = head.metadata.get("tokenizer.ggml.tokens")
    count = words.length if isinstance(words, GgufArray) else 0
    if count > _MOST_WORDS:
        raise ModelUnsafe(f"{name}: {count} words")
    for key in ("tokenizer.ggml.token_type", "tokenizer.ggml.scores"):
        told = head.metadata.get(key)
        length = told.length if isinstance(told, GgufArray) else len(told) if isinstance(told, tuple) else None
        if (told is not None and length is None) or (length is not None and length != count):
            raise ModelDamaged(name, f"{key}: {length} for {count} words")
    for key, value in head.metadata.items():
        is_word = key.startswith("tokenizer.ggml.") and key.endswith("_token_id")
        # -1, in whatever type, means none.
        if is_word and not (type(value) is int and (value < count or value >= 2**31 - 1)):
            raise ModelDamaged(name, f"{key}={str(value)[:40]}")


def _check_no_word_twice(path: Path, head: GgufHeader) -> None:
    """llama.cpp ends its process when a vocabulary has a word twice."""
    with path.open("rb") as stream:
        data = stream.read(head.data_offset)
    # The array of texts under its key: its kind, the kind of its items and their count, as they lie in the file.
    key = struct.pack("<Q", len(_WORDS)) + _WORDS + struct.pack("<II", 9, 8)
    at = data.find(key) + len(key)
    if at < len(key):
        raise ModelDamaged(path.name, "a vocabulary without words")
    seen: set[bytes] = set()
    unpack = struct.Struct("<Q").unpack_from
    try:
        (count,) = unpack(data, at)
        at += 8
        for _ in range(count):
            end = at + 8 + unpack(data, at)[0]
            word = data[at + 8 : end]
            if word and word in seen:
                raise ModelDamaged(path.name, f"a word twice: {word[:40]!r}")
            seen.add(word)
            at = end
    except struct.error as error:
        raise ModelDamaged(path.name, "words") from error
