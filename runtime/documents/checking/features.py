"""What is measured of a claim against its sources: the numbers from which a verdict is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from runtime.documents.checking.agreement import agree
from runtime.documents.checking.figures import Figure, FigureKind
from runtime.documents.checking.matching import Matches, lexical_matches
from runtime.documents.checking.prepared import Prepared
from runtime.documents.checking.slots import Slot, slots
from runtime.documents.checking.sources import Evidence, Sentence
from runtime.documents.checking.turned import (
    denial,
    denied_softly,
    opposite,
    other_rate,
    strengthened,
    voice_against_order,
)

MOST_SENTENCES = 4
LEAST_GAIN = 0.04
NEXT_TO = 0.02
REPLACED, DENIED, APART = 0.3, 0.5, 0.25


@dataclass(frozen=True)
class Measured:
    """``values`` by name; ``near`` the sentences the claim seems to be made from, best first; ``slots`` its figures
    and names; ``opposite`` the claim's word and the source's that exclude each other."""

    values: dict[str, float]
    near: tuple[Sentence, ...]
    slots: tuple[Slot, ...]
    opposite: tuple[str, str]
    matches: Matches


def measure(claim: Prepared, evidence: Evidence) -> Measured:
    """Compare one claim with all sources. Any thread."""
    matches = lexical_matches(claim, evidence)
    near = nearest(claim, matches, evidence)
    slotted = slots(claim, matches, evidence)
    turned, mine, theirs = opposite(claim, near, evidence)
    values = {
        "covered": matches.coverage(near),
        "denial": denial(claim, matches, near, evidence),
        "opposite": min(turned, 2.0),
        "denied_softly": denied_softly(claim, near, evidence),
        "strengthened": strengthened(claim, near, evidence),
        "other_rate": other_rate(claim, near, evidence),
        "plain": _plain_share(matches, near),
        "words": min(len(matches.words), 20) / 20,
        "sources": min(len(near), 4) / 4,
    }
    order = _order(matches, near)
    order["voice"] = voice_against_order(claim, order["turned"], near, evidence)
    values |= order | _figures(claim, near, evidence) | _slotted(slotted)
    values["against"] = _against(values)
    return Measured(values, tuple(near), tuple(slotted), (mine, theirs), matches)


def _plain_share(matches: Matches, near: Sequence[Sentence]) -> float:
    """The share of the claim's words that are no names which stand in the best sentence or beside it."""
    plain = [at for at, word in enumerate(matches.words) if not word.name]
    found = [max((matches.quality(at, sentence) for sentence in near[:2]), default=0.0) for at in plain]
    return sum(found) / len(plain) if plain else 1.0


def _against(values: dict[str, float]) -> float:
    """How many signs there are that hardly ever show with a true sentence (measured: 0 to 3 in 100 each), at most 2."""
    signs = (
        values["figure_nowhere"] > 0,
        values["figure_worded_nowhere"] > 0,
        values["figure_replaced"] >= REPLACED,
        values["name_absent"] > 0,
        values["opposite"] > 0,
        values["denial"] >= DENIED,
        values["other_rate"] > 0,
        values["figure_apart"] >= APART,
    )
    return float(min(sum(signs), 2))


def nearest(claim: Prepared, matches: Matches, evidence: Evidence) -> list[Sentence]:
    """The few sentences that together hold most of the claim, chosen one by one."""
    chosen: list[Sentence] = []
    have = [0.0] * len(matches.words)
    figures = list(claim.figures)
    for _ in range(MOST_SENTENCES):
        scored = [
            (_gain(sentence, have, figures, chosen, matches, evidence), -at)
            for at, sentence in enumerate(evidence.sentences)
            if sentence not in chosen
        ]
        if not scored or max(scored)[0] < LEAST_GAIN:
            break
        best = evidence.sentences[-max(scored)[1]]
        chosen.append(best)
        have = [max(known, matches.quality(at, best)) for at, known in enumerate(have)]
        figures = [figure for figure in figures if not _stands_in(figure, best, evidence)]
    return chosen


def _gain(
    sentence: Sentence,
    have: Sequence[float],
    figures: Sequence[Figure],
    chosen: Sequence[Sentence],
    matches: Matches,
    evidence: Evidence,
) -> float:
    gain = sum(weight * max(0.0, matches.quality(at, sentence) - have[at]) for at, weight in enumerate(matches.weights))
    gain += sum(1.0 for figure in figures if _stands_in(figure, sentence, evidence))
    share = gain / (matches.total + len(figures))
    if not chosen or not share:
        return share
    beside = any(one.source == sentence.source and abs(one.number - sentence.number) <= 1 for one in chosen)
    return share + NEXT_TO * beside


def _stands_in(figure: Figure, sentence: Sentence, evidence: Evidence) -> bool:
    return any(
        agree(figure, other)
        for other in evidence.prepared[sentence.source].figures
        if sentence.start <= other.start < sentence.stop
    )


def _order(matches: Matches, near: Sequence[Sentence]) -> dict[str, float]:
    """How many neighbours in the claim stand the other way round in the sources."""
    pairs = turned = names_turned = names_pairs = 0.0
    for left, right in zip(range(len(matches.words)), range(1, len(matches.words)), strict=False):
        best = _nearest_pair(left, right, matches, near)
        pairs += 1
        if best is None:
            continue
        turned += best < 0
    named = [at for at, word in enumerate(matches.words) if matches.weights[at] > 1]
    for at, left in enumerate(named):
        for right in named[at + 1 :]:
            best = _nearest_pair(left, right, matches, near)
            if best is not None and best:
                names_pairs += 1
                names_turned += best < 0
    return {
        "turned": turned / max(1.0, pairs),
        "names_turned": names_turned / max(1.0, names_pairs),
    }


def _nearest_pair(left: int, right: int, matches: Matches, near: Sequence[Sentence]) -> int | None:
    best: int | None = None
    for sentence in near:
        for first in matches.places(left, sentence):
            for second in matches.places(right, sentence):
                if first != second and (best is None or abs(second - first) < abs(best)):
                    best = second - first
    return best


def _figures(claim: Prepared, near: Sequence[Sentence], evidence: Evidence) -> dict[str, float]:
    nowhere = worded = elsewhere = 0
    for figure in claim.figures:
        if any(_stands_in(figure, sentence, evidence) for sentence in near):
            continue
        if any(agree(figure, other) for text in evidence.prepared for other in text.figures):
            elsewhere += 1
        elif figure.kind is FigureKind.ORDINAL or figure.digits == 0.5:
            continue
        elif figure.worded:
            worded += 1
        else:
            nowhere += 1
    return {
        "figure_nowhere": min(nowhere, 2.0),
        "figure_worded_nowhere": min(worded, 2.0),
        "figure_elsewhere": min(elsewhere, 2.0),
    }


def _slotted(found: Sequence[Slot]) -> dict[str, float]:
    figures = [slot for slot in found if slot.value.figure and slot.found]
    names = [slot for slot in found if not slot.value.figure and slot.found]
    lost = [slot.rival for slot in found if slot.value.figure and not slot.found]
    absent = [slot for slot in found if not slot.value.figure and not slot.found]
    return {
        "figure_margin": min((slot.own - slot.rival for slot in figures), default=0.0),
        "figure_rival": max((max(0.0, slot.rival - slot.own) for slot in figures), default=0.0),
        "figure_replaced": max(lost, default=0.0),
        "name_margin": min((slot.own - slot.rival for slot in names), default=0.0),
        "name_rival": max((max(0.0, slot.rival - slot.own) for slot in names), default=0.0),
        "name_own": min((slot.own for slot in names), default=0.3),
        "name_absent": min(len(absent), 2.0),
        "figure_apart": max((slot.apart for slot in figures), default=0.0),
        "name_apart": max((slot.apart for slot in names), default=0.0),
    }
