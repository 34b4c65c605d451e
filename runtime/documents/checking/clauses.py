"""The parts of a source's sentence that say one thing each, and how much of a claim stands in one of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from runtime.documents.checking.matching import Matches
from runtime.documents.checking.sources import Evidence, Sentence

_ENDS = re.compile(
    r"[;:]|,?\s(?:but|while|whereas|although|though|aber|sondern|während|mais|tandis|pero|sino|mientras)\s"
    r"|,\s(?:and|or|so|yet|which|who|und|oder|so|et|ou|y|o|e)\s"
)


@dataclass(frozen=True)
class Clause:
    """The words from number ``first`` to ``last`` of a source's sentence."""

    sentence: Sentence
    first: int
    last: int


def clauses_of(sentences: Iterable[Sentence], evidence: Evidence) -> list[Clause]:
    """All clauses of some sentences, in order. Any thread."""
    return [clause for sentence in sentences for clause in _clauses(sentence, evidence)]


def _clauses(sentence: Sentence, evidence: Evidence) -> Iterator[Clause]:
    text = evidence.prepared[sentence.source]
    words = [word for word in text.words if word.sentence == sentence.number]
    ends = [sentence.start + end.start() for end in _ENDS.finditer(evidence.sentence_text(sentence))]
    for start, stop in zip([sentence.start, *ends], [*ends, sentence.stop], strict=True):
        inside = [word.at for word in words if start <= word.start < stop]
        if inside:
            yield Clause(sentence, inside[0], inside[-1])


def claim_clauses(text: str) -> int:
    """How many things a claim says."""
    return 1 + len(_ENDS.findall(text))


def held_by(clause: Clause, matches: Matches, left_out: Sequence[int] = ()) -> float:
    """The weighted share (0 to 1) of a claim's words that stand in one clause; ``left_out`` are not counted."""
    total = found = 0.0
    for at, weight in enumerate(matches.weights):
        if at in left_out:
            continue
        total += weight
        found += weight * _best(at, clause, matches)
    return found / total if total else 0.0


def _best(at: int, clause: Clause, matches: Matches) -> float:
    return max(
        (
            quality
            for stem, quality in matches.stems[at].items()
            if any(clause.first <= place <= clause.last for place in clause.sentence.stems.get(stem, ()))
        ),
        default=0.0,
    )
