"""Our transfer against plain httpx2 into a file, same hub, same run: ``python -m tests.bench.downloads``.

Ours hashes, checks, syncs and renames on top. The loopback hub is slower than a disk, so the ratio says what the
work beside the network costs; over a real line it is hidden by the line.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import httpx2

from runtime.cancel import CancelToken
from runtime.downloads.hub import Source
from runtime.downloads.job import DownloadJob
from runtime.downloads.service import DownloadService
from runtime.events import DownloadPhase
from runtime.paths import Paths
from runtime.requests import DownloadRequest
from tests.hub import Fault, Kind, LoopbackHub, Place, server
from tests.hub.models import make_model_folder

NAME = "maker/model"


def plain(url: str, target: Path) -> None:
    """What the simplest correct program would do."""
    with httpx2.stream("GET", url, follow_redirects=True) as response, target.open("wb") as stream:
        for data in response.iter_raw():
            stream.write(data)


def seconds(step: Callable[[], object]) -> float:
    """How long a step takes."""
    begun = time.perf_counter()
    step()
    return time.perf_counter() - begun


def through_the_service(hub: LoopbackHub, home: Path) -> None:
    """The whole road, child process included."""
    paths = Paths.below(home)
    paths.prepare()
    service = DownloadService(paths, lambda _: None, token=lambda: None, endpoint=hub.endpoint)
    try:
        service.start(DownloadRequest(NAME))
        state = service.wait(NAME, 600)
        assert state is not None
        assert state.phase is DownloadPhase.DONE, state
    finally:
        service.close()


def cancel_ms(hub: LoopbackHub, home: Path, fault: Fault | None) -> float:
    """Milliseconds from the wish to cancel until everything is stopped and deleted and said so."""
    paths = Paths.below(home)
    paths.prepare()
    hub.faults.clear()
    if fault is not None:
        hub.faults.add(fault)
    hub.rate_bytes_per_s = 20_000_000
    service = DownloadService(paths, lambda _: None, token=lambda: None, endpoint=hub.endpoint)
    try:
        struck = hub.faults.struck
        service.start(DownloadRequest(NAME))
        while not (hub.faults.struck > struck if fault else service.jobs()[0].done_bytes > 1_000_000):
            time.sleep(0.005)
        begun = time.perf_counter()
        service.cancel(NAME)
        while service.jobs():
            time.sleep(0.0005)
        return (time.perf_counter() - begun) * 1000
    finally:
        service.close()
        hub.rate_bytes_per_s = None


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mb", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    server.CHUNK_BYTES = 1024 * 1024
    plain_s, job_s, service_s = [], [], []
    with tempfile.TemporaryDirectory() as made, LoopbackHub() as hub:
        folder = Path(made)
        repository = hub.add_repository(NAME, make_model_folder(folder / "source", arguments.mb * 1_000_000))
        url = f"{hub.endpoint}/{NAME}/resolve/{repository.commit}/model.safetensors"
        for number in range(arguments.rounds):
            job = DownloadJob(Source(hub.endpoint, NAME), "main", "", folder / f"job-{number}", cancel=CancelToken())
            (folder / f"job-{number}").mkdir()
            plain_s.append(seconds(partial(plain, url, folder / f"plain-{number}")))
            job_s.append(seconds(job.run))
            service_s.append(seconds(partial(through_the_service, hub, folder / f"home-{number}")))
            hub.requests.clear()
        states = {
            "flowing": None,
            "stalled": Fault(Kind.STALL, path="*.safetensors", times=None, after_bytes=500_000),
            "hub silent": Fault(Kind.STALL, Place.API, times=None),
        }
        cancelled = {
            name: round(max(cancel_ms(hub, folder / f"cancel-{name}-{n}", fault) for n in range(arguments.rounds)), 1)
            for name, fault in states.items()
        }
    rate = {name: arguments.mb / statistics.median(s) for name, s in
            (("plain", plain_s), ("job", job_s), ("service", service_s))}  # fmt: skip
    print(
        json.dumps(
            {
                "mb": arguments.mb,
                "mb_per_s": {name: round(value, 1) for name, value in rate.items()},
                "cancel_ms_worst": cancelled,
                "job_to_plain": round(rate["job"] / rate["plain"], 3),
                "service_to_plain": round(rate["service"] / rate["plain"], 3),
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
