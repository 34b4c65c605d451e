"""Cases from XQuAD's paragraphs, questions and answers (CC BY-SA 4.0; read from a folder, not in this repository)."""

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
from tests.documents_made.claims.statements import statement

SOURCES = 5


def question_cases(folder: Path, language: str) -> list[Case]:
    """True and planted sentences of one language."""
    articles = json.loads((folder / f"xquad.{language}.json").read_text(encoding="utf-8"))["data"]
    cases: list[Case] = []
    for number, article in enumerate(articles):
        other = articles[(number + 7) % len(articles)]
        cases += _of_article(number, article, other, language)
    return cases


def _of_article(number: int, article: dict[str, Any], other: dict[str, Any], language: str) -> Iterator[Case]:
    chance = random.Random(number)
    paragraphs = [" ".join(paragraph["context"].split()) for paragraph in article["paragraphs"]]
    stated = [_statements(paragraph, language) for paragraph in article["paragraphs"]]
    foreign = [text for paragraph in other["paragraphs"] for text, _, _ in _statements(paragraph, language)]
    far_names = planting.names_in(" ".join(" ".join(p["context"].split()) for p in other["paragraphs"]))
    for at, paragraph in enumerate(paragraphs):
        rest = [text for place, text in enumerate(paragraphs) if place != at]
        sources = [paragraph, *chance.sample(rest, min(SOURCES - 1, len(rest)))]
        chance.shuffle(sources)

        def case(text: str, true: bool, kind: str, sources: tuple[str, ...] = tuple(sources)) -> Case:
            return Case(text, sources, true, kind, "xquad", str(number), language)

        truths = _truths(paragraph, stated[at], language, chance)
        yield from (case(text, True, kind) for text, kind in truths)
        yield from (case(text, False, kind) for text, kind in _planted(truths, paragraph, far_names, language, chance))
        yield from (case(text, False, kind) for text, kind in _other_answers(stated[at], chance))
        if foreign:
            yield case(foreign.pop(chance.randrange(len(foreign))), False, "outside")


def _statements(paragraph: dict[str, Any], language: str) -> list[tuple[str, str, str]]:
    found = []
    for asked in paragraph["qas"]:
        answer = asked["answers"][0]["text"]
        text = statement(asked["question"], answer, language)
        if text and len(text) < 300:
            found.append((text, answer.strip(" .,;"), asked["question"]))
    return found


def _truths(
    paragraph: str, stated: list[tuple[str, str, str]], language: str, chance: random.Random
) -> list[tuple[str, str]]:
    truths = [(text, "statement") for text, _, _ in stated]
    sentences = [paragraph[start:stop] for start, stop in sentence_spans(paragraph, language)]
    whole = [text for text in sentences if 40 < len(text) < 260]
    if whole:
        truths.append((chance.choice(whole), "quotation"))
        part = re.sub(r"^[^,]{0,60}, ", "", chance.choice(whole))
        truths.append((part[0].upper() + part[1:], "near-quotation"))
    if len(stated) >= 2:
        one, other = chance.sample(stated, 2)
        link = {"en": ", and ", "de": ", und ", "es": ", y "}[language]
        truths.append((one[0][:-1] + link + other[0], "join"))
    return truths


def _planted(
    truths: list[tuple[str, str]], paragraph: str, far_names: list[str], language: str, chance: random.Random
) -> Iterator[tuple[str, str]]:
    near_names = planting.names_in(paragraph)
    for text, _ in truths:
        made = {
            "number": planting.changed_number(text, chance),
            "date": planting.changed_date(text, chance),
            "unit": planting.changed_unit(text, chance),
            "name, of the text": planting.changed_name(text, near_names, chance) if language != "de" else "",
            "name, foreign": planting.changed_name(text, far_names, chance) if language != "de" else "",
            "swapped": planting.swapped_names(text, chance) if language != "de" else "",
            "negation": planting.turned_negation(text, language, chance),
            "comparison": planting.turned_comparison(text, language, chance),
            "all or some": planting.turned_quantity(text, language, chance),
        }
        fitting = [(false, kind) for kind, false in made.items() if false and false != text]
        rare = [one for one in fitting if one[1] in ("unit", "comparison", "all or some", "swapped")]
        yield from rare
        common = [one for one in fitting if one not in rare]
        if common:
            yield chance.choice(common)


def _other_answers(stated: list[tuple[str, str, str]], chance: random.Random) -> Iterator[tuple[str, str]]:
    for text, answer, question in stated:
        others = [
            other
            for _, other, _ in stated
            if _like(other) == _like(answer)
            and other.lower() not in text.lower()
            and answer.lower() not in other.lower()
        ]
        if others and answer in text and not question.startswith("Name"):
            yield text.replace(answer, chance.choice(others), 1), "answer, of the text"


def _like(answer: str) -> str:
    if any(letter.isdecimal() for letter in answer):
        return "figure"
    return "name" if answer[:1].isupper() else "words"
