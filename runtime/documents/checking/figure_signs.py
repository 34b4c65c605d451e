"""Figures of a claim that its sources do not have, or have otherwise."""

from __future__ import annotations

from collections.abc import Sequence

from runtime.documents.checking.agreement import agree, breaks_limit
from runtime.documents.checking.figures import Figure, FigureKind
from runtime.documents.checking.prepared import Prepared
from runtime.documents.checking.sources import Evidence, Sentence


def figure_signs(claim: Prepared, near: Sequence[Sentence], evidence: Evidence) -> dict[str, float]:
    """How many of them (at most 2): in no source, in another sentence, of another unit, a limit from the other side."""
    nowhere = worded = elsewhere = replaced = turned = 0
    for figure in claim.figures:
        close = [other for sentence in near for other in _figures_in(sentence, evidence)]
        agreeing = [other for other in close if agree(figure, other)]
        if agreeing:
            replaced += _unit_replaced(figure, agreeing, close)
            turned += not claim.negations and all(_limits_other_side(figure, other) for other in agreeing)
        elif any(agree(figure, other) for text in evidence.prepared for other in text.figures):
            elsewhere += 1
        elif figure.kind is FigureKind.ORDINAL:
            continue
        elif figure.worded:
            worded += 1
        else:
            nowhere += 1
    return {
        "figure_nowhere": min(nowhere, 2.0),
        "figure_worded_nowhere": min(worded, 2.0),
        "figure_elsewhere": min(elsewhere, 2.0),
        "unit_replaced": min(replaced, 2.0),
        "bound_turned": min(turned, 2.0),
        "limit_broken": min(sum(_limit_broken(figure, near, evidence) for figure in claim.figures), 2.0),
    }


def _figures_in(sentence: Sentence, evidence: Evidence) -> list[Figure]:
    figures = evidence.prepared[sentence.source].figures
    return [figure for figure in figures if sentence.start <= figure.start < sentence.stop]


def _limit_broken(figure: Figure, near: Sequence[Sentence], evidence: Evidence) -> bool:
    close = _figures_in(near[0], evidence) if near and figure.bound.compares else []
    return any(breaks_limit(figure, other) for other in close) and not any(agree(figure, other) for other in close)


def _unit_replaced(figure: Figure, agreeing: Sequence[Figure], close: Sequence[Figure]) -> bool:
    """Whether a figure agrees only with a bare number, and the same number stands there of something else."""
    if not figure.unit or any(other.unit or other.kind is not FigureKind.NUMBER for other in agreeing):
        return False
    return any(other.unit and other.unit != figure.unit and other.digits == figure.digits for other in close) or any(
        other.unit == figure.unit and other.digits == figure.digits and other.value != figure.value for other in close
    )


def _limits_other_side(figure: Figure, other: Figure) -> bool:
    return bool(figure.bound and other.bound) and figure.bound.upwards is not other.bound.upwards
