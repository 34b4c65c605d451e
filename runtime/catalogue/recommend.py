"""Which model suits a computer and a person's purpose, and why, as data. Pure: same computer, same catalogue and
measurements, same answer."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from runtime.catalogue.budget import Budget, budget
from runtime.catalogue.entries import Catalogue, CatalogueModel, Edition
from runtime.catalogue.fit import Fit
from runtime.catalogue.machine import Machine
from runtime.catalogue.measured import NOTHING_MEASURED, Measured
from runtime.catalogue.prospect import Prospect, prospect
from runtime.catalogue.purposes import Purpose, context_for, strength, suits
from runtime.errors import Scalar
from runtime.storage.engines import EngineKind

# Words appear about as fast as people read; thinking is not read, so it must run faster.
READING_TOKENS_PER_S = 8.0
THINKING_TOKENS_PER_S = 20.0
# For documents the wait before the first word counts as much: so long for 20 pages, and no longer.
DOCUMENT_S = 90.0
_NOTABLY_FASTER = 1.3
# A smarter model may be slower than fluent, down to this share.
_BEARABLE_FLUENCY = 0.4
_DISK_RESERVE_BYTES = 1_000_000_000
# A more exact edition is worth its memory only where most of the budget stays free.
_EXACT_EDITION_SHARE = 0.5
_GIB = 1024**3
# Memory that computers are sold with, and the share of it that a model can count on at the least.
_SOLD_WITH_BYTES = tuple(gigabytes * _GIB for gigabytes in (8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 512))
_SURE_SHARE = 0.6


class ReasonCode(StrEnum):
    """Why a choice is where it is; a closed list that the app turns into sentences.

    NONE_FOR_PURPOSE: nothing that is made for it runs here (``exists`` False: nothing in the catalogue does), so this
    is the best for everyday use. Those that crawl or are too large name the pick as ``instead``.
    """

    BEST_THAT_FITS = "best_that_fits"
    ONLY_ONE_THAT_FITS = "only_one_that_fits"
    BEST_FOR_PURPOSE = "best_for_purpose"
    NONE_FOR_PURPOSE = "none_for_purpose"
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


@dataclass(frozen=True, kw_only=True)
class Choice(Prospect):
    """One model on this computer: the edition that would be taken, and the reason. ``download_s`` is how long it would
    take to fetch at the rate measured on this line, None while nothing was measured."""

    model: CatalogueModel
    edition: Edition
    download_bytes: int
    download_s: float | None
    reason: Reason


@dataclass(frozen=True)
class WaysOut:
    """What is left where nothing runs well: the model that needs least, with what is missing for it to fit (0: it would
    fit, and crawl), and the memory of a computer that would run something well."""

    smallest: Choice
    missing_bytes: int
    enough_memory_bytes: int


@dataclass(frozen=True)
class Recommendation:
    """``pick`` suits best; ``faster`` and ``smarter`` are the ways to either side; ``choices`` has every model, the
    best first. None where there is none. ``ways_out`` only without a pick."""

    pick: Choice | None
    faster: Choice | None
    smarter: Choice | None
    choices: tuple[Choice, ...]
    purpose: Purpose = Purpose.EVERYDAY
    ways_out: WaysOut | None = None


@dataclass(frozen=True)
class _Case:
    """One question: who asks, for what, and what is known."""

    machine: Machine
    purpose: Purpose
    context_tokens: int
    ours_bytes: int
    measured: Measured
    limits: Budget
    engine: EngineKind = EngineKind.MLX


def recommend(
    machine: Machine,
    catalogue: Catalogue,
    context_tokens: int | None = None,
    ours_bytes: int = 0,
    *,
    purpose: Purpose = Purpose.EVERYDAY,
    measured: Measured = NOTHING_MEASURED,
    engine: EngineKind = EngineKind.MLX,
) -> Recommendation:
    """The model to take on ``machine`` for ``purpose``, for conversations of ``context_tokens`` (None: as long as the
    purpose usually asks for).

    ``ours_bytes`` is memory that a model of ours holds now and would give back; ``measured`` corrects the forecasts.
    ``engine`` is what would compute: each model is offered in the edition for it.
    """
    tokens = context_for(purpose) if context_tokens is None else context_tokens
    case = _Case(machine, purpose, tokens, ours_bytes, measured, budget(machine, ours_bytes), engine)
    choices = sorted(
        (_choice(case, model) for model in catalogue.models),
        key=lambda choice: (-strength(choice.model, purpose), choice.model.id),
    )
    pick = _pick(case, choices)
    if pick is None:
        return Recommendation(None, None, None, tuple(choices), purpose, _ways_out(choices))
    asked = pick.reason.code is not ReasonCode.NONE_FOR_PURPOSE
    beside = [c for c in choices if suits(c.model, purpose if asked else Purpose.EVERYDAY)]
    smallest = [_forecast(case, c.model, c.model.editions_for(engine)[0]) for c in beside]
    faster, smarter = _faster(pick, smallest), _smarter(case, pick, beside)
    named = {choice.model.id: choice for choice in (faster, smarter, pick) if choice}
    listed = (named.get(choice.model.id) or _with_instead(choice, pick) for choice in choices)
    return Recommendation(pick, faster, smarter, tuple(listed), purpose)


def forecast(
    machine: Machine,
    model: CatalogueModel,
    edition: Edition,
    context_tokens: int | None = None,
    ours_bytes: int = 0,
    measured: Measured = NOTHING_MEASURED,
) -> Choice:
    """One edition on ``machine``, whether or not it would be taken."""
    tokens = context_for(Purpose.EVERYDAY) if context_tokens is None else context_tokens
    limits = budget(machine, ours_bytes)
    return _forecast(_Case(machine, Purpose.EVERYDAY, tokens, ours_bytes, measured, limits), model, edition)


def floor_tokens_per_s(model: CatalogueModel) -> float:
    """The slowest that still feels like a conversation."""
    return THINKING_TOKENS_PER_S if model.thinking else READING_TOKENS_PER_S


def _choice(case: _Case, model: CatalogueModel) -> Choice:
    """The most exact edition that leaves half of the budget free and is fluent, else the smallest."""
    forecasts = [_forecast(case, model, edition) for edition in model.editions_for(case.engine)]
    for choice in reversed(forecasts[1:]):
        roomy = choice.need_bytes <= case.limits.bytes * _EXACT_EDITION_SHARE
        if roomy and _fluent(choice) and _has_disk(case.machine, choice.download_bytes):
            return choice
    return forecasts[0]


def _forecast(case: _Case, model: CatalogueModel, edition: Edition) -> Choice:
    found = prospect(
        case.machine,
        edition,
        case.context_tokens,
        ours_bytes=case.ours_bytes,
        self_test=case.measured.self_test,
        known=case.measured.of(edition.repository),
    )
    line = case.measured.download_bytes_per_s
    choice = Choice(
        **vars(found),
        model=model,
        edition=edition,
        download_bytes=edition.download_bytes,
        download_s=edition.download_bytes / line if line else None,
        reason=_reason(found, case.limits),
    )
    if found.fit is not Fit.TOO_LARGE and not _has_disk(case.machine, edition.download_bytes):
        return _because(choice, ReasonCode.NO_DISK_SPACE, **_disk(case.machine, edition.download_bytes))
    return choice


def _reason(found: Prospect, limits: Budget) -> Reason:
    """Why a model that nobody picked is what it is."""
    code = {
        Fit.COMFORTABLE: ReasonCode.ALSO_FITS,
        Fit.TIGHT: ReasonCode.TIGHT,
        Fit.TOO_LARGE: ReasonCode.TOO_LARGE,
    }.get(found.fit, ReasonCode.CRAWLS_FOR_SPEED)
    if found.fit is Fit.CRAWLS and found.need_bytes > limits.capacity_bytes:
        code = ReasonCode.CRAWLS_FOR_MEMORY
    parameters: dict[str, Scalar] = {"need_bytes": found.need_bytes, "budget_bytes": found.budget_bytes}
    if code in (ReasonCode.TIGHT, ReasonCode.TOO_LARGE, ReasonCode.CRAWLS_FOR_MEMORY):
        parameters["missing_bytes"] = found.need_bytes - found.budget_bytes
    return Reason(code, parameters)


def _pick(case: _Case, choices: list[Choice]) -> Choice | None:
    able = [c for c in choices if suits(c.model, case.purpose)]
    pick = _best(case, able)
    if case.purpose is Purpose.EVERYDAY:
        return pick
    if pick is not None and _fluent(pick):
        return _because(pick, ReasonCode.BEST_FOR_PURPOSE, purpose=case.purpose.value, **_speeds(pick))
    general = _general(case, choices)
    if general is None:
        return pick
    more = {"purpose": case.purpose.value, "exists": bool(able), **_speeds(general)}
    return _because(general, ReasonCode.NONE_FOR_PURPOSE, **more)


def _general(case: _Case, choices: list[Choice]) -> Choice | None:
    """The best for everyday use, for conversations as everyday use has them: a purpose that nothing here is made for
    must not cost the better model its place."""
    tokens = min(case.context_tokens, context_for(Purpose.EVERYDAY))
    everyday = replace(case, purpose=Purpose.EVERYDAY, context_tokens=tokens)
    able = [c for c in choices if suits(c.model, Purpose.EVERYDAY)]
    if tokens != case.context_tokens:
        able = [_choice(everyday, c.model) for c in able]
    return _best(everyday, sorted(able, key=lambda c: (-c.model.quality, c.model.id)))


def _best(case: _Case, choices: list[Choice]) -> Choice | None:
    """The strongest of the fluent ones, else the most fluent of those that fit. What crawls is never offered."""
    comfortable = [c for c in choices if c.fit is Fit.COMFORTABLE]
    usable = [c for c in comfortable if _has_disk(case.machine, c.download_bytes)]
    fluent = [c for c in usable if _fluent(c)]
    if case.purpose is Purpose.DOCUMENTS:
        fluent = [c for c in fluent if c.document_s <= DOCUMENT_S] or fluent
    if fluent:
        alone = len(comfortable) == 1
        return _because(fluent[0], ReasonCode.ONLY_ONE_THAT_FITS if alone else ReasonCode.BEST_THAT_FITS)
    if not usable:
        return None
    if case.machine.gpu is None:
        quickest = max(usable, key=lambda c: (c.tokens_per_s_low, c.model.quality))
        return _because(quickest, ReasonCode.SMALL_FOR_CPU)
    return _because(max(usable, key=lambda c: (_fluency(c), c.model.quality)), ReasonCode.SLOW_HERE)


def _faster(pick: Choice, choices: list[Choice]) -> Choice | None:
    """The best of those that feel notably faster than the pick, write no slower, and fit as well."""
    for choice in choices:
        notably = _fluency(choice) >= _fluency(pick) * _NOTABLY_FASTER
        notably = notably and choice.tokens_per_s_low >= pick.tokens_per_s_low
        if choice.model.id != pick.model.id and choice.fit is Fit.COMFORTABLE and notably and _takeable(choice):
            return _because(choice, ReasonCode.FASTER)
    return None


def _smarter(case: _Case, pick: Choice, choices: list[Choice]) -> Choice | None:
    """The best that would work here at all; the pick is already the best of the fluent ones."""
    for choice in choices:
        stronger = strength(choice.model, case.purpose) > strength(pick.model, case.purpose)
        better = stronger and _fluency(choice) >= _BEARABLE_FLUENCY
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


def _has_disk(machine: Machine, download_bytes: int) -> bool:
    free_bytes = machine.disk_free_bytes
    return free_bytes is None or free_bytes >= download_bytes + _DISK_RESERVE_BYTES


def _disk(machine: Machine, download_bytes: int) -> dict[str, Scalar]:
    return {
        "download_bytes": download_bytes,
        "disk_free_bytes": machine.disk_free_bytes,
        "missing_bytes": download_bytes + _DISK_RESERVE_BYTES - (machine.disk_free_bytes or 0),
    }


def _speeds(choice: Choice) -> dict[str, Scalar]:
    return {
        "tokens_per_s_low": round(choice.tokens_per_s_low, 1),
        "tokens_per_s_high": round(choice.tokens_per_s_high, 1),
    }


def _because(choice: Choice, code: ReasonCode, **more: Scalar) -> Choice:
    parameters: dict[str, Scalar] = {"need_bytes": choice.need_bytes, "budget_bytes": choice.budget_bytes}
    return replace(choice, reason=Reason(code, {**parameters, **(more or _speeds(choice))}))


def _with_instead(choice: Choice, pick: Choice) -> Choice:
    """What should not be taken names what should."""
    if choice.fit not in (Fit.CRAWLS, Fit.TOO_LARGE):
        return choice
    return replace(
        choice, reason=replace(choice.reason, parameters={**choice.reason.parameters, "instead": pick.model.role})
    )


def _ways_out(choices: list[Choice]) -> WaysOut | None:
    smallest = min(choices, key=lambda choice: choice.need_bytes, default=None)
    if smallest is None:
        return None
    enough = next((n for n in _SOLD_WITH_BYTES if smallest.need_bytes <= n * _SURE_SHARE), _SOLD_WITH_BYTES[-1])
    return WaysOut(smallest, max(0, smallest.need_bytes - smallest.budget_bytes), enough)
