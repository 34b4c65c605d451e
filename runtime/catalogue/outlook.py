"""What a model would need on a computer at each length of a conversation: bytes, verdicts, and the longest that is
comfortable. Pure functions; any thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from runtime.catalogue.budget import Budget, budget
from runtime.catalogue.entries import Edition
from runtime.catalogue.fit import Fit, fit_of
from runtime.catalogue.machine import Machine, processor_of
from runtime.catalogue.measured import corrected_need
from runtime.catalogue.need import Need, anatomy_of_edition, need_of, plan_on, with_reserve
from runtime.catalogue.plan import Plan
from runtime.catalogue.processor import UNPACKED_BYTES_PER_WEIGHT, weights
from runtime.storage.engines import EngineKind
from runtime.storage.measurements import ModelMemory
from runtime.storage.model_anatomy import Anatomy

CONTEXTS = (4096, 8192, 16384, 32768, 65536, 131072, 262144)
_STEP_TOKENS = 256


@dataclass(frozen=True)
class Body:
    """A model as it lies on the disk: what the engine would load of it, and what that takes unpacked to 32 bits.

    ``context_tokens`` is the longest conversation it can see; ``file_bytes`` are all its weights, also those that are
    never loaded. ``engine`` is what computes it.
    """

    anatomy: Anatomy
    weight_bytes: int
    unpacked_bytes: int
    context_tokens: int
    file_bytes: int
    number_bytes: int = 2
    engine: EngineKind = EngineKind.MLX


@dataclass(frozen=True)
class AtLength:
    """One length of a conversation: what it needs and how it sits."""

    context_tokens: int
    need: Need
    fit: Fit


@dataclass(frozen=True)
class Outlook:
    """``at`` is the length asked for, ``lengths`` the usual ones that the model can see; ``plan`` is how it would be
    run, ``held_bytes`` what its weights take so. ``longest_comfortable_tokens`` is 0 where none is. ``measured``: the
    need rests on what MLX really held here."""

    plan: Plan
    budget: Budget
    held_bytes: int
    at: AtLength
    lengths: tuple[AtLength, ...]
    longest_comfortable_tokens: int
    measured: bool = False


def body_of_edition(edition: Edition) -> Body:
    """The body of an edition whose files are not here: its published size, less what is never loaded."""
    held_bytes = edition.weight_bytes - edition.left_out_bytes
    unpacked_bytes = int(weights(held_bytes, edition.bits) * UNPACKED_BYTES_PER_WEIGHT)
    anatomy = anatomy_of_edition(edition)
    return Body(
        anatomy, held_bytes, unpacked_bytes, edition.context_tokens, edition.weight_bytes, engine=edition.engine
    )


def outlook(
    machine: Machine,
    body: Body,
    context_tokens: int,
    tokens_per_s_high: Callable[[int], float],
    ours_bytes: int = 0,
    memory: ModelMemory | None = None,
) -> Outlook:
    """How ``body`` would sit on ``machine`` in a conversation of ``context_tokens``, and at the usual lengths.

    ``tokens_per_s_high`` tells the fastest it may write in a conversation of so many tokens: what is slower than anyone
    waits for crawls. ``ours_bytes`` is memory that a model of ours holds now and would give back. ``memory``, measured
    here, replaces the estimate.
    """
    plan = plan_on(machine, body.unpacked_bytes, body.engine)
    if body.engine is EngineKind.LLAMA_CPP:
        machine = processor_of(machine)
    elif not plan.unpacked and body.number_bytes != plan.number_bytes:
        plan = Plan(plan.device, plan.chunk_tokens, body.number_bytes)
    limits = budget(machine, ours_bytes)
    held_bytes = body.unpacked_bytes if plan.unpacked else body.weight_bytes
    # llama.cpp tells of its whole process: conversation, and weights both as they lie and as it packs them anew.
    tells = memory is not None and body.engine is EngineKind.MLX and memory.fits(held_bytes)
    measured = memory if tells else None

    def needed(tokens: int) -> Need:
        found = need_of(body.anatomy, held_bytes, max(0, min(tokens, body.context_tokens)), plan)
        if measured is not None:
            at_peak = need_of(body.anatomy, held_bytes, measured.peak_tokens, plan)
            found = corrected_need(found, at_peak, measured)
        return with_reserve(found, body.file_bytes)

    def at(tokens: int) -> AtLength:
        need = needed(tokens)
        # What does not fit is not asked how fast it would be.
        high = tokens_per_s_high(tokens) if need.total_bytes <= limits.capacity_bytes else 0.0
        return AtLength(tokens, need, fit_of(need.total_bytes, limits, high))

    return Outlook(
        plan=plan,
        budget=limits,
        held_bytes=held_bytes if measured is None else measured.held_bytes,
        measured=measured is not None,
        at=at(context_tokens),
        lengths=tuple(at(tokens) for tokens in CONTEXTS if tokens <= body.context_tokens),
        longest_comfortable_tokens=_longest(body.context_tokens, lambda n: at(n).fit is Fit.COMFORTABLE),
    )


def _longest(most_tokens: int, comfortable: Callable[[int], bool]) -> int:
    """By halving: a longer conversation never needs less."""
    if comfortable(most_tokens):
        return most_tokens
    low, high = 0, -(-most_tokens // _STEP_TOKENS)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if comfortable(middle * _STEP_TOKENS) else (low, middle)
    return low * _STEP_TOKENS
