"""How any model would do on a computer, from its shape alone: for models that are in no catalogue.

The same arithmetic as the recommendation's (:mod:`runtime.catalogue.recommend`), on an edition made from the shape.
Pure functions; any thread.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from runtime.catalogue.entries import Edition
from runtime.catalogue.machine import Machine
from runtime.catalogue.measured import ModelMeasured
from runtime.catalogue.processor import weights
from runtime.catalogue.prospect import Prospect, prospect
from runtime.catalogue.purposes import DEFAULT_CONTEXT_TOKENS
from runtime.storage.engines import EngineKind
from runtime.storage.measurements import SelfTest
from runtime.storage.model_anatomy import Anatomy

# Of unknown bits a file holds the most weights that are usual, and so is the slowest to compute.
_USUAL_BITS = 4
# Of a model whose shape nobody told: layers and width of a dense model of its size, each token kept at full width.
_WIDTH_PER_LAYER = 128
_WEIGHTS_PER_WIDTH_SQUARED = 12
# Nobody told how much the model can see: as much as is asked, and no more than this is promised.
PROMISED_CONTEXT_TOKENS = 32768
_NAMELESS = "-"


class Shape(Protocol):
    """What a forecast is made of; :class:`runtime.catalogue.entries.Edition` has the meaning of each number."""

    @property
    def weight_bytes(self) -> int: ...
    @property
    def bits(self) -> int | None: ...
    @property
    def layers(self) -> int: ...
    @property
    def hidden_size(self) -> int: ...
    @property
    def context_tokens(self) -> int | None: ...
    @property
    def attention_heads(self) -> int | None: ...
    @property
    def kv_heads(self) -> int | None: ...
    @property
    def head_dim(self) -> int | None: ...
    @property
    def kv_layers(self) -> int | None: ...
    @property
    def sliding_layers(self) -> int: ...
    @property
    def sliding_kv_heads(self) -> int | None: ...
    @property
    def sliding_head_dim(self) -> int | None: ...
    @property
    def sliding_window(self) -> int | None: ...
    @property
    def active_fraction(self) -> float | None: ...
    @property
    def anatomy(self) -> Anatomy | None: ...
    @property
    def left_out_bytes(self) -> int: ...
    @property
    def engine(self) -> EngineKind: ...
    @property
    def bits_per_weight(self) -> float | None: ...


@dataclass(frozen=True, kw_only=True)
class Judgement(Prospect):
    """How a model sits on a computer. ``rough``: the model's shape was not known, so the need is a careful guess from
    its size."""

    rough: bool = False


def judge(
    machine: Machine,
    shape: Shape,
    context_tokens: int = DEFAULT_CONTEXT_TOKENS,
    ours_bytes: int = 0,
    *,
    self_test: SelfTest | None = None,
    known: ModelMeasured | None = None,
) -> Judgement:
    """How the model of ``shape`` would do on ``machine`` with conversations of ``context_tokens``.

    ``ours_bytes`` is memory that a model of ours holds now and would give back; ``self_test`` and ``known`` are what
    was measured here, of the computer and of this model. What a shape leaves out (None) is taken for the worst.
    """
    edition = edition_of(shape, max(context_tokens, PROMISED_CONTEXT_TOKENS))
    found = prospect(machine, edition, context_tokens, ours_bytes=ours_bytes, self_test=self_test, known=known)
    return Judgement(**vars(found))


def judge_by_size(
    machine: Machine,
    weight_bytes: int,
    bits: int | None = None,
    context_tokens: int = DEFAULT_CONTEXT_TOKENS,
    ours_bytes: int = 0,
    *,
    self_test: SelfTest | None = None,
) -> Judgement:
    """A careful guess for a model of which only the size of its weights is known. It never flatters."""
    count = weights(weight_bytes, bits or _USUAL_BITS)
    layers = max(1, round((count / (_WEIGHTS_PER_WIDTH_SQUARED * _WIDTH_PER_LAYER**2)) ** (1 / 3)))
    edition = Edition(
        repository=_NAMELESS,
        download_bytes=weight_bytes,
        weight_bytes=weight_bytes,
        bits=bits or _USUAL_BITS,
        layers=layers,
        hidden_size=layers * _WIDTH_PER_LAYER,
        context_tokens=max(context_tokens, PROMISED_CONTEXT_TOKENS),
    )
    return replace(judge(machine, edition, context_tokens, ours_bytes, self_test=self_test), rough=True)


def edition_of(shape: Shape, unknown_context_tokens: int) -> Edition:
    """An edition with the numbers of a shape, for forecasts. It has no name, because no sentence is made of it."""
    return Edition(
        repository=_NAMELESS,
        download_bytes=shape.weight_bytes,
        weight_bytes=shape.weight_bytes,
        bits=shape.bits or _USUAL_BITS,
        layers=shape.layers,
        hidden_size=shape.hidden_size,
        context_tokens=shape.context_tokens or unknown_context_tokens,
        attention_heads=shape.attention_heads,
        kv_heads=shape.kv_heads,
        head_dim=shape.head_dim,
        kv_layers=shape.kv_layers,
        sliding_layers=shape.sliding_layers,
        sliding_kv_heads=shape.sliding_kv_heads,
        sliding_head_dim=shape.sliding_head_dim,
        sliding_window=shape.sliding_window,
        active_fraction=shape.active_fraction,
        anatomy=shape.anatomy,
        left_out_bytes=shape.left_out_bytes,
        engine=shape.engine,
        bits_per_weight=shape.bits_per_weight,
    )
