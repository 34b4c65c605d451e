"""How well questions find their paragraph in twelve languages: ``python -m tests.bench.xquad FOLDER``.

FOLDER holds the ``xquad.XX.json`` files of github.com/google-deepmind/xquad (CC BY-SA 4.0; they are no part of this
repository). Each paragraph is a document of its own; nDCG@10 of documents. With ``--meaning`` the built-in embedding
model takes part; ``--mixed`` puts all languages into one index; ``--baseline`` adds SQLite's FTS5 as it comes.
"""

from __future__ import annotations

import argparse
import json
import math
import sqlite3
import statistics
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from runtime.documents.embedder import Embedder
from runtime.documents.index import Index
from runtime.documents.prepare import prepare
from runtime.documents.reading import Block, BlockKind, DocumentFacts, Page

LANGUAGES = ("ar", "de", "el", "en", "es", "hi", "ro", "ru", "th", "tr", "vi", "zh")
DEPTH = 10
ASKED = 30

Found = Callable[[str], list[int]]


def load(folder: Path, language: str) -> tuple[list[str], list[tuple[str, int]]]:
    """Paragraphs, and questions with the number of their paragraph."""
    names = (f"xquad.{language}.json", f"{language}.json")
    path = next(folder / name for name in names if (folder / name).exists())
    paragraphs: list[str] = []
    questions: list[tuple[str, int]] = []
    for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            questions += [(asked["question"], len(paragraphs)) for asked in paragraph["qas"]]
            paragraphs.append(paragraph["context"])
    return paragraphs, questions


def gain(found: list[int], wanted: int) -> float:
    """nDCG@10 where one document is right."""
    return 1 / math.log2(found.index(wanted) + 2) if wanted in found[:DEPTH] else 0.0


def indexed(index: Index, paragraphs: Iterable[str], language: str, embedder: Embedder | None) -> dict[int, int]:
    """Put paragraphs into an index; the number of each by its document."""
    numbers: dict[int, int] = {}
    for number, text in enumerate(paragraphs):
        document = index.register(f"/{language}/{number:04}.txt", len(text), 0)
        blocks = tuple(Block(BlockKind.PARAGRAPH, part) for part in text.split("\n") if part.strip())
        index.put(document, prepare([Page(1, blocks)], DocumentFacts("txt")))
        numbers[document] = number
    while embedder is not None and index.learn_some(embedder, 128):
        pass
    return numbers


def documents_found(index: Index, numbers: dict[int, int], embedder: Embedder | None) -> Found:
    """Ask our index."""

    def found(question: str) -> list[int]:
        hits = index.search(question, limit=ASKED, embedder=embedder)
        return list(dict.fromkeys(numbers.get(hit.document_id, -1) for hit in hits))

    return found


def stock_fts5(paragraphs: Iterable[str]) -> Found:
    """SQLite's full-text search as it comes, all words of the question OR-ed."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE words USING fts5(text)")
    connection.executemany("INSERT INTO words (rowid, text) VALUES (?, ?)", enumerate(paragraphs))

    def found(question: str) -> list[int]:
        match = " OR ".join('"' + word.replace('"', '""') + '"' for word in question.split())
        rows = connection.execute("SELECT rowid FROM words WHERE words MATCH ? ORDER BY rank LIMIT 10", (match,))
        return [row[0] for row in rows]

    return found


def figures(questions: list[tuple[str, int]], found: Found) -> float:
    """The mean over questions."""
    return statistics.fmean(gain(found(question), wanted) for question, wanted in questions)


def embedder_of(wanted: bool) -> Embedder | None:
    """The built-in model, if it is asked for."""
    if not wanted:
        return None
    from runtime.documents.embeddings.local import LocalEmbedder
    from runtime.documents.embeddings.models import built_in_model

    return LocalEmbedder(built_in_model())


def one_language(folder: Path, language: str, step: int, embedder: Embedder | None, baseline: bool) -> list[float]:
    """Words alone; with meaning; stock FTS5."""
    paragraphs, questions = load(folder, language)
    questions = questions[::step]
    with tempfile.TemporaryDirectory() as home:
        index = Index(Path(home) / "documents.db")
        numbers = indexed(index, paragraphs, language, embedder)
        results = [figures(questions, documents_found(index, numbers, None))]
        if embedder is not None:
            results.append(figures(questions, documents_found(index, numbers, embedder)))
        index.close()
    return results + ([figures(questions, stock_fts5(paragraphs))] if baseline else [])


def mixed(folder: Path, languages: list[str], step: int, embedder: Embedder | None) -> dict[str, list[float]]:
    """All languages in one index."""
    results: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as home:
        index = Index(Path(home) / "documents.db")
        numbers = {code: indexed(index, load(folder, code)[0], code, embedder) for code in languages}
        for code in languages:
            questions = load(folder, code)[1][::step]
            results[code] = [figures(questions, documents_found(index, numbers[code], None))]
            if embedder is not None:
                results[code].append(figures(questions, documents_found(index, numbers[code], embedder)))
        index.close()
    return results


def main() -> None:
    """Print a line for each language and the means."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--languages", nargs="*", default=list(LANGUAGES))
    parser.add_argument("--every", type=int, default=1, help="ask only each so many-th question")
    parser.add_argument("--meaning", action="store_true")
    parser.add_argument("--mixed", action="store_true")
    parser.add_argument("--baseline", action="store_true")
    args = parser.parse_args()
    embedder = embedder_of(args.meaning)
    names = ["words"] + ["hybrid"] * args.meaning + ["FTS5"] * (args.baseline and not args.mixed)
    print(" " * 6, *(f"{name:>8}" for name in names))
    if args.mixed:
        rows = mixed(args.folder, args.languages, args.every, embedder)
    else:
        rows = {}
        for code in args.languages:
            rows[code] = one_language(args.folder, code, args.every, embedder, args.baseline)
            print(f"{code:6}", *(f"{value:8.4f}" for value in rows[code]), flush=True)
    if args.mixed:
        for code, values in rows.items():
            print(f"{code:6}", *(f"{value:8.4f}" for value in values))
    print("mean  ", *(f"{statistics.fmean(column):8.4f}" for column in zip(*rows.values(), strict=True)))
    print("worst ", *(f"{min(column):8.4f}" for column in zip(*rows.values(), strict=True)))


if __name__ == "__main__":
    main()
