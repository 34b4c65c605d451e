"""The fault matrix of downloads: ``python -m tests.faults.matrix --seeds 20 [--only NAME] [--jobs 3]``.

Every kind of fault, each with several seeds, in worker processes, against a real hub on loopback and real disks.
Prints a table, then the totals as JSON; the exit code is 1 when anything failed.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from random import Random

from runtime.errors import ContentMismatch
from tests.faults import damage_faults, disk_faults, hub_faults, network_faults
from tests.faults.case import Case, FaultKind
from tests.faults.models import Model, make_models
from tests.faults.running import run_case


def _bad_day(case: Case) -> None:
    """Several things that pass, one after the other or at once."""
    lists = (network_faults.CONNECTION, network_faults.STORE, network_faults.BYTES, hub_faults.PASSING)
    for kinds in case.random.sample(lists, case.random.randint(2, 4)):
        kinds[case.random.choice(sorted(set(kinds) - NOT_TOGETHER))](case)


# What would take every answer, or is made for one model or one moment.
NOT_TOGETHER = {
    "one connection at once and no more",
    "a new version while it comes",
    "the list has thousands of entries",
    "links in a circle between two hosts",
}
_ALL = [
    *network_faults.KINDS,
    *hub_faults.KINDS,
    *damage_faults.KINDS,
    *disk_faults.KINDS,
    # Wrong bytes time after time are given up as what they are.
    FaultKind("a bad day", "line", _bad_day, ("small", "shards"), (ContentMismatch,), may_complete=True),
]
KINDS: dict[str, FaultKind] = {kind.name: kind for kind in _ALL}


@dataclass(frozen=True)
class Result:
    """How one run went. ``extra_fraction`` are the bytes that were sent beyond what the model has."""

    kind: str
    seed: int
    wall_s: float
    extra_fraction: float = 0.0
    failure: str = ""


def run_seed(kind: FaultKind, seed: int, models: dict[str, Model]) -> Result:
    """One kind with one seed, in a folder of its own."""
    model = models[Random(f"model {kind.name} {seed}").choice(kind.models)]
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hearth-fault-", ignore_cleanup_errors=True) as folder:
        try:
            sent_bytes = run_case(kind, seed, model, Path(folder))
        except Exception as error:
            return Result(kind.name, seed, time.monotonic() - begun, failure=f"{type(error).__name__}: {error}")
    return Result(kind.name, seed, time.monotonic() - begun, sent_bytes / model.total_bytes - 1)


def runs_here(kind: FaultKind) -> bool:
    """True when this kind can be shown on this computer."""
    return not kind.needs_root or (sys.platform == "linux" and os.geteuid() == 0)


def main() -> int:
    """Run the matrix; 1 when anything failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--only", default="*", help="names of kinds, * and ? allowed")
    parser.add_argument("--but", action="append", default=[], help="names of kinds to leave out, * and ? allowed")
    parser.add_argument("--jobs", type=int, default=3)
    parser.add_argument("--kinds", type=Path, help="a JSON list of the names to run; all without it")
    parser.add_argument("--failures", type=Path, help="where to write what failed: names and reasons as JSON")
    arguments = parser.parse_args()
    named = [kind for kind in KINDS.values() if fnmatchcase(kind.name, arguments.only)]
    named = [kind for kind in named if not any(fnmatchcase(kind.name, but) for but in arguments.but)]
    listed = set(json.loads(arguments.kinds.read_text())) if arguments.kinds else set(KINDS)
    kinds = [kind for kind in named if runs_here(kind) and kind.name in listed]
    seeds = range(arguments.first_seed, arguments.first_seed + arguments.seeds)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hearth-matrix-") as made:
        make_models(Path(made))
        work = [(made, kind.name, seed) for seed in seeds for kind in kinds]
        with multiprocessing.get_context("spawn").Pool(arguments.jobs) as pool:
            results = list(pool.imap_unordered(run_one, work))
    _print_table(kinds, results)
    if arguments.failures:
        arguments.failures.write_text(json.dumps({r.kind: r.failure for r in results if r.failure}))
    totals = _totals(results)
    totals["wall_s"] = round(time.monotonic() - begun, 1)
    totals["left_out"] = sorted(kind.name for kind in KINDS.values() if not runs_here(kind))
    print(json.dumps(totals, indent=1))
    return 1 if totals["failed"] else 0


def run_one(work: tuple[str, str, int]) -> Result:
    """The same in a process of a pool: the folder with the models, the kind's name and the seed."""
    made, name, seed = work
    models = _models.setdefault(made, {}) or _models[made]
    if not models:
        models.update(make_models(Path(made)))
    return run_seed(KINDS[name], seed, models)


_models: dict[str, dict[str, Model]] = {}


def _print_table(kinds: list[FaultKind], results: list[Result]) -> None:
    by_kind = defaultdict(list)
    for result in results:
        by_kind[result.kind].append(result)
    print(f"{'kind of fault':52} {'where':6} {'must end so':34} passed  median s  extra %")
    for kind in sorted(kinds, key=lambda kind: (kind.group, kind.name)):
        ran = by_kind[kind.name]
        passed = [result for result in ran if not result.failure]
        extra = f"{100 * statistics.median(r.extra_fraction for r in passed):7.1f}" if passed else "      -"
        wall_s = statistics.median(result.wall_s for result in ran)
        count = f"{len(passed):3}/{len(ran):<3}"
        print(f"{kind.name[:52]:52} {kind.group:6} {kind.outcome[:34]:34} {count}{wall_s:8.2f}  {extra}")
    for result in results:
        if result.failure:
            print(f"FAILED {result.kind!r} seed {result.seed}: {result.failure}")


def _totals(results: list[Result]) -> dict[str, object]:
    failed = [result for result in results if result.failure]
    return {
        "kinds": len({result.kind for result in results}),
        "runs": len(results),
        "passed": len(results) - len(failed),
        "failed": len(failed),
        "failed_kinds": sorted({result.kind for result in failed}),
    }


if __name__ == "__main__":
    sys.exit(main())
