"""The few sentences of the sources that a claim seems to be made from."""

from __future__ import annotations

from collections.abc import Sequence

from runtime.documents.checking.agreement import agree
from runtime.documents.checking.figures import Figure
from runtime.documents.checking.matching import Matches
from runtime.documents.checking.prepared import Prepared
from runtime.documents.checking.sources import Evidence, Sentence

MOST_SENTENCES = 4
LEAST_GAIN = 0.04
NEXT_TO = 0.02


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
        figures = [figure for figure in figures if not stands_in(figure, best, evidence)]
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
    gain += sum(1.0 for figure in figures if stands_in(figure, sentence, evidence))
    share = gain / (matches.total + len(figures))
    if not chosen or not share:
        return share
    beside = any(one.source == sentence.source and abs(one.number - sentence.number) <= 1 for one in chosen)
    return share + NEXT_TO * beside


def stands_in(figure: Figure, sentence: Sentence, evidence: Evidence) -> bool:
    """Whether a sentence has a figure that bears this one out."""
    return any(
        agree(figure, other)
        for other in evidence.prepared[sentence.source].figures
        if sentence.start <= other.start < sentence.stop
    )
