"""Words of a claim and of the clause it was made from that exclude each other: contraries, comparisons, conditions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from runtime.documents.checking.clauses import Clause, clauses_of, held_by
from runtime.documents.checking.matching import Matches
from runtime.documents.checking.opposites import CONDITIONS, GONE, LASTING, UNIVERSAL, opposites
from runtime.documents.checking.prepared import Prepared
from runtime.documents.checking.sources import Evidence, Sentence
from runtime.documents.normal import normaliser

# So much of what else the claim says stands beside the contrary word.
BESIDE = 0.7
SENTENCES = 3


@dataclass(frozen=True)
class Contraries:
    """``pairs``: how many words of the claim have their contrary where the rest of the claim stands, ``softly``: where
    less of it stands; ``mine`` and ``theirs`` the first pair; ``answered``: words of the claim that such a pair
    explains, by their number in the matches."""

    pairs: float
    softly: float
    mine: str = ""
    theirs: str = ""
    answered: tuple[int, ...] = ()


def contraries(claim: Prepared, matches: Matches, near: Sequence[Sentence], evidence: Evidence) -> Contraries:
    """Contrary words, unless a denial or a turned comparison on one side takes them back."""
    said = {_stem(word.text, claim.language): word for word in claim.words}
    clauses = clauses_of(near[:SENTENCES], evidence)
    pairs = softly = 0.0
    first, answered = ("", ""), []
    for one, other in _stemmed(claim.language):
        mine = said.keys() & one
        if not mine or said.keys() & other:
            continue
        word = said[min(mine)]
        number = [at for at, known in enumerate(matches.words) if known.at == word.at]
        found = _contrary(claim, one, other, number, matches, clauses, evidence)
        if found is None:
            continue
        share, theirs = found
        pairs, softly = pairs + (share >= BESIDE), softly + (share < BESIDE)
        answered += number
        first = first if first[0] else (word.text, theirs)
    return Contraries(min(pairs, 2.0), min(softly, 2.0), *first, answered=tuple(answered))


def _contrary(
    claim: Prepared,
    one: frozenset[str],
    other: frozenset[str],
    number: Sequence[int],
    matches: Matches,
    clauses: Sequence[Clause],
    evidence: Evidence,
) -> tuple[float, str] | None:
    """How much of the claim's rest stands in the clause with the contrary word, and that word."""
    best: tuple[float, str] | None = None
    own = 0.0
    for clause in clauses:
        stems = _stems(clause, evidence)
        share = held_by(clause, matches, number)
        if stems.keys() & one:
            own = max(own, share)
        elif stems.keys() & other and not _taken_back(claim, clause, evidence) and (best is None or share > best[0]):
            best = share, stems[min(stems.keys() & other)]
    return best if best is not None and best[0] > own else None


def _taken_back(claim: Prepared, clause: Clause, evidence: Evidence) -> bool:
    # "not normal" is "abnormal"; "lower in summer than in winter" is "higher in winter than in summer".
    text = evidence.prepared[clause.sentence.source]
    denied = any(clause.first - 2 <= at <= clause.last for at in text.negations)
    return bool(claim.negations) != denied or than_turned(claim, (clause.sentence,), evidence)


def than_turned(claim: Prepared, near: Sequence[Sentence], evidence: Evidence) -> bool:
    """Whether the two things that a comparison compares have changed places."""
    if not near:
        return False
    mine, theirs = _compared(claim.text, claim.language), _compared(evidence.sentence_text(near[0]), claim.language)
    if mine is None or theirs is None:
        return False
    crossed = len(mine[0] & theirs[1] - theirs[0]) + len(mine[1] & theirs[0] - theirs[1])
    straight = len(mine[0] & theirs[0] - theirs[1]) + len(mine[1] & theirs[1] - theirs[0])
    return crossed >= 2 and crossed > straight


def _compared(text: str, language: str) -> tuple[set[str], set[str]] | None:
    left, than, right = text.lower().partition({"de": " als ", "fr": " que ", "es": " que "}.get(language, " than "))
    if not than:
        return None
    return tuple({_stem(word, language) for word in re.findall(r"[^\W\d_]{3,}", side)} for side in (left, right))  # type: ignore[return-value]


def condition_turned(claim: Prepared, near: Sequence[Sentence], evidence: Evidence) -> float:
    """Whether the claim says "even if" or "without" where its source says "only if" or "only with"."""
    pattern = CONDITIONS.get(claim.language)
    if pattern is None or not near:
        return 0.0
    loose, strict = (re.compile(part) for part in pattern)
    mine, theirs = claim.text.lower(), evidence.sentence_text(near[0]).lower()
    return float(bool(loose.search(mine)) and bool(strict.search(theirs)) and not loose.search(theirs))


def gone_or_lasting(claim: Prepared, near: Sequence[Sentence], evidence: Evidence) -> float:
    """Whether one side says "still" and the other "removed", "no longer"."""
    if not near or claim.language not in GONE:
        return 0.0
    gone, lasting = re.compile(GONE[claim.language]), re.compile(LASTING[claim.language])
    mine, theirs = claim.text.lower(), evidence.sentence_text(near[0]).lower()
    one = lasting.search(mine) and gone.search(theirs) and not gone.search(mine) and not lasting.search(theirs)
    other = gone.search(mine) and lasting.search(theirs) and not lasting.search(mine) and not gone.search(theirs)
    return float(bool(one or other))


def quantity_turned(claim: Prepared, matches: Matches, near: Sequence[Sentence], evidence: Evidence) -> float:
    """Whether the claim says "all" or "always" of what its source says only in part, or "only" of one among several."""
    known = frozenset(UNIVERSAL.get(claim.language, "").split())
    mine = {word.text.lower() for word in claim.words} & known
    if not mine or not near:
        return 0.0
    theirs = {
        word.text.lower()
        for sentence in near[:2]
        for word in evidence.prepared[sentence.source].words
        if word.sentence == sentence.number
    }
    return 0.0 if theirs & known else matches.coverage(near[:1])


def only_lost(claim: Prepared, near: Sequence[Sentence], evidence: Evidence) -> float:
    """Whether the source says "only" of something and the claim, of the same, does not."""
    if not near or claim.language != "en":
        return 0.0
    theirs, mine = evidence.sentence_text(near[0]).lower(), claim.text.lower()
    limiting = r"\b(?:only|solely|exclusively|alone|just|unless|except|until)\b|\bno\b|\bnot?\b|n['’]t\b"
    return float(bool(re.search(r"\bonly\b|\balone\b", theirs)) and not re.search(limiting, mine))


def _stems(clause: Clause, evidence: Evidence) -> dict[str, str]:
    text = evidence.prepared[clause.sentence.source]
    return {_stem(word.text, text.language): word.text for word in text.words[clause.first : clause.last + 1]}


@lru_cache(maxsize=8)
def _stemmed(language: str) -> list[tuple[frozenset[str], frozenset[str]]]:
    pairs = []
    for one, other in opposites(language):
        first = frozenset(_stem(word, language) for word in one)
        second = frozenset(_stem(word, language) for word in other)
        pairs += [(first - second, second - first), (second - first, first - second)]
    return pairs


@lru_cache(maxsize=20_000)
def _stem(word: str, language: str) -> str:
    return "".join(normaliser(language).terms_of_word(word)) if word else ""
