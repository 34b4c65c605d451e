"""A download may be killed at any byte: what was fetched is kept, what is installed is right."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from runtime.downloads.service import DownloadService
from runtime.events import DownloadChanged, DownloadPhase
from runtime.paths import Paths
from runtime.requests import DownloadRequest
from tests.faults.checks import same_model
from tests.faults.download_kills import is_gone, kill_again_and_again, orphans, until, worker_pids
from tests.faults.models import Model, make_models
from tests.hub import Fault, Kind, LoopbackHub
from tests.runtime.downloads.kit import IMPATIENT, NAME, paths_below

WEIGHTS = "model.safetensors"
KILLS = 8
# What is on its way at the moment of a kill, on a busy computer too; a lost piece would be many times that.
BYTES_PER_KILL = 4_000_000
JOB = """
import sys
from pathlib import Path
from tests.hub import LoopbackHub
from tests.runtime.downloads.kit import job_for
from runtime.paths import Paths
class Hub: endpoint = sys.argv[2]
try:
    print(job_for(Hub(), Paths.below(Path(sys.argv[1]))).run())
except Exception as error:
    print(getattr(error, "code", repr(error)))
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return make_models(tmp_path_factory.mktemp("models"))["pieces"]


@pytest.fixture
def hub(model: Model) -> Iterator[LoopbackHub]:
    with LoopbackHub() as hub:
        hub.repositories[NAME] = model.repository()
        yield hub


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return paths_below(tmp_path)


@pytest.fixture
def service(hub: LoopbackHub, paths: Paths) -> Iterator[DownloadService]:
    service = DownloadService(paths, lambda _: None, token=lambda: None, endpoint=hub.endpoint, patience=IMPATIENT)
    yield service
    service.close()


def done_bytes(service: DownloadService) -> int:
    """Bytes of the one job that are on disk."""
    return service.jobs()[0].done_bytes if service.jobs() else 0


def ended(service: DownloadService) -> DownloadChanged:
    """The state in which the job comes to rest."""
    state = service.wait(NAME, 60)
    assert state is not None
    return state


@pytest.mark.slow
def test_the_app_and_the_worker_killed_again_and_again(hub: LoopbackHub, paths: Paths, model: Model) -> None:
    """kill -9 at random bytes: few bytes twice, no worker outlives the app, nothing is left, the end is right."""
    outcome = kill_again_and_again(hub, model, paths, KILLS, random.Random(11), 20e6)
    print(outcome)
    assert outcome.right
    assert outcome.orphan_files == ()
    assert outcome.orphan_processes == 0
    assert outcome.extra_bytes_per_kill <= BYTES_PER_KILL


def test_the_worker_killed_under_a_living_app(
    service: DownloadService, hub: LoopbackHub, paths: Paths, model: Model
) -> None:
    hub.total_rate_bytes_per_s = 5e6
    service.start(DownloadRequest(NAME))
    chance = random.Random(7)
    for kill in range(3):
        goal = int(model.total_bytes * (kill + chance.random()) / 10)
        until(lambda goal=goal: done_bytes(service) > goal)  # type: ignore[misc]
        (pid,) = worker_pids(os.getpid())
        os.kill(pid, signal.SIGKILL)
        until(lambda pid=pid: is_gone(pid) and worker_pids(os.getpid()))  # type: ignore[misc]
    hub.total_rate_bytes_per_s = None
    state = ended(service)
    assert state.phase is DownloadPhase.DONE
    assert same_model(Path(state.folder), model.folder)
    assert hub.sent_bytes <= model.total_bytes + 3 * BYTES_PER_KILL
    assert orphans(paths) == ()


def test_a_worker_that_always_dies_is_given_up(service: DownloadService, hub: LoopbackHub) -> None:
    hub.faults.add(Fault(Kind.STALL, path=WEIGHTS, times=None, after_bytes=1000))
    done = threading.Event()

    def kill_all() -> None:
        while not done.wait(0.05):
            for pid in worker_pids(os.getpid()):
                os.kill(pid, signal.SIGKILL)

    killer = threading.Thread(target=kill_all)
    try:
        killer.start()
        service.start(DownloadRequest(NAME))
        state = ended(service)
    finally:
        done.set()
        killer.join()
    assert state.phase is DownloadPhase.FAILED
    assert state.problem is not None
    assert "SIGKILL" in str(state.problem.parameters)
    hub.faults.clear()
    service.resume(NAME)
    assert ended(service).phase is DownloadPhase.DONE


def test_the_computer_sleeps(service: DownloadService, hub: LoopbackHub, model: Model) -> None:
    """The worker stands still, its connections die meanwhile, and it goes on where it was."""
    hub.total_rate_bytes_per_s = 20e6
    service.start(DownloadRequest(NAME))
    until(lambda: done_bytes(service) > 5_000_000)
    (pid,) = worker_pids(os.getpid())
    os.kill(pid, signal.SIGSTOP)
    hub.go_down()
    hub.come_back()
    os.kill(pid, signal.SIGCONT)
    hub.total_rate_bytes_per_s = None
    state = ended(service)
    assert state.phase is DownloadPhase.DONE
    assert same_model(Path(state.folder), model.folder)


def test_the_models_folder_taken_away_while_paused(
    service: DownloadService, hub: LoopbackHub, paths: Paths, model: Model
) -> None:
    hub.total_rate_bytes_per_s = 20e6
    service.start(DownloadRequest(NAME))
    until(lambda: done_bytes(service) > 1_000_000)
    service.pause(NAME)
    assert ended(service).phase is DownloadPhase.PAUSED
    for path in sorted(paths.models.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    paths.models.rmdir()
    hub.total_rate_bytes_per_s = None
    service.resume(NAME)
    state = ended(service)
    assert state.phase is DownloadPhase.DONE
    assert same_model(Path(state.folder), model.folder)


# --- two at once ------------------------------------------------------------------------------------------------------


def job_process(hub: LoopbackHub, paths: Paths) -> subprocess.Popen[str]:
    """A process that does the job and prints the folder or the error's code."""
    command = [sys.executable, "-c", JOB, str(paths.home), hub.endpoint]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path.cwd())


def test_two_processes_on_one_job(hub: LoopbackHub, paths: Paths, model: Model) -> None:
    """One fetches, the other is told so; neither disturbs the other, and every byte comes once."""
    hub.total_rate_bytes_per_s = 20e6
    with job_process(hub, paths) as first, job_process(hub, paths) as second:
        said = sorted(process.communicate(timeout=60)[0].strip() for process in (first, second))
    assert said == [str(paths.models / "maker--model"), "download.already_downloading"]
    assert same_model(paths.models / "maker--model", model.folder)
    assert hub.sent_bytes == model.total_bytes


def test_the_second_process_takes_over_from_a_killed_first(hub: LoopbackHub, paths: Paths, model: Model) -> None:
    hub.total_rate_bytes_per_s = 5e6
    with job_process(hub, paths) as first:
        until(lambda: hub.sent_bytes > 5_000_000)
        first.kill()
    hub.total_rate_bytes_per_s = None
    with job_process(hub, paths) as second:
        assert second.communicate(timeout=60)[0].strip() == str(paths.models / "maker--model")
    assert same_model(paths.models / "maker--model", model.folder)
    assert hub.sent_bytes <= model.total_bytes + BYTES_PER_KILL


def test_two_apps_with_one_models_folder(hub: LoopbackHub, tmp_path: Path, model: Model) -> None:
    """Two homes share the models: what one app fetches the other neither fetches nor deletes."""
    hub.total_rate_bytes_per_s = 20e6
    homes = [paths_below(tmp_path / name) for name in ("one", "two")]
    homes[1].models.rmdir()
    homes[1].models.symlink_to(homes[0].models, target_is_directory=True)
    services = [
        DownloadService(home, lambda _: None, token=lambda: None, endpoint=hub.endpoint, patience=IMPATIENT)
        for home in homes
    ]
    try:
        services[0].start(DownloadRequest(NAME))
        until(lambda: done_bytes(services[0]) > 1_000_000)
        services[1].start(DownloadRequest(NAME))
        refused = ended(services[1])
        assert refused.phase is DownloadPhase.FAILED
        assert refused.problem is not None
        assert refused.problem.code == "download.already_downloading"
        services[1].cancel(NAME)
        until(lambda: services[1].jobs() == ())
        hub.total_rate_bytes_per_s = None
        assert ended(services[0]).phase is DownloadPhase.DONE
    finally:
        for service in services:
            service.close()
    assert same_model(homes[0].models / "maker--model", model.folder)
    assert hub.sent_bytes == model.total_bytes
    assert all(map(is_gone, worker_pids(os.getpid())))
    assert not [child for child in psutil.Process().children() if not is_gone(child.pid)]
