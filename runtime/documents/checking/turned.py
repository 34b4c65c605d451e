"""Signs that a claim says the contrary of the sentences it was made from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from runtime.documents.checking.matching import Matches
from runtime.documents.checking.opposites import RATES, UNIVERSAL, opposites
from runtime.documents.checking.prepared import Prepared, Word
from runtime.documents.checking.sources import Evidence, Sentence
from runtime.documents.normal import normaliser

DENIED_WORDS = 3
DENIES_BEFORE, DENIES_AFTER = 8, 12
_CLAUSE_ENDS = frozenset(",;:.")


def denial(claim: Prepared, matches: Matches, near: Sequence[Sentence], evidence: Evidence) -> float:
    """The share (0 to 1) of denials, on either side, whose words stand undenied on the other side."""
    signs: list[float] = []
    for at in claim.negations:
        for word in _denied(claim, at):
            places = _found_places(word, matches, near)
            signs += [_undenied(evidence.prepared[sentence.source], at, claim) for sentence, at in places[:1]]
            if places:
                break
    for sentence in near[:2]:
        signs += _denials_of(sentence, claim, matches, evidence)
    return max(signs, default=0.0)


def _denials_of(sentence: Sentence, claim: Prepared, matches: Matches, evidence: Evidence) -> list[float]:
    text = evidence.prepared[sentence.source]
    signs: list[float] = []
    for at in text.negations:
        if text.words[at].sentence != sentence.number:
            continue
        for word in _denied(text, at):
            found = [one.at for one, stems in zip(matches.words, matches.stems, strict=True) if stems.get(word.stem)]
            if found:
                shared = _shared_around(text, at, claim)
                signs.append(shared * min(_undenied(claim, place, text) for place in found))
                break
    return signs


def _shared_around(text: Prepared, at: int, claim: Prepared) -> float:
    """How much of what stands around a denial the claim speaks of."""
    said = {word.stem for word in claim.words if word.stem}
    around = [word.stem for word in text.words[max(0, at - 6) : at + 7] if word.stem and _one_clause(text, at, word.at)]
    if not around:
        return 0.0
    first = next((word.stem for word in claim.words if word.stem), "")
    sentence = {word.stem for word in text.words if word.stem and word.sentence == text.words[at].sentence}
    # Denied of something else in the same sentence.
    share = 0.4 if first in sentence and first not in around else 1.0
    return share * min(1.0, 1.5 * sum(stem in said for stem in around) / len(around))


def _one_clause(text: Prepared, one: int, other: int) -> bool:
    first, last = sorted((one, other))
    between = text.text[text.words[first].stop : text.words[last].start]
    return text.words[one].sentence == text.words[other].sentence and ";" not in between


def _denied(text: Prepared, at: int) -> list[Word]:
    """The words that a denial is about: the next few of its clause."""
    found: list[Word] = []
    for word in text.words[at + 1 :]:
        ended = text.text[text.words[word.at - 1].stop : word.start]
        if word.sentence != text.words[at].sentence or any(mark in _CLAUSE_ENDS for mark in ended):
            break
        if word.stem:
            found.append(word)
        if len(found) == DENIED_WORDS:
            break
    if not found:
        # "kommt heute nicht": the words before it.
        before = [word for word in text.words[max(0, at - 6) : at] if word.stem]
        found = [word for word in reversed(before) if word.sentence == text.words[at].sentence]
    return found


def _undenied(text: Prepared, at: int, other: Prepared) -> float:
    sentence = text.words[at].sentence
    # What both sides say denies nothing of the other: "kept", "against".
    told = {word.stem or word.text.lower() for word in other.words}
    denying = [at for at in text.denying if (text.words[at].stem or text.words[at].text.lower()) not in told]
    near = any(
        at - DENIES_BEFORE <= place <= at + DENIES_AFTER and text.words[place].sentence == sentence
        for place in (*text.negations, *denying)
    )
    return 0.0 if near else 1.0


def _found_places(word: Word, matches: Matches, near: Sequence[Sentence]) -> list[tuple[Sentence, int]]:
    at = next((number for number, one in enumerate(matches.words) if one.at == word.at), None)
    if at is None:
        return []
    return [(sentence, place) for sentence in near for place in matches.places(at, sentence)]


def opposite(claim: Prepared, near: Sequence[Sentence], evidence: Evidence) -> tuple[float, str, str]:
    """How many words of the claim have their opposite, and not themselves, in the best sentences; the first pair."""
    said = {_stem(word.text, claim.language): word.text for word in claim.words}
    found: dict[str, str] = {}
    everywhere: set[str] = set()
    for sentence in near[:2]:
        text = evidence.prepared[sentence.source]
        for word in text.words:
            if word.sentence == sentence.number:
                stem = _stem(word.text, claim.language)
                everywhere.add(stem)
                found.setdefault(stem, word.text)
    count, pair = 0, ("", "")
    if bool(claim.negations) != _has_denial(near, evidence):
        # "not normal" is "abnormal".
        return 0.0, "", ""
    for one, other in _stemmed_opposites(claim.language):
        mine, theirs = said.keys() & one, found.keys() & other
        if mine and theirs and not said.keys() & other and not everywhere & one:
            count += 1
            pair = pair if pair[0] else (said[min(mine)], found[min(theirs)])
    return float(count), *pair


def _has_denial(near: Sequence[Sentence], evidence: Evidence) -> bool:
    if not near:
        return False
    text = evidence.prepared[near[0].source]
    return any(text.words[at].sentence == near[0].number for at in text.negations)


def denied_softly(claim: Prepared, near: Sequence[Sentence], evidence: Evidence) -> float:
    """Whether just one side, claim or best sentence, has a word that denies without being a negation."""
    if not near:
        return 0.0
    text = evidence.prepared[near[0].source]
    theirs = [at for at in (*text.denying, *text.negations) if text.words[at].sentence == near[0].number]
    mine = (*claim.denying, *claim.negations)
    return float(bool(theirs) != bool(mine))


def strengthened(claim: Prepared, near: Sequence[Sentence], evidence: Evidence) -> float:
    """Whether the claim says "all", "only", "never" and its sources nothing of the kind."""
    known = frozenset(UNIVERSAL.get(claim.language, "").split())
    mine = {word.text.lower() for word in claim.words} & known
    theirs = {
        word.text.lower()
        for sentence in near[:2]
        for word in evidence.prepared[sentence.source].words
        if word.sentence == sentence.number
    }
    return float(bool(mine) and not theirs & known)


def other_rate(claim: Prepared, near: Sequence[Sentence], evidence: Evidence) -> float:
    """Whether the claim counts by the month, say, and its sources only by the year."""
    mine = _rates(claim.text, claim.language)
    theirs = set[str]().union(*(_rates(evidence.sentence_text(one), claim.language) for one in near[:2]))
    return float(bool(mine) and bool(theirs) and not mine & theirs)


def _rates(text: str, language: str) -> set[str]:
    return {name for name, pattern in RATES.get(language, {}).items() if re.search(pattern, text.lower())}


def voice_against_order(claim: Prepared, turned: float, near: Sequence[Sentence], evidence: Evidence) -> float:
    """How much the order of words changed without the voice of the verb, or the voice without the order (0 to 1)."""
    if not near:
        return 0.0
    same_voice = _passive(claim.text) == _passive(evidence.sentence_text(near[0]))
    return turned if same_voice else 0.0


def _passive(text: str) -> bool:
    return bool(re.search(r"\b(by|von|durch|par|por)\b", text.lower()))


@lru_cache(maxsize=8)
def _stemmed_opposites(language: str) -> list[tuple[frozenset[str], frozenset[str]]]:
    pairs = []
    for one, other in opposites(language):
        first = frozenset(_stem(word, language) for word in one)
        second = frozenset(_stem(word, language) for word in other)
        pairs += [(first - second, second - first), (second - first, first - second)]
    return pairs


def _stem(word: str, language: str) -> str:
    return "".join(normaliser(language).terms_of_word(word)) if word else ""
