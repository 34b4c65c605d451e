"""What searching many passages costs: ``python -m tests.bench.documents_search --passages 100000``.

Made-up words, as rare and as common as in a language, in documents of 300 passages; questions are ten words of one
passage. Prints times, memory, the cold start, and SQLite's FTS5 as it comes over the same passages in the same run.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from runtime.documents.index import Index
from runtime.documents.prepare import DocumentPreparation
from runtime.documents.reading import Block, BlockKind, DocumentFacts, Page
from runtime.documents.scripts import COMMON_WORDS
from runtime.documents.vectors import pack
from runtime.documents.writing import VECTORS_A_ROW, insert_vectors

WORDS_A_PASSAGE = 105
PASSAGES_A_DOCUMENT = 300
PASSAGES_A_PAGE = 5
VOCABULARY = 80_000
DIMENSIONS = 384
QUESTIONS = 60
SYLLABLES = [c + v for c in "bdfghjklmnprstvwz" for v in ("a", "e", "i", "o", "u", "an", "er", "is")]
COMMON = sorted(COMMON_WORDS["en"])


class MadeUpEmbedder:
    """Directions by chance, the same for the same text: costs what a real one costs to search, not to compute."""

    model_id = "made-up"
    dimensions = DIMENSIONS
    languages: frozenset[str] | None = None

    def speaks(self, text: str) -> bool:
        """Everything."""
        return True

    def embed(self, texts: Sequence[str]) -> Any:
        """One row per text."""
        return np.stack([self.embed_query(text) for text in texts])

    def embed_query(self, text: str) -> Any:
        """By the letters of the text."""
        row = np.random.default_rng(abs(hash(text))).standard_normal(DIMENSIONS).astype(np.float32)
        return row / np.linalg.norm(row)


class MadeUpText:
    """Passages of words as rare as Zipf has them."""

    def __init__(self, seed: int = 7) -> None:
        self._chance = random.Random(seed)
        words: dict[str, None] = dict.fromkeys(COMMON)
        while len(words) < VOCABULARY:
            length = 1 + min(4, len(words) // 100 + self._chance.randrange(3))
            words["".join(self._chance.choices(SYLLABLES, k=length))] = None
        self._words = list(words)
        self._weights = list(itertools.accumulate(1 / (rank + 2.7) for rank in range(VOCABULARY)))

    def passage(self) -> str:
        """Sentences of a dozen words."""
        words = self._chance.choices(self._words, cum_weights=self._weights, k=WORDS_A_PASSAGE)
        sentences = (" ".join(words[at : at + 12]).capitalize() for at in range(0, len(words), 12))
        return ". ".join(sentences) + "."

    def question(self, passage: str) -> str:
        """Ten words that stand together in a passage."""
        words = passage.replace(".", "").split()
        at = self._chance.randrange(len(words) - 10)
        return " ".join(words[at : at + 10])


def documents(text: MadeUpText) -> Iterator[list[str]]:
    """Paragraphs in documents, without end."""
    while True:
        yield [text.passage() for _ in range(PASSAGES_A_DOCUMENT)]


def fill(index: Index, number: int, parts: list[str]) -> tuple[float, int]:
    """Put one document in with vectors; the seconds that cutting and writing its words took, and its passages."""
    begun = time.perf_counter()
    preparation = DocumentPreparation()
    for page, at in enumerate(range(0, len(parts), PASSAGES_A_PAGE), 1):
        blocks = tuple(Block(BlockKind.PARAGRAPH, part) for part in parts[at : at + PASSAGES_A_PAGE])
        preparation.take(Page(page, blocks))
    document = index.register(f"/made/up/document {number}.pdf", 1, 1)
    prepared = preparation.done(DocumentFacts("pdf", pages=page))
    index.put(document, prepared)
    seconds = time.perf_counter() - begun
    while waiting := index.pending(MadeUpEmbedder.model_id, VECTORS_A_ROW):
        rows = np.random.default_rng(waiting[0].id).standard_normal((len(waiting), DIMENSIONS)).astype(np.float32)
        data = pack(rows / np.linalg.norm(rows, axis=1, keepdims=True))
        with index._store.write() as connection:
            insert_vectors(connection, MadeUpEmbedder.model_id, document, waiting[0].id, len(waiting), data)
    return seconds, len(prepared.passages)


def timed(ask: Callable[[str], object], questions: Sequence[str]) -> list[float]:
    """Milliseconds of each question, in order."""
    taken = []
    for question in questions:
        begun = time.perf_counter()
        ask(question)
        taken.append((time.perf_counter() - begun) * 1000)
    return sorted(taken)


def told(name: str, taken: Sequence[float]) -> None:
    """One line."""
    at_95 = taken[min(len(taken) - 1, int(0.95 * len(taken)))]
    print(f"{name:44} p50 {statistics.median(taken):8.1f} ms   p95 {at_95:8.1f} ms", flush=True)


def stock(path: Path) -> sqlite3.Connection:
    """SQLite's own full-text table, its own tokenizer, its own text."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = wal")
    connection.execute("CREATE VIRTUAL TABLE words USING fts5(text)")
    return connection


def ask_stock(connection: sqlite3.Connection, question: str) -> list[Any]:
    """Every word OR-ed, best ten."""
    match = " OR ".join(f'"{word}"' for word in question.split())
    rows = connection.execute("SELECT rowid, text FROM words WHERE words MATCH ? ORDER BY rank LIMIT 10", (match,))
    return rows.fetchall()


def cold_start(path: Path, question: str) -> None:
    """A fresh process: open, load the vectors, answer; and what it takes of memory."""
    code = (
        "import json, sys, time, psutil; from pathlib import Path\n"
        "import numpy, Stemmer\n"
        "from tests.bench.documents_search import MadeUpEmbedder\n"
        "from runtime.documents.index import Index\n"
        "before = psutil.Process().memory_info().rss; begun = time.perf_counter()\n"
        "index = Index(Path(sys.argv[1])); embedder = MadeUpEmbedder()\n"
        "index.search(sys.argv[2]); words = time.perf_counter() - begun\n"
        "index.search(sys.argv[2], embedder=embedder); both = time.perf_counter() - begun\n"
        "for _ in range(20): index.search(sys.argv[2], embedder=embedder)\n"
        "rss = psutil.Process().memory_info().rss\n"
        "print(json.dumps([words, both, before / 1e6, rss / 1e6])); index.close()\n"
    )
    ran = subprocess.run([sys.executable, "-c", code, str(path), question], check=True, capture_output=True, text=True)
    words, both, before, after = json.loads(ran.stdout)
    print(f"cold start: first answer by words {words:.2f} s, by meaning too {both:.2f} s (vectors loaded)")
    print(f"memory: {after:.0f} MB, of which {before:.0f} MB before the index was opened")


def main() -> None:
    """Build, ask, compare, forget."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--no-baseline", action="store_true")
    args = parser.parse_args()
    text = MadeUpText()
    chance = random.Random(3)
    questions: list[str] = []
    with tempfile.TemporaryDirectory() as home:
        path = Path(home) / "documents.db"
        index = Index(path)
        baseline = stock(Path(home) / "stock.db")
        ours = theirs = 0.0
        stored = paragraphs = 0
        for number, parts in enumerate(documents(text)):
            if stored >= args.passages:
                break
            seconds, passages = fill(index, number, parts)
            ours, stored, paragraphs = ours + seconds, stored + passages, paragraphs + len(parts)
            questions.append(text.question(chance.choice(parts)))
            if not args.no_baseline:
                begun = time.perf_counter()
                baseline.execute("BEGIN")
                baseline.executemany("INSERT INTO words (text) VALUES (?)", ((part,) for part in parts))
                baseline.execute("COMMIT")
                theirs += time.perf_counter() - begun
        index.tidy()
        chance.shuffle(questions)
        asked = questions[:QUESTIONS]
        print(f"{stored} passages, {path.stat().st_size / 1e6:.0f} MB with vectors, words in {ours:.1f} s", end="")
        print(f" ({stored / ours:.0f} passages/s; stock FTS5 {paragraphs / max(theirs, 1e-9):.0f} paragraphs/s)")
        print(f"load average {os.getloadavg()[0]:.1f}")
        embedder = MadeUpEmbedder()
        index.load_vectors(embedder)
        timed(lambda question: index.search(question, embedder=embedder), asked[:5])
        told("words and meaning", timed(lambda question: index.search(question, embedder=embedder), asked))
        told("words alone", timed(index.search, asked))
        told(
            "one document, words and meaning", timed(lambda q: index.search(q, documents=[1], embedder=embedder), asked)
        )
        told("as you type", timed(lambda q: index.search(q[: len(q) - 2], typing=True), asked))
        told("3 letters typed", timed(lambda q: index.search(q[:3], typing=True), asked))
        if not args.no_baseline:
            told("stock FTS5, best ten of every word", timed(lambda q: ask_stock(baseline, q), asked))
        begun = time.perf_counter()
        index.forget([1])
        gone = time.perf_counter() - begun
        index.purge()
        print(f"forget a document: not found after {gone:.2f} s, no trace after {time.perf_counter() - begun:.2f} s")
        print(f"memory of this process {psutil.Process().memory_info().rss / 1e6:.0f} MB")
        index.close()
        baseline.close()
        cold_start(path, asked[0])


if __name__ == "__main__":
    main()
