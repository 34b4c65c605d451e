"""Long documents that hold known facts on known pages, and questions about them in other words than theirs."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from tests.documents_made.pdf_writer import PdfPage, PdfWriter
from tests.documents_made.words import lines, paragraph, sentence

FACTS_A_PAGE = 2
_STREETS = (
    "Elm Street", "Harbour Lane", "Mill Road", "Station Square", "Chapel Hill", "Orchard Way", "Quarry Bank",
    "Tannery Row", "Castle Gate", "Willow Court", "Foundry Close", "Abbey Walk",
)  # fmt: skip
_THINGS = (
    "storage room", "bakery", "dental practice", "bicycle workshop", "music school", "print shop", "tea house",
    "garage", "day nursery", "flower shop", "pottery studio", "law office", "pharmacy", "boat house", "bookshop",
)  # fmt: skip
# What a document says, what a person asks, and how the value is made.
_ATTRIBUTES = (
    ("Either party may end the tenancy of the {thing} in {street} by giving notice of {n} weeks.",
     "How much notice is needed to end the tenancy of the {thing} in {street}?", "{n} weeks"),
    ("For the {thing} in {street} a security deposit of {m},{n}0 euros was paid.",
     "What deposit was paid for the {thing} in {street}?", "{m},{n}0 euros"),
    ("The {thing} in {street} has a floor area of {n} square metres.",
     "How large is the {thing} in {street}?", "{n} square metres"),
    ("The boiler that heats the {thing} in {street} was last serviced by the firm of {name}.",
     "Who serviced the boiler of the {thing} in {street}?", "{name}"),
    ("The insurance of the {thing} in {street} against fire is held with {name} Mutual.",
     "With whom is the {thing} in {street} insured against fire?", "{name} Mutual"),
    ("The {thing} in {street} is closed to visitors on {day}.",
     "On which day can visitors not come to the {thing} in {street}?", "{day}"),
    ("Rent for the {thing} in {street} falls due on day {d} of every month.",
     "When is the rent of the {thing} in {street} due?", "day {d}"),
    ("The keys of the {thing} in {street} are kept by {name}, the caretaker.",
     "Who keeps the keys of the {thing} in {street}?", "{name}"),
)  # fmt: skip
_NAMES = (
    "Okafor", "Lindqvist", "Marchetti", "Dubois", "Yamada", "Novak", "Haugen", "Castellano", "Brennan", "Szabo",
    "Petrov", "Achterberg", "Villanueva", "Thorne", "Eriksen", "Quigley",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Question:
    """``sentence`` stands on ``page`` of the document named ``document``, and holds ``answer``."""

    text: str
    document: str
    page: int
    sentence: str
    answer: str


def answerable(documents: int = 6, pages: int = 40, seed: int = 11) -> tuple[dict[str, bytes], list[Question]]:
    """File names with their PDFs, and a question for every fact in them."""
    random = Random(seed)
    subjects = [(thing, street) for thing in _THINGS for street in _STREETS]
    facts = [(subject, kind) for subject in subjects for kind in range(len(_ATTRIBUTES))]
    random.shuffle(facts)
    files: dict[str, bytes] = {}
    questions: list[Question] = []
    for number in range(1, documents + 1):
        name = f"Portfolio {number}.pdf"
        writer = PdfWriter(title=f"Portfolio {number}", language="en-US")
        for page in range(1, pages + 1):
            told = [_fact(random, *facts.pop()) for _ in range(FACTS_A_PAGE)]
            _fill(writer.page(), random, page, [fact for fact, _, _ in told])
            questions += [Question(asked, name, page, fact, answer) for fact, asked, answer in told]
        files[name] = writer.content()
    return files, questions


def planted(pages: int = 400, facts: int = 20, seed: int = 5, *, uneven: bool = False) -> tuple[bytes, dict[int, str]]:
    """One long PDF, and the odd words that stand on some of its pages, by page. ``uneven``: some pages are full and
    others nearly empty, as real ones are."""
    random = Random(seed)
    places = sorted(random.sample(range(1, pages + 1), facts))
    words = {page: f"zanthor{page}quil" for page in places}
    writer = PdfWriter(title="A long report", language="en-US")
    for page in range(1, pages + 1):
        told = [f"The code word of this section is {words[page]}."] if page in words else []
        _fill(writer.page(), random, page, told, sentences=random.choice((1, 1, 2, 4, 6)) if uneven else 3)
    return writer.content(), words


def _fact(random: Random, subject: tuple[str, str], kind: int) -> tuple[str, str, str]:
    values = {
        "thing": subject[0],
        "street": subject[1],
        "n": random.randint(11, 98),
        "m": random.randint(1, 9),
        "d": random.randint(2, 28),
        "name": random.choice(_NAMES),
        "day": random.choice(_DAYS),
    }
    said, asked, answer = (text.format(**values) for text in _ATTRIBUTES[kind])
    return said, asked, answer


def _fill(page: PdfPage, random: Random, number: int, facts: list[str], sentences: int = 5) -> None:
    page.text(72, 730, f"Section {number}. {sentence(random, 4)[:-1]}", size=14, font="F2")
    y = 700.0
    places = sorted(random.sample(range(4), min(len(facts), 4)))
    for at in range(4):
        text = paragraph(random, sentences)
        if at in places:
            # In the middle of a paragraph, as facts stand in contracts.
            first, _, rest = text.partition(". ")
            text = f"{first}. {facts[places.index(at)]} {rest}"
        for line in lines(text, 95):
            page.text(72, y, line)
            y -= 12.5
        y -= 8
    page.text(300, 40, str(number), size=9)
