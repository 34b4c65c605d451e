"""Whether a figure of a claim carries the label of another one: "31 in farmland and 9 in forest" as "31 in forest"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from runtime.documents.checking.agreement import agree, comparable
from runtime.documents.checking.figures import Figure
from runtime.documents.checking.matching import Matches
from runtime.documents.checking.prepared import Prepared
from runtime.documents.checking.sources import Evidence, Sentence

_ENDS = re.compile(r"[;:]|,(?!\d)|\s(?:and|but|while|whereas|und|aber|während|et|mais|y|pero|mientras)\s")
# The figure and the labels around it, by places in a text.
Part = tuple[int, int]


def label_crossed(claim: Prepared, matches: Matches, near: Sequence[Sentence], evidence: Evidence) -> float:
    """How many figures (at most 2) stand in a part of a sentence that lacks a word of theirs, which stands with another
    such figure."""
    parts = list(_parts(claim.text, 0))
    count = 0
    for figure in claim.figures:
        mine = next((part for part in parts if part[0] <= figure.start < part[1]), None)
        inside = [one for one in claim.figures if mine and mine[0] <= one.start < mine[1]]
        if mine is None or len(inside) > 1:
            continue
        words = [at for at, word in enumerate(matches.words) if mine[0] <= word.start < mine[1]]
        count += any(_crossed(figure, words, matches, sentence, evidence) for sentence in near[:2])
    return min(float(count), 2.0)


def _crossed(figure: Figure, words: Sequence[int], matches: Matches, sentence: Sentence, evidence: Evidence) -> bool:
    text = evidence.prepared[sentence.source]
    figures = [one for one in text.figures if sentence.start <= one.start < sentence.stop]
    own = [one for one in figures if agree(figure, one)]
    others = [one for one in figures if one not in own and comparable(figure, one)]
    if len(own) != 1 or not others:
        return False
    parts = list(_parts(evidence.sentence_text(sentence), sentence.start))
    home = _home(own[0], parts)
    rivals = [part for other in others if (part := _home(other, parts)) != home]
    if not _labelled_otherwise(home, words, matches, sentence, evidence):
        return False
    for at in words:
        places = [text.words[place].start for place in matches.places(at, sentence)]
        here = any(home[0] <= place < home[1] for place in places)
        there = any(part[0] <= place < part[1] for part in rivals for place in places)
        if there and not here and all(any(part[0] <= place < part[1] for part in rivals) for place in places):
            return True
    return False


def _labelled_otherwise(
    home: Part, words: Sequence[int], matches: Matches, sentence: Sentence, evidence: Evidence
) -> bool:
    """Whether the figure's own part has a word that the claim has not."""
    known = {place for at in words for place in matches.places(at, sentence)}
    text = evidence.prepared[sentence.source].words
    return any(word.stem and home[0] <= word.start < home[1] and word.at not in known for word in text)


def _home(figure: Figure, parts: Sequence[Part]) -> Part:
    return next((part for part in parts if part[0] <= figure.start < part[1]), (0, 0))


def _parts(text: str, offset: int) -> Iterator[Part]:
    ends = [match.start() for match in _ENDS.finditer(text)]
    for start, stop in zip([0, *ends], [*ends, len(text)], strict=True):
        yield offset + start, offset + stop
