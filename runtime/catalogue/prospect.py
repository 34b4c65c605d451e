"""How one model would do on a computer: memory, speed and lengths in one place, for the catalogue's models, for those
found at the hub, and for folders. Pure; any thread."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from runtime.catalogue.entries import Edition
from runtime.catalogue.fit import Fit
from runtime.catalogue.machine import Machine, processor_of
from runtime.catalogue.measured import Basis, ModelMeasured
from runtime.catalogue.outlook import Body, Outlook, body_of_edition, outlook
from runtime.catalogue.prefill import Prefill, prefill
from runtime.catalogue.speed import Speed, speed
from runtime.catalogue.touched import Touched
from runtime.storage.engines import EngineKind
from runtime.storage.measurements import SelfTest

# A person's question with its surroundings, and a page of a document: what a reading speed is told for.
PAGE_TOKENS = 500
DOCUMENT_TOKENS = 20 * PAGE_TOKENS


@dataclass(frozen=True)
class Length:
    """One length of a conversation and how it sits."""

    context_tokens: int
    need_bytes: int
    fit: Fit


@dataclass(frozen=True, kw_only=True)
class Prospect:
    """How a model sits on a computer, for a conversation of the asked length.

    ``need_bytes`` must be free, ``budget_bytes`` may be taken now; ``left_bytes`` stay free for other programs.
    ``lengths`` has the usual lengths that the model can see, ``longest_context_tokens`` is the longest that is still
    comfortable (0: none). Tokens a second are for writing; ``document_s`` is the time to read 20 pages.
    ``memory_measured``: the need rests on what the model really took here.
    """

    fit: Fit
    need_bytes: int
    budget_bytes: int
    left_bytes: int
    tokens_per_s_low: float
    tokens_per_s_expected: float
    tokens_per_s_high: float
    document_s: float
    basis: Basis
    memory_measured: bool
    longest_context_tokens: int
    lengths: tuple[Length, ...]


@dataclass(frozen=True)
class Forecast:
    """The parts that a :class:`Prospect` is told from."""

    outlook: Outlook
    speed: Speed
    reading: Prefill


def forecast(
    machine: Machine,
    edition: Edition,
    context_tokens: int,
    *,
    ours_bytes: int = 0,
    self_test: SelfTest | None = None,
    known: ModelMeasured | None = None,
    body: Body | None = None,
    touched: Touched | None = None,
    at_tokens: int | None = None,
    prompt_tokens: int | None = None,
) -> Forecast:
    """Everything that can be told of ``edition`` on ``machine``.

    ``body`` and ``touched`` are exact where the files are here. ``ours_bytes`` is memory that a model of ours holds now
    and would give back; ``known`` is what was measured of this model here. The speed of writing is told for a
    conversation that is ``at_tokens`` long by then (None: half of ``context_tokens``), reading for a prompt of
    ``prompt_tokens`` (None: all of them). Verdicts always rest on conversations that are half full on average.
    """
    known = known or ModelMeasured()
    writing = partial(speed, machine, edition, touched=touched, self_test=self_test, chats=known.chats)
    rate = writing(context_tokens, at_tokens=at_tokens)
    reading = prefill(
        machine,
        edition,
        context_tokens if prompt_tokens is None else prompt_tokens,
        touched=touched,
        self_test=self_test,
        chats=known.chats,
    )
    body = body or body_of_edition(edition)
    seen = outlook(
        machine, body, context_tokens, lambda tokens: writing(tokens).high_tokens_per_s, ours_bytes, known.memory
    )
    return Forecast(seen, rate, reading)


def prospect(
    machine: Machine,
    edition: Edition,
    context_tokens: int,
    *,
    ours_bytes: int = 0,
    self_test: SelfTest | None = None,
    known: ModelMeasured | None = None,
) -> Prospect:
    """The same in few figures."""
    if edition.engine is EngineKind.LLAMA_CPP:
        machine = processor_of(machine)
    found = forecast(
        machine,
        edition,
        context_tokens,
        ours_bytes=ours_bytes,
        self_test=self_test,
        known=known,
        prompt_tokens=DOCUMENT_TOKENS,
    )
    seen, limits = found.outlook, found.outlook.budget
    return Prospect(
        fit=seen.at.fit,
        need_bytes=seen.at.need.total_bytes,
        budget_bytes=limits.bytes,
        left_bytes=left_bytes(machine, seen.at.need.need_bytes, ours_bytes),
        tokens_per_s_low=found.speed.low_tokens_per_s,
        tokens_per_s_expected=found.speed.expected_tokens_per_s,
        tokens_per_s_high=found.speed.high_tokens_per_s,
        document_s=DOCUMENT_TOKENS / found.reading.expected_tokens_per_s,
        basis=found.speed.basis,
        memory_measured=seen.measured,
        longest_context_tokens=seen.longest_comfortable_tokens,
        lengths=tuple(Length(at.context_tokens, at.need.total_bytes, at.fit) for at in seen.lengths),
    )


def left_bytes(machine: Machine, need_bytes: int, ours_bytes: int) -> int:
    """What other programs still find free once a model runs: memory, also where the model sits on a card of its own."""
    gpu = machine.gpu
    if gpu is not None and gpu.kind != "metal" and not machine.unified_memory and gpu.memory_bytes:
        return machine.available_bytes
    return max(0, machine.available_bytes + ours_bytes - need_bytes)
