"""Whether the page that answers is in a budget of tokens, over real annual reports:
``python -m tests.bench.documents_reports REPOSITORY [--quarterly REPOSITORY] [--cache FILE] [--kept FOLDER]``.

REPOSITORY is a git directory of github.com/trustbit/enterprise-rag-challenge (Apache 2.0; its PDF reports are public,
no part of this repository); ``--quarterly`` one of github.com/docugami/KG-RAG-datasets (MIT; 20 quarterly reports of
five firms, with questions of its own). The questions about the annual reports are ours
(tests/data/report_questions.json): "seen" were written beside the page that answers, so that words flatter them;
"unseen" ask in an analyst's words for what every report states, and the page is the one of that statement. Every other
report was looked at while tuning.

What counts are the results in the order in which ``hearth documents search QUERY --limit K --json`` gives them, until
the budget is full; with ``--context`` what an answer is given to read, for each budget. ``--nothing`` tells how often
nothing found is thought to have to do with the question: of these questions, of a few words that most reports hold, and
of other things (tests/data/evidence_questions.json, of which every other was looked at while tuning). Beside them in
the same run: words alone, meaning alone, and ranks joined (RRF, k = 60). FOLDER keeps the index (0.1 GB) for the next
run, and goes on with one that was broken off.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from runtime.documents.embedder import Embedder
from runtime.documents.index import Index
from runtime.documents.weight import token_estimate
from tests.bench.documents_reports_sets import Asked, Reports, indexed, questions

BUDGETS = (1_000, 2_000, 4_000, 8_000, 16_000)
RESAMPLES = 2_000
OTHERS = Path(__file__).parent.parent / "data" / "evidence_questions.json"
# Of the reports one in so many is asked about other things.
ONE_REPORT_IN = 6
NEVER = 1 << 30


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


Found = Callable[[Asked, list[int] | None], list[tuple[int, int, str]]]
Way = Callable[[Asked, list[int] | None], int]


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
    return NEVER


def given(index: Index, embedder: Embedder, asked: Asked, document: int, documents: list[int] | None) -> int:
    """The least budget with which a page that answers is among what an answer is given to read."""
    for budget in BUDGETS:
        hits = index.context(asked.question, budget, documents=documents, embedder=embedder)
        if any(hit.document_id == document and hit.page in asked.pages for hit in hits):
            return budget
    return NEVER


def told(name: str, tokens: list[int]) -> None:
    """Shares within each budget, with the middle 95 % of resamples for 4,000 and 16,000."""
    chance = random.Random(1)
    line = "  ".join(f"{budget}: {sum(one <= budget for one in tokens) / len(tokens):.3f}" for budget in BUDGETS)
    spans = []
    for budget in (4_000, 16_000):
        hits = [one <= budget for one in tokens]
        means = sorted(sum(chance.choices(hits, k=len(hits))) / len(hits) for _ in range(RESAMPLES))
        spans.append(f"[{means[RESAMPLES // 40]:.2f}, {means[-RESAMPLES // 40]:.2f}]")
    print(f"{name:34} {len(tokens):4}  {line}   4k {spans[0]} 16k {spans[1]}", flush=True)


def ways_of(index: Index, reports: Reports, embedder: KeptVectors, args: argparse.Namespace) -> dict[str, Way]:
    """The ways of searching that are asked for; each gives the tokens that a question needs."""

    def searched(found: Found) -> Way:
        return lambda one, documents: needed(one, found(one, documents), reports.ids[one.file])

    ways = {"as it is": searched(by_search(index, args.limit, embedder))}
    if args.context:
        ways["as answers read it"] = lambda one, documents: given(
            index, embedder, one, reports.ids[one.file], documents
        )
    if args.baselines:
        words, meaning = by_search(index, args.limit, None), by_meaning(index, args.limit, embedder)
        ways |= {"words": searched(words), "meaning": searched(meaning)}
        ways |= {f"ranks, meaning {weight}": searched(by_ranks(words, meaning, weight)) for weight in (0.5, 0.7)}
    return ways


def nothing(
    index: Index, reports: Reports, embedder: Embedder | None, asked: Sequence[Asked], tuning: bool
) -> dict[tuple[str, str], list[bool]]:
    """For each set and scope, of each question whether it is left without passages."""
    found: dict[tuple[str, str], list[bool]] = {}

    def ask(kind: str, question: str, documents: list[int] | None) -> None:
        evidence = index._search.find(question, documents=documents, embedder=embedder, limit=1, weighed=True).evidence
        found.setdefault(("all" if documents is None else "one", kind), []).append(not evidence.is_enough)

    for one in asked:
        ask(one.kind, one.question, None)
        ask(one.kind, one.question, [reports.ids[one.file]])
    some = sorted(reports.ids.values())[not tuning :: 2][::ONE_REPORT_IN]
    for group, kinds in json.loads(OTHERS.read_text()).items():
        for kind, texts in kinds.items():
            for text in texts[not tuning :: 2]:
                ask(f"{group}: {kind}", text, None)
                for document in some:
                    ask(f"{group}: {kind}", text, [document])
    return found


def main() -> None:
    """A line for each way of searching, each scope and each set of questions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repository")
    parser.add_argument("--quarterly", metavar="REPOSITORY")
    parser.add_argument("--cache", default=":memory:", metavar="FILE", help="keep vectors here between runs")
    parser.add_argument("--kept", type=Path, metavar="FOLDER", help="keep the index here between runs")
    parser.add_argument("--limit", type=int, default=100, metavar="K")
    parser.add_argument("--tuning", action="store_true", help="the reports that were looked at, not the others")
    parser.add_argument("--unnamed", action="store_true", help="file names that tell nothing")
    parser.add_argument("--baselines", action="store_true", help="words, meaning and joined ranks beside it")
    parser.add_argument("--context", action="store_true", help="what an answer is given to read as well")
    parser.add_argument("--nothing", action="store_true", help="how often nothing is thought to answer, and only that")
    args = parser.parse_args()
    from runtime.documents.embeddings.local import LocalEmbedder
    from runtime.documents.embeddings.models import built_in_model

    embedder = KeptVectors(LocalEmbedder(built_in_model(), threads=2), args.cache)
    with tempfile.TemporaryDirectory() as home:
        folder = Path(args.kept or home) / ("unnamed" if args.unnamed else "named")
        folder.mkdir(parents=True, exist_ok=True)
        index = Index(folder / "documents.db")
        reports = indexed(index, folder, args.repository, args.quarterly, embedder, unnamed=args.unnamed)
        asked = [one for one in questions(args.quarterly, reports) if one.tuned_on == args.tuning]
        print(f"{len(reports.ids)} reports, {reports.pages} pages, {len(asked)} questions", flush=True)
        if args.nothing:
            for name, model in (("words and meaning", embedder), ("words", None)):
                for (scope, kind), left in sorted(nothing(index, reports, model, asked, args.tuning).items()):
                    print(
                        f"{scope}  {kind:36} {name:18} {len(left):4}  nothing: {sum(left) / len(left):.3f}", flush=True
                    )
            index.close()
            return
        ways = ways_of(index, reports, embedder, args)
        for scope, alone in (("one", True), ("all", False)):
            for way, tokens_of in ways.items():
                tokens = [tokens_of(one, [reports.ids[one.file]] if alone else None) for one in asked]
                for kind in sorted({one.kind for one in asked}):
                    told(
                        f"{scope}  {way}  {kind}", [t for t, one in zip(tokens, asked, strict=True) if one.kind == kind]
                    )
        index.close()


if __name__ == "__main__":
    main()
