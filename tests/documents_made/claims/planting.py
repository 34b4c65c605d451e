"""True sentences made false in one place, each way under a name of its own."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence


def _listed(words: str) -> list[str]:
    return words.split()


MONTHS = _listed(
    "January February March April May June July August September October November December Januar "
    "Februar März Mai Juni "
    "Juli Oktober Dezember enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
)
_NUMBER = re.compile(r"(?<![\w.,])\d[\d.,]*\d|(?<![\w.,])\d(?![\w.,])")
_YEAR = re.compile(r"\b1\d{3}\b|\b20\d\d\b")
_WORDED = _listed("two three four five six seven eight nine ten twelve twenty fifty")
_WORDED_NUMBER = re.compile(rf"\b({'|'.join(_WORDED)})\b", re.IGNORECASE)
_NAME = re.compile(r"(?<![.!?] )(?<!^)\b[A-ZÄÖÜÉ][\w'’-]+(?: (?:of |de |von )?[A-ZÄÖÜ][\w'’-]+)*")
_UNITS = {
    "%": " people", "percent": "people", "million": "billion", "billion": "million", "thousand": "million",
    "km": "m", "kilometers": "meters", "kilometres": "metres", "miles": "yards", "feet": "miles", "metres": "km",
    "meters": "kilometers", "$": "£", "£": "€", "€": "$", "dollars": "pounds", "euros": "dollars", "years": "months",
    "months": "weeks", "weeks": "days", "days": "weeks", "hours": "minutes", "minutes": "hours", "mg": "g", "kg": "g",
    "tons": "pounds", "mm": "cm", "Millionen": "Milliarden", "Jahre": "Monate", "Prozent": "Euro", "millones":
    "miles", "años": "meses", "Meilen": "Meter", "square kilometres": "acres", "pounds": "dollars", "yards": "feet",
}  # fmt: skip
_CONTRARY = {
    "en": "more/less increase/decrease increased/decreased higher/lower largest/smallest first/last "
    "before/after most/least "
    "larger/smaller greater/smaller older/younger northern/southern north/south eastern/western east/west "
    "highest/lowest "
    "best/worst won/lost led/trailed supported/opposed allowed/prohibited above/below longest/shortest "
    "positive/negative "
    "public/private oldest/newest male/female always/never early/late strong/weak rich/poor major/minor common/rare "
    "maximum/minimum over/under open/closed left/right earlier/later internal/external inside/outside begin/stop",
    "de": "mehr/weniger größte/kleinste größten/kleinsten erste/letzte vor/nach höher/niedriger über/unter "
    "älteste/jüngste Norden/Süden nördlich/südlich Osten/Westen gewann/verlor immer/nie stieg/sank meisten/wenigsten",
    "es": "más/menos mayor/menor primer/último antes/después norte/sur este/oeste aumentó/disminuyó ganó/perdió "
    "máximo/mínimo siempre/nunca primera/última",
}
_QUANTIFIERS = {
    "en": "all/some some/all every/hardly_any only/not_only both/neither_of_the each/hardly_any many/all several/all",
    "de": "alle/einige einige/alle jeder/kaum_ein viele/alle",
    "es": "todos/algunos todas/algunas algunos/todos muchos/todos",
}
_AUXILIARY = {
    "en": r"\b(is|are|was|were|has|have|had|can|could|will|would|may|must|should)\b(?! not)",
    "de": r"\b(ist|sind|war|waren|wurde|wurden|hat|haben|kann|können|wird|werden|konnte)\b",
    "es": r"\b(es|son|fue|eran|era|fueron|tiene|está|están|ha|han|puede|pueden|hay)\b",
}
_DENIED = {"en": r" not\b|n't\b", "de": r" nicht\b", "es": r"(?<=\w )no "}


def changed_number(text: str, chance: random.Random) -> str:
    """A figure that is no year becomes another."""
    places = [match for match in _NUMBER.finditer(text) if not _YEAR.fullmatch(match.group())]
    worded = list(_WORDED_NUMBER.finditer(text))
    if worded and (not places or chance.random() < 0.5):
        match = chance.choice(worded)
        other = chance.choice([word for word in _WORDED if word != match.group().lower()])
        return _put(text, match, other)
    if not places:
        return ""
    match = chance.choice(places)
    digits = list(match.group())
    at = chance.choice([place for place, letter in enumerate(digits) if letter.isdecimal()][:2])
    digits[at] = chance.choice([digit for digit in "123456789" if digit != digits[at]])
    return _put(text, match, "".join(digits))


def changed_date(text: str, chance: random.Random) -> str:
    """A year or a month becomes another."""
    months = [match for match in re.finditer(rf"\b({'|'.join(MONTHS)})\b", text)]
    years = list(_YEAR.finditer(text))
    if months and (not years or chance.random() < 0.4):
        match = chance.choice(months)
        at = MONTHS.index(match.group())
        return _put(text, match, MONTHS[at + 1 if at % 2 == 0 else at - 1])
    if not years:
        return ""
    match = chance.choice(years)
    return _put(text, match, str(int(match.group()) + chance.choice((-20, -11, -3, -1, 1, 2, 10))))


def changed_unit(text: str, chance: random.Random) -> str:
    """What a number counts becomes something else."""
    found = [
        match
        for unit in _UNITS
        for match in re.finditer(rf"(?<=\d)\s?{re.escape(unit)}(?!\w)|(?<!\w)[$£€](?=\d)", text)
        if match.group().strip() == unit
    ]
    if not found:
        return ""
    match = chance.choice(found)
    lead = " " if match.group().startswith(" ") else ""
    return _put(text, match, lead + _UNITS[match.group().strip()])


def changed_name(text: str, others: Sequence[str], chance: random.Random) -> str:
    """A name becomes one of ``others``."""
    here = list(_NAME.finditer(text))
    fitting = [name for name in others if name not in text and not any(part in text for part in name.split())]
    if not here or not fitting:
        return ""
    return _put(text, chance.choice(here), chance.choice(fitting))


def swapped_names(text: str, chance: random.Random) -> str:
    """Two names take each other's place, where that is no mere list."""
    found = list(re.finditer(r"\b[A-Z][\w'’-]+(?: (?:of |de |von )?[A-Z][\w'’-]+)*", text))
    pairs = [
        (one, other)
        for at, one in enumerate(found)
        for other in found[at + 1 :]
        if re.search(r"[a-z]{3}", between := text[one.end() : other.start()])
        and not re.search(r"\b(and|or|und|oder|y|o|is|was|are|were|ist|war|es|fue|called)\b|,", between)
        and one.group() not in other.group()
        and other.group() not in one.group()
        and one.group()
        not in ("The", "In", "On", "At", "There", "It", "A", "An", "Die", "Der", "Das", "El", "La", "Im")
    ]
    if not pairs:
        return ""
    one, other = chance.choice(pairs)
    return text[: one.start()] + other.group() + text[one.end() : other.start()] + one.group() + text[other.end() :]


def turned_negation(text: str, language: str, chance: random.Random) -> str:
    """A denial is put in, or taken out."""
    denied = re.search(_DENIED[language], text)
    if denied:
        return text[: denied.start()] + text[denied.end() :]
    found = list(re.finditer(_AUXILIARY[language], text))
    if not found:
        return ""
    match = found[0]
    if language == "es":
        return text[: match.start()] + "no " + text[match.start() :]
    return text[: match.end()] + (" not" if language == "en" else " nicht") + text[match.end() :]


def turned_comparison(text: str, language: str, chance: random.Random) -> str:
    """A word becomes its contrary."""
    return _exchanged(text, _CONTRARY[language], chance, both=True)


def turned_quantity(text: str, language: str, chance: random.Random) -> str:
    """ "All" and "some" change places."""
    return _exchanged(text, _QUANTIFIERS[language], chance, both=False)


def names_in(text: str) -> list[str]:
    """Names of a text that may stand for others."""
    return sorted({match.group() for match in _NAME.finditer(text) if len(match.group()) > 3})


def _exchanged(text: str, pairs: str, chance: random.Random, both: bool) -> str:
    known: dict[str, str] = {}
    for pair in pairs.split():
        one, other = pair.split("/")
        known[one] = other.replace("_", " ")
        if both:
            known.setdefault(other, one)
    found = [match for match in re.finditer(r"\b\w+\b", text) if match.group().lower() in known]
    if not found:
        return ""
    match = chance.choice(found)
    other = known[match.group().lower()]
    return _put(text, match, other.capitalize() if match.group()[0].isupper() else other)


def _put(text: str, match: re.Match[str], other: str) -> str:
    return text[: match.start()] + other + text[match.end() :]
