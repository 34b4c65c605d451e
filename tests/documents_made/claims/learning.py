"""Learns how much each sign counts: logistic regression in which no sign of support may count against a claim."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy

from runtime.documents.checking.combination import Combination
from tests.documents_made.claims.cases import Case

# What may only speak for a claim, and what may speak both ways; all else may only speak against it.
FOR = frozenset({"covered", "plain", "figure_margin", "name_margin", "name_own"})
EITHER = frozenset({"words", "sources"})
# Sentences written by hand are few, and most like what people will read.
# Counted together, as "against".
TOGETHER = frozenset(
    {"figure_nowhere", "figure_worded_nowhere", "figure_replaced", "name_absent", "opposite", "denial", "other_rate"}
)
ORIGIN_WEIGHTS = {"xquad": 1.0, "factbook": 1.0, "made": 1.0}
WRITTEN_WEIGHT = 3.0
PULL = 3e-3
STEPS = 4000
TRUE_FLAGGED = 0.04
TRUE_FLAGGED_WITHOUT_A_SIGN = 0.015
TRUE_SUPPORTED = 0.75

Rows = Sequence[tuple[Case, Mapping[str, float]]]


def learn(rows: Rows) -> Combination:
    """Weights and thresholds from these rows alone."""
    names = sorted(rows[0][1].keys() - TOGETHER)
    values = numpy.array([[row[name] for name in names] for _, row in rows])
    truth = numpy.array([float(case.true) for case, _ in rows])
    mean, spread = values.mean(0), values.std(0) + 1e-6
    found = _fit(names, (values - mean) / spread, truth, _case_weights([case for case, _ in rows]))
    weights = found[:-1] / spread
    bias = float(found[-1] - (weights * mean).sum())
    kept = {name: round(float(weight), 4) for name, weight in zip(names, weights, strict=True) if abs(weight) > 1e-3}
    combination = Combination(kept, round(bias, 4), 0.0, 0.0, 0.0)
    scored = [(case, combination.score(row)) for case, row in rows]
    return Combination(
        kept,
        combination.bias,
        round(threshold(scored, TRUE_FLAGGED), 3),
        round(threshold(scored, TRUE_FLAGGED_WITHOUT_A_SIGN), 3),
        round(threshold(scored, 1 - TRUE_SUPPORTED), 3),
    )


def threshold(scored: Sequence[tuple[Case, float]], share: float) -> float:
    """Under which this share of the true sentences lies, each origin counting alike."""
    scores = defaultdict(list)
    for case, score in scored:
        if case.true:
            scores[origin_of(case)].append(score)
    candidates = sorted(score for many in scores.values() for score in many)
    best = candidates[0]
    for candidate in candidates:
        under = [sum(score < candidate for score in many) / len(many) for many in scores.values()]
        if sum(under) / len(under) > share:
            break
        best = candidate
    return best


def origin_of(case: Case) -> str:
    """Where a case is from, all kinds of hand-written texts being one."""
    return case.origin if case.origin in ORIGIN_WEIGHTS else "written"


def as_source(name: str, combination: Combination) -> str:
    """A combination as it stands in the program."""
    lines = [f'        "{key}": {weight},' for key, weight in combination.weights.items()]
    return "\n".join(
        (
            f"{name} = Combination(",
            "    weights={",
            *lines,
            "    },",
            f"    bias={combination.bias},",
            f"    absent_below={combination.absent_below},",
            f"    surely_below={combination.surely_below},",
            f"    supported_from={combination.supported_from},",
            ")",
        )
    )


def _case_weights(cases: Sequence[Case]) -> Any:
    """Kinds count by the root of their number; true and false count alike within each origin."""
    kinds = Counter((origin_of(case), case.true, case.kind) for case in cases)
    raw = numpy.array([kinds[origin_of(case), case.true, case.kind] ** -0.5 for case in cases])
    sides: dict[tuple[str, bool], float] = defaultdict(float)
    for case, weight in zip(cases, raw, strict=True):
        sides[origin_of(case), case.true] += float(weight)
    scaled = [
        weight / sides[origin_of(case), case.true] * ORIGIN_WEIGHTS.get(origin_of(case), WRITTEN_WEIGHT)
        for case, weight in zip(cases, raw, strict=True)
    ]
    return numpy.array(scaled) / numpy.mean(scaled)


def _fit(names: Sequence[str], values: Any, truth: Any, counts: Any) -> Any:
    """Projected gradient with momentum."""
    rows = numpy.hstack([values, numpy.ones((len(values), 1))])
    least = numpy.array([0.0 if name in FOR else -numpy.inf for name in names] + [-numpy.inf])
    most = numpy.array([numpy.inf if name in FOR | EITHER else 0.0 for name in names] + [numpy.inf])
    pull = numpy.array([PULL] * len(names) + [0.0])
    step = 1 / (0.25 * numpy.linalg.eigvalsh((rows * counts[:, None]).T @ rows / len(rows)).max() + PULL)
    now = ahead = numpy.zeros(rows.shape[1])
    speed = 1.0
    for _ in range(STEPS):
        guess = 1 / (1 + numpy.exp(-rows @ ahead))
        slope = rows.T @ (counts * (guess - truth)) / len(rows) + pull * ahead
        new = numpy.clip(ahead - step * slope, least, most)
        faster = (1 + (1 + 4 * speed * speed) ** 0.5) / 2
        now, ahead, speed = new, new + (speed - 1) / faster * (new - now), faster
    return now
