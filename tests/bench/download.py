"""Our download against curl, same file, same hub, same disk: ``python -m tests.bench.download [--mb N] [--rounds N]``.

Ours hashes, keeps a map, reserves, syncs and renames on top; curl only writes. Prints one JSON object: throughput and
its ratio to curl's (the job alone, and the whole service with its child process), the growth of the child's memory,
how long a cancel takes in each state, how often progress is told, what kills cost (see tests.faults.download_kills).
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil

from runtime.cancel import CancelToken
from runtime.downloads.hub import Source
from runtime.downloads.job import DownloadJob
from runtime.downloads.service import DownloadService
from runtime.events import DownloadChanged, DownloadPhase, Event
from runtime.paths import Paths
from runtime.requests import DownloadRequest
from tests.bench.fast_hub import FastHub
from tests.faults.download_kills import kill_again_and_again
from tests.faults.models import Model
from tests.hub import Fault, Kind, LoopbackHub, Place
from tests.hub.models import make_model_folder

NAME = "maker/model"
PATIENCE_S = 600.0


class Watched:
    """A service whose events are kept with their moments."""

    def __init__(self, home: Path, endpoint: str) -> None:
        self.events: list[tuple[float, DownloadChanged]] = []
        self._arrived = threading.Condition()
        paths = Paths.below(home)
        paths.prepare()
        self.service = DownloadService(paths, self._keep, token=lambda: None, endpoint=endpoint)

    def _keep(self, event: Event) -> None:
        if isinstance(event, DownloadChanged):
            with self._arrived:
                self.events.append((time.perf_counter(), event))
                self._arrived.notify_all()

    def until(self, condition: Callable[[DownloadChanged], bool], since: int = 0) -> float:
        """The moment of the first event from number ``since`` on that fulfils a condition."""
        with self._arrived:
            found = self._arrived.wait_for(
                lambda: next((at for at, event in self.events[since:] if condition(event)), None), PATIENCE_S
            )
        if found is None:
            raise AssertionError("never came")
        return found

    def __enter__(self) -> Watched:
        return self

    def __exit__(self, *_: object) -> None:
        self.service.close()


def seconds(step: Callable[[], object]) -> float:
    """How long a step takes on a disk that has nothing left to write from before."""
    os.sync()
    begun = time.perf_counter()
    step()
    return time.perf_counter() - begun


def curl(hub: FastHub, target: Path) -> None:
    """What everybody would do by hand."""
    url = f"{hub.endpoint}/{NAME}/resolve/{hub.commit}/model.safetensors"
    subprocess.run(["curl", "-sfL", "-o", str(target), url], check=True)
    target.unlink()


def job(hub: FastHub, home: Path) -> None:
    """The job alone, in this process."""
    home.mkdir()
    DownloadJob(Source(hub.endpoint, NAME), "main", "", home / "models", cancel=CancelToken()).run()


def through_the_service(hub: FastHub, home: Path) -> int:
    """The whole road, child process included; the bytes by which the child's memory grew while bytes flowed."""
    sizes: list[int] = []
    ended = threading.Event()

    def watch_memory() -> None:
        while not ended.wait(0.02):
            for child in psutil.Process().children():
                try:
                    if "runtime.downloads.worker" in child.cmdline():
                        sizes.append(child.memory_info().rss)
                except psutil.Error:
                    continue

    with Watched(home, hub.endpoint) as watched:
        watched.service.start(DownloadRequest(NAME))
        watched.until(lambda event: event.phase is DownloadPhase.LISTING)
        watcher = threading.Thread(target=watch_memory)
        watcher.start()
        state = watched.service.wait(NAME, PATIENCE_S)
        ended.set()
        watcher.join()
    assert state is not None
    assert state.phase is DownloadPhase.DONE, state
    return _growth(sizes)


def _growth(sizes: list[int]) -> int:
    """From the process with everything imported (it settles before the first bytes) to its largest."""
    loaded = [size for size in sizes if size > 30_000_000]
    return max(loaded, default=0) - (loaded[0] if loaded else 0)


def throughput(folder: Path, mb: int, rounds: int) -> dict[str, Any]:
    """Rounds of curl, job and service in turn, and the median of each."""
    took: dict[str, list[float]] = {"curl": [], "job": [], "service": []}
    grown: list[int] = []
    make_model_folder(folder / "source", mb * 1_000_000)
    with FastHub(folder / "source", NAME) as hub:
        for number in range(rounds):
            home = folder / f"home-{number}"
            took["curl"].append(seconds(lambda: curl(hub, folder / "by-curl")))
            took["job"].append(seconds(lambda home=home: job(hub, home)))  # type: ignore[misc]
            shutil.rmtree(home)
            took["service"].append(
                seconds(lambda home=home: grown.append(through_the_service(hub, home)))  # type: ignore[misc]
            )
            shutil.rmtree(home)
        hashing_ms = max(cancel_while_hashing_ms(hub, folder / f"hashing-{n}", mb) for n in range(rounds))
    rate = {name: mb / statistics.median(times) for name, times in took.items()}
    return {
        "mb": mb,
        "mb_per_s": {name: round(value) for name, value in rate.items()},
        "job_to_curl": round(rate["job"] / rate["curl"], 2),
        "service_to_curl": round(rate["service"] / rate["curl"], 2),
        "worker_memory_growth_mb": round(max(grown) / 1e6, 1),
        "cancel_ms_worst": {"hashing": round(hashing_ms, 1)},
    }


def cancel_while_hashing_ms(hub: FastHub, home: Path, mb: int) -> float:
    """Cancel a job that hashes again what an earlier run left."""
    with Watched(home, hub.endpoint) as watched:
        watched.service.start(DownloadRequest(NAME))
        watched.until(lambda event: event.done_bytes > mb * 700_000)
        watched.service.pause(NAME)
        watched.service.wait(NAME, PATIENCE_S)
        since = len(watched.events)
        watched.service.resume(NAME)
        watched.until(lambda event: event.phase is DownloadPhase.VERIFYING, since)
        return cancelled_ms(watched)


def cancelled_ms(watched: Watched) -> float:
    """Milliseconds from the wish to cancel to the word that it is done."""
    since = len(watched.events)
    begun = time.perf_counter()
    watched.service.cancel(NAME)
    return (watched.until(lambda event: event.phase is DownloadPhase.CANCELLED, since) - begun) * 1000


CANCEL_STATES = {
    "flowing": None,
    "stalled": Fault(Kind.STALL, path="*.safetensors", times=None, after_bytes=500_000),
    "hub silent": Fault(Kind.STALL, Place.API, times=None),
}


def cancel_ms(hub: LoopbackHub, home: Path, fault: Fault | None) -> float:
    """Cancel while bytes flow, or once a fault has struck."""
    hub.faults.clear()
    if fault is not None:
        hub.faults.add(fault)
    struck = hub.faults.struck
    with Watched(home, hub.endpoint) as watched:
        watched.service.start(DownloadRequest(NAME))
        if fault is None:
            watched.until(lambda event: event.done_bytes > 1_000_000)
        while fault is not None and hub.faults.struck == struck:
            time.sleep(0.005)
        return cancelled_ms(watched)


def progress_per_s(hub: LoopbackHub, home: Path) -> float:
    """One over the longest silence between two events while bytes flow."""
    hub.faults.clear()
    with Watched(home, hub.endpoint) as watched:
        watched.service.start(DownloadRequest(NAME))
        watched.service.wait(NAME, PATIENCE_S)
        flowing = [at for at, event in watched.events if event.phase is DownloadPhase.TRANSFERRING]
    return 1 / max((after - before for before, after in itertools.pairwise(flowing)), default=1e9)


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mb", type=int, default=1000, help="size of the file")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--kills", type=int, default=100, help="0 leaves them out")
    parser.add_argument("--folder", type=Path, help="on the disk to be measured; without it the temporary folder")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as made:
        folder = Path(made)
        found = throughput(folder, arguments.mb, arguments.rounds)
        shutil.rmtree(folder / "source")
        with LoopbackHub(rate_bytes_per_s=20_000_000) as hub:
            hub.add_repository(NAME, make_model_folder(folder / "small", 100_000_000))
            for state, fault in CANCEL_STATES.items():
                times = [cancel_ms(hub, folder / f"{state}-{n}", fault) for n in range(arguments.rounds)]
                found["cancel_ms_worst"][state] = round(max(times), 1)
            found["progress_per_s_least"] = round(progress_per_s(hub, folder / "progress"), 1)
        if arguments.kills:
            found["kills"] = asdict(kills(folder, arguments.kills))
    print(json.dumps(found, indent=1))


def kills(folder: Path, count: int) -> Any:
    """So many kill -9 over one download of 300 MB."""
    model = Model(make_model_folder(folder / "killed", 300_000_000))
    paths = Paths.below(folder / "home-killed")
    paths.prepare()
    with LoopbackHub() as hub:
        hub.repositories[NAME] = model.repository()
        return kill_again_and_again(hub, model, paths, count, random.Random(1), 20_000_000)


if __name__ == "__main__":
    main()
