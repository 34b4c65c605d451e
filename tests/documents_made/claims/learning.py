"""Where the thresholds of a learnt sum lie, each origin of sentences counting alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from tests.documents_made.claims.cases import Case

MADE_ORIGINS = frozenset({"xquad", "factbook", "made"})
TRUE_FLAGGED = 0.04


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
    return case.origin if case.origin in MADE_ORIGINS else "written"
