"""How often the page that answers is in a budget of tokens: ``python -m tests.bench.documents_context REPOSITORY``.

REPOSITORY is a git directory of github.com/factbook/factbook.json (public domain, no part of this repository): some 260
countries described under the same headings, each made a document of about a dozen pages, as alike as filings of one
form are. The questions were written by hand for this program in words of their own, not the book's: a form of words
with the name of a country in it, and the field that answers. Odd countries were looked at while tuning, even ones not.
Peers are their own rules (passages of so many letters, so many of them, by meaning), not the apps.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runtime.documents.embedder import Embedder
from runtime.documents.index import Index
from runtime.documents.prepare import prepare
from runtime.documents.reading import Block, BlockKind, DocumentFacts, Page

PAGE_CHARS = 2_600
BUDGETS = (1_000, 2_000, 4_000, 16_000)
QUESTIONS = {
    "How many people live in {}?": "Population",
    "How long can a newborn in {} expect to live?": "Life expectancy at birth",
    "What share of adults in {} can read and write?": "Literacy",
    "Which countries share a border with {}?": "Land boundaries",
    "What is the weather like over the year in {}?": "Climate",
    "What is dug out of the ground in {}?": "Natural resources",
    "Which faiths do people in {} follow?": "Religions",
    "Which tongues are spoken in {}?": "Languages",
    "How many workers are without a job in {}?": "Unemployment rate",
    "How fast do prices rise in {}?": "Inflation rate (consumer prices)",
    "What does {} sell abroad?": "Exports - commodities",
    "Where does {} buy its goods from?": "Imports - partners",
    "How much does the state of {} owe?": "Public debt",
    "When did {} become a state of its own?": "Independence",
    "Who may vote in {}, and from which age?": "Suffrage",
    "What does the flag of {} look like?": "Flag description",
    "How many airfields does {} have?": "Airports",
    "How long are the train tracks of {}?": "Railways",
    "How many inhabitants of {} use the web?": "Internet users",
    "Which rival claims to territory involve {}?": "Disputes - international",
    "How many mothers die in childbirth in {}?": "Maternal mortality rate",
    "What part of the population of {} lives in towns?": "Urbanization",
    "Which highest and lowest points does {} have?": "Elevation",
    "What natural dangers threaten {}?": "Natural hazards",
    "How is the army of {} manned, is there a draft?": "Military service age and obligation",
    "How many doctors are there per thousand inhabitants in {}?": "Physician density",
    "What do farms in {} grow?": "Agriculture - products",
    "How is power made in {}, how much of it from coal, oil and gas?": "Electricity - from fossil fuels",
    "What money do people pay with in {}, and what is it worth?": "Exchange rates",
    "How are the courts of {} made up?": "Judicial branch",
}
TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Asked:
    """A question, and where the answer stands."""

    question: str
    document: int
    page: int


def lines_of(value: Any, name: str = "") -> Iterator[str]:
    """A field as lines of text."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from lines_of(inner, "" if key == "text" else key.strip())
    else:
        text = " ".join(TAG.sub(" ", str(value)).split())
        yield f"{name}: {text}" if name else text


def pages_of(country: dict[str, Any]) -> tuple[list[Page], dict[str, int]]:
    """Pages of about the length of a printed one, and on which page each field begins."""
    pages: list[list[Block]] = [[]]
    places: dict[str, int] = {}
    for section, fields in country.items():
        pages[-1].append(Block(BlockKind.HEADING, section, 1))
        for name, value in fields.items() if isinstance(fields, dict) else ():
            if sum(len(block.text) for block in pages[-1]) > PAGE_CHARS:
                pages.append([])
            places.setdefault(name.strip(), len(pages))
            pages[-1].append(Block(BlockKind.HEADING, name.strip(), 3))
            pages[-1] += [Block(BlockKind.PARAGRAPH, line) for line in lines_of(value)]
    return [Page(number, tuple(blocks)) for number, blocks in enumerate(pages, 1)], places


def load(repository: str) -> list[tuple[str, dict[str, Any]]]:
    """Countries and what the book says of them."""
    git = ["git", "-C", repository]
    names = subprocess.run([*git, "ls-tree", "-r", "--name-only", "HEAD"], capture_output=True, text=True, check=True)
    found = []
    for path in sorted(name for name in names.stdout.split() if name.endswith(".json") and "/" in name):
        text = subprocess.run([*git, "show", f"HEAD:{path}"], capture_output=True, text=True, check=True).stdout
        country = json.loads(text)
        title = country.get("Government", {}).get("Country name", {}).get("conventional short form", {}).get("text", "")
        if re.fullmatch(r"[A-Z][\w' -]+", title):
            found.append((title, country))
    return found


def hits_within(index: Index, asked: Asked, budget: int, documents: list[int] | None, embedder: Embedder) -> bool:
    """Whether the page is in the context."""
    hits = index.context(asked.question, budget, documents=documents, embedder=embedder)
    return any((hit.document_id, hit.page) == (asked.document, asked.page) for hit in hits)


def found_by_peer(index: Index, asked: Asked, documents: list[int] | None, embedder: Embedder, count: int) -> bool:
    """The nearest few passages by meaning alone, as peers do it."""
    found = index._search._meaning.nearest(embedder, asked.question, count, _ranges(index, documents))
    with index._store.read() as connection:
        return any(
            connection.execute("SELECT document_id, page FROM passages WHERE id = ?", (passage,)).fetchall()
            == [(asked.document, asked.page)]
            for passage, _ in found
        )


def _ranges(index: Index, documents: list[int] | None) -> list[tuple[int, int]] | None:
    if documents is None:
        return None
    with index._store.read() as connection:
        rows = connection.execute("SELECT first_passage, passages FROM documents WHERE id = ?", (documents[0],))
        return [(int(first), int(first + count)) for first, count in rows.fetchall()]  # type: ignore[operator, arg-type]


def main() -> None:
    """Print a line for each scope."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repository")
    parser.add_argument("--countries", type=int, default=80)
    parser.add_argument("--questions", type=int, default=150)
    parser.add_argument("--tuning", action="store_true", help="ask about the countries that were looked at")
    args = parser.parse_args()
    from runtime.documents.embeddings.local import LocalEmbedder
    from runtime.documents.embeddings.models import built_in_model

    embedder = LocalEmbedder(built_in_model())
    chance = random.Random(11)
    countries = load(args.repository)
    chance.shuffle(countries)
    with tempfile.TemporaryDirectory() as home:
        index = Index(Path(home) / "documents.db")
        asked: list[Asked] = []
        for number, (title, country) in enumerate(countries[: args.countries]):
            pages, places = pages_of(country)
            document = index.register(f"/reports/{title.replace(' ', '_')}.pdf", 1, 1)
            index.put(document, prepare(pages, DocumentFacts("pdf", title=title, pages=len(pages))))
            if number % 2 == args.tuning:
                forms = [(form, field) for form, field in QUESTIONS.items() if field in places]
                asked += [Asked(form.format(title), document, places[field]) for form, field in forms]
        while index.learn_some(embedder, 256):
            pass
        asked = chance.sample(asked, min(args.questions, len(asked)))
        rows = index.documents.all()
        print(f"{len(rows)} documents, {sum(row.pages_read for row in rows)} pages, {len(asked)} questions")
        for name, alone in (("one document", True), ("all documents", False)):
            scopes = [[one.document] if alone else None for one in asked]
            shares = [
                sum(hits_within(index, one, budget, scope, embedder) for one, scope in zip(asked, scopes, strict=True))
                for budget in BUDGETS
            ]
            peer = sum(found_by_peer(index, one, scope, embedder, 3) for one, scope in zip(asked, scopes, strict=True))
            told = "  ".join(
                f"{budget}: {share / len(asked):.3f}" for budget, share in zip(BUDGETS, shares, strict=True)
            )
            print(f"{name:14} {told}   nearest 3 by meaning {peer / len(asked):.3f}", flush=True)
        index.close()


if __name__ == "__main__":
    main()
