"""The check itself: each sentence of an answer against the passages it was given.

Figures, names, denials and contraries must agree; beyond that the words of a sentence must stand close together in one
of the passages. How much each sign counts was learnt (``coefficients``). Where the signs contradict each other, nothing
is said: a sentence that is wrongly called false costs more trust than one that is not called anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from runtime.documents.checking.claims import Claim, split_claims
from runtime.documents.checking.coefficients import LEARNT
from runtime.documents.checking.features import DENIED, MOSTLY, NEARLY_ALL, Measured, measure
from runtime.documents.checking.figure_words import CHECKED_LANGUAGES
from runtime.documents.checking.prepared import prepare
from runtime.documents.checking.sources import Evidence
from runtime.documents.checking.speech import nothing_claimed
from runtime.documents.scripts import language_of
from runtime.sources import Source, Verdict, VerdictKind

NUMBER, NAME, NEGATION, WORDS = "number", "name", "negation", "words"
# With fewer of its words found nothing is called found: there would be no place to show.
LEAST_COVERED = 0.25
# Where fewer of a sentence's words are found, it was made up as a whole.
THIN = 0.5
# What stands beside the best sentence and holds more of the claim belongs to the quote.
QUOTED = 3
_NUMBER_SIGNS = ("other_rate", "other_times", "unit_replaced", "limit_broken", "bound_turned", "label_crossed")
_NEGATION_SIGNS = ("opposite", "condition_turned", "than_turned")


def check(answer: str, sources: Sequence[Source]) -> list[Verdict]:
    """A verdict for each sentence of an answer's Markdown, in order; headings, code and questions have none or
    "could not be checked". Blocks for some 10 to 40 ms a sentence; any thread."""
    claims = split_claims(answer)
    spoken = {source.number: language_of(source.text) for source in sources}
    main_language = next((language for language in spoken.values() if language), "")
    evidence: dict[str, Evidence] = {}
    verdicts = []
    for claim in claims:
        language = claim.language or main_language
        if language not in evidence:
            mine = [source for source in sources if spoken[source.number] in (language, "")]
            evidence[language] = Evidence(mine, language)
        verdict = _verdict(claim, language, evidence[language])
        if verdict.kind is VerdictKind.NOT_FOUND and len(evidence[language].sources) < len(sources):
            # It may stand in a passage in another language.
            verdict = Verdict(claim.start, claim.stop, VerdictKind.UNCHECKED)
        verdicts.append(verdict)
    return verdicts


def kind_of(values: Mapping[str, float]) -> VerdictKind:
    """What was measured of a claim, as a verdict."""
    score = LEARNT.score(values)
    if score < LEARNT.surely_below or (score < LEARNT.absent_below and values["against"] > 0):
        return VerdictKind.NOT_FOUND
    found = score >= LEARNT.supported_from and values["covered"] >= LEAST_COVERED and not values["against"]
    return VerdictKind.FOUND if found else VerdictKind.UNCHECKED


def _verdict(claim: Claim, language: str, evidence: Evidence) -> Verdict:
    unchecked = Verdict(claim.start, claim.stop, VerdictKind.UNCHECKED)
    if nothing_claimed(claim.text, language) or language not in CHECKED_LANGUAGES or not evidence.sources:
        return unchecked
    prepared = prepare(claim.text, language)
    if not prepared.content and not prepared.figures:
        return unchecked
    measured = measure(prepared, evidence)
    kind = kind_of(measured.values)
    if kind is VerdictKind.NOT_FOUND:
        return Verdict(claim.start, claim.stop, kind, reason=_reason(measured))
    if kind is VerdictKind.UNCHECKED or not measured.near:
        return unchecked
    first = measured.near[0]
    beside = [
        one for one in measured.near[:QUOTED] if one.source == first.source and abs(one.number - first.number) <= 1
    ]
    start, stop = min(one.start for one in beside), max(one.stop for one in beside)
    return Verdict(claim.start, claim.stop, kind, evidence.sources[first.source].number, start, stop)


def _reason(measured: Measured) -> str:
    """The strongest sign against a claim."""
    values = measured.values
    missing = any(slot.value.figure is not None and not slot.found for slot in measured.slots)
    if missing or any(values[name] for name in _NUMBER_SIGNS):
        return NUMBER
    turned = max(values["denial"] - DENIED, values["denial_alone"] - MOSTLY, values["negation_lost"] - NEARLY_ALL)
    if turned >= 0 or values["phrase_turned"] >= MOSTLY or any(values[name] for name in _NEGATION_SIGNS):
        return NEGATION
    if values["covered"] < THIN or values["made_up"]:
        return WORDS
    if any(slot.value.figure is None and not slot.found for slot in measured.slots):
        return NAME
    worst = max(measured.slots, key=lambda slot: max(slot.apart, slot.rival - slot.own), default=None)
    if worst is not None and (worst.apart or worst.rival > worst.own):
        return NUMBER if worst.value.figure is not None else NAME
    return WORDS
