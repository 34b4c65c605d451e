"""Whether a figure or a name stands where the claim puts it, or whether another one fits that place better."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace

from runtime.documents.checking.agreement import agree, comparable
from runtime.documents.checking.figures import Figure
from runtime.documents.checking.matching import NAME_WEIGHT, Matches
from runtime.documents.checking.names import known_name, names_agree
from runtime.documents.checking.prepared import Prepared, Word
from runtime.documents.checking.sources import Evidence, Sentence

# A word counts less for a value the farther it stands from it, in words.
CLAIM_REACH, SOURCE_REACH = 4.0, 6.0
NEIGHBOUR = 0.3
# What a sentence says of the one before it ("it", "there").
BEFORE = 0.7
MOST_MENTIONS = 2
NEARLY_ALL = 0.8
# A source's number and its sentence's.
Home = tuple[int, int]


@dataclass(frozen=True)
class Value:
    """A figure or a name in a text: its words' numbers, and its words."""

    first: int
    last: int
    text: str
    figure: Figure | None
    stems: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Opening:
    """What tells whether the first word of a sentence is a name: the ``names`` of the sources and all they ``known``
    words."""

    names: frozenset[str]
    known: Set[str]


@dataclass(frozen=True)
class Slot:
    """``own``: how well the words around the claim's value stand around it in the sources (0 to 1), -1 where it is in
    none; ``rival``: the same for the best other value, which is ``other``. ``apart``: how much more of the claim stands
    in a sentence with another such value than in any with this one; ``apart_named``: how many names and figures of the
    claim stand there and in none with this value; ``apart_alone``: as ``apart``, where nearly the whole claim stands in
    the sentence with the other value, what stands before a sentence not counted; ``topic_apart`` is that of a
    name which comes often."""

    value: Value
    own: float
    rival: float
    other: str
    found: bool
    apart: float = 0.0
    apart_named: float = 0.0
    apart_alone: float = 0.0
    topic_apart: float = 0.0


def values_of(text: Prepared, names: bool = True, opening: Opening | None = None) -> list[Value]:
    """The figures and the names of a text."""
    found = [
        Value(at, _last_word(text, figure.stop, at), figure.text, figure)
        for at, figure in zip(text.figure_at, text.figures, strict=True)
    ]
    return found + (list(_names(text, opening)) if names else [])


def slots(claim: Prepared, matches: Matches, evidence: Evidence) -> list[Slot]:
    """Each value of the claim, weighed against all others of the sources."""
    mine = values_of(claim, opening=Opening(evidence.name_stems, evidence.vocabulary.keys()))
    others = [(number, value) for number, text in enumerate(evidence.prepared) for value in values_of(text)]
    sentences = {(sentence.source, sentence.number): sentence for sentence in evidence.sentences}
    found = [_slot(value, mine, others, claim, matches, evidence, sentences) for value in mine]
    homes = [(value, (number, evidence.prepared[number].words[value.first].sentence)) for number, value in others]
    return [_set_apart(slot, mine, homes, matches, sentences) for slot in found]


def _set_apart(
    slot: Slot,
    mine: Sequence[Value],
    homes: Sequence[tuple[Value, Home]],
    matches: Matches,
    sentences: dict[Home, Sentence],
) -> Slot:
    value = slot.value
    beside = [at for at, word in enumerate(matches.words) if not value.first <= word.at <= value.last]
    total = sum(matches.weights[at] for at in beside)
    own = {home for candidate, home in homes if same(value, candidate)}
    rival = {
        home
        for candidate, home in homes
        if home not in own
        and _could_stand_for(value, candidate)
        and not any(same(one, candidate) for one in mine if one is not value)
    }
    if not own or not rival or not total:
        return slot

    def covered(home: Home, words: Sequence[int], before: float = BEFORE) -> float:
        here, sooner = sentences.get(home), sentences.get((home[0], home[1] - 1))
        return sum(
            matches.weights[at]
            * max(matches.quality(at, here) if here else 0.0, before * matches.quality(at, sooner) if sooner else 0.0)
            for at in words
        )

    best = max(rival, key=lambda home: covered(home, beside))
    apart = max(0.0, covered(best, beside) - max(covered(home, beside) for home in own)) / total
    names = [at for at in beside if matches.words[at].name]
    nearly = covered(best, beside) >= NEARLY_ALL * total
    named = max(0.0, covered(best, names) - max(covered(home, names) for home in own)) if apart and nearly else 0.0
    there = max(covered(home, beside, 0.0) for home in rival) / total
    here = max(covered(home, beside, 0.0) for home in own) / total
    alone = max(0.0, there - here) if there >= NEARLY_ALL else 0.0
    named = min(named / NAME_WEIGHT, 1.0)
    if value.figure is None and _is_topic(own):
        return replace(slot, apart_named=named, topic_apart=alone)
    return replace(slot, apart=apart, apart_named=named, apart_alone=alone)


def _is_topic(homes: set[Home]) -> bool:
    """A name that a whole passage is about is said once and meant throughout."""
    return len(homes) > MOST_MENTIONS or any(sentence == 0 for _, sentence in homes)


def same(claimed: Value, found: Value) -> bool:
    """Whether the two are one value."""
    if claimed.figure and found.figure:
        return agree(claimed.figure, found.figure)
    return not claimed.figure and not found.figure and names_agree(claimed.stems, found.stems)


def _slot(
    value: Value,
    mine: Sequence[Value],
    others: Sequence[tuple[int, Value]],
    claim: Prepared,
    matches: Matches,
    evidence: Evidence,
    sentences: dict[Home, Sentence],
) -> Slot:
    context = _context(value, claim, matches)
    total = sum(weight for _, weight in context) or 1.0
    own, rival, other, found = 0.0, 0.0, "", False
    for number, candidate in others:
        alike = same(value, candidate)
        if not alike and not _could_stand_for(value, candidate):
            continue
        fit = _fit(context, number, candidate, matches, evidence, sentences) / total
        if alike:
            own, found = max(own, fit), True
        elif fit > rival and not any(same(one, candidate) for one in mine):
            rival, other = fit, candidate.text
    spoken = all(word.text.lower() in evidence.spoken for word in claim.words[value.first : value.last + 1])
    if not found and not value.figure and (spoken or known_name(value.stems, evidence.vocabulary.keys())):
        # It stands at the beginning of a sentence, or in small letters.
        own, found = max(own, rival), True
    return Slot(value, own if found else -1.0, rival, other, found)


def _could_stand_for(value: Value, candidate: Value) -> bool:
    if value.figure and candidate.figure:
        return comparable(value.figure, candidate.figure)
    return not value.figure and not candidate.figure


def _context(value: Value, claim: Prepared, matches: Matches) -> list[tuple[int, float]]:
    found = []
    for number, word in enumerate(matches.words):
        if value.first <= word.at <= value.last:
            continue
        away = value.first - word.at if word.at < value.first else word.at - value.last
        found.append((number, matches.weights[number] / (1 + away / CLAIM_REACH)))
    return found


def _fit(
    context: list[tuple[int, float]],
    source: int,
    candidate: Value,
    matches: Matches,
    evidence: Evidence,
    sentences: dict[Home, Sentence],
) -> float:
    home = evidence.prepared[source].words[candidate.first].sentence
    own, before = sentences.get((source, home)), sentences.get((source, home - 1))
    fit = 0.0
    for number, weight in context:
        best = 0.0
        for sentence, share in ((own, 1.0), (before, NEIGHBOUR)):
            if sentence is None:
                continue
            for stem, quality in matches.stems[number].items():
                for place in sentence.stems.get(stem, ()):
                    away = min(abs(place - candidate.first), abs(place - candidate.last))
                    best = max(best, share * quality / (1 + away / SOURCE_REACH))
        fit += weight * best
    return fit


def _names(text: Prepared, opening: Opening | None) -> Iterator[Value]:
    run: list[Word] = []
    for word in text.words:
        named = word.name or _opens_a_name(word, text, opening)
        if named and run and word.at == run[-1].at + 1 and word.sentence == run[-1].sentence:
            run.append(word)
            continue
        if run:
            yield _name_value(text, run)
        run = [word] if named else []
    if run:
        yield _name_value(text, run)


def _opens_a_name(word: Word, text: Prepared, opening: Opening | None) -> bool:
    if opening is None or not word.opening or not word.stem or not word.text[0].isupper():
        return False
    if word.stem in opening.names:
        return True
    # "Whitcombe Mutual": nobody knows the first, and the second is a name.
    following = text.words[word.at + 1] if word.at + 1 < len(text.words) else None
    return following is not None and following.name and word.stem not in opening.known


def _name_value(text: Prepared, run: list[Word]) -> Value:
    stems = frozenset(word.stem for word in run)
    return Value(run[0].at, run[-1].at, text.text[run[0].start : run[-1].stop], None, stems)


def _last_word(text: Prepared, stop: int, first: int) -> int:
    last = first
    while last + 1 < len(text.words) and text.words[last + 1].start < stop:
        last += 1
    return last
