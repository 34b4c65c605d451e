"""What a model might answer to the questions of ``answerable``: true sentences in many wordings, and false ones.

The wordings of the held-out half are others than those of the tuning half; so are most ways to be wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from tests.documents_made import answerable
from tests.documents_made.answerable import Question
from tests.documents_made.claims import planting
from tests.documents_made.claims.cases import MADE, in_held_out_half

_TRUE = {
    False: (
        ("The tenancy of the {t} in {s} can be ended with {v} of notice.",
         "Notice of {v} has to be given to end the tenancy of the {t} in {s}.",
         "According to the document, either party may terminate the tenancy of the {t} in {s} with {v} of notice."),
        ("A security deposit of {v} was paid for the {t} in {s}.",
         "The deposit for the {t} in {s} came to {v}.",
         "According to the text, {v} were paid as a deposit for the {t} in {s}."),
        ("The floor area of the {t} in {s} is {v}.", "The {t} in {s} covers {v}.",
         "The {t} in {s} is {v} in size."),
        ("{v} serviced the boiler of the {t} in {s}.",
         "The boiler of the {t} in {s} was last serviced by {v}.",
         "The firm that last serviced the boiler of the {t} in {s} is {v}."),
        ("{v} insures the {t} in {s} against fire.", "The {t} in {s} is insured against fire with {v}.",
         "Against fire, the {t} in {s} has an insurance with {v}."),
        ("On {v} the {t} in {s} is closed to visitors.", "Visitors cannot come to the {t} in {s} on {v}.",
         "The day on which visitors cannot come to the {t} in {s} is {v}."),
        ("The rent of the {t} in {s} is due on {v} of each month.",
         "Rent for the {t} in {s} must be paid on {v} of the month.",
         "The rent of the {t} in {s} is due each month on {v}."),
        ("{v} keeps the keys of the {t} in {s}.", "The keys to the {t} in {s} are with {v}, the caretaker.",
         "The caretaker {v} keeps the keys of the {t} in {s}."),
    ),
    True: (
        ("For the {t} in {s}, the notice period is {v}.",
         "You have to give {v} of notice before leaving the {t} in {s}.",
         "Either side may end the tenancy of the {t} in {s} by giving {v}' notice."),
        ("For the {t} in {s}, the deposit amounts to {v}.", "As security, {v} were paid for the {t} in {s}.",
         "The {t} in {s} required a security deposit: {v}."),
        ("The {t} in {s} measures {v}.", "In {s}, the {t} has {v} of floor space.",
         "The {t} in {s} offers an area of {v}."),
        ("The firm {v} carried out the last service of the boiler in the {t} in {s}.",
         "The last boiler service at the {t} in {s} was done by the firm of {v}.",
         "The boiler that heats the {t} in {s} was most recently looked after by {v}."),
        ("The fire insurance of the {t} in {s} is with {v}.", "For fire, the {t} in {s} is covered by {v}.",
         "{v} is the insurer of the {t} in {s} against fire."),
        ("The {t} in {s} doesn't receive visitors on {v}.",
         "{v} is the day on which the {t} in {s} is closed to visitors.",
         "The {t} in {s} stays closed for visitors every {v}."),
        ("Every month, the rent for the {t} in {s} falls due on {v}.",
         "The {t} in {s} has its rent due on {v} of every month.",
         "The rent of the {t} in {s} has to be paid on {v} of each month."),
        ("The caretaker, {v}, has the keys of the {t} in {s}.",
         "{v} is the caretaker and holds the keys to the {t} in {s}.",
         "For the {t} in {s}, the keys are kept by {v}."),
    ),
}  # fmt: skip
# By attribute; {more} is above the figure of the answer, {less} below it.
_COMPARED = {
    False: {0: "The tenancy of the {t} in {s} can be ended with less than {less} weeks of notice.",
            1: "The deposit for the {t} in {s} was lower than {less} euros.",
            2: "The {t} in {s} is smaller than {less} square metres.",
            5: "The {t} in {s} is open to visitors on {v}.",
            6: "The rent of the {t} in {s} is due before day {less} of each month."},
    True: {0: "The notice period of the {t} in {s} is longer than {more} weeks.",
           1: "For the {t} in {s}, more than {more} euros of deposit were paid.",
           2: "The floor area of the {t} in {s} exceeds {more} square metres.",
           5: "Visitors are let into the {t} in {s} only on {v}.",
           6: "Rent for the {t} in {s} falls due after day {more} of every month."},
}  # fmt: skip
_INVENTED = {
    False: ("The {t} in {s} was renovated in 2015.", "The roof of the {t} in {s} leaks.",
            "There is room for six cars behind the {t} in {s}.", "The {t} in {s} may be sublet with consent.",
            "The windows of the {t} in {s} are cleaned twice a year."),
    True: ("The {t} in {s} was built in 1932.", "The {t} in {s} has two toilets and a kitchen.",
           "The owner of the {t} in {s} plans to sell it next spring.",
           "Heating costs of the {t} in {s} are included in the rent.",
           "The {t} in {s} is protected as a historic monument."),
}  # fmt: skip
_UNITS = {
    False: {"weeks": "months", "euros": "dollars", "square metres": "square feet"},
    True: {"weeks": "days", "euros": "pounds", "square metres": "hectares"},
}
_FOREIGN = {
    False: ("Whitcombe", "Ferreira", "Ostrowski", "Halloran", "Bergmann"),
    True: ("Tanaka", "Delacroix", "Pemberton", "Ivanova", "McAllister"),
}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NUMBERED, NAMED, DAY, DUE = (0, 1, 2), (3, 4, 7), 5, 6


@dataclass(frozen=True)
class Said:
    """One sentence of an answer to a question. ``kind`` is how it is worded, or how it is wrong."""

    text: str
    true: bool
    kind: str


def held_out(question: Question) -> bool:
    """Whether its document is only for the last measurement."""
    return in_held_out_half(MADE, number_of(question))


def number_of(question: Question) -> str:
    """Its document's number."""
    return "".join(letter for letter in question.document if letter.isdecimal())


def said(question: Question, passages: Sequence[str], others: Sequence[Question], random: Random) -> list[Said]:
    """True and false sentences. ``passages`` are what the model saw; ``others`` are questions of the same documents."""
    kind, thing, street = told_of(question)
    half = held_out(question)
    words = {"t": thing, "s": street, "v": question.answer}
    worded = [_opened(text.format(**words)) for text in _TRUE[half][kind]]
    true = [Said(question.sentence, True, "verbatim"), *(Said(text, True, "reworded") for text in worded)]
    wording = random.choice(_TRUE[half][kind])
    values = _wrong_values(question, kind, passages, others, random)
    false = [Said(_opened(wording.format(**{**words, "v": value})), False, name) for name, value in values]
    denied = planting.turned_negation(random.choice([question.sentence, *worded]), "en", random)
    if denied:
        false.append(Said(denied, False, "negation"))
    if kind in _COMPARED[half]:
        false.append(
            Said(_COMPARED[half][kind].format(**words, **_around(question.answer, random)), False, "comparison")
        )
    false.append(Said(random.choice(_INVENTED[half]).format(**words), False, "invented"))
    return true + false


def told_of(question: Question) -> tuple[int, str, str]:
    """Which attribute a question asks for, and of which thing in which street."""
    for kind, (_, asked, _) in enumerate(answerable._ATTRIBUTES):
        pattern = re.escape(asked).replace(r"\{thing\}", "(.+)").replace(r"\{street\}", "(.+)")
        found = re.fullmatch(pattern, question.text)
        if found:
            return kind, found.group(1), found.group(2)
    raise ValueError(question.text)


def _wrong_values(
    question: Question, kind: int, passages: Sequence[str], others: Sequence[Question], random: Random
) -> Iterator[tuple[str, str]]:
    half, value = held_out(question), question.answer
    there = " ".join(" ".join(text.split()) for text in passages)
    if kind in NUMBERED:
        yield "number", _other_figure(value, random)
        for unit, other in _UNITS[half].items():
            if unit in value:
                yield "unit", value.replace(unit, other)
    elif kind == DUE:
        yield "date", _other_figure(value, random)
    elif kind == DAY:
        yield "date", random.choice([day for day in _DAYS if day != value])
    else:
        name = value.split()[0]
        near = [one for one in answerable._NAMES if one != name and one in there]
        if near:
            yield "name of the text", value.replace(name, random.choice(near))
        yield "foreign name", value.replace(name, random.choice(_FOREIGN[half]))
    fields = [one.answer for one in others if one.answer != value and told_of(one)[0] == kind and one.sentence in there]
    if fields:
        yield "value of another", random.choice(fields)


def _other_figure(value: str, random: Random) -> str:
    found = re.search(r"\d[\d,]*", value)
    assert found is not None
    number = int(found.group().replace(",", ""))
    other = number + random.choice([-7, -3, -1, 1, 2, 5, 10]) * (100 if number > 1000 else 1)
    return value.replace(found.group(), f"{other if other > 0 else number + 4:,}")


def _around(value: str, random: Random) -> dict[str, str]:
    found = re.search(r"\d[\d,]*", value)
    if found is None:
        return {}
    number = int(found.group().replace(",", ""))
    step = random.randint(3, 9) * (100 if number > 1000 else 1)
    return {"more": f"{number + step:,}", "less": f"{max(1, number - step):,}"}


def _opened(text: str) -> str:
    return text[0].upper() + text[1:]
