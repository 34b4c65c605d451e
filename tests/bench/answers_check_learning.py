"""Learns how much each sign counts, and from where on a sentence is flagged or found.

Logistic regression in which no sign of support may count against a claim and no sign against it for it. Thresholds come
from scores that each text's sentences got from weights learnt without that text.
"""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy

from runtime.documents.checking.combination import Combination
from tests.documents_made.claims.cases import Case
from tests.documents_made.claims.learning import origin_of

Rows = Sequence[tuple[Case, Mapping[str, float]]]
# What may only speak for a claim, and what may speak both ways; all else may only speak against it.
FOR = frozenset({"covered", "plain", "alone", "figure_margin", "name_margin", "name_own"})
EITHER = frozenset({"words"})
# Counted together, as "against"; or what another value says better.
LEFT_OUT = frozenset(
    [
        "figure_nowhere",
        "figure_worded_nowhere",
        "figure_replaced",
        "name_absent",
        "opposite",
        "denial",
        "other_rate",
        "other_times",
        "condition_turned",
        "than_turned",
        "unit_replaced",
        "limit_broken",
        "bound_turned",
        "label_crossed",
        "stranger",
        "made_up",
        "denial_alone",
        "phrase_turned",
        "sources",
    ]
)
# Sentences by hand are few, and most like what people will read; those from questions and tables are often clumsy.
ORIGINS = {"written": 3.0, "made": 1.0, "xquad": 0.6, "factbook": 0.4}
ALIKE = ("written", "made")
PULL = 3e-3
STEPS = 3000
FOLDS = 6
# Of true sentences, where a sign speaks against them, and with the others: shares at most, in the tuning half.
TRUE_FLAGGED = 0.026
ABSENT_BELOW = 0.0
# Without a sign: farther up, half of the true sentences that sum up a long text are flagged (SummEdits, tuning half:
# 52 % from -0.65 on, 10 % from -2 on), and hardly any other false ones.
SURELY_BELOW_MOST = -2.0
TRUE_SUPPORTED = 0.91


def learn(rows: Rows) -> Combination:
    """Weights from all rows, thresholds from scores that are each text's own."""
    weights, bias = _weights(rows)
    scores = apart(rows)
    signed = [values["against"] > 0 and score < ABSENT_BELOW for (_, values), score in zip(rows, scores, strict=True)]
    surely = max(
        (
            candidate
            for candidate in numpy.arange(-4, SURELY_BELOW_MOST + 0.01, 0.05)
            if _worst(rows, scores, signed, candidate)
        ),
        default=-4.0,
    )
    return Combination(
        {name: round(weight, 4) for name, weight in weights.items() if abs(weight) > 1e-3},
        round(bias, 4),
        ABSENT_BELOW,
        round(float(surely), 3),
        round(float(_quantile(rows, scores, 1 - TRUE_SUPPORTED)), 3),
    )


def apart(rows: Rows) -> list[float]:
    """Each row's score by weights that were learnt without its text, and without a sixth of all others."""
    folds = [zlib.crc32(f"{case.origin}/{case.group}".encode()) // 7 % FOLDS for case, _ in rows]
    scores = [0.0] * len(rows)
    for fold in range(FOLDS):
        weights, bias = _weights([row for row, mine in zip(rows, folds, strict=True) if mine != fold])
        for at, (_, values) in enumerate(rows):
            if folds[at] == fold:
                scores[at] = bias + sum(weight * values[name] for name, weight in weights.items())
    return scores


def as_source(name: str, combination: Combination) -> str:
    """A combination as it stands in the program."""
    lines = [f'        "{key}": {weight},' for key, weight in combination.weights.items()]
    numbers = ("bias", "absent_below", "surely_below", "supported_from")
    rest = [f"    {one}={getattr(combination, one)}," for one in numbers]
    return "\n".join((f"{name} = Combination(", "    weights={", *lines, "    },", *rest, ")"))


def _worst(rows: Rows, scores: Sequence[float], signed: Sequence[bool], least: float) -> bool:
    """Whether few enough true sentences of each origin that is like an answer are flagged below this."""
    flagged = defaultdict(list)
    for (case, _), score, sign in zip(rows, scores, signed, strict=True):
        if case.true and case.language == "en" and origin_of(case) in ALIKE:
            flagged[origin_of(case)].append(sign or score < least)
    return all(sum(hits) <= TRUE_FLAGGED * len(hits) for hits in flagged.values())


def _quantile(rows: Rows, scores: Sequence[float], share: float) -> float:
    """The score under which this share of the true sentences that are like an answer's lies, mean of the origins."""
    found = defaultdict(list)
    for (case, _), score in zip(rows, scores, strict=True):
        if case.true and origin_of(case) in ALIKE:
            found[origin_of(case)].append(score)
    return float(numpy.mean([numpy.quantile(many, share) for many in found.values()]))


def _weights(rows: Rows) -> tuple[dict[str, float], float]:
    names = sorted(rows[0][1].keys() - LEFT_OUT)
    values = numpy.array([[row[name] for name in names] for _, row in rows])
    truth = numpy.array([float(case.true) for case, _ in rows])
    mean, spread = values.mean(0), values.std(0) + 1e-6
    found = _fit(names, (values - mean) / spread, truth, _case_weights([case for case, _ in rows]))
    weights = found[:-1] / spread
    return dict(zip(names, map(float, weights), strict=True)), float(found[-1] - (weights * mean).sum())


def _case_weights(cases: Sequence[Case]) -> Any:
    """Kinds count by the root of their number; true and false count alike within each origin."""
    kinds = Counter((origin_of(case), case.true, case.kind) for case in cases)
    raw = [kinds[origin_of(case), case.true, case.kind] ** -0.5 for case in cases]
    sides: dict[tuple[str, bool], float] = defaultdict(float)
    for case, weight in zip(cases, raw, strict=True):
        sides[origin_of(case), case.true] += weight
    scaled = [
        weight / sides[origin_of(case), case.true] * ORIGINS[origin_of(case)]
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
