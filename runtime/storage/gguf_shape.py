"""The numbers that a GGUF model's memory need and speed follow from, read from its head.

The rules are those of llama.cpp (github.com/ggml-org/llama.cpp, src/llama-hparams.cpp and the models beside it): which
layers keep keys and values of everything, which of a window alone, and which a state of fixed size.
"""

from __future__ import annotations

from dataclasses import dataclass

from runtime.storage.engines import EngineKind
from runtime.storage.gguf_header import GgufArray, GgufHeader, GgufTensor
from runtime.storage.model_anatomy import Anatomy, LayerGroup
from runtime.storage.model_config import MOST_LAYERS
from runtime.storage.model_shape import ModelShape

# Every so-manieth layer sees everything and the others a window, where the file itself does not list them.
_EVERY = {"gemma2": 2, "gemma3": 6, "gemma3n": 5, "gpt-oss": 2, "cohere2": 4, "exaone4": 4, "olmo2": 4, "llama4": 4}
_EXPERTS = "_exps."
_LOOKED_UP = ("token_embd.", "per_layer_token_embd.")
_OUTPUT = "output.weight"


def gguf_shape(headers: tuple[GgufHeader, ...]) -> ModelShape | None:
    """The shape of the model that ``headers`` (one, or a set's in order) describe; None when not even layers and width
    can be told. Never raises, whatever the metadata holds."""
    head = headers[0]
    layers, hidden_size = head.number("{}.block_count"), head.number("{}.embedding_length")
    if layers is None or hidden_size is None or layers > MOST_LAYERS:
        return None
    # The last ones guess the word after the next, and are not run.
    layers = max(1, layers - (head.number("{}.nextn_predict_layers") or 0))
    tensors = [tensor for header in headers for tensor in header.tensors]
    weight_bytes, count = sum(t.size_bytes for t in tensors), sum(t.count for t in tensors)
    seen = _attention(head, layers, hidden_size)
    each = weight_bytes * 8 / count if count else None
    return ModelShape(
        layers=layers,
        hidden_size=hidden_size,
        weight_bytes=weight_bytes,
        bits=max(1, int(each)) if each else None,
        context_tokens=head.number("{}.context_length"),
        attention_heads=seen.heads,
        kv_heads=seen.full.kv_heads,
        head_dim=seen.full.head_dim,
        kv_layers=seen.full.count,
        sliding_layers=seen.window.count if seen.window_tokens else 0,
        sliding_kv_heads=seen.window.kv_heads if seen.window_tokens else None,
        sliding_head_dim=seen.window.head_dim if seen.window_tokens else None,
        sliding_window=seen.window_tokens or None,
        active_fraction=_active_fraction(head, tensors, weight_bytes),
        anatomy=_anatomy(head, layers, hidden_size, seen),
        engine=EngineKind.LLAMA_CPP,
        bits_per_weight=each,
    )


@dataclass(frozen=True)
class _Rows:
    """``count`` layers alike: heads of keys, and the length of a key and of a value."""

    count: int
    kv_heads: int
    key: int
    value: int

    @property
    def head_dim(self) -> int:
        """Of keys and values taken as equally long, so that twice the heads' width is a row."""
        return -(-(self.key + self.value) // 2)


@dataclass(frozen=True)
class _Seen:
    """How the layers look at the other words: ``full`` at all, ``window`` at ``window_tokens`` (0: none do), the
    ``other`` ones keep a state or borrow an earlier layer's."""

    heads: int
    full: _Rows
    window: _Rows
    window_tokens: int
    other: int


def _attention(head: GgufHeader, layers: int, hidden_size: int) -> _Seen:
    heads = head.number("{}.attention.head_count") or max(head.numbers("{}.attention.head_count"), default=0)
    heads = heads or max(1, hidden_size // 64)
    kv_each = _per_layer(head, "{}.attention.head_count_kv", layers) or [heads] * layers
    key = head.number("{}.attention.key_length") or max(1, hidden_size // heads)
    value = head.number("{}.attention.value_length") or key
    window_tokens = head.number("{}.attention.sliding_window") or 0
    slides = _sliding(head, layers) if window_tokens else [False] * layers
    keeps = [kv > 0 and attends for kv, attends in zip(kv_each, _attending(head, layers), strict=True)]
    full = [kv for kv, kept, slid in zip(kv_each, keeps, slides, strict=True) if kept and not slid]
    windowed = [kv for kv, kept, slid in zip(kv_each, keeps, slides, strict=True) if kept and slid]
    key_window = head.number("{}.attention.key_length_swa") or key
    value_window = head.number("{}.attention.value_length_swa") or value
    return _Seen(
        heads,
        _Rows(len(full), max(full, default=1), key, value),
        _Rows(len(windowed), max(windowed, default=1), key_window, value_window),
        window_tokens if windowed else 0,
        layers - len(full) - len(windowed),
    )


def _per_layer(head: GgufHeader, key: str, layers: int) -> list[int]:
    """A number of each layer, which the file tells once for all or layer by layer; empty where it does not."""
    one = head.number(key)
    if one is not None:
        return [one] * layers
    each = head.numbers(key)
    return [min(max(0, kv), 2**16) for kv in each[:layers]] if len(each) >= layers else []


def _attending(head: GgufHeader, layers: int) -> list[bool]:
    """Which layers keep keys and values of their own."""
    interval = head.number("{}.full_attention_interval")
    found = [interval is None or (n + 1) % interval == 0 for n in range(layers)]
    shared = min(layers, head.number("{}.attention.shared_kv_layers") or 0)
    return [attends and n < layers - shared for n, attends in enumerate(found)]


def _sliding(head: GgufHeader, layers: int) -> list[bool]:
    each = head.numbers("{}.attention.sliding_window_pattern")
    if len(each) >= layers:
        return [bool(slid) for slid in each[:layers]]
    every = head.number("{}.attention.sliding_window_pattern") or _EVERY.get(head.architecture)
    # Nobody told which: all of them count as keeping everything, the most they could need.
    return [every is not None and (n + 1) % every != 0 for n in range(layers)]


def _anatomy(head: GgufHeader, layers: int, hidden_size: int, seen: _Seen) -> Anatomy:
    groups = [_group(seen.full, seen.heads, None)]
    if seen.window_tokens:
        groups.append(_group(seen.window, seen.heads, seen.window_tokens))
    if seen.other:
        groups.append(_stateful(head, seen.other))
    words = head.metadata.get("tokenizer.ggml.tokens")
    experts, chosen = head.number("{}.expert_count"), head.number("{}.expert_used_count")
    width = head.number("{}.expert_feed_forward_length") if experts and chosen else None
    dense = head.number("{}.feed_forward_length") or max(head.numbers("{}.feed_forward_length"), default=0)
    return Anatomy(
        hidden_size=hidden_size,
        vocabulary=words.length if isinstance(words, GgufArray) else 0,
        groups=tuple(group for group in groups if group.count),
        dense_numbers=0 if width else dense,
        expert_numbers=width or 0,
        chosen_experts=(chosen or 0) if width else 0,
        experts=(experts or 0) if width else 0,
    )


def _group(rows: _Rows, heads: int, window: int | None) -> LayerGroup:
    return LayerGroup(
        rows.count,
        row_numbers=rows.kv_heads * (rows.key + rows.value),
        window=window,
        heads=heads,
        head_dim=max(rows.key, rows.value),
        query_numbers=heads * rows.key,
    )


def _stateful(head: GgufHeader, count: int) -> LayerGroup:
    """Layers whose memory has a fixed size, held in 32 bits; those that only borrow have none at all."""
    inner, state = head.number("{}.ssm.inner_size") or 0, head.number("{}.ssm.state_size") or 0
    groups, kernel = head.number("{}.ssm.group_count") or 0, head.number("{}.ssm.conv_kernel") or 1
    numbers = inner * state + (kernel - 1) * (inner + 2 * groups * state)
    return LayerGroup(count, state_float32_numbers=numbers, recurrent_numbers=4 * inner)


def _active_fraction(head: GgufHeader, tensors: list[GgufTensor], weight_bytes: int) -> float | None:
    """The share of the weights that are read for one token; None for all of them."""
    experts, chosen = head.number("{}.expert_count"), head.number("{}.expert_used_count")
    share = chosen / experts if experts and chosen and chosen < experts else 1.0
    tied = not any(tensor.name == _OUTPUT for tensor in tensors)
    read = 0.0
    for tensor in tensors:
        if tensor.name.startswith(_LOOKED_UP) and not (tied and tensor.name.startswith(_LOOKED_UP[0])):
            continue
        read += tensor.size_bytes * (share if _EXPERTS in tensor.name else 1.0)
    fraction = read / weight_bytes if weight_bytes else 1.0
    return round(fraction, 4) if 0 < fraction < 1 else None
