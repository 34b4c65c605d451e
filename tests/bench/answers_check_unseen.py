"""Documents, wordings and falsehoods from which nothing was learnt: the last measurement of the sentence check.

Written before the rules were last changed, by whoever changed them; what became of single sentences was not looked at.
``answers_check_unseen.txt`` holds sentences by hand; here a machine park is described over made PDFs, each fact is
asked for, and answers are said truly and falsely.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from runtime.grounding.budgets import budgets
from runtime.sources import DocumentScope
from tests.bench.answers import CONTEXT_TOKENS, House
from tests.documents_made.claims import planting
from tests.documents_made.claims.cases import Case
from tests.documents_made.claims.written import written_cases
from tests.documents_made.pdf_writer import PdfWriter
from tests.documents_made.words import lines, paragraph

UNSEEN_WRITTEN, UNSEEN_MADE = "unseen written", "unseen made"
UNSEEN = frozenset({UNSEEN_WRITTEN, UNSEEN_MADE})
WRITTEN = Path(__file__).with_name("answers_check_unseen.txt")
_MACHINES = ("forklift", "delivery van", "lathe", "tower crane", "generator", "packing line", "cold store", "air press")
_SITES = ("Aldermere", "Brackwater", "Corvin Hill", "Dunsley", "Easthope", "Fallowfield", "Grimsdyke", "Hartnoll")
_PEOPLE = ("Osei", "Kowalczyk", "Bianchi", "Lefevre", "Nakamura", "Svensson", "Oduya", "Pritchard", "Romero", "Vasile")
_STRANGERS = ("Galloway", "Mbeki", "Strand", "Ishikawa", "Fontaine")
_FUELS = ("diesel", "propane", "hydrogen", "petrol", "electricity")
_MONTHS = ("January", "February", "April", "June", "July", "September", "October", "December")


@dataclass(frozen=True)
class Told:
    """What a document says, what is asked, how answers say it truly, and what is false ({more} is above the figure,
    {less} below it); ``wrong`` are other words in the place of the value, by kind."""

    said: str
    asked: str
    value: str
    true: tuple[str, str, str]
    turned: str
    wrong: tuple[tuple[str, str], ...] = ()


_TOLD = (
    Told("The {t} at {s} was bought second-hand for {v}.", "What did the {t} at {s} cost?", "{m},{n}0 euros",
         ("{v} were paid for the {t} at {s}.", "The price of the {t} at {s} was {v}.",
          "The {t} at {s} cost {v} second-hand."),
         "The {t} at {s} cost more than {more} euros.", (("euros", "francs"),)),
    Told("At the end of the contract the {t} at {s} has to be given back within {v}.",
         "How soon must the {t} at {s} be given back?", "{n} days",
         ("You must return the {t} at {s} no later than {v} after the contract has ended.",
          "Once the contract is over, there are {v} to give back the {t} at {s}.",
          "The {t} at {s} must be given back within {v} at the end of the contract."),
         "The {t} at {s} need not be given back for {more} days.", (("days", "months"),)),
    Told("Apart from the foreman, only {v} may operate the {t} at {s}.", "Who may operate the {t} at {s}?", "{name}",
         ("Besides the foreman, {v} is the only one allowed to run the {t} at {s}.",
          "The {t} at {s} may be operated by {v} and the foreman only.",
          "{v} may operate the {t} at {s}, and so may the foreman."),
         "The foreman may not operate the {t} at {s}."),
    Told("No more than {v} may be loaded onto the {t} at {s}.", "How much may be loaded onto the {t} at {s}?",
         "{n}0 kilograms",
         ("The {t} at {s} takes a load of at most {v}.", "The maximum load of the {t} at {s} is {v}.",
          "You may load up to {v} onto the {t} at {s}."),
         "At least {more} kilograms must be loaded onto the {t} at {s}.", (("kilograms", "grams"),)),
    Told("The next inspection of the {t} at {s} is planned for {v}.", "When is the {t} at {s} inspected next?",
         "{d} {month} 2027",
         ("The {t} at {s} will next be inspected on {v}.", "On {v} the {t} at {s} is due for inspection.",
          "The date for the next inspection of the {t} at {s} is {v}."),
         "The {t} at {s} will not be inspected again."),
    Told("The {t} at {s} runs on {v} and is refilled every morning.", "What does the {t} at {s} run on?", "{fuel}",
         ("{v} powers the {t} at {s}.", "The {t} at {s} needs {v}, and each morning it is refilled.",
          "It is {v} that the {t} at {s} runs on."),
         "The {t} at {s} is refilled every evening."),
    Told("Since it was installed, the {t} at {s} has broken down {v}.", "How often did the {t} at {s} break down?",
         "{n} times",
         ("There have been {n} breakdowns of the {t} at {s} since its installation.",
          "The {t} at {s} broke down {v} after it was installed.", "The {t} at {s} has failed {v} so far."),
         "The {t} at {s} has broken down fewer than {less} times."),
    Told("Spare parts for the {t} at {s} are ordered from the firm of {v}.",
         "Where are spare parts for the {t} at {s} ordered?", "{name}",
         ("The firm {v} supplies spare parts for the {t} at {s}.", "{v} delivers the spare parts for the {t} at {s}.",
          "If the {t} at {s} needs spare parts, they are ordered from {v}."),
         "Spare parts for the {t} at {s} are made in the workshop."),
)  # fmt: skip
_INVENTED = (
    "The {t} at {s} was painted yellow last year.", "Nobody under eighteen may go near the {t} at {s}.",
    "The {t} at {s} is to be sold when the new hall opens.", "An accident at the {t} at {s} injured two workers.",
    "The {t} at {s} is heated by solar panels.", "A camera watches the {t} at {s} at night.",
    "The guarantee of the {t} at {s} has expired.", "The noise of the {t} at {s} disturbs the neighbours.",
)  # fmt: skip


@dataclass(frozen=True)
class _Fact:
    told: Told
    words: dict[str, str]
    document: str

    def line(self, text: str, **other: str) -> str:
        worded = text.format(**{**self.words, **other})
        return worded[0].upper() + worded[1:]


def unseen_cases() -> list[Case]:
    """All of them; English."""
    written = [
        Case(one.sentence, one.sources, one.true, one.kind, UNSEEN_WRITTEN, one.group) for one in written_cases(WRITTEN)
    ]
    return [*written, *_made()]


def _made(pages: int = 24) -> Iterator[Case]:
    random = Random(77)
    subjects = [(machine, site) for machine in _MACHINES for site in _SITES]
    random.shuffle(subjects)
    files, facts = {}, []
    for number in (1, 2, 3):
        name = f"Machine park {number}.pdf"
        park = [_fact(random, told, *subject, name) for subject in subjects[number::3] for told in _TOLD]
        random.shuffle(park)
        facts += park[: pages * 3]
        files[name] = _pdf(name, park[: pages * 3], random)
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder), files, meaning=False)
        try:
            for fact in facts:
                scope = DocumentScope(documents=(house.ids[fact.document],))
                room = budgets(CONTEXT_TOKENS, None).passages
                asked = fact.line(fact.told.asked)
                passages = tuple(one.text for one in house.service.gather(asked, scope, room, 0).sources)
                if fact.line(fact.told.said) in " ".join(" ".join(text.split()) for text in passages):
                    yield from _said(fact, passages, facts, random)
        finally:
            house.service.close()


def _pdf(name: str, facts: Sequence[_Fact], random: Random) -> bytes:
    writer = PdfWriter(title=name, language="en-US")
    for at in range(0, len(facts), 3):
        page, y = writer.page(), 730.0
        for fact in facts[at : at + 3]:
            first, _, rest = paragraph(random, 5).partition(". ")
            for line in lines(f"{first}. {fact.line(fact.told.said)} {rest}", 95):
                page.text(72, y, line)
                y -= 12.5
            y -= 10
    return writer.content()


def _fact(random: Random, told: Told, machine: str, site: str, document: str) -> _Fact:
    words = {
        "t": machine, "s": site, "n": str(random.randint(11, 89)), "m": str(random.randint(1, 9)),
        "d": str(random.randint(2, 28)), "name": random.choice(_PEOPLE), "fuel": random.choice(_FUELS),
        "month": random.choice(_MONTHS),
    }  # fmt: skip
    return _Fact(told, {**words, "v": told.value.format(**words)}, document)


def _said(fact: _Fact, passages: Sequence[str], facts: Sequence[_Fact], random: Random) -> Iterator[Case]:
    told, value = fact.told, fact.words["v"]

    def case(text: str, true: bool, kind: str) -> Case:
        return Case(text, tuple(passages), true, kind, UNSEEN_MADE, fact.document)

    yield case(fact.line(told.said), True, "verbatim")
    worded = [fact.line(text) for text in told.true]
    for text in worded:
        yield case(text, True, "reworded")
    for kind, wrong in _wrong(fact, passages, facts, random):
        chosen = random.choice([text for text in told.true if "{v}" in text])
        yield case(fact.line(chosen, v=wrong), False, kind)
    denied = planting.turned_negation(random.choice([fact.line(told.said), *worded]), "en", random)
    if denied:
        yield case(denied, False, "negation")
    number = int(re.sub(r"\D", "", value) or 0)
    yield case(fact.line(told.turned, more=f"{number + 30:,}", less=str(max(2, number - 5))), False, "comparison")
    if value:
        yield case(fact.line(random.choice(_INVENTED)), False, "invented")


def _wrong(fact: _Fact, passages: Sequence[str], facts: Sequence[_Fact], random: Random) -> Iterator[tuple[str, str]]:
    value, there = fact.words["v"], " ".join(" ".join(text.split()) for text in passages)
    if "2027" in value:
        yield "date", value.replace(fact.words["month"], random.choice([m for m in _MONTHS if m not in value]))
    elif any(letter.isdecimal() for letter in value):
        yield "number", value.replace(fact.words["n"], str((int(fact.words["n"]) + random.randint(5, 60)) % 80 + 11))
        for unit, other in fact.told.wrong:
            yield "unit", value.replace(unit, other)
    elif value in _PEOPLE:
        yield "foreign name", random.choice(_STRANGERS)
    near = [
        one.words["v"]
        for one in facts
        if one.told is fact.told and one.words["v"] != value and one.line(one.told.said) in there
    ]
    if near:
        yield "value of another", random.choice(near)
