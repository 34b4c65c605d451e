"""Made-up documents for the search benchmark: words as rare and as common as in a language, vectors by chance."""

from __future__ import annotations

import itertools
import json
import random
import sqlite3
import time
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

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
        row = np.random.default_rng(zlib.crc32(text.encode())).standard_normal(DIMENSIONS).astype(np.float32)
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


def stock(path: Path) -> sqlite3.Connection:
    """SQLite's own full-text table, its own tokenizer, its own text."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = wal")
    connection.execute("CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(text)")
    return connection


def build(folder: Path, wanted: int) -> None:
    """Our index and SQLite's over the same passages, and questions, in a folder; nothing if they are there."""
    if (folder / "questions.json").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    text, chance = MadeUpText(), random.Random(3)
    index, baseline = Index(folder / "documents.db"), stock(folder / "stock.db")
    questions: list[str] = []
    ours = theirs = 0.0
    stored = paragraphs = 0
    for number, parts in enumerate(documents(text)):
        if stored >= wanted:
            break
        seconds, passages = fill(index, number, parts)
        ours, stored, paragraphs = ours + seconds, stored + passages, paragraphs + len(parts)
        questions.append(text.question(chance.choice(parts)))
        begun = time.perf_counter()
        baseline.execute("BEGIN")
        baseline.executemany("INSERT INTO words (text) VALUES (?)", ((part,) for part in parts))
        baseline.execute("COMMIT")
        theirs += time.perf_counter() - begun
    index.tidy()
    index.close()
    baseline.close()
    chance.shuffle(questions)
    print(
        f"built {stored} passages: {stored / ours:.0f}/s, stock FTS5 {paragraphs / theirs:.0f} paragraphs/s", flush=True
    )
    (folder / "questions.json").write_text(json.dumps(questions))
