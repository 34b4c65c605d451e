"""The reports that the benchmark of reports searches, the questions about them, and an index of both that is kept."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from runtime.documents.embedder import Embedder
from runtime.documents.index import Index
from runtime.documents.limits import ReadingLimits
from runtime.documents.prepare import prepare
from runtime.documents.readers.formats import read_source
from runtime.documents.readers.sink import Sink
from runtime.documents.readers.source import source_of_path
from runtime.documents.reading import DocumentFacts, Page

QUESTIONS = Path(__file__).parent.parent / "data" / "report_questions.json"
QUARTERS = "sec-10-q/data/v1"
# A quarter asked for as "the latest" can't be told apart among four.
LATEST = re.compile(
    r"\b(?:(?:the|their|its) )?(?:latest|most recent) (?:10-Q(?: report| filing)?|quarterly filing|quarter)"
)
FIGURE = re.compile(r"\d{1,3}(?:,\d{3})+|\d+\.\d+")
MOST_PAGES = 3
LEARNT_AT_ONCE = 256
READ = "read.json"


@dataclass(frozen=True)
class Asked:
    """A question; the file that answers and its pages; the set it is of, and whether it was looked at while tuning."""

    question: str
    file: str
    pages: frozenset[int]
    kind: str
    tuned_on: bool


@dataclass(frozen=True)
class Reports:
    """What was read: the document of each file, the text of each page, and how many pages there are."""

    ids: dict[str, int]
    texts: dict[str, dict[int, str]]

    @property
    def pages(self) -> int:
        """Of all files."""
        return sum(map(len, self.texts.values()))


def shown(repository: str, path: str) -> bytes:
    """A file of a git directory; empty where it is listed but not there."""
    return subprocess.run(["git", "-C", repository, "show", f"HEAD:{path}"], capture_output=True).stdout


def read(content: bytes, name: str, folder: Path) -> tuple[list[Page], DocumentFacts]:
    """A PDF through our reader."""
    path = folder / name
    path.write_bytes(content)
    pages: list[Page] = []
    facts: list[DocumentFacts] = []
    source = source_of_path(bytes(path), 1 << 40)
    read_source(source, Sink(ReadingLimits(), pages.extend, facts.append))
    source.close()
    return pages, facts[-1]


def annual(repository: str, folder: Path) -> Iterator[tuple[str, list[Page], DocumentFacts]]:
    """The annual reports: file name, pages, facts."""
    for path, name in json.loads(QUESTIONS.read_text())["reports"].items():
        content = shown(repository, path)
        if content:
            yield name, *read(content, name, folder)


def quarterly(repository: str, folder: Path) -> Iterator[tuple[str, list[Page], DocumentFacts]]:
    """The quarterly ones."""
    git = ["git", "-C", repository, "ls-tree", "-z", "--name-only", "HEAD", f"{QUARTERS}/docs/"]
    for path in subprocess.run(git, capture_output=True, text=True, check=True).stdout.split("\0")[:-1]:
        name = Path(path).name.replace(" ", "_")
        yield name, *read(shown(repository, path), name, folder)


def of_annual() -> Iterator[Asked]:
    """Our own questions."""
    told = json.loads(QUESTIONS.read_text())
    order = {name: number for number, name in enumerate(told["reports"].values())}
    for kind in ("seen", "unseen"):
        for name, page, question in told[kind]:
            yield Asked(question, name, frozenset([page]), kind, order[name] % 2 == 0)


def of_quarterly(repository: str, texts: dict[str, dict[int, str]]) -> Iterator[Asked]:
    """Questions about one report whose answer has figures; the pages with most of them are those that answer."""
    rows = csv.DictReader(io.StringIO(shown(repository, f"{QUARTERS}/qna_data.csv").decode("utf-8-sig")))
    for row in rows:
        file = row["Source Docs"].strip("* ").replace(" ", "_") + ".pdf"
        figures = set(FIGURE.findall(row["Answer"].split("SOURCE")[0]))
        if file not in texts or not figures or not row["Question Type"].startswith("Single-Doc"):
            continue
        found = {page: len(figures & set(FIGURE.findall(text))) for page, text in texts[file].items()}
        best = frozenset(page for page, count in found.items() if count == max(found.values()) > 0)
        if 0 < len(best) <= MOST_PAGES and best != {1}:
            question = LATEST.sub("Q3 2023 10-Q", row["Question"].strip())
            yield Asked(question, file, best, "quarterly", not file.endswith(("AMZN.pdf", "NVDA.pdf")))


def questions(repository: str | None, reports: Reports) -> list[Asked]:
    """All about files that were read."""
    asked = list(of_annual()) + (list(of_quarterly(repository, reports.texts)) if repository else [])
    return [one for one in asked if one.file in reports.ids]


def indexed(
    index: Index, folder: Path, annually: str, each_quarter: str | None, embedder: Embedder, *, unnamed: bool
) -> Reports:
    """Read, index and learn what the folder does not hold yet: one that was broken off is gone on with."""
    kept = folder / READ
    if kept.exists():
        told = json.loads(kept.read_text())
        texts = {name: {int(page): text for page, text in pages.items()} for name, pages in told["texts"].items()}
        reports = Reports(told["ids"], texts)
    else:
        reports = _read_all(index, annually, each_quarter, unnamed=unnamed)
        kept.write_text(json.dumps({"ids": reports.ids, "texts": reports.texts}))
    while index.learn_some(embedder, LEARNT_AT_ONCE):
        pass
    index.tidy()
    return reports


def _read_all(index: Index, annually: str, each_quarter: str | None, *, unnamed: bool) -> Reports:
    ids: dict[str, int] = {}
    texts: dict[str, dict[int, str]] = {}
    with tempfile.TemporaryDirectory() as home:
        reports = [annual(annually, Path(home))]
        reports += [quarterly(each_quarter, Path(home))] if each_quarter else []
        for name, pages, facts in (one for some in reports for one in some):
            ids[name] = index.register(f"/reports/{len(ids)}.pdf" if unnamed else f"/reports/{name}", 1, 1)
            index.put(ids[name], prepare(pages, facts))
            texts[name] = {page.number: "\n".join(block.text for block in page.blocks) for page in pages}
    return Reports(ids, texts)
