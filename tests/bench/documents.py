"""Documents end to end, through the service: ``python -m tests.bench.documents [--pages N] [--files N] [--rounds N]``.

- pages searchable a second by wall clock, from the drop to the last document found by a word in it, beside the least
  that any program must do (pypdfium2's plain text into stock FTS5, one process, no structure), in turns in one run;
  and how much of it is computed in the process that has the window, which reads nothing itself;
- from a service that was just made to the first dropped PDF's answer;
- a look through a followed folder of unchanged files, beside a bare walk that asks for each file's size and time;
- the longest that the process's own threads kept another waiting meanwhile (as a window's would be).

Bars: 1,000 pages in 3 s, the first PDF in 1 s, 10,000 unchanged files in 2 s, no stall over 50 ms.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from runtime.documents.crew import readers_side_by_side
from runtime.documents.service import DocumentService
from runtime.paths import Paths
from tests.documents_made import pdfs

PAGES_A_FILE = 100
WORD = "theory"
BAR_PAGES_S = 3.0
BAR_FIRST_S = 1.0
BAR_RESCAN_S = 2.0
BAR_STALL_S = 0.05


def reports(folder: Path, pages: int) -> list[Path]:
    """PDF reports, together so many pages."""
    found = []
    for number in range(max(1, pages // PAGES_A_FILE)):
        path = folder / f"report-{number}.pdf"
        path.write_bytes(pdfs.report(min(pages, PAGES_A_FILE), seed=number))
        found.append(path)
    return found


@contextmanager
def service_below(home: Path) -> Iterator[DocumentService]:
    """A service in a home of its own, without meaning: words come first and are what is measured."""
    paths = Paths.below(home)
    paths.prepare()
    service = DocumentService(paths, lambda _event: None, embedder=lambda: None)
    try:
        yield service
    finally:
        service.close()


def ours(files: list[Path], folder: Path) -> float:
    """Seconds from the drop until every document is found."""
    with service_below(folder) as service:
        begun = time.perf_counter()
        service.start()
        service.add([str(path) for path in files])
        assert service.wait(timeout_s=300)
        for view in service.documents():
            assert service.search(WORD, documents=[view.id], limit=1), view
        return time.perf_counter() - begun


def own_cpu_s() -> float:
    """Seconds that this process has computed, without its children."""
    used = os.times()
    return used.user + used.system


def plainest(files: list[Path], folder: Path) -> float:
    """The same pages with nothing but a text library and a word table as they come."""
    import pypdfium2

    folder.mkdir()
    begun = time.perf_counter()
    connection = sqlite3.connect(folder / "plain.db")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE VIRTUAL TABLE words USING fts5(body)")
    for path in files:
        document = pypdfium2.PdfDocument(path)
        with connection:
            for page in document:
                text = page.get_textpage()
                connection.execute("INSERT INTO words VALUES (?)", (text.get_text_range(),))
                text.close()
                page.close()
        document.close()
    assert connection.execute("SELECT count(*) FROM words WHERE words MATCH ?", (WORD,)).fetchone()[0]
    connection.close()
    return time.perf_counter() - begun


def first_answer(file: Path, folder: Path) -> float:
    """Seconds from making the service to the first hit of the first dropped PDF."""
    begun = time.perf_counter()
    with service_below(folder) as service:
        service.start()
        service.add([str(file)])
        while not service.search(WORD, limit=1):
            time.sleep(0.005)
        return time.perf_counter() - begun


def rescan(folder: Path, files: int) -> tuple[float, float]:
    """Seconds to look through unchanged files, and to walk past them."""
    tree = folder / "tree"
    for number in range(files):
        place = tree / f"{number // 500}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"note-{number}.txt").write_text(f"Note {number} about the mill.\n")
    with service_below(folder / "home") as service:
        service.watch(str(tree))
        service.start()
        assert service.wait(timeout_s=900)
        begun = time.perf_counter()
        service._keeping._compare([str(tree)])
        ours_s = time.perf_counter() - begun
        assert service.wait(timeout_s=0.0)
        assert service.status().documents == files
    begun = time.perf_counter()
    count = sum(1 for top, _, names in os.walk(tree) for name in names if os.stat(os.path.join(top, name)).st_size)
    assert count == files
    return ours_s, time.perf_counter() - begun


class Stalls:
    """A thread that wants to run every few milliseconds, as a window does; how late it was at worst."""

    def __init__(self) -> None:
        self.longest_s = 0.0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        before = time.perf_counter()
        while not self._end.wait(0.005):
            now = time.perf_counter()
            self.longest_s = max(self.longest_s, now - before - 0.005)
            before = now

    def during(self, work: Callable[[], object]) -> float:
        """The longest stall while something goes on, in seconds."""
        self._thread.start()
        try:
            work()
        finally:
            self._end.set()
            self._thread.join()
        return self.longest_s


def measured(pages: int, files: int, rounds: int) -> dict[str, object]:
    """Everything, in one folder that goes away."""
    with tempfile.TemporaryDirectory(prefix="documents-bench-") as name:
        folder = Path(name)
        made = reports(folder, pages)
        total = len(made) * PAGES_A_FILE if pages >= PAGES_A_FILE else pages
        times: dict[str, list[float]] = {"ours": [], "app": [], "plainest": [], "first": []}
        for number in range(rounds):
            gc.collect()
            times["plainest"].append(plainest(made, folder / f"plain-{number}"))
            before_s = own_cpu_s()
            times["ours"].append(ours(made, folder / f"ours-{number}"))
            times["app"].append(own_cpu_s() - before_s)
            times["first"].append(first_answer(made[0], folder / f"first-{number}"))
        middle = {name: statistics.median(values) for name, values in times.items()}
        stall = Stalls().during(lambda: ours(made, folder / "stalls"))
        calm = Stalls().during(lambda: time.sleep(middle["ours"]))
        rescan_s, walk_s = rescan(folder / "rescan", files)
    return {
        "pages": total,
        "searchable_s": round(middle["ours"], 3),
        "pages_per_s": round(total / middle["ours"]),
        "app_cpu_s": round(middle["app"], 3),
        "readers": readers_side_by_side(),
        "plainest_s": round(middle["plainest"], 3),
        "ratio_to_plainest": round(middle["ours"] / middle["plainest"], 2),
        "first_pdf_pages": min(pages, PAGES_A_FILE),
        "first_pdf_s": round(middle["first"], 3),
        "longest_stall_ms": round(stall * 1000, 1),
        "longest_stall_doing_nothing_ms": round(calm * 1000, 1),
        "files": files,
        "rescan_s": round(rescan_s, 3),
        "bare_walk_s": round(walk_s, 3),
        "bars_met": {
            "pages": middle["ours"] / total * 1000 <= BAR_PAGES_S,
            "first": middle["first"] <= BAR_FIRST_S,
            "rescan": rescan_s / files * 10_000 <= BAR_RESCAN_S,
            "stall": stall <= BAR_STALL_S,
        },
    }


def main() -> int:
    """Print the figures as JSON; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    found = measured(given.pages, given.files, given.rounds)
    print(json.dumps(found, indent=2))
    return 0 if all(found["bars_met"].values()) else 1  # type: ignore[attr-defined]


if __name__ == "__main__":
    sys.exit(main())
