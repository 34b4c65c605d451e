"""Which model suits a computer, and why, as data. Pure: same computer, same catalogue, same answer."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from runtime.catalogue.budget import Budget, budget
from runtime.catalogue.entries import Catalogue, CatalogueModel, Edition
from runtime.catalogue.machine import Machine
from runtime.catalogue.need import need
from runtime.catalogue.processor import unpacked_bytes
from runtime.catalogue.speed import speed
from runtime.errors import Scalar

DEFAULT_CONTEXT_TOKENS = 8192
# Words appear about as fast as people read; thinking is not read, so it must run faster.
READING_TOKENS_PER_S = 8.0
THINKING_TOKENS_PER_S = 20.0
# Slower than this nobody waits for an answer.
CRAWLING_TOKENS_PER_S = 2.0
_NOTABLY_FASTER = 1.3
# A smarter model may be slower than fluent, down to this share.
_BEARABLE_FLUENCY = 0.4
_DISK_RESERVE_BYTES = 1_000_000_000
# A more exact edition is worth its memory only where most of the budget stays free.
_EXACT_EDITION_SHARE = 0.5


class Fit(StrEnum):
    """How a model sits in the memory."""

    COMFORTABLE = "comfortable"
    TIGHT = "tight"
    CRAWLS = "crawls"
    TOO_LARGE = "too_large"


class ReasonCode(StrEnum):
    """Why a choice is where it is; a closed list that the app turns into sentences."""

    BEST_THAT_FITS = "best_that_fits"
    ONLY_ONE_THAT_FITS = "only_one_that_fits"
    SMALL_FOR_CPU = "small_for_cpu"
    SLOW_HERE = "slow_here"
    SMARTER = "smarter"
    FASTER = "faster"
    ALSO_FITS = "also_fits"
    TIGHT = "tight"
    CRAWLS_FOR_SPEED = "crawls_for_speed"
    CRAWLS_FOR_MEMORY = "crawls_for_memory"
    TOO_LARGE = "too_large"
    NO_DISK_SPACE = "no_disk_space"


@dataclass(frozen=True)
class Reason:
    """A code with its figures: bytes and tokens a second, named so."""

    code: ReasonCode
    parameters: dict[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    """One model on this computer: the edition that would be taken, its need, its speed, and the reason."""

    model: CatalogueModel
    edition: Edition
    fit: Fit
    need_bytes: int
    budget_bytes: int
    download_bytes: int
    tokens_per_s_low: float
    tokens_per_s_high: float
    reason: Reason


@dataclass(frozen=True)
class Recommendation:
    """``pick`` suits best; ``faster`` and ``smarter`` are the ways to either side; ``choices`` has every model, the
    best first. None where there is none."""

    pick: Choice | None
    faster: Choice | None
    smarter: Choice | None
    choices: tuple[Choice, ...]


def recommend(
    machine: Machine, catalogue: Catalogue, context_tokens: int = DEFAULT_CONTEXT_TOKENS, ours_bytes: int = 0
) -> Recommendation:
    """The model to take on ``machine`` for conversations of ``context_tokens``.

    ``ours_bytes`` is memory that a model of ours holds now and would give back.
    """
    limits = budget(machine, ours_bytes)
    choices = sorted(
        (_choice(machine, model, limits, context_tokens) for model in catalogue.models),
        key=lambda choice: (-choice.model.quality, choice.model.id),
    )
    pick = _pick(machine, choices)
    if pick is None:
        return Recommendation(None, None, None, tuple(choices))
    smallest = [forecast(machine, c.model, c.model.editions[0], context_tokens, ours_bytes) for c in choices]
    faster, smarter = _faster(pick, smallest), _smarter(pick, choices)
    named = {choice.model.id: choice for choice in (faster, smarter, pick) if choice}
    return Recommendation(pick, faster, smarter, tuple(named.get(c.model.id, c) for c in choices))


def forecast(
    machine: Machine,
    model: CatalogueModel,
    edition: Edition,
    context_tokens: int = DEFAULT_CONTEXT_TOKENS,
    ours_bytes: int = 0,
) -> Choice:
    """One edition on ``machine``, whether or not it would be taken."""
    return _forecast(machine, model, edition, budget(machine, ours_bytes), context_tokens)


def floor_tokens_per_s(model: CatalogueModel) -> float:
    """The slowest that still feels like a conversation."""
    return THINKING_TOKENS_PER_S if model.thinking else READING_TOKENS_PER_S


def _choice(machine: Machine, model: CatalogueModel, limits: Budget, context_tokens: int) -> Choice:
    """The most exact edition that leaves half of the budget free and is fluent, else the smallest."""
    forecasts = [_forecast(machine, model, edition, limits, context_tokens) for edition in model.editions]
    for choice in reversed(forecasts[1:]):
        roomy = choice.need_bytes <= limits.bytes * _EXACT_EDITION_SHARE
        if roomy and _fluent(choice) and _has_disk(machine, choice):
            return choice
    return forecasts[0]


def _forecast(machine: Machine, model: CatalogueModel, edition: Edition, limits: Budget, context_tokens: int) -> Choice:
    need_bytes = need(edition, context_tokens).total_bytes + unpacked_bytes(machine, edition)
    rate = speed(machine, edition, context_tokens)
    fit, code = _fit(need_bytes, limits, rate.high_tokens_per_s)
    parameters: dict[str, Scalar] = {"need_bytes": need_bytes, "budget_bytes": limits.bytes}
    if code in (ReasonCode.TIGHT, ReasonCode.TOO_LARGE, ReasonCode.CRAWLS_FOR_MEMORY):
        parameters["missing_bytes"] = need_bytes - limits.bytes
    choice = Choice(
        model=model,
        edition=edition,
        fit=fit,
        need_bytes=need_bytes,
        budget_bytes=limits.bytes,
        download_bytes=edition.download_bytes,
        tokens_per_s_low=rate.low_tokens_per_s,
        tokens_per_s_high=rate.high_tokens_per_s,
        reason=Reason(code, parameters),
    )
    if fit is not Fit.TOO_LARGE and not _has_disk(machine, choice):
        return _because(choice, ReasonCode.NO_DISK_SPACE, **_disk(machine, choice))
    return choice


def _fit(need_bytes: int, limits: Budget, high_tokens_per_s: float) -> tuple[Fit, ReasonCode]:
    if need_bytes > limits.capacity_bytes:
        if need_bytes <= limits.paging_bytes:
            return Fit.CRAWLS, ReasonCode.CRAWLS_FOR_MEMORY
        return Fit.TOO_LARGE, ReasonCode.TOO_LARGE
    if high_tokens_per_s < CRAWLING_TOKENS_PER_S:
        return Fit.CRAWLS, ReasonCode.CRAWLS_FOR_SPEED
    if need_bytes > limits.bytes:
        return Fit.TIGHT, ReasonCode.TIGHT
    return Fit.COMFORTABLE, ReasonCode.ALSO_FITS


def _pick(machine: Machine, choices: list[Choice]) -> Choice | None:
    usable = [c for c in choices if c.need_bytes <= c.budget_bytes and _has_disk(machine, c)]
    fluent = [c for c in usable if c.fit is Fit.COMFORTABLE and _fluent(c)]
    if fluent:
        fits = [c for c in choices if c.fit is Fit.COMFORTABLE]
        code = ReasonCode.ONLY_ONE_THAT_FITS if len(fits) == 1 else ReasonCode.BEST_THAT_FITS
        return _because(fluent[0], code)
    if not usable:
        return None
    most_fluent = max(usable, key=lambda c: (_fluency(c), c.model.quality))
    if machine.gpu is None:
        most_fluent = max(usable, key=lambda c: (c.tokens_per_s_low, c.model.quality))
        return _because(most_fluent, ReasonCode.SMALL_FOR_CPU)
    return _because(most_fluent, ReasonCode.SLOW_HERE)


def _faster(pick: Choice, choices: list[Choice]) -> Choice | None:
    """The best of those that feel notably faster than the pick and fit as well."""
    for choice in choices:
        notably = _fluency(choice) >= _fluency(pick) * _NOTABLY_FASTER
        if choice.model.id != pick.model.id and choice.fit is Fit.COMFORTABLE and notably and _takeable(choice):
            return _because(choice, ReasonCode.FASTER)
    return None


def _smarter(pick: Choice, choices: list[Choice]) -> Choice | None:
    """The best that would work here at all; the pick is already the best of the fluent ones."""
    for choice in choices:
        better = choice.model.quality > pick.model.quality and _fluency(choice) >= _BEARABLE_FLUENCY
        if better and choice.fit in (Fit.COMFORTABLE, Fit.TIGHT) and _takeable(choice):
            return _because(choice, ReasonCode.SMARTER)
    return None


def _fluency(choice: Choice) -> float:
    """Speed as it is felt: 1 is just fluent."""
    return choice.tokens_per_s_low / floor_tokens_per_s(choice.model)


def _fluent(choice: Choice) -> bool:
    return _fluency(choice) >= 1


def _takeable(choice: Choice) -> bool:
    return choice.reason.code is not ReasonCode.NO_DISK_SPACE


def _has_disk(machine: Machine, choice: Choice) -> bool:
    free_bytes = machine.disk_free_bytes
    return free_bytes is None or free_bytes >= choice.download_bytes + _DISK_RESERVE_BYTES


def _disk(machine: Machine, choice: Choice) -> dict[str, Scalar]:
    return {
        "download_bytes": choice.download_bytes,
        "disk_free_bytes": machine.disk_free_bytes,
        "missing_bytes": choice.download_bytes + _DISK_RESERVE_BYTES - (machine.disk_free_bytes or 0),
    }


def _because(choice: Choice, code: ReasonCode, **more: Scalar) -> Choice:
    parameters = {"need_bytes": choice.need_bytes, "budget_bytes": choice.budget_bytes, **more}
    if not more:
        parameters["tokens_per_s_low"] = round(choice.tokens_per_s_low, 1)
        parameters["tokens_per_s_high"] = round(choice.tokens_per_s_high, 1)
    return replace(choice, reason=Reason(code, parameters))
