"""One download, killed again and again at random bytes: ``python -m tests.faults.download_kills --kills 100 --mb 300``.

Each kill hits either the whole app (its worker must go too) or the worker alone. Prints as JSON what was sent beyond
the model's own bytes and what was left behind; the exit code is 1 when the outcome is wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

import psutil

from runtime.downloads.service import DownloadService
from runtime.events import DownloadPhase
from runtime.paths import Paths
from runtime.requests import DownloadRequest
from tests.faults.checks import same_model
from tests.faults.models import Model
from tests.hub import LoopbackHub
from tests.hub.models import make_model_folder
from tests.runtime.downloads.kit import IMPATIENT, NAME

OWNER = """
import sys
from pathlib import Path
from runtime.downloads.service import DownloadService
from runtime.paths import Paths
from runtime.requests import DownloadRequest
service = DownloadService(Paths.below(Path(sys.argv[1])), lambda event: None,
                          token=lambda: None, endpoint=sys.argv[2])
service.restore()
service.start(DownloadRequest("maker/model"))
service.wait("maker/model")
service.close()
"""
PATIENCE_S = 60.0
# A life that is cut before the first byte costs nothing and proves something: each so many-th is one.
SHORT_LIFE_EVERY = 5


@dataclass(frozen=True)
class Outcome:
    """What the kills did."""

    kills: int
    mb: int
    total_bytes: int
    sent_bytes: int
    extra_percent: float
    extra_bytes_per_kill: int
    orphan_files: tuple[str, ...]
    orphan_processes: int
    right: bool
    ended: str
    wall_s: float


def until(condition: Callable[[], object], timeout_s: float = PATIENCE_S) -> None:
    """Wait for something that will come true."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("never came true")
        time.sleep(0.002)


def worker_pids(parent: int) -> list[int]:
    """The download processes of one owner."""
    found = []
    try:
        for child in psutil.Process(parent).children():
            try:
                if "runtime.downloads.worker" in child.cmdline():
                    found.append(child.pid)
            except psutil.NoSuchProcess:  # a zombie counts as gone
                continue
    except psutil.NoSuchProcess:
        pass
    return found


def is_gone(pid: int) -> bool:
    """True for a process that has ended, also one that nobody has asked about yet."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def orphans(paths: Paths) -> tuple[str, ...]:
    """What lies below the models folder or among the records after success and belongs to no model."""
    target = paths.models / "maker--model"
    found = [p for p in paths.models.rglob("*") if p.is_file() and target not in p.parents and p.suffix != ".lock"]
    found += [p for p in (paths.models / ".incoming").glob("*") if p.is_dir()]
    found += list(paths.downloads.glob("*"))
    return tuple(sorted(str(path.relative_to(paths.home)) for path in found))


def kill_again_and_again(
    hub: LoopbackHub, model: Model, paths: Paths, kills: int, chance: Random, rate_bytes_per_s: float
) -> Outcome:
    """Kill the download so many times before it is whole, then let it end. The caller has the hub serve ``model``."""
    begun = time.monotonic()
    hub.total_rate_bytes_per_s = rate_bytes_per_s
    share_bytes = model.total_bytes * 0.9 / kills
    left_alive = 0
    for number in range(kills):
        left_alive += _one_life(hub, paths, number, int(share_bytes * chance.uniform(0, 2)), chance)
        installed = paths.models / "maker--model"
        if installed.exists() and not same_model(installed, model.folder):
            raise AssertionError("wrong bytes under the final name")
    hub.total_rate_bytes_per_s = None
    ended = _finish(hub, paths)
    right = ended == DownloadPhase.DONE and same_model(paths.models / "maker--model", model.folder)
    extra = hub.sent_bytes - model.total_bytes
    return Outcome(
        kills,
        model.total_bytes // 1_000_000,
        model.total_bytes,
        hub.sent_bytes,
        round(100 * extra / model.total_bytes, 2),
        extra // max(1, kills),
        orphans(paths),
        left_alive,
        right,
        ended,
        round(time.monotonic() - begun, 1),
    )


def _one_life(hub: LoopbackHub, paths: Paths, number: int, life_bytes: int, chance: Random) -> int:
    """Start the app, kill it or its worker after so many bytes. The number of processes that outlived it."""
    sent_before = hub.sent_bytes
    with subprocess.Popen([sys.executable, "-c", OWNER, str(paths.home), hub.endpoint]) as owner:
        try:
            until(lambda: worker_pids(owner.pid) or owner.poll() is not None)
            workers = worker_pids(owner.pid)
            # These sleeps choose the moment of the kill; they wait for nothing.
            if number % SHORT_LIFE_EVERY == 0:
                time.sleep(chance.uniform(0, 0.5))
            else:
                until(lambda: hub.sent_bytes - sent_before > life_bytes or owner.poll() is not None)
                time.sleep(chance.uniform(0, 0.03))
            if number % 2:
                _kill(workers)  # the worker alone; the app starts another, and ends while that is about to begin
                until(lambda: all(map(is_gone, workers)))
                workers += worker_pids(owner.pid)
        finally:
            owner.kill()
    try:
        until(lambda: all(map(is_gone, workers)), 10)
    except AssertionError:
        return sum(not is_gone(pid) for pid in workers)
    return 0


def _kill(pids: list[int]) -> None:
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def _finish(hub: LoopbackHub, paths: Paths) -> str:
    """Let the download come to its end: the phase, and the problem if it has one."""
    service = DownloadService(paths, lambda _: None, token=lambda: None, endpoint=hub.endpoint, patience=IMPATIENT)
    try:
        service.restore()
        service.start(DownloadRequest(NAME))
        state = service.wait(NAME, 600)
    finally:
        service.close()
    if state is None or state.problem is not None:
        return str(state)
    return str(state.phase)


def main() -> int:
    """Print one JSON object; 1 when the outcome is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--mb", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate-mb", type=float, default=20.0, help="megabytes a second while it is being killed")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as made, LoopbackHub() as hub:
        model = Model(make_model_folder(Path(made) / "source-model", arguments.mb * 1_000_000))
        hub.repositories[NAME] = model.repository()
        paths = Paths.below(Path(made) / "home")
        paths.prepare()
        rate = arguments.rate_mb * 1e6
        outcome = kill_again_and_again(hub, model, paths, arguments.kills, Random(arguments.seed), rate)
    print(json.dumps(asdict(outcome), indent=1))
    well = outcome.right and not outcome.orphan_files and not outcome.orphan_processes and outcome.extra_percent <= 5
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
