"""Documents and an embedding model for tests of the index."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from runtime.documents.index import Index
from runtime.documents.normal import normaliser
from runtime.documents.prepare import prepare
from runtime.documents.reading import Block, BlockKind, DocumentFacts, Page

DIMENSIONS = 48


def page(number: int, *texts: str, label: str = "") -> Page:
    """A page of paragraphs."""
    return Page(number, tuple(Block(BlockKind.PARAGRAPH, text) for text in texts), label)


def heading(text: str, level: int = 1) -> Block:
    """A heading."""
    return Block(BlockKind.HEADING, text, level)


def rows(header: str, *texts: str) -> tuple[Block, ...]:
    """Rows of one table."""
    return tuple(Block(BlockKind.TABLE_ROW, text, header=header) for text in texts)


def add(index: Index, path: str, *pages: Page | str, title: str = "", collection: int | None = None) -> int:
    """Put a document into an index."""
    document = index.register(path, 1, 1, collection)
    read = [page(at, one) if isinstance(one, str) else one for at, one in enumerate(pages, 1)]
    index.put(document, prepare(read, DocumentFacts("txt", title=title, pages=len(read))))
    return document


def learn(index: Index, embedder: WordsAsDirections) -> int:
    """Embed all that waits; how many passages that were."""
    total = 0
    while done := index.learn_some(embedder, 7):
        total += done
    return total


def bytes_of(folder: Path) -> bytes:
    """All that is in any file of a folder."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


class WordsAsDirections:
    """A real, small embedding: each word is a direction, synonyms the same one; a text is the sum of its words'."""

    dimensions = DIMENSIONS

    def __init__(self, languages: frozenset[str] | None = frozenset({"en"}), model_id: str = "words/1") -> None:
        self.languages = languages
        self.model_id = model_id
        self.embedded: list[str] = []
        self._same = {"car": "automobil", "doctor": "physician", "medic": "physician"}

    def speaks(self, text: str) -> bool:
        """Whatever it is."""
        return True

    def embed(self, texts: Sequence[str]) -> Any:
        """One row per text."""
        self.embedded += texts
        return np.stack([self.embed_query(text) for text in texts])

    def embed_query(self, text: str) -> Any:
        """The sum of the words."""
        total = np.full(DIMENSIONS, 1e-3, dtype=np.float32)
        for term in normaliser("en").terms(text):
            seed = hashlib.sha256(self._same.get(term, term).encode()).digest()
            total += np.random.default_rng(list(seed)).standard_normal(DIMENSIONS).astype(np.float32)
        return (total / np.linalg.norm(total)).astype(np.float32)
