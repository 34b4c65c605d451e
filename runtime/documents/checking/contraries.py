"""Words of a claim and of the clause it was made from that exclude each other: contraries, comparisons, conditions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from runtime.documents.checking.agreement import agree
from runtime.documents.checking.clauses import Clause, claim_clauses, clauses_of, held_by
from runtime.documents.checking.figure_words import UNITS
from runtime.documents.checking.figures import Figure
from runtime.documents.checking.matching import Matches
from runtime.documents.checking.opposites import opposites
from runtime.documents.checking.prepared import Prepared, Word, empty_words
from runtime.documents.checking.sign_words import ALL, CONDITIONS, GONE, LASTING, PHRASES, SOME, UNIVERSAL, WITHOUT
from runtime.documents.checking.sources import Evidence, Sentence
from runtime.documents.normal import normaliser

# They stand in any sentence.
_COMMON = frozenset(
    ["under", "over", "up", "down", "befor", "after", "sinc", "until", "follow", "abov", "below", "first"]
)
# So much of what else the claim says stands beside the contrary word.
BESIDE = 0.7
SENTENCES = 3
NEARLY_ALL = 0.9
LEAST_BESIDE = 2


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
        if _is_age(word, claim):
            continue
        one = one | (_on_one_side(claim.language)[min(mine)] - _COMMON)
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
    if len(matches.words) - len(number) + len(claim.figures) < LEAST_BESIDE:
        return None
    figures = [figure for figure in claim.figures if any(_has(clause, figure, evidence) for clause in clauses)]
    for clause in clauses:
        stems = _stems(clause, evidence)
        share = held_by(clause, matches, number)
        if figures and not any(_has(clause, figure, evidence) for figure in figures):
            share = min(share, BESIDE / 2)
        if stems.keys() & one:
            own = max(own, share)
        elif stems.keys() & other and not _taken_back(claim, clause, evidence) and (best is None or share > best[0]):
            best = share, stems[min(stems.keys() & other)]
    return best if best is not None and best[0] > own else None


def _has(clause: Clause, figure: Figure, evidence: Evidence) -> bool:
    text = evidence.prepared[clause.sentence.source]
    return any(
        clause.first <= at <= clause.last and agree(figure, other)
        for at, other in zip(text.figure_at, text.figures, strict=True)
    )


def _taken_back(claim: Prepared, clause: Clause, evidence: Evidence) -> bool:
    # "not normal" is "abnormal"; "lower in summer than in winter" is "higher in winter than in summer".
    text = evidence.prepared[clause.sentence.source]
    denied = any(clause.first <= at <= clause.last for at in text.negations)
    return bool(claim.negations) != denied or than_turned(claim, (clause.sentence,), evidence)


def than_turned(claim: Prepared, near: Sequence[Sentence], evidence: Evidence) -> bool:
    """Whether the two things that a comparison compares have changed places."""
    if not near or claim.language != "en":
        return False
    said = evidence.sentence_text(near[0])
    mine, theirs = _compared(claim.text), _compared(said)
    if mine is None or theirs is None:
        return False
    first, second = theirs[0] - theirs[1], theirs[1] - theirs[0]
    return bool(mine[0] & second) and bool(mine[1] & first) and not mine[1] & second


def _compared(text: str) -> tuple[set[str], set[str]] | None:
    left, than, right = text.lower().partition(" than ")
    return (_stems_of(left), _stems_of(right)) if than else None


def _stems_of(text: str) -> set[str]:
    words = re.findall(r"[^\W\d_]{3,}", text)
    return {_stem(word, "en") for word in words if word not in empty_words("en")}


def same_comparison(claim: Prepared, sentence: Sentence, evidence: Evidence) -> bool:
    """Whether both compare with the same word: "higher"."""
    mine, theirs = (
        set(re.findall(r"\b(\w{3,}er|more|less)\b", text.lower().partition(" than ")[0]))
        for text in (claim.text, evidence.sentence_text(sentence))
    )
    return bool(mine & theirs)


def condition_turned(claim: Prepared, near: Sequence[Sentence], evidence: Evidence) -> float:
    """Whether the claim says "even if" or "without" where its source says "only if" or "only with"."""
    if not near or claim.language not in CONDITIONS:
        return 0.0
    mine, theirs = claim.text.lower(), evidence.sentence_text(near[0]).lower()
    loose, strict = CONDITIONS[claim.language]
    if re.search(loose, mine) and re.search(strict, theirs) and not re.search(loose, theirs):
        return 1.0
    without, only_with = WITHOUT[claim.language]
    # "Without consent it is not allowed" is "only with consent".
    denied_once = len(claim.negations) <= 1
    return float(
        denied_once
        and bool(re.search(without, mine))
        and bool(re.search(only_with, theirs))
        and not re.search(without, theirs)
    )


def phrase_turned(claim: Prepared, matches: Matches, near: Sequence[Sentence], evidence: Evidence) -> float:
    """How much of the claim stands in the best sentence that says "off", "after", "no longer" where it says "on"."""
    if not near:
        return 0.0
    mine, theirs = claim.text.lower(), evidence.sentence_text(near[0]).lower()
    if bool(claim.negations) != _denies(near[0], evidence):
        return 0.0
    pairs = list(PHRASES.get(claim.language, ()))
    if claim.language in GONE:
        pairs.append((LASTING[claim.language], GONE[claim.language]))
    for one, other in [*pairs, *((other, one) for one, other in pairs)]:
        here = re.search(one, mine) and not re.search(other, mine)
        if here and re.search(other, theirs) and not re.search(one, theirs):
            return matches.coverage(near[:1])
    return 0.0


def _denies(sentence: Sentence, evidence: Evidence) -> bool:
    text = evidence.prepared[sentence.source]
    return any(text.words[at].sentence == sentence.number for at in text.negations)


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


def part_taken_for_all(claim: Prepared, matches: Matches, near: Sequence[Sentence], evidence: Evidence) -> float:
    """How much of a claim about all stands in a sentence that speaks of some, or under a condition."""
    if not near or claim.language != "en":
        return 0.0
    mine, theirs = claim.text.lower(), evidence.sentence_text(near[0]).lower()
    if not re.search(ALL, mine) or re.search(ALL, theirs) or not re.search(SOME, theirs):
        return 0.0
    return matches.coverage(near[:1])


def one_word_elsewhere(claim: Prepared, matches: Matches, near: Sequence[Sentence], evidence: Evidence) -> float:
    """Whether all of a claim but one word stands in one clause, and that word, or name, only in another."""
    if claim_clauses(claim.text) > 1:
        return 0.0
    clauses = [one for one in clauses_of(near[:SENTENCES], evidence) if not _goes_with_the_one_before(one, evidence)]
    for group in _word_groups(matches):
        rest = [at for at in range(len(matches.words)) if at not in group]
        if len(rest) < LEAST_BESIDE:
            continue
        for clause in clauses:
            if held_by(clause, matches, group) < NEARLY_ALL or held_by(clause, matches, rest) > 0:
                continue
            if any(held_by(other, matches, rest) == 1.0 for other in clauses if other is not clause):
                return 1.0
    return 0.0


def _word_groups(matches: Matches) -> list[list[int]]:
    """The claim's words by number, those of one name together."""
    groups: list[list[int]] = []
    for at, word in enumerate(matches.words):
        last = matches.words[at - 1] if at else None
        if last is not None and word.name and last.name and word.at == last.at + 1:
            groups[-1].append(at)
        else:
            groups.append([at])
    return groups


def _goes_with_the_one_before(clause: Clause, evidence: Evidence) -> bool:
    first = evidence.prepared[clause.sentence.source].words[clause.first].text.lower()
    return first in ("which", "who", "it", "this", "that", "they", "he", "she")


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


def _is_age(word: Word, claim: Prepared) -> bool:
    """ "Three weeks old" is not the contrary of young."""
    return word.text.lower() == "old" and word.at > 0 and claim.words[word.at - 1].text.lower() in UNITS


@lru_cache(maxsize=8)
def _on_one_side(language: str) -> dict[str, frozenset[str]]:
    """For each stem, all that stand on its side in any pair."""
    found: dict[str, frozenset[str]] = {}
    for one, _ in _stemmed(language):
        for stem in one:
            found[stem] = found.get(stem, frozenset()) | one
    return found


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
