"""Indexing, killed again and again at random moments: ``python -m tests.faults.index_kills --kills 100``.

A child puts documents in, learns their vectors, edits and forgets some, and says so after each step; it is killed with
no warning. After each kill the index must be whole, hold all that was said to be done, nothing by halves, and go on.
Prints as JSON what was found; the exit code is 1 when anything was wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from runtime.documents.index import Index
from runtime.documents.index_schema import open_index_connection, words_table
from runtime.documents.learning import foreign_to
from runtime.documents.normal import normaliser
from runtime.documents.prepare import prepare
from runtime.documents.reading import Block, BlockKind, DocumentFacts, Page
from runtime.documents.rows import DocumentState
from runtime.storage.connection import Connection
from tests.runtime.documents.index.kit import WordsAsDirections

DOCUMENTS = 40
PAGES = 12
LONGEST_LIFE_S = 0.5
FORGOTTEN_ONE_IN = 9
MODEL = WordsAsDirections()


@dataclass
class Outcome:
    """What the kills did."""

    kills: int
    killed_at_work: int
    steps_said: int
    documents_put: int
    vectors: int
    problems: list[str]
    wall_s: float = 0.0


def text_of(document: int, version: int) -> list[Page]:
    """The pages of a document; a new version changes one of them."""
    pages = []
    for number in range(1, PAGES + 1):
        chance = random.Random(document * 1000 + number + (version if number == 3 else 0) * 7)
        words = [f"mark{document}"] + [f"w{chance.randrange(5000)}" for _ in range(120)]
        pages.append(Page(number, (Block(BlockKind.PARAGRAPH, " ".join(words)),)))
    return pages


def work(folder: Path, seed: int) -> None:
    """The life that is cut off: documents in and out until the end."""
    index = Index(folder / "documents.db")
    chance = random.Random(seed)
    print("begun", flush=True)
    while True:
        document = chance.randrange(DOCUMENTS)
        version = chance.randrange(3)
        row = index.register(f"/{document}.txt", version, 1)
        if chance.randrange(FORGOTTEN_ONE_IN) == 0:
            print("forgetting", document, 0, flush=True)
            index.forget([row])
            print("forgot", document, 0, flush=True)
            if chance.randrange(4) == 0:
                index.purge()
            continue
        index.documents.set_state(row, DocumentState.READING)
        prepared = prepare(text_of(document, version), DocumentFacts("txt", title=f"version {version}", pages=PAGES))
        print("putting", document, version, flush=True)
        index.put(row, prepared)
        print("put", document, version, flush=True)
        for _ in range(chance.randrange(4)):
            index.learn_some(MODEL, 16)


def check(folder: Path, said: dict[int, tuple[str, int]]) -> list[str]:
    """What is wrong with the index after a kill."""
    problems: list[str] = []
    connection = open_index_connection(folder / "documents.db", None, writes=True)
    try:
        problems += _unsound(connection)
    finally:
        connection.close()
    index = Index(folder / "documents.db")
    try:
        index.documents.unfinished()
        for document, (step, version) in said.items():
            problems += _broken_promise(index, document, step, version)
        while index.learn_some(MODEL, 256):
            pass
        total = sum(one.passages for one in index.documents.all())
        # Of passages in languages that the model does not know it is noted that there is nothing to learn.
        if sum(map(index.vectors_stored, (MODEL.model_id, foreign_to(MODEL.model_id)))) != total:
            problems.append("vectors do not match passages")
        if index.documents.counts()[DocumentState.READING]:
            problems.append("something is still being read")
    finally:
        index.close()
    return problems


def _unsound(connection: Connection) -> list[str]:
    problems = []
    if connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
        problems.append("integrity_check")
    if connection.execute("PRAGMA foreign_key_check").fetchall():
        problems.append("foreign_key_check")
    for (shard,) in connection.execute("SELECT number FROM shards"):
        name = words_table(shard)
        connection.execute(f"INSERT INTO {name} ({name}) VALUES ('integrity-check')")
        words = {row[0] for row in connection.execute(f"SELECT id FROM {name}_docsize").fetchall()}
        rows = {
            row[0]
            for row in connection.execute(
                "SELECT p.id FROM passages p JOIN documents d ON d.id = p.document_id WHERE d.shard = ?"
                " AND p.id >= d.first_passage AND p.id < d.first_passage + d.passages",
                (shard,),
            ).fetchall()
        }
        if words != rows:
            problems.append(f"{len(words ^ rows)} passages without words, or words without a passage")
    orphans = "SELECT count(*) FROM {} WHERE document_id NOT IN (SELECT id FROM documents)"
    for table in ("passages", "vectors", "pages"):
        if connection.execute(orphans.format(table)).fetchall() != [(0,)]:
            problems.append(f"orphans in {table}")
    counted = connection.execute("SELECT count(*) FROM passages").fetchall()
    if counted != connection.execute("SELECT coalesce(sum(passages), 0) FROM documents").fetchall():
        problems.append("passages that no document counts")
    return problems


def _broken_promise(index: Index, document: int, step: str, version: int) -> list[str]:
    row = index.documents.at_path(f"/{document}.txt")
    if step == "forgot":
        return [f"document {document} came back"] if row is not None and row.passages else []
    if step != "put":
        return []
    if row is None or row.passages < PAGES or row.title != f"version {version}":
        return [f"document {document} is not what was put"]
    page = index.documents.page(row.id, 3)
    if page is None or page.text != text_of(document, version)[2].blocks[0].text:
        return [f"page 3 of document {document} is not what was put"]
    found = {hit.document_id for hit in index.search(f"mark {document}", documents=[row.id])}
    return [] if found == {row.id} else [f"document {document} is not found"]


def life(folder: Path, seed: int, said: dict[int, tuple[str, int]], chance: random.Random) -> int:
    """One child, killed at a random moment after it began; how many steps it said."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.index_kills", "--work", str(folder), "--seed", str(seed)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "begun\n"
    time.sleep(chance.uniform(0.0, LONGEST_LIFE_S))
    os.kill(child.pid, signal.SIGKILL)
    steps = 0
    for line in child.stdout:
        if not line.endswith("\n"):
            break
        step, document, version = line.split()
        said[int(document)] = (step, int(version))
        steps += 1
    child.wait()
    child.stdout.close()
    return steps


def killed(folder: Path, kills: int, seed: int) -> Outcome:
    """Kill and look, again and again, in one home."""
    outcome = Outcome(kills, 0, 0, 0, 0, [])
    chance = random.Random(seed)
    said: dict[int, tuple[str, int]] = {}
    begun = time.perf_counter()
    for kill in range(kills):
        steps = life(folder, seed * 1000 + kill, said, chance)
        outcome.steps_said += steps
        outcome.killed_at_work += steps > 0
        outcome.problems += [f"kill {kill}: {problem}" for problem in check(folder, said)]
    index = Index(folder / "documents.db")
    outcome.documents_put = sum(one.passages > 0 for one in index.documents.all())
    outcome.vectors = index.vectors_stored(MODEL.model_id)
    index.close()
    outcome.wall_s = round(time.perf_counter() - begun, 1)
    return outcome


def main() -> int:
    """The parent, or with ``--work`` the child."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=Path)
    args = parser.parse_args()
    if args.work is not None:
        normaliser("en").terms("warm")
        work(args.work, args.seed)
    with tempfile.TemporaryDirectory() as home:
        outcome = killed(Path(home), args.kills, args.seed)
    print(json.dumps(asdict(outcome), indent=1))
    return 1 if outcome.problems else 0


if __name__ == "__main__":
    sys.exit(main())
