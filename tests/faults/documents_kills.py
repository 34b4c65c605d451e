"""The documents' service, killed at random while it indexes: ``python -m tests.faults.documents_kills --kills 100``.

A real process takes in a folder of documents with all its threads and children, forgets some and takes others in
again, and is killed at a random moment with no warning. After each kill the index must be whole: nothing by halves, and
all that was dropped is there as a row. Its children must be gone. At the end a last start must find every document by
its own word. Prints as JSON what was found; the exit code is 1 when anything was wrong.
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
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

from runtime.documents.index_schema import open_index_connection
from runtime.documents.readers.recognising import recogniser
from runtime.documents.service import DocumentService
from runtime.documents.views import DocumentViewState
from runtime.paths import Paths
from tests.documents_made import pdfs
from tests.faults.index_kills import _unsound

DOCUMENTS = 30
PAGES = 8
SCANNED = "seven sacks of flour"
LONGEST_LIFE_S = 1.5
GONE_WITHIN_S = 10.0


@dataclass
class Outcome:
    """What the kills did. ``killed_at_work``: while documents were being read or waited."""

    kills: int
    killed_at_work: int = 0
    documents: int = 0
    passages: int = 0
    problems: list[str] = field(default_factory=list)
    wall_s: float = 0.0


def make_files(folder: Path) -> list[str]:
    """PDFs and texts, each with a word of its own, and scans where something reads them."""
    folder.mkdir()
    paths = []
    for number in range(DOCUMENTS):
        if is_scan(number):
            path = folder / f"{number}.scan.pdf"
            path.write_bytes(pdfs.small_scan([SCANNED] * 3))
        elif number % 3 == 0:
            path = folder / f"{number}.pdf"
            path.write_bytes(pdfs.report(PAGES, seed=number))
        else:
            path = folder / f"{number}.txt"
            chance = random.Random(number)
            words = " ".join(f"w{chance.randrange(4000)}" for _ in range(PAGES * 250))
            path.write_text(f"mark{number} {words}")
        paths.append(str(path))
    return paths


def is_scan(number: int) -> bool:
    """Every tenth document, if this computer can read scans."""
    return number % 10 == 9 and bool(recogniser())


def service_of(home: Path) -> DocumentService:
    """Words only: the vectors have a run of kills of their own."""
    paths = Paths.below(home)
    paths.prepare()
    return DocumentService(paths, lambda _event: None, embedder=lambda: None)


def work(home: Path, files: Path, seed: int) -> None:
    """The life that is cut off: everything is taken in, and again and again something is read anew or forgotten."""
    chance = random.Random(seed)
    service = service_of(home)
    service.start()
    service.add([str(files)])
    service.wait_walked(60.0)
    print("dropped", flush=True)
    while True:
        views = service.documents()
        if not views:
            continue
        view = chance.choice(views)
        if chance.randrange(4) == 0:
            service.forget([view.id])
            service.add([view.path])
        else:
            service.read_again(view.id)
        time.sleep(chance.uniform(0.0, 0.05))


def life(home: Path, files: Path, seed: int, chance: random.Random) -> list[str]:
    """One process, killed at a random moment after the drop; what of it outlived it."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.documents_kills", "--work", str(home), str(files), "--seed", str(seed)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "dropped\n"
    time.sleep(chance.uniform(0.0, LONGEST_LIFE_S))
    offspring = psutil.Process(child.pid).children(recursive=True)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    _, alive = psutil.wait_procs(offspring, timeout=GONE_WITHIN_S)
    return [f"process {one.pid} outlived it" for one in alive]


def look(home: Path, paths: list[str]) -> tuple[list[str], bool]:
    """What is wrong with the index after a kill, and whether something was under way."""
    connection = open_index_connection(home / "documents.db", None, writes=True)
    try:
        problems = _unsound(connection)
    finally:
        connection.close()
    service = service_of(home)
    try:
        views = service.documents()
        missing = set(paths) - {view.path for view in views}
        # One may have been forgotten and not yet taken in again when the kill came.
        if len(missing) > 1:
            problems.append(f"{len(missing)} dropped documents are no rows")
        for view in views:
            if view.state not in (DocumentViewState.READY, DocumentViewState.WAITING) and not (
                view.state is DocumentViewState.PICTURES_ONLY and view.name.endswith(".scan.pdf")
            ):
                problems.append(f"{view.name} is {view.state}")
        return problems, any(view.state is DocumentViewState.WAITING for view in views)
    finally:
        service.close()


def finish(home: Path, files: Path, paths: list[str], outcome: Outcome) -> None:
    """The last start, which nobody disturbs."""
    service = service_of(home)
    try:
        service.start()
        service.add([str(files)])
        if not service.wait(timeout_s=300):
            outcome.problems.append("the last start never came to an end")
        status = service.status()
        outcome.documents, outcome.passages = status.documents, status.passages
        if status.by_state[DocumentViewState.READY] != len(paths) or status.documents != len(paths):
            outcome.problems.append(f"not all are ready: {status}")
        for number, path in enumerate(paths):
            view = service.document_at(path)
            word = "theory" if path.endswith(".pdf") else f"mark{number}"
            word = "sacks" if is_scan(number) else word
            if view is None or not service.search(word, documents=[view.id], limit=1):
                outcome.problems.append(f"{path} is not found")
    finally:
        service.close()


def killed(folder: Path, kills: int, seed: int) -> Outcome:
    """Kill and look, again and again, in one home."""
    outcome = Outcome(kills)
    chance = random.Random(seed)
    home, files = folder / "home", folder / "files"
    paths = make_files(files)
    begun = time.perf_counter()
    for kill in range(kills):
        problems = life(home, files, seed * 1000 + kill, chance)
        found, at_work = look(home, paths)
        outcome.killed_at_work += at_work
        outcome.problems += [f"kill {kill}: {problem}" for problem in (*problems, *found)]
    finish(home, files, paths, outcome)
    outcome.wall_s = round(time.perf_counter() - begun, 1)
    return outcome


def main() -> int:
    """The parent, or with ``--work`` the child."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=Path, nargs=2)
    given = parser.parse_args()
    if given.work:
        work(given.work[0], given.work[1], given.seed)
    with tempfile.TemporaryDirectory() as folder:
        outcome = killed(Path(folder), given.kills, given.seed)
    print(json.dumps(asdict(outcome), indent=2))
    return 1 if outcome.problems else 0


if __name__ == "__main__":
    sys.exit(main())
