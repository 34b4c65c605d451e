"""The download service as its callers see it: events, pause, resume, cancel, the queue, restarts of the app."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import psutil
import pytest

from runtime.downloads.patience import Patience
from runtime.downloads.service import DownloadService
from runtime.errors import RepositoryNotFound
from runtime.events import DownloadChanged, DownloadPhase
from runtime.library.service import LibraryService
from runtime.paths import Paths
from runtime.requests import DownloadRequest
from tests.hub import Fault, Kind, LoopbackHub, Place
from tests.hub.models import make_model_folder
from tests.runtime.downloads.kit import NAME, same_bytes
from tests.runtime.downloads.watched import PATIENCE_S, Downloads, files_below, until_true


def test_from_the_request_to_the_installed_model(
    downloads: Downloads, hub: LoopbackHub, paths: Paths, source: Path
) -> None:
    hub.rate_bytes_per_s = 1_500_000
    downloads.service.start(DownloadRequest(NAME, title="A model", expected_bytes=123))
    (job,) = downloads.service.jobs()
    assert (job.phase, job.total_bytes, job.title) == (DownloadPhase.QUEUED, 123, "A model")
    end = downloads.ended()
    assert end.phase is DownloadPhase.DONE
    assert downloads.service.jobs() == ()
    assert same_bytes(Path(end.folder), source)
    (model,) = LibraryService(paths).models()
    assert (model.name, model.repository, model.ours, model.verified) == ("A model", NAME, True, True)
    assert model.commit == hub.repositories[NAME].commit

    assert downloads.phases()[:3] == [DownloadPhase.QUEUED, DownloadPhase.LISTING, DownloadPhase.TRANSFERRING]
    moving = [event for event in downloads.events if event.phase is DownloadPhase.TRANSFERRING]
    assert len(moving) >= 4 * 2  # at least four a second, over the more than two seconds that the rate makes
    done = [event.done_bytes for event in moving]
    assert done == sorted(done)
    rates = [event.bytes_per_s for event in moving if event.bytes_per_s]
    assert rates
    assert 500_000 < rates[-1] < 3_000_000
    assert [event for event in moving if event.seconds_left is not None]


def test_pause_keeps_and_resume_goes_on(downloads: Downloads, hub: LoopbackHub, source: Path) -> None:
    hub.rate_bytes_per_s = 3_000_000
    downloads.service.start(DownloadRequest(NAME))
    downloads.until(lambda event: event.done_bytes > 500_000)
    downloads.service.pause(NAME)
    paused = downloads.ended()
    assert paused.phase is DownloadPhase.PAUSED
    assert paused.done_bytes > 500_000
    assert not psutil.Process(os.getpid()).children()
    hub.rate_bytes_per_s = None
    downloads.service.resume(NAME)
    end = downloads.ended()
    assert same_bytes(Path(end.folder), source)
    assert int(hub.asked("store")[-1].headers["range"].removeprefix("bytes=").rstrip("-")) >= paused.done_bytes - 1000


def test_cancel_deletes_the_parts(downloads: Downloads, hub: LoopbackHub, paths: Paths) -> None:
    hub.faults.add(Fault(Kind.STALL, times=None, path="*.safetensors", after_bytes=1_000_000))
    downloads.service.start(DownloadRequest(NAME))
    downloads.until(lambda event: event.done_bytes >= 1_000_000)
    downloads.service.cancel(NAME)
    assert downloads.ended().phase is DownloadPhase.CANCELLED
    assert downloads.service.jobs() == ()
    until_true(lambda: not files_below(paths.home))


@pytest.mark.parametrize("place", [Place.API, Place.RESOLVE, Place.STORE])
def test_cancel_while_nothing_answers(downloads: Downloads, hub: LoopbackHub, place: Place) -> None:
    hub.faults.add(Fault(Kind.STALL, place, times=None))
    downloads.service.start(DownloadRequest(NAME))
    while not hub.faults.struck:
        time.sleep(0.005)
    downloads.service.cancel(NAME)
    assert downloads.ended().phase is DownloadPhase.CANCELLED
    assert not psutil.Process(os.getpid()).children()


def test_one_after_the_other(downloads: Downloads, hub: LoopbackHub, source: Path) -> None:
    hub.add_repository("maker/second", source)
    hub.add_repository("maker/third", source)
    hub.rate_bytes_per_s = 8_000_000
    for name in (NAME, "maker/second", "maker/third"):
        downloads.service.start(DownloadRequest(name))
    downloads.service.pause("maker/second")
    assert downloads.ended("maker/second").phase is DownloadPhase.PAUSED
    assert [job.repository for job in downloads.service.jobs()] == [NAME, "maker/third", "maker/second"]
    assert downloads.ended("maker/third").phase is DownloadPhase.DONE
    order = [event.repository for event in downloads.events if event.phase is DownloadPhase.DONE]
    assert order == [NAME, "maker/third"]
    downloads.service.resume("maker/second")
    assert downloads.ended("maker/second").phase is DownloadPhase.DONE


def test_asking_twice_is_one_job(downloads: Downloads, hub: LoopbackHub) -> None:
    downloads.service.start(DownloadRequest(NAME))
    downloads.service.start(DownloadRequest(NAME))
    assert downloads.ended().phase is DownloadPhase.DONE
    assert len(hub.asked("store")) == 1


@pytest.mark.parametrize("name", ["", "model", "../../etc", "a/b/c", "a/..", "/a", "a/b\n", "a--b/c", "a/" + "x" * 200])
def test_names_that_no_hub_has(downloads: Downloads, paths: Paths, name: str) -> None:
    with pytest.raises(RepositoryNotFound):
        downloads.service.start(DownloadRequest(name))
    assert downloads.service.jobs() == ()


def test_a_wait_is_told_with_its_reason_and_ends_by_itself(downloads: Downloads, hub: LoopbackHub) -> None:
    hub.faults.add(Fault(Kind.STATUS, Place.API, times=None, status=503))
    downloads.service.start(DownloadRequest(NAME))
    waiting = downloads.until(lambda event: event.phase is DownloadPhase.WAITING)
    assert waiting.problem is not None
    assert waiting.problem.code == "download.hub_refused"
    assert waiting.problem.parameters["status"] == 503
    assert waiting.retry_in_s is not None
    hub.faults.clear()
    assert downloads.ended().phase is DownloadPhase.DONE


def test_a_failure_is_kept_and_can_be_tried_again(downloads: Downloads, hub: LoopbackHub, source: Path) -> None:
    hub.add_repository(NAME, source, gated=True)
    downloads.service.start(DownloadRequest(NAME))
    failed = downloads.ended()
    assert failed.phase is DownloadPhase.FAILED
    assert failed.problem is not None
    assert failed.problem.code == "download.token_required"
    assert [job.phase for job in downloads.service.jobs()] == [DownloadPhase.FAILED]
    downloads.token = "hf_granted"
    downloads.service.resume(NAME)
    assert downloads.ended().phase is DownloadPhase.DONE


def test_jobs_come_back_after_a_restart(paths: Paths, hub: LoopbackHub, source: Path) -> None:
    hub.add_repository("maker/paused", source)
    hub.add_repository("maker/gated", source, gated=True)
    hub.rate_bytes_per_s = 2_000_000
    first = Downloads(paths, hub)
    first.service.start(DownloadRequest("maker/gated"))
    assert first.ended("maker/gated").phase is DownloadPhase.FAILED
    first.service.start(DownloadRequest(NAME, title="A model"))
    first.service.start(DownloadRequest("maker/paused"))
    first.service.pause("maker/paused")
    first.until(lambda event: event.done_bytes > 1_000_000)
    first.service.close()
    (paths.downloads / "rubbish.json").write_text("{not json")
    (paths.downloads / "else--where.json").write_text('{"request": {"repository": "../../etc/passwd"}}')

    hub.rate_bytes_per_s = None
    second = Downloads(paths, hub)
    try:
        second.service.restore()
        end = second.until(lambda event: event.phase is DownloadPhase.DONE)
        assert (end.title, same_bytes(Path(end.folder), source)) == ("A model", True)
        rest = {job.repository: job.phase for job in second.service.jobs()}
        assert rest == {"maker/gated": DownloadPhase.FAILED, "maker/paused": DownloadPhase.PAUSED}
    finally:
        second.service.close()
    assert len(list(paths.downloads.glob("*.damaged-*"))) == 2


def test_a_new_version_replaces_the_old_one_in_one_step(
    downloads: Downloads, hub: LoopbackHub, paths: Paths, tmp_path: Path
) -> None:
    source = make_model_folder(tmp_path / "first", 1_500_000)
    hub.add_repository(NAME, source)
    downloads.service.start(DownloadRequest(NAME))
    folder = Path(downloads.ended().folder)
    weights = (source / "model.safetensors").read_bytes()
    (source / "tokenizer_config.json").write_text('{"model_max_length": 4096}')
    hub.add_repository(NAME, source)
    asked = len(hub.asked("store"))
    downloads.service.start(DownloadRequest(NAME))
    assert downloads.ended().phase is DownloadPhase.DONE
    assert same_bytes(folder, source)
    assert (folder / "model.safetensors").read_bytes() == weights
    assert len(hub.asked("store")) == asked, "weights that are already here were fetched again"


def test_a_damaged_model_is_mended_by_fetching_it_again(
    downloads: Downloads, hub: LoopbackHub, paths: Paths, source: Path
) -> None:
    downloads.service.start(DownloadRequest(NAME))
    folder = Path(downloads.ended().folder)
    with (folder / "model.safetensors").open("r+b") as stream:
        stream.seek(2_000_000)
        stream.write(b"rot")
    assert LibraryService(paths).verify(NAME).wrong_files == ("model.safetensors",)
    downloads.service.start(DownloadRequest(NAME))
    assert downloads.ended().phase is DownloadPhase.DONE
    assert LibraryService(paths).verify(NAME).wrong_files == ()


def test_the_token_is_in_no_argument_environment_or_file(downloads: Downloads, hub: LoopbackHub, paths: Paths) -> None:
    downloads.token = "hf_granted"
    hub.faults.add(Fault(Kind.STALL, times=None, path="*.safetensors", after_bytes=1_000_000))
    downloads.service.start(DownloadRequest(NAME))
    downloads.until(lambda event: event.done_bytes >= 1_000_000)
    (child,) = psutil.Process(os.getpid()).children()
    assert "hf_granted" not in str(child.cmdline()) + str(child.environ())
    files = files_below(paths.home)
    assert files
    assert not [path for path in files if b"hf_granted" in path.read_bytes()]


def test_a_token_that_can_not_be_read_fails_the_job_alone(paths: Paths, hub: LoopbackHub) -> None:
    def broken() -> str | None:
        raise OSError("no keychain")

    service = DownloadService(paths, lambda _: None, token=broken, endpoint=hub.endpoint)
    try:
        service.start(DownloadRequest(NAME))
        state = service.wait(NAME, PATIENCE_S)
    finally:
        service.close()
    assert state is not None
    assert state.phase is DownloadPhase.FAILED


def test_a_second_copy_of_the_app_leaves_the_first_alone(
    downloads: Downloads, hub: LoopbackHub, paths: Paths, source: Path
) -> None:
    hub.rate_bytes_per_s = 1_500_000
    downloads.service.start(DownloadRequest(NAME, title="The first"))
    downloads.until(lambda event: event.done_bytes > 300_000)
    second = Downloads(paths, hub)
    try:
        second.service.start(DownloadRequest(NAME))
        failed = second.ended()
        assert failed.problem is not None
        assert failed.problem.code == "download.already_downloading"
        second.service.cancel(NAME)
        second.until(lambda event: event.phase is DownloadPhase.CANCELLED)
    finally:
        second.service.close()
    assert list(paths.downloads.glob("*.json")), "the first one's record"
    hub.rate_bytes_per_s = None
    end = downloads.ended()
    assert same_bytes(Path(end.folder), source)
    assert len(hub.asked("store")) == 1


def test_waiting_ends_when_the_service_closes(paths: Paths, hub: LoopbackHub) -> None:
    hub.faults.add(Fault(Kind.STALL, Place.API, times=None))
    downloads = Downloads(paths, hub)
    downloads.service.start(DownloadRequest(NAME))
    ended: list[DownloadChanged | None] = []
    waiter = threading.Thread(target=lambda: ended.append(downloads.service.wait(NAME)))
    waiter.start()
    downloads.until(lambda event: event.phase is DownloadPhase.LISTING)
    downloads.service.close()
    waiter.join(PATIENCE_S)
    assert [state.phase for state in ended if state] == [DownloadPhase.LISTING]


@pytest.mark.parametrize("token", ["  hf_granted\n", "hf_ümlaut", "hf_with\x00"])
def test_odd_tokens(paths: Paths, hub: LoopbackHub, source: Path, token: str) -> None:
    hub.add_repository(NAME, source, gated=True)
    downloads = Downloads(paths, hub, token)
    try:
        downloads.service.start(DownloadRequest(NAME))
        state = downloads.ended()
    finally:
        downloads.service.close()
    if token.strip() == "hf_granted":
        assert state.phase is DownloadPhase.DONE
    else:
        assert state.problem is not None
        assert state.problem.code == "download.token_rejected"


def test_a_retry_now_does_not_wait_for_the_clock(paths: Paths, hub: LoopbackHub) -> None:
    """Resume on a job that waits tries at once, however long the wait would last."""
    hub.faults.add(Fault(Kind.STATUS, Place.API, times=None, status=503))
    downloads = Downloads(paths, hub, patience=Patience(quiet_tries=0, first_delay_s=3600, longest_delay_s=3600))
    try:
        downloads.service.start(DownloadRequest(NAME))
        waiting = downloads.until(lambda event: event.phase is DownloadPhase.WAITING)
        assert waiting.retry_in_s is not None
        assert waiting.retry_in_s > 1000
        hub.faults.clear()
        downloads.service.resume(NAME)
        assert downloads.until(lambda event: event.phase is DownloadPhase.DONE)
    finally:
        downloads.service.close()


def test_forgotten_parts_are_swept_after_a_month(downloads: Downloads, paths: Paths) -> None:
    old, young = (paths.models / ".incoming" / name for name in ("maker--old", "maker--young"))
    for folder in (old, young):
        (folder / "parts").mkdir(parents=True)
        (folder / "parts" / "x.part").write_bytes(b"x")
    month_ago = time.time() - 31 * 24 * 3600
    for path in (old / "parts" / "x.part", old / "parts", old):
        os.utime(path, (month_ago, month_ago))
    downloads.service.restore()
    downloads.service.close()
    assert not old.exists()
    assert young.exists()


def test_another_revision_is_asked_for_anew(downloads: Downloads, hub: LoopbackHub) -> None:
    """A paused job that is asked for again at another revision does not go on with the old commit."""
    hub.faults.add(Fault(Kind.STALL, times=None, path="*.safetensors", after_bytes=1_000_000))
    downloads.service.start(DownloadRequest(NAME))
    downloads.until(lambda event: event.done_bytes >= 1_000_000)
    downloads.service.pause(NAME)
    assert downloads.ended().phase is DownloadPhase.PAUSED
    downloads.service.start(DownloadRequest(NAME, revision="nowhere"))
    failed = downloads.ended()
    assert failed.problem is not None
    assert failed.problem.code == "download.repository_not_found"
