"""Signs that a claim says the contrary of the sentences it was made from."""

from __future__ import annotations

import re
from collections.abc import Sequence

from runtime.documents.checking.agreement import agree
from runtime.documents.checking.clauses import clauses_of, held_by
from runtime.documents.checking.figures import Figure
from runtime.documents.checking.matching import Matches
from runtime.documents.checking.prepared import Prepared, Word
from runtime.documents.checking.sign_words import RATES, TIMES, TIMES_COUNTED
from runtime.documents.checking.sources import Evidence, Sentence

DENIED_WORDS = 3
FARTHER = 0.4
DENIES_BEFORE, DENIES_AFTER = 8, 12
# They deny beside a denial, not alone.
HARDLY_DENYING = frozenset({"kept", "keep", "still", "yet", "out", "against", "independent", "rather"})
_CLAUSE_ENDS = frozenset(",;:.")


def denial(claim: Prepared, matches: Matches, near: Sequence[Sentence], evidence: Evidence) -> float:
    """The share (0 to 1) of denials, on either side, whose words stand undenied on the other side."""
    signs: list[float] = []
    for at in claim.negations:
        for number, word in enumerate(_denied(claim, at)):
            places = _found_places(word, matches, near)
            # Where the sources have not the word that is denied, but one after it, they may say it otherwise.
            share = 1.0 if number == 0 else FARTHER
            signs += [share * _undenied(evidence.prepared[sentence.source], at, claim) for sentence, at in places[:1]]
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
        at - DENIES_BEFORE <= place <= at + DENIES_AFTER
        and text.words[place].sentence == sentence
        and _one_clause(text, at, place)
        for place in (*text.negations, *denying)
    )
    return 0.0 if near else 1.0


def _found_places(word: Word, matches: Matches, near: Sequence[Sentence]) -> list[tuple[Sentence, int]]:
    at = next((number for number, one in enumerate(matches.words) if one.at == word.at), None)
    if at is None:
        return []
    return [(sentence, place) for sentence in near for place in matches.places(at, sentence)]


def denied_softly(claim: Prepared, near: Sequence[Sentence], evidence: Evidence) -> float:
    """Whether just one side, claim or best sentence, has a word that denies without being a negation."""
    if not near:
        return 0.0
    text = evidence.prepared[near[0].source]
    theirs = [at for at in (*text.denying, *text.negations) if text.words[at].sentence == near[0].number]
    mine = (*claim.denying, *claim.negations)
    return float(bool(theirs) != bool(mine))


def denial_alone(claim: Prepared, matches: Matches, near: Sequence[Sentence], evidence: Evidence) -> float:
    """The share of the claim's words in its best sentence, where the claim denies and no source near does."""
    if not near or not claim.negations:
        return 0.0
    for sentence in near[:3]:
        text = evidence.prepared[sentence.source]
        denying = [at for at in text.denying if text.words[at].text.lower() not in HARDLY_DENYING]
        if any(text.words[at].sentence == sentence.number for at in (*text.negations, *denying)):
            return 0.0
    return matches.coverage(near[:1])


def negation_lost(claim: Prepared, matches: Matches, near: Sequence[Sentence], evidence: Evidence) -> float:
    """How much of the claim stands in a clause that denies, where the claim denies nothing."""
    if claim.negations or claim.denying:
        return 0.0
    best, denies = 0.0, False
    for clause in clauses_of(near[:2], evidence):
        held = held_by(clause, matches)
        if held > best:
            text = evidence.prepared[clause.sentence.source]
            best, denies = held, any(clause.first <= at <= clause.last for at in text.negations)
    return best if denies else 0.0


def other_rate(claim: Prepared, near: Sequence[Sentence], evidence: Evidence) -> float:
    """Whether the claim counts by the month, say, and its sources only by the year."""
    mine = _rates(claim.text, claim.language)
    theirs = set[str]().union(*(_rates(evidence.sentence_text(one), claim.language) for one in near[:2]))
    if mine and theirs and not mine & theirs:
        return 1.0
    return float(any(_other_rate_of(figure, claim, near[:2], evidence) for figure in claim.figures))


def _other_rate_of(figure: Figure, claim: Prepared, near: Sequence[Sentence], evidence: Evidence) -> bool:
    """The same for one figure and what stands within the commas around it."""
    mine = _rates(_around(claim.text, figure), claim.language)
    found = False
    for sentence in near:
        text = evidence.prepared[sentence.source]
        for other in text.figures:
            if not sentence.start <= other.start < sentence.stop or not agree(figure, other):
                continue
            theirs = _rates(_around(evidence.sentence_text(sentence), other, sentence.start), claim.language)
            if not theirs or mine & theirs:
                return False
            found = True
    return found and bool(mine)


def _around(text: str, figure: Figure, offset: int = 0) -> str:
    start, stop = figure.start - offset, figure.stop - offset
    begin = max(text.rfind(mark, 0, start) for mark in (", ", "; ")) + 1
    ends = [at for mark in (", ", "; ") if (at := text.find(mark, stop)) >= 0]
    return text[begin : min(ends, default=len(text))]


def other_times(claim: Prepared, near: Sequence[Sentence], evidence: Evidence) -> float:
    """Whether the claim says "once a year" and its best sentence "twice a year"."""
    mine = _times(claim.text, claim.language)
    theirs = _times(evidence.sentence_text(near[0]), claim.language) if near else set()
    return float(bool(mine) and bool(theirs) and not mine & theirs)


def _times(text: str, language: str) -> set[int]:
    found = set()
    for match in re.finditer(TIMES.get(language, r"(?!)"), text.lower()):
        word = next(group for group in match.groups() if group)
        found.add(TIMES_COUNTED.get(word) or int(word))
    return found


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
