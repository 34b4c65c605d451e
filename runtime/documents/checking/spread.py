"""How a claim's words lie in its sources: in one place or scattered, in their order or turned, or nowhere at all."""

from __future__ import annotations

import re
from collections.abc import Sequence

from runtime.documents.checking.clauses import claim_clauses, clauses_of, held_by
from runtime.documents.checking.contraries import Contraries
from runtime.documents.checking.light_words import light_stems
from runtime.documents.checking.matching import Matches
from runtime.documents.checking.nearest import stands_in
from runtime.documents.checking.prepared import Prepared
from runtime.documents.checking.sources import Evidence, Sentence

# Words that open a sentence and are no names; verbs that may follow one.
NO_NAMES = frozenset(["they", "nobody", "nothing", "everyone", "everybody", "people", "there", "somebody", "someone"])
FINITE = r"\w+(?:s|ed)|is|was|has|had|may|can|will|must|should|would|could"
# A long sentence sums up in words of its own.
SHORT_WORDS = 6


def plain_share(matches: Matches, near: Sequence[Sentence], contrary: Contraries) -> float:
    """The share of the claim's words that are no names which stand in the best sentence or beside it; a word whose
    contrary stands there is one of them."""
    plain = [at for at, word in enumerate(matches.words) if not word.name]
    found = [
        1.0 if at in contrary.answered else max((matches.quality(at, sentence) for sentence in near[:2]), default=0.0)
        for at in plain
    ]
    return sum(found) / len(plain) if plain else 1.0


def spread(claim: Prepared, matches: Matches, near: Sequence[Sentence], evidence: Evidence) -> dict[str, float]:
    """Whether the claim stands in one place, and how many of its words in none."""
    whole = matches.coverage(near)
    alone = max((matches.coverage([sentence]) for sentence in near), default=0.0)
    clause = max((held_by(one, matches) for one in clauses_of(near[:3], evidence)), default=0.0)
    plain = [at for at, word in enumerate(matches.words) if not word.name]
    # Which words are light is known of English alone.
    light = light_stems()
    heavy = [at for at in plain if claim.language == "en" and matches.words[at].stem not in light]
    new = [at for at in heavy if not matches.stems[at]]
    short = len(heavy) <= SHORT_WORDS and claim_clauses(claim.text) == 1
    absent = [at for at in heavy if not any(matches.quality(at, sentence) for sentence in near[:3])]
    return {
        "made_up": float(short and _made_up(claim, new, heavy, matches, near, evidence)),
        "new_words": min(len(new), 4) / 4,
        "new_share": len(new) / len(heavy) if heavy else 0.0,
        "absent_words": min(len(absent), 4) / 4,
        "alone": alone,
        "scattered": whole - alone,
        "torn": max(0.0, alone - clause) if claim_clauses(claim.text) == 1 else 0.0,
        "stranger": _stranger(claim, matches, near, evidence),
    }


def _made_up(
    claim: Prepared,
    new: Sequence[int],
    heavy: Sequence[int],
    matches: Matches,
    near: Sequence[Sentence],
    evidence: Evidence,
) -> bool:
    """Whether several words of a claim are in no source: of something that they name, or nearly all."""
    if any(stands_in(figure, sentence, evidence) for figure in claim.figures for sentence in near):
        return False
    named = any(
        word.name and matches.quality(at, sentence) == 1.0
        for at, word in enumerate(matches.words)
        for sentence in near[:1]
    )
    if named:
        return len(new) > 1 and 3 * len(new) > len(heavy)
    return len(new) > 2 and 4 * len(new) >= 3 * len(heavy)


def _stranger(claim: Prepared, matches: Matches, near: Sequence[Sentence], evidence: Evidence) -> float:
    """How much of a claim stands in its best sentence, where it opens with an unknown word and that has a name that the
    claim has not."""
    first = matches.words[0] if matches.words else None
    if first is None or not near or first.at > 0 or matches.stems[0] or not first.text[0].isupper():
        return 0.0
    following = claim.words[1].text if len(claim.words) > 1 else ""
    if first.text.lower() in NO_NAMES or not re.fullmatch(FINITE, following):
        return 0.0
    said = {word.stem for word in claim.words}
    text = evidence.prepared[near[0].source]
    named = any(
        word.name and word.stem not in said and word.sentence == near[0].number and len(word.text) > 2
        for word in text.words
    )
    rest = [at for at in range(1, len(matches.words))]
    weight = sum(matches.weights[at] for at in rest)
    held = sum(matches.weights[at] * matches.quality(at, near[0]) for at in rest)
    return held / weight if named and weight else 0.0


def order_turned(matches: Matches, near: Sequence[Sentence]) -> dict[str, float]:
    """How many neighbours in the claim stand the other way round in the sources."""
    pairs = turned = names_turned = names_pairs = 0.0
    for left, right in zip(range(len(matches.words)), range(1, len(matches.words)), strict=False):
        best = _nearest_pair(left, right, matches, near)
        pairs += 1
        if best is None:
            continue
        turned += best < 0
    named = [at for at, word in enumerate(matches.words) if matches.weights[at] > 1]
    for at, left in enumerate(named):
        for right in named[at + 1 :]:
            best = _nearest_pair(left, right, matches, near)
            if best is not None and best:
                names_pairs += 1
                names_turned += best < 0
    return {
        "turned": turned / max(1.0, pairs),
        "names_turned": names_turned / max(1.0, names_pairs),
    }


def _nearest_pair(left: int, right: int, matches: Matches, near: Sequence[Sentence]) -> int | None:
    best: int | None = None
    for sentence in near:
        for first in matches.places(left, sentence):
            for second in matches.places(right, sentence):
                if first != second and (best is None or abs(second - first) < abs(best)):
                    best = second - first
    return best
