"""What searching many passages costs: ``python -m tests.bench.documents_search --passages 10000 100000 --kept FOLDER``.

Made-up words, as rare and as common as in a language, in documents of 300 passages; questions are ten words of one
passage. For each size a table: milliseconds of a question (p50, p95) and of all cores it used, the first question of a
fresh process, memory; beside them, in the same run, SQLite's FTS5 as it comes and a bare look through all vectors with
numpy. What was built is kept in FOLDER (2 KB a passage and 1.1 KB for the baseline; 1,000,000 take some minutes).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import psutil

from runtime.documents.index import Index
from runtime.documents.vectors import unpack
from tests.bench.documents_made import DIMENSIONS, MadeUpEmbedder, build, stock

QUESTIONS = 60
BASELINE_QUESTIONS = 20
COLD_STARTS = 3
# Less is kept for what comes next, not given back.
FORGOTTEN = 50_000
SCANNED_AT_ONCE = 16_384


def timed(name: str, ask: Callable[[str], object], questions: Sequence[str]) -> None:
    """Ask all, print one line."""
    taken: list[float] = []
    used = time.process_time()
    for question in questions:
        begun = time.perf_counter()
        ask(question)
        taken.append((time.perf_counter() - begun) * 1000)
    used = (time.process_time() - used) * 1000 / len(questions)
    taken.sort()
    at_95 = taken[min(len(taken) - 1, int(0.95 * len(taken)))]
    print(f"  {name:38} {statistics.median(taken):8.1f} {at_95:8.1f} {used:10.1f}", flush=True)


def memory_mb() -> float:
    """Of this process."""
    return float(psutil.Process().memory_info().rss) / 1e6


def ours(folder: Path, questions: Sequence[str]) -> None:
    """Our index."""
    before = memory_mb()
    index, embedder = Index(folder / "documents.db"), MadeUpEmbedder()
    index.load_vectors(embedder)
    began = time.perf_counter()
    index.warm_up()
    print(f"  words met and counted, as when a search begins: {time.perf_counter() - began:.2f} s", flush=True)
    for question in questions[:5]:
        index.search(question, embedder=embedder)
    timed("words and meaning, new questions", lambda q: index.search(q, embedder=embedder), questions)
    timed("words and meaning", lambda q: index.search(q, embedder=embedder), questions)
    timed("words alone", index.search, questions)
    timed("one document, words and meaning", lambda q: index.search(q, documents=[1], embedder=embedder), questions)
    timed("as you type", lambda q: index.search(q[: len(q) - 2], typing=True), questions)
    for letters in (1, 2, 3):
        beginnings = [max(question.split(), key=len)[:letters] for question in questions]
        timed(f"{letters} letters typed", lambda q: index.search(q, typing=True), beginnings)
    print(f"  memory {memory_mb():.0f} MB, of which {before:.0f} MB before the index was opened", flush=True)
    index.close()


def baseline(folder: Path, questions: Sequence[str]) -> None:
    """SQLite's FTS5, every word OR-ed; and all vectors multiplied with a question's, the best hundred taken."""
    connection = stock(folder / "stock.db")

    def by_words(question: str) -> object:
        match = " OR ".join(f'"{word}"' for word in question.split())
        sql = "SELECT rowid, text FROM words WHERE words MATCH ? ORDER BY rank LIMIT 10"
        return connection.execute(sql, (match,)).fetchall()

    timed("baseline: stock FTS5", by_words, questions[:BASELINE_QUESTIONS])
    connection.close()
    index = Index(folder / "documents.db")
    with index._store.read() as reader:
        packed = [unpack(data, DIMENSIONS) for (data,) in reader.execute("SELECT data FROM vectors")]
    index.close()
    scales = np.concatenate([scale for scale, _ in packed])
    rows = np.concatenate([row for _, row in packed])
    packed.clear()
    embedder = MadeUpEmbedder()

    def by_meaning(question: str) -> object:
        query = embedder.embed_query(question)
        parts = range(0, len(rows), SCANNED_AT_ONCE)
        scores = np.concatenate([rows[at : at + SCANNED_AT_ONCE].astype(np.float32) @ query for at in parts]) * scales
        return np.argpartition(-scores, min(100, len(scores) - 1))[:100]

    timed("baseline: numpy over all vectors", by_meaning, questions[:BASELINE_QUESTIONS])


def cold(folder: Path, questions: Sequence[str]) -> None:
    """The first question of this process."""
    import Stemmer  # noqa: F401  # what the app has loaded long before

    began, used = time.perf_counter(), time.process_time()
    index = Index(folder / "documents.db")
    index.search(questions[-1], embedder=MadeUpEmbedder())
    print(json.dumps([time.perf_counter() - began, time.process_time() - used]))
    index.close()


def out_of_memory(path: Path) -> bool:
    """Ask the system to forget what it keeps of a file, where it can be asked."""
    if not hasattr(os, "posix_fadvise"):
        return False
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return True


PARTS = {"ours": ours, "baseline": baseline, "cold": cold}


def in_own_process(part: str, folder: Path, *, capture: bool = False) -> str:
    """One part of the benchmark, so that memory and starts are its own."""
    command = [sys.executable, "-m", "tests.bench.documents_search", "--part", part, "--kept", str(folder)]
    ran = subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE if capture else None)
    return ran.stdout or ""


def cold_starts(folder: Path) -> None:
    """Fresh processes, with the file in the system's memory and not."""
    for name, forget in (("file in memory", False), ("file on disk", True)):
        if forget and not out_of_memory(folder / "documents.db"):
            continue
        taken = []
        for _ in range(COLD_STARTS):
            if forget:
                out_of_memory(folder / "documents.db")
            taken.append(json.loads(in_own_process("cold", folder, capture=True)))
        wall, used = (statistics.median(column) for column in zip(*taken, strict=True))
        print(f"  first question of a process ({name}): {wall:.2f} s, {used:.2f} s of all cores", flush=True)


def forgetting(wanted: int) -> None:
    """A copy would cost as much as the index: measured on one of its own."""
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        build(folder, wanted)
        index = Index(folder / "documents.db")
        begun = time.perf_counter()
        index.forget([1])
        gone = time.perf_counter() - begun
        index.purge()
        print(f"  forget a document: not found after {gone:.2f} s, no trace after {time.perf_counter() - begun:.2f} s")
        size = (folder / "documents.db").stat().st_size
        begun = time.perf_counter()
        index.forget_model(MadeUpEmbedder.model_id)
        freed = (size - (folder / "documents.db").stat().st_size) / 1e6
        print(f"  forget a model: {freed:.0f} MB given back in {time.perf_counter() - begun:.2f} s", flush=True)
        index.close()


def main() -> None:
    """Build what is not there, then ask, each part in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--kept", type=Path, required=True, help="where what is built is kept for the next run")
    parser.add_argument("--part", choices=sorted(PARTS), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.part:
        PARTS[args.part](args.kept, json.loads((args.kept / "questions.json").read_text())[:QUESTIONS])
        return
    for wanted in args.passages:
        folder = args.kept / str(wanted)
        build(folder, wanted)
        print(f"{wanted} passages, load average {os.getloadavg()[0]:.1f}")
        print(f"  {'milliseconds':38} {'p50':>8} {'p95':>8} {'all cores':>10}", flush=True)
        in_own_process("ours", folder)
        in_own_process("baseline", folder)
        cold_starts(folder)
    forgetting(max(FORGOTTEN, min(args.passages)))


if __name__ == "__main__":
    main()
