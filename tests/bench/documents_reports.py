"""Whether the page that answers is in a budget of tokens, over real annual reports:
``python -m tests.bench.documents_reports REPOSITORY [--quarterly REPOSITORY] [--cache FILE]``.

REPOSITORY is a git directory of github.com/trustbit/enterprise-rag-challenge (Apache 2.0; its PDF reports are public,
no part of this repository); ``--quarterly`` one of github.com/docugami/KG-RAG-datasets (MIT; 20 quarterly reports of
five firms, with questions of its own). The questions about the annual reports are ours
(tests/data/report_questions.json): "seen" were written beside the page that answers, so that words flatter them;
"unseen" ask in an analyst's words for what every report states, and the page is the one of that statement. Every other
report was looked at while tuning.

What counts are the results in the order in which ``hearth documents search QUERY --limit K --json`` gives them, until
the budget is full. Beside them in the same run: words alone, meaning alone, and ranks joined (RRF, k = 60).
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import random
import re
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runtime.documents.embedder import Embedder
from runtime.documents.index import Index
from runtime.documents.limits import ReadingLimits
from runtime.documents.prepare import prepare
from runtime.documents.readers.formats import read_source
from runtime.documents.readers.sink import Sink
from runtime.documents.readers.source import source_of_path
from runtime.documents.reading import DocumentFacts, Page
from runtime.documents.weight import token_estimate

QUESTIONS = Path(__file__).parent.parent / "data" / "report_questions.json"
QUARTERS = "sec-10-q/data/v1"
BUDGETS = (1_000, 2_000, 4_000, 8_000, 16_000)
# A quarter asked for as "the latest" can't be told apart among four.
LATEST = re.compile(
    r"\b(?:(?:the|their|its) )?(?:latest|most recent) (?:10-Q(?: report| filing)?|quarterly filing|quarter)"
)
FIGURE = re.compile(r"\d{1,3}(?:,\d{3})+|\d+\.\d+")
MOST_PAGES = 3
RESAMPLES = 2_000


@dataclass(frozen=True)
class Asked:
    """A question; the file that answers and its pages; the set it is of, and whether it was looked at while tuning."""

    question: str
    file: str
    pages: frozenset[int]
    kind: str
    tuned_on: bool


class KeptVectors:
    """The embedder with a memory on disk, so that a second run takes a minute."""

    def __init__(self, embedder: Any, path: str) -> None:
        self._embedder = embedder
        self._file = sqlite3.connect(path, check_same_thread=False)
        self._file.execute("CREATE TABLE IF NOT EXISTS kept (text TEXT PRIMARY KEY, vector BLOB) WITHOUT ROWID")
        self.model_id, self.dimensions = embedder.model_id, embedder.dimensions
        self.languages, self.max_tokens = embedder.languages, embedder.max_tokens
        self.speaks, self.embed_query = embedder.speaks, embedder.embed_query

    def embed(self, texts: Sequence[str], cancel: object = None) -> Any:
        """Known rows from the file, the others computed and kept."""
        import numpy

        known = dict(self._file.execute(f"SELECT * FROM kept WHERE text IN ({','.join('?' * len(texts))})", texts))
        unknown = sorted({text for text in texts if text not in known}, key=len)
        if unknown:
            rows = self._embedder.embed(unknown).astype(numpy.float16)
            known.update((text, row.tobytes()) for text, row in zip(unknown, rows, strict=True))
            with self._file:
                self._file.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?)", [(t, known[t]) for t in unknown])
        return numpy.stack([numpy.frombuffer(known[text], numpy.float16) for text in texts]).astype(numpy.float32)


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


Found = Callable[[Asked, list[int] | None], list[tuple[int, int, str]]]


def by_search(index: Index, limit: int, embedder: Embedder | None) -> Found:
    """Document, page and text of each result, as the command line gives them."""

    def found(asked: Asked, documents: list[int] | None) -> list[tuple[int, int, str]]:
        hits = index.search(asked.question, documents=documents, limit=limit, embedder=embedder)
        return [(hit.document_id, hit.page, hit.text) for hit in hits]

    return found


def by_meaning(index: Index, limit: int, embedder: Embedder) -> Found:
    """The nearest passages and nothing else."""

    def found(asked: Asked, documents: list[int] | None) -> list[tuple[int, int, str]]:
        with index._store.read() as connection:
            ranges = None
            if documents is not None:
                rows = connection.execute(
                    "SELECT first_passage, first_passage + passages FROM documents WHERE id = ?", (documents[0],)
                )
                ranges = [(int(first), int(stop)) for first, stop in rows]
            nearest = index._search._meaning.nearest(embedder, asked.question, limit, ranges)
            texts = "SELECT document_id, page, text FROM passages WHERE id = ?"
            return [connection.execute(texts, (one,)).fetchall()[0] for one, _ in nearest]  # type: ignore[misc]

    return found


def by_ranks(first: Found, second: Found, weight: float) -> Found:
    """Two orders joined by rank, the second with a weight."""

    def found(asked: Asked, documents: list[int] | None) -> list[tuple[int, int, str]]:
        scores: dict[tuple[int, int, str], float] = {}
        for share, one in ((1 - weight, first), (weight, second)):
            for rank, hit in enumerate(one(asked, documents), 1):
                scores[hit] = scores.get(hit, 0.0) + share / (60 + rank)
        return sorted(scores, key=lambda hit: -scores[hit])

    return found


def needed(asked: Asked, hits: list[tuple[int, int, str]], document: int) -> int:
    """Tokens until a page that answers is in."""
    used = 0
    for found, page, text in hits:
        used += token_estimate(text)
        if found == document and page in asked.pages:
            return used
    return 1 << 30


def told(name: str, tokens: list[int]) -> None:
    """Shares within each budget, with the middle 95 % of resamples for 4,000 and 16,000."""
    chance = random.Random(1)
    line = "  ".join(f"{budget}: {sum(one <= budget for one in tokens) / len(tokens):.3f}" for budget in BUDGETS)
    spans = []
    for budget in (4_000, 16_000):
        hits = [one <= budget for one in tokens]
        means = sorted(sum(chance.choices(hits, k=len(hits))) / len(hits) for _ in range(RESAMPLES))
        spans.append(f"[{means[RESAMPLES // 40]:.2f}, {means[-RESAMPLES // 40]:.2f}]")
    print(f"{name:34} {line}   4k {spans[0]} 16k {spans[1]}", flush=True)


def main() -> None:
    """A line for each way of searching, each scope and each set of questions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repository")
    parser.add_argument("--quarterly", metavar="REPOSITORY")
    parser.add_argument("--cache", default=":memory:", metavar="FILE", help="keep vectors here between runs")
    parser.add_argument("--limit", type=int, default=100, metavar="K")
    parser.add_argument("--tuning", action="store_true", help="the reports that were looked at, not the others")
    parser.add_argument("--unnamed", action="store_true", help="file names that tell nothing")
    parser.add_argument("--baselines", action="store_true", help="words, meaning and joined ranks beside it")
    args = parser.parse_args()
    from runtime.documents.embeddings.local import LocalEmbedder
    from runtime.documents.embeddings.models import built_in_model

    embedder = KeptVectors(LocalEmbedder(built_in_model(), threads=2), args.cache)
    with tempfile.TemporaryDirectory() as home:
        index = Index(Path(home) / "documents.db")
        ids: dict[str, int] = {}
        texts: dict[str, dict[int, str]] = {}
        pages = 0
        reports = [annual(args.repository, Path(home))]
        reports += [quarterly(args.quarterly, Path(home))] if args.quarterly else []
        for name, read_pages, facts in (one for some in reports for one in some):
            path = f"/reports/{len(ids)}.pdf" if args.unnamed else f"/reports/{name}"
            ids[name] = index.register(path, 1, 1)
            index.put(ids[name], prepare(read_pages, facts))
            texts[name] = {page.number: "\n".join(block.text for block in page.blocks) for page in read_pages}
            pages += len(read_pages)
        while index.learn_some(embedder, 256):
            pass
        asked = list(of_annual()) + (list(of_quarterly(args.quarterly, texts)) if args.quarterly else [])
        asked = [one for one in asked if one.file in ids and one.tuned_on == args.tuning]
        print(f"{len(ids)} reports, {pages} pages, {len(asked)} questions")
        ways: dict[str, Found] = {"as it is": by_search(index, args.limit, embedder)}
        if args.baselines:
            words, meaning = by_search(index, args.limit, None), by_meaning(index, args.limit, embedder)
            ways |= {"words": words, "meaning": meaning}
            ways |= {f"ranks, meaning {weight}": by_ranks(words, meaning, weight) for weight in (0.5, 0.7)}
        for scope, alone in (("one", True), ("all", False)):
            for way, found in ways.items():
                tokens = [needed(one, found(one, [ids[one.file]] if alone else None), ids[one.file]) for one in asked]
                for kind in sorted({one.kind for one in asked}):
                    told(
                        f"{scope}  {way}  {kind}", [t for t, one in zip(tokens, asked, strict=True) if one.kind == kind]
                    )
        index.close()


if __name__ == "__main__":
    main()
