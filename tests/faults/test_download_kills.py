"""A download may be killed at any byte: what was fetched is kept, what is installed is right."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from runtime.downloads.service import DownloadService
from runtime.errors import DiskFull, FolderNotWritable
from runtime.events import DownloadChanged, DownloadPhase, Event
from runtime.paths import Paths
from runtime.requests import DownloadRequest
from tests.hub import Fault, Kind, LoopbackHub
from tests.hub.models import make_model_folder
from tests.runtime.downloads.kit import IMPATIENT, NAME, job_for, nothing_wrong_installed, paths_below, same_bytes

WEIGHT_BYTES = 8_000_000
WEIGHTS = "model.safetensors"
KILLS = 8
OWNER = """
import sys
from runtime.downloads.service import DownloadService
from runtime.paths import Paths
from runtime.requests import DownloadRequest
from pathlib import Path
service = DownloadService(Paths.below(Path(sys.argv[1])), lambda event: print(event.done_bytes, flush=True),
                          token=lambda: None, endpoint=sys.argv[2])
service.restore()
service.start(DownloadRequest("maker/model"))
service.wait("maker/model")
"""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model_folder(tmp_path_factory.mktemp("source"), WEIGHT_BYTES)


@pytest.fixture
def hub(source: Path) -> Iterator[LoopbackHub]:
    with LoopbackHub() as hub:
        hub.add_repository(NAME, source)
        yield hub


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return paths_below(tmp_path)


def until(condition: Callable[[], object], timeout_s: float = 30.0) -> None:
    """Wait for something that will come true."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "never came true"
        time.sleep(0.005)


def worker_pids(parent: int) -> list[int]:
    """The download processes of one owner."""
    found = []
    for child in psutil.Process(parent).children():
        try:
            if "runtime.downloads.worker" in child.cmdline():
                found.append(child.pid)
        except psutil.NoSuchProcess:  # a zombie counts as gone
            continue
    return found


def total_bytes(source: Path) -> int:
    """What a download without trouble takes."""
    names = ("README.md", "config.json", "tokenizer.json", "tokenizer_config.json", WEIGHTS)
    return sum((source / name).stat().st_size for name in names)


def test_the_worker_killed_at_random_bytes(hub: LoopbackHub, paths: Paths, source: Path) -> None:
    hub.rate_bytes_per_s = 8_000_000
    events: list[Event] = []
    random_bytes = random.Random(7)
    service = DownloadService(paths, events.append, token=lambda: None, endpoint=hub.endpoint, patience=IMPATIENT)
    try:
        service.start(DownloadRequest(NAME))
        for kill in range(3):
            goal = int(WEIGHT_BYTES * (kill + random_bytes.random()) / 4)
            until(lambda goal=goal: service.jobs() and service.jobs()[0].done_bytes > goal)  # type: ignore[misc]
            (pid,) = worker_pids(os.getpid())
            os.kill(pid, signal.SIGKILL)
            until(lambda pid=pid: pid not in worker_pids(os.getpid()))  # type: ignore[misc]
        state = service.wait(NAME, 60)
    finally:
        service.close()
    assert state is not None
    assert state.phase is DownloadPhase.DONE
    assert same_bytes(Path(state.folder), source)
    assert hub.sent_bytes <= total_bytes(source) * 1.15


def test_a_worker_that_always_dies_is_given_up(hub: LoopbackHub, paths: Paths) -> None:
    hub.faults.add(Fault(Kind.STALL, path=WEIGHTS, times=None, after_bytes=1000))
    done = threading.Event()

    def kill_all() -> None:
        while not done.wait(0.05):
            for pid in worker_pids(os.getpid()):
                os.kill(pid, signal.SIGKILL)

    service = DownloadService(paths, lambda _: None, token=lambda: None, endpoint=hub.endpoint, patience=IMPATIENT)
    killer = threading.Thread(target=kill_all)
    try:
        killer.start()
        service.start(DownloadRequest(NAME))
        state = service.wait(NAME, 60)
        done.set()
        assert state is not None
        assert state.phase is DownloadPhase.FAILED
        assert state.problem is not None
        assert "SIGKILL" in str(state.problem.parameters)
        hub.faults.clear()
        service.resume(NAME)
        state = service.wait(NAME, 60)
    finally:
        done.set()
        killer.join()
        service.close()
    assert state is not None
    assert state.phase is DownloadPhase.DONE


def test_the_owner_killed_again_and_again(hub: LoopbackHub, paths: Paths, source: Path) -> None:
    """kill -9 of the whole app at random moments: few bytes twice, the worker goes too, the end is right."""
    hub.rate_bytes_per_s = 8_000_000
    moments = random.Random(11)
    for _ in range(KILLS):
        command = [sys.executable, "-c", OWNER, str(paths.home), hub.endpoint]
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path.cwd()) as owner:
            until(lambda owner=owner: worker_pids(owner.pid))  # type: ignore[misc]
            (worker,) = worker_pids(owner.pid)
            time.sleep(moments.uniform(0.0, 0.7))
            owner.kill()
            owner.wait()
        until(lambda worker=worker: not psutil.pid_exists(worker) or _is_zombie(worker))  # type: ignore[misc]
        assert nothing_wrong_installed(paths, source)
    hub.rate_bytes_per_s = None
    service = DownloadService(paths, lambda _: None, token=lambda: None, endpoint=hub.endpoint)
    try:
        service.restore()
        until(lambda: service.jobs() or (paths.models / "maker--model").exists())
        service.wait(NAME, 60)
    finally:
        service.close()
    assert same_bytes(paths.models / "maker--model", source)
    # What was in the socket's buffers at a kill is sent again; nothing else is.
    print("extra bytes", hub.sent_bytes - total_bytes(source))
    assert hub.sent_bytes <= total_bytes(source) + KILLS * 200_000
    assert not [path for path in (paths.models / ".incoming").iterdir() if path.is_dir()]
    assert not list(paths.downloads.iterdir())


def _is_zombie(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_full_disk_is_refused_before_the_first_byte(hub: LoopbackHub, paths: Paths) -> None:
    class Nearly:
        free = 70_000_000

    job = job_for(hub, paths, disk_usage=lambda _: Nearly())
    with pytest.raises(DiskFull) as raised:
        job.run()
    assert raised.value.needed_bytes > raised.value.free_bytes == 70_000_000
    assert hub.sent_bytes == 0
    assert job_for(hub, paths).run().is_dir()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=5m", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("mounting a small disk needs root")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_fills_up_on_the_way(hub: LoopbackHub, small_disk: Path, source: Path, tmp_path: Path) -> None:
    """The free space was there when it was checked and is gone later: the part stays, and more room finishes it."""

    class Plenty:
        free = 10**12

    paths = paths_below(small_disk)
    job = job_for(hub, paths, disk_usage=lambda _: Plenty())
    with pytest.raises(DiskFull):
        job.run()
    assert nothing_wrong_installed(paths, source)
    (part,) = (paths.models / ".incoming").rglob("*.part")
    assert part.stat().st_size > 3_000_000
    subprocess.run(["mount", "-o", "remount,size=200m", str(small_disk)], check=True)
    assert same_bytes(job_for(hub, paths).run(), source)
    assert int(hub.asked("store")[-1].headers["range"].removeprefix("bytes=").rstrip("-")) > 3_000_000


def test_a_folder_that_can_not_be_written(hub: LoopbackHub, tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where a folder should be")
    with pytest.raises(FolderNotWritable):
        job_for(hub, Paths.below(tmp_path / "home")).run()


def test_the_models_folder_taken_away_while_paused(hub: LoopbackHub, paths: Paths, source: Path) -> None:
    hub.faults.add(Fault(Kind.STALL, path=WEIGHTS, times=1, after_bytes=WEIGHT_BYTES // 2))
    states: list[DownloadChanged] = []
    service = DownloadService(paths, states.append, token=lambda: None, endpoint=hub.endpoint)  # type: ignore[arg-type]
    try:
        service.start(DownloadRequest(NAME))
        until(lambda: service.jobs()[0].done_bytes > 1_000_000)
        service.pause(NAME)
        service.wait(NAME, 30)
        for path in sorted(paths.models.rglob("*"), reverse=True):
            path.unlink() if path.is_file() else path.rmdir()
        paths.models.rmdir()
        service.resume(NAME)
        state = service.wait(NAME, 30)
    finally:
        service.close()
    assert state is not None
    assert state.phase is DownloadPhase.DONE
    assert same_bytes(Path(state.folder), source)
