"""The fault matrix of documents: ``python -m tests.faults.documents_matrix [--jobs N] [--only PATTERN] [--base-s S]``.

Every hostile file is read and made ready for the index by the real reading process. Whatever it holds: one end each,
no wait beyond the limit, no file changed or made, the memory of the reader bounded, and the next file is read as if
nothing had been. Prints what failed and a table of ends, then the totals as JSON; the exit code is 1 when anything
failed.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import json
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

import psutil

from runtime.documents.limits import MEBIBYTE, ReadingLimits
from runtime.documents.plain_reading import LIMITS
from runtime.documents.prepared import PreparedPage
from runtime.documents.reader_answers import PREPARING_S, ReadingResult
from runtime.documents.reader_process import ReaderProcess
from runtime.documents.reading import ReadingEnd
from tests.documents_made.hostile import Hostile, hostile_files

# Starting a new reader, and the machine's other work.
GRACE_S = 15.0
MEMORY_BYTES = 1536 * MEBIBYTE
WATCHED = (Path("/tmp/climbed.txt"), Path("/tmp/absolute.txt"))
_own = threading.local()


@dataclass(frozen=True)
class Outcome:
    """How one file went. ``failure`` is "" when all that must hold did."""

    name: str
    end: ReadingEnd | None
    reason: str
    pages: int
    wall_s: float
    failure: str = ""


def limits_of(base_s: float) -> ReadingLimits:
    """The app's own, in times short enough for several hundred files."""
    return replace(LIMITS, base_s=base_s, silence_s=base_s, page_s=0.002, memory_bytes=MEMORY_BYTES)


def run_one(hostile: Hostile, limits: ReadingLimits, reader: ReaderProcess) -> Outcome:
    """Make the file, read it, look at everything that must hold."""
    with tempfile.TemporaryDirectory(prefix="hearth-hostile-") as folder:
        path = Path(folder, hostile.name)
        hostile.make(path)
        before = _listing(Path(folder))
        told = _Told()
        begun = time.monotonic()
        try:
            result, document = reader.prepare(path, told.take, limits=limits)
        except Exception as error:  # no file may do this
            return Outcome(hostile.name, None, "", told.pages, time.monotonic() - begun, f"raised {error!r}")
        wall_s = time.monotonic() - begun
        failure = "; ".join(_failures(hostile, limits, result, told, wall_s))
        if len(document.pages) != told.pages:
            failure += f"; {len(document.pages)} pages kept, {told.pages} given"
        if _listing(Path(folder)) != before or any(path.exists() for path in WATCHED):
            failure += "; something was written"
        if path.exists() and not path.is_symlink():
            path.chmod(0o700)
    reason = str(result.problem_parameters.get("reason", ""))
    return Outcome(hostile.name, result.end, reason, result.pages_read, wall_s, failure)


def _failures(
    hostile: Hostile, limits: ReadingLimits, result: ReadingResult, told: _Told, wall_s: float
) -> Iterable[str]:
    reading_s = limits.base_s + limits.page_s * max(result.facts.pages or 0, result.pages_read)
    allowed_s = reading_s + PREPARING_S * told.characters + GRACE_S
    if wall_s > allowed_s:
        yield f"took {wall_s:.1f} s"
    if result.end not in hostile.ends:
        yield f"ended {result.end.value}, not {sorted(end.value for end in hostile.ends)}"
    if result.pages_read != told.pages:
        yield f"{result.pages_read} pages said, {told.pages} given"
    if told.numbers_wrong:
        yield "page numbers out of order"
    if told.characters > limits.text_characters:
        yield "more text than allowed"
    if result.end in (ReadingEnd.READ, ReadingEnd.REPAIRED) and not told.characters:
        yield "read without a word"


class _Told:
    """Counts the pages as they come."""

    def __init__(self) -> None:
        self.pages = 0
        self.characters = 0
        self.numbers_wrong = False

    def take(self, prepared: PreparedPage) -> None:
        """One page."""
        self.pages += 1
        self.numbers_wrong = self.numbers_wrong or prepared.page.number != self.pages
        self.characters += prepared.chars


def _listing(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Everything in the folder with what would change if it were touched."""
    return {
        entry.name: (found.st_mode, found.st_size, found.st_mtime_ns)
        for entry in os.scandir(folder)
        if (found := entry.stat(follow_symlinks=False))
    }


def main() -> int:
    """Run all; 1 when anything failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="*", help="names of files, * and ? allowed")
    parser.add_argument("--base-s", type=float, default=15.0)
    parser.add_argument("--all", action="store_true", help="one line for each file")
    arguments = parser.parse_args()
    chosen = [hostile for hostile in hostile_files() if fnmatchcase(hostile.name, arguments.only)]
    begun = time.monotonic()
    readers: list[ReaderProcess] = []

    def work(hostile: Hostile) -> Outcome:
        reader = getattr(_own, "reader", None)
        if reader is None:
            reader = _own.reader = ReaderProcess(limits_of(arguments.base_s))
            readers.append(reader)
        outcome = run_one(hostile, limits_of(arguments.base_s), reader)
        if arguments.all or outcome.failure:
            end = outcome.end.value if outcome.end else "-"
            print(
                f"{outcome.wall_s:6.2f} s  {end:14} {outcome.reason:12} {outcome.pages:7} {outcome.name!r}"
                f"  {outcome.failure}",
                flush=True,
            )
        return outcome

    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        outcomes = list(pool.map(work, chosen))
    for reader in readers:
        reader.close()
    print(summary(outcomes, time.monotonic() - begun))
    return 1 if any(outcome.failure for outcome in outcomes) else 0


def summary(outcomes: list[Outcome], wall_s: float) -> str:
    """The totals."""
    ends = Counter(outcome.end.value if outcome.end else "none" for outcome in outcomes)
    slowest = max(outcomes, key=lambda outcome: outcome.wall_s)
    return json.dumps(
        {
            "files": len(outcomes),
            "ends": dict(ends),
            "ends_sum": sum(ends.values()),
            "failed": sum(bool(outcome.failure) for outcome in outcomes),
            "slowest": [slowest.name, round(slowest.wall_s, 1)],
            "wall_s": round(wall_s, 1),
            "parent_rss_mb": psutil.Process().memory_info().rss // MEBIBYTE,
        }
    )


if __name__ == "__main__":
    sys.exit(main())
