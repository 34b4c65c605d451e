"""What is measured of a claim against its sources: the numbers from which a verdict is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from runtime.documents.checking.contraries import (
    condition_turned,
    contraries,
    one_word_elsewhere,
    only_lost,
    part_taken_for_all,
    phrase_turned,
    quantity_turned,
    same_comparison,
    than_turned,
)
from runtime.documents.checking.figure_signs import figure_signs
from runtime.documents.checking.labels import label_crossed
from runtime.documents.checking.matching import Matches, lexical_matches
from runtime.documents.checking.nearest import nearest
from runtime.documents.checking.prepared import Prepared
from runtime.documents.checking.slots import Slot, slots
from runtime.documents.checking.sources import Evidence, Sentence
from runtime.documents.checking.spread import order_turned, plain_share, spread
from runtime.documents.checking.turned import (
    denial,
    denial_alone,
    denied_softly,
    negation_lost,
    other_rate,
    other_times,
    voice_against_order,
)

ALMOST_THE_SAME = 0.7
REPLACED, DENIED, APART, FAR_APART, MOSTLY, NEARLY_ALL = 0.3, 0.55, 0.25, 0.6, 0.7, 0.8


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
    contrary = contraries(claim, matches, near, evidence)
    values = {
        "covered": matches.coverage(near),
        "denial": denial(claim, matches, near, evidence),
        "denial_alone": denial_alone(claim, matches, near, evidence),
        "negation_lost": negation_lost(claim, matches, near, evidence),
        "opposite": contrary.pairs,
        "opposite_softly": contrary.softly,
        "phrase_turned": phrase_turned(claim, matches, near, evidence),
        "condition_turned": condition_turned(claim, near, evidence),
        "than_turned": float(than_turned(claim, near, evidence) and same_comparison(claim, near[0], evidence)),
        "denied_softly": denied_softly(claim, near, evidence),
        "quantity_turned": quantity_turned(claim, matches, near, evidence),
        "only_lost": only_lost(claim, near, evidence) * matches.coverage(near[:1]),
        "part_taken_for_all": part_taken_for_all(claim, matches, near, evidence),
        "one_word_elsewhere": one_word_elsewhere(claim, matches, near, evidence),
        "label_crossed": label_crossed(claim, matches, near, evidence),
        "other_rate": other_rate(claim, near, evidence),
        "other_times": other_times(claim, near, evidence),
        "plain": plain_share(matches, near, contrary),
        "words": min(len(matches.words), 20) / 20,
        "sources": min(len(near), 4) / 4,
    }
    values |= spread(claim, matches, near, evidence)
    order = order_turned(matches, near)
    order["voice"] = voice_against_order(claim, order.pop("turned"), near, evidence)
    values |= order | figure_signs(claim, near, evidence) | _slotted(slotted)
    values["against"] = _against(values)
    return Measured(values, tuple(near), tuple(slotted), (contrary.mine, contrary.theirs), matches)


def _against(values: dict[str, float]) -> float:
    """How many signs there are that hardly ever show with a true sentence (measured: 0 to 3 in 100 each), at most 2.

    Words that turn a sentence round tell little where the rest is said otherwise too.
    """
    signs = (
        values["figure_nowhere"] > 0,
        values["figure_worded_nowhere"] > 0,
        values["figure_replaced"] >= REPLACED,
        values["name_absent"] > 0,
        values["other_rate"] > 0,
        values["figure_apart"] >= FAR_APART,
        values["other_times"] > 0,
        values["unit_replaced"] > 0,
        values["limit_broken"] > 0,
        values["bound_turned"] > 0,
        values["stranger"] >= MOSTLY,
        values["made_up"] > 0,
        values["apart_named"] > 0,
        values["apart_alone"] >= APART,
    )
    turned = (
        values["opposite"] > 0,
        values["denial"] >= DENIED,
        values["denial_alone"] >= MOSTLY,
        values["negation_lost"] >= NEARLY_ALL,
        values["condition_turned"] > 0,
        values["than_turned"] > 0,
        values["phrase_turned"] >= MOSTLY,
        values["label_crossed"] > 0,
    )
    counted = sum(signs) + (sum(turned) if values["plain"] >= ALMOST_THE_SAME else 0)
    return float(min(counted, 2))


def _slotted(found: Sequence[Slot]) -> dict[str, float]:
    figures = [slot for slot in found if slot.value.figure and slot.found]
    names = [slot for slot in found if not slot.value.figure and slot.found]
    lost = [slot.rival for slot in found if slot.value.figure and not slot.found]
    absent = [slot for slot in found if not slot.value.figure and not slot.found]
    return {
        "figure_margin": min((slot.own - slot.rival for slot in figures), default=0.0),
        "figure_replaced": max(lost, default=0.0),
        "name_margin": min((slot.own - slot.rival for slot in names), default=0.0),
        "name_rival": max((max(0.0, slot.rival - slot.own) for slot in names), default=0.0),
        "name_own": min((slot.own for slot in names), default=0.3),
        "name_absent": min(len(absent), 2.0),
        "figure_apart": max((slot.apart for slot in figures), default=0.0),
        "name_apart": max((slot.apart for slot in names), default=0.0),
        "apart_named": max((slot.apart_named for slot in found), default=0.0),
        "apart_alone": max((slot.apart_alone for slot in found), default=0.0),
        "topic_apart": max((slot.topic_apart for slot in found), default=0.0),
    }
