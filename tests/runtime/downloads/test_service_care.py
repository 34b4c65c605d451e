"""Disks that are away, deletions that take long, keychains and workers that do not answer, records of before."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from runtime.downloads import turn as turn_module
from runtime.downloads.records import load_records
from runtime.downloads.service import DownloadService
from runtime.downloads.stage import Stage
from runtime.events import DownloadPhase, Event
from runtime.paths import Paths
from runtime.requests import DownloadRequest, Manners
from tests.hub import Fault, Kind, LoopbackHub
from tests.runtime.downloads.kit import IMPATIENT, NAME, paths_below, same_bytes
from tests.runtime.downloads.watched import PATIENCE_S, Downloads, World, files_below, until_true, workers

LARGE = Fault(Kind.STALL, times=None, path="*.safetensors", after_bytes=1_000_000)


# --- the models folder is on a disk that is away ----------------------------------------------------------------------


@pytest.fixture
def away(tmp_path: Path) -> Paths:
    """A home whose models are on another disk, which is not connected."""
    return replace(paths_below(tmp_path), models=tmp_path / "disk" / "models")


def test_nothing_is_made_where_a_disk_is_missing(away: Paths, hub: LoopbackHub, source: Path) -> None:
    downloads = Downloads(away, hub)
    try:
        downloads.service.restore()
        downloads.service.start(DownloadRequest(NAME))
        failed = downloads.ended()
        assert failed.problem is not None
        assert (failed.problem.code, failed.problem.parameters) == ("model.disk_missing", {"folder": str(away.models)})
        assert not hub.requests
        away.models.parent.mkdir()
        downloads.service.resume(NAME)
        assert downloads.ended().phase is DownloadPhase.FAILED, "the disk's folder alone is not the models folder"
        assert not away.models.exists()
        away.models.mkdir()
        downloads.service.resume(NAME)
        assert same_bytes(Path(downloads.ended().folder), source)
    finally:
        downloads.service.close()


def test_a_job_cancelled_without_its_disk_is_cleaned_up_when_it_is_back(away: Paths, hub: LoopbackHub) -> None:
    away.models.mkdir(parents=True)
    hub.faults.add(LARGE)
    downloads = Downloads(away, hub)
    unplugged = away.models.parent.with_name("unplugged")
    try:
        downloads.service.start(DownloadRequest(NAME))
        downloads.until(lambda event: event.done_bytes >= 1_000_000)
        downloads.service.pause(NAME)
        assert downloads.ended().phase is DownloadPhase.PAUSED
        away.models.parent.rename(unplugged)
        downloads.service.cancel(NAME)
        downloads.until(lambda event: event.phase is DownloadPhase.CANCELLED)
    finally:
        downloads.service.close()
    assert not away.models.parent.exists()
    assert files_below(unplugged)
    unplugged.rename(away.models.parent)
    again = Downloads(away, hub)
    try:
        again.service.restore()
        until_true(lambda: not files_below(away.models) and not files_below(away.downloads))
        assert again.service.jobs() == ()
    finally:
        again.service.close()


def test_our_own_models_folder_is_made_anew(paths: Paths, downloads: Downloads) -> None:
    paths.models.rmdir()
    downloads.service.start(DownloadRequest(NAME))
    assert downloads.ended().phase is DownloadPhase.DONE


# --- deletions that take long -----------------------------------------------------------------------------------------


@pytest.fixture
def slow_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """No part is deleted before the event is set."""
    go_on = threading.Event()
    discard = Stage.discard

    def slowly(stage: Stage) -> None:
        go_on.wait(PATIENCE_S)
        discard(stage)

    monkeypatch.setattr(Stage, "discard", slowly)
    yield go_on
    go_on.set()


def test_cancelled_is_told_before_large_parts_are_gone(
    downloads: Downloads, hub: LoopbackHub, paths: Paths, slow_disk: threading.Event, source: Path
) -> None:
    hub.faults.add(LARGE)
    downloads.service.start(DownloadRequest(NAME))
    downloads.until(lambda event: event.done_bytes >= 1_000_000)
    downloads.service.cancel(NAME)
    assert downloads.ended().phase is DownloadPhase.CANCELLED
    assert files_below(paths.models)
    # The same model again waits until its old parts are gone; another one does not.
    hub.faults.clear()
    hub.add_repository("maker/second", source)
    asked = len(hub.requests)
    downloads.service.start(DownloadRequest(NAME))
    downloads.service.start(DownloadRequest("maker/second"))
    assert downloads.ended("maker/second").phase is DownloadPhase.DONE
    assert not [request for request in hub.requests[asked:] if NAME in request.path]
    slow_disk.set()
    assert same_bytes(Path(downloads.ended().folder), source)


def test_a_deletion_that_was_cut_short_is_finished_in_the_next_run(
    paths: Paths, hub: LoopbackHub, slow_disk: threading.Event
) -> None:
    hub.faults.add(LARGE)
    first = Downloads(paths, hub)
    first.service.start(DownloadRequest(NAME))
    first.until(lambda event: event.done_bytes >= 1_000_000)
    first.service.cancel(NAME)
    assert first.ended().phase is DownloadPhase.CANCELLED
    first.service.close()
    (record,) = load_records(paths.downloads)
    assert record.discarding
    slow_disk.set()
    second = Downloads(paths, hub)
    try:
        second.service.restore()
        until_true(lambda: not files_below(paths.home))
        assert second.service.jobs() == ()
        assert second.events == []
    finally:
        second.service.close()


# --- things that do not answer ----------------------------------------------------------------------------------------


def test_a_keychain_that_does_not_answer_holds_nobody_up(paths: Paths, hub: LoopbackHub) -> None:
    answer = threading.Event()
    asked = threading.Event()
    events: list[Event] = []

    def silent() -> str | None:
        asked.set()
        answer.wait(PATIENCE_S)
        return None

    service = DownloadService(paths, events.append, token=silent, endpoint=hub.endpoint, patience=IMPATIENT)
    try:
        service.start(DownloadRequest(NAME))
        assert asked.wait(PATIENCE_S)
        service.cancel(NAME)
        cancelled = service.wait(NAME, PATIENCE_S)
        assert cancelled is not None
        assert cancelled.phase is DownloadPhase.CANCELLED
        asked.clear()
        service.start(DownloadRequest(NAME))
        assert asked.wait(PATIENCE_S)
    finally:
        service.close()
        answer.set()
    assert not hub.requests


def test_a_worker_that_hangs_is_replaced(
    paths: Paths, hub: LoopbackHub, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.rate_bytes_per_s = 4_000_000
    downloads = Downloads(paths, hub, surroundings=World().surroundings())
    try:
        downloads.service.start(DownloadRequest(NAME))
        downloads.until(lambda event: event.done_bytes > 500_000)
        (worker,) = workers()
        worker.send_signal(signal.SIGSTOP)
        monkeypatch.setattr(turn_module, "SILENT_AFTER_S", 0.5)
        until_true(lambda: not worker.is_running())
        monkeypatch.undo()
        assert same_bytes(Path(downloads.ended().folder), source)
    finally:
        downloads.service.close()


# --- records and figures ----------------------------------------------------------------------------------------------


def test_records_of_before_are_understood(paths: Paths, hub: LoopbackHub, source: Path) -> None:
    commit = hub.repositories[NAME].commit
    hub.add_repository("maker/paused", source)
    paths.downloads.mkdir(exist_ok=True)
    for name, order, paused in ((NAME, 2, False), ("maker/paused", 1, True)):
        request = {"repository": name, "revision": "main", "expected_bytes": 5, "title": "A model"}
        record = {
            "request": request,
            "order": order,
            "commit": commit if name == NAME else "",
            "done_bytes": 7,
            "total_bytes": 9,
            "paused": paused,
            "problem": None,
            "version": 1,
        }
        (paths.downloads / f"{name.replace('/', '--')}.json").write_text(json.dumps(record))
    downloads = Downloads(paths, hub)
    try:
        downloads.service.restore()
        downloads.until(lambda event: event.phase is DownloadPhase.DONE)
        (rests,) = downloads.service.jobs()
        assert (rests.phase, rests.done_bytes, rests.total_bytes) == (DownloadPhase.PAUSED, 7, 9)
    finally:
        downloads.service.close()


def test_a_limit_holds_at_once_and_its_progress_is_told_often(paths: Paths, hub: LoopbackHub, source: Path) -> None:
    limit = 800_000
    downloads = Downloads(paths, hub, manners=Manners(limit_bytes_per_s=limit))
    try:
        downloads.service.start(DownloadRequest(NAME))
        begun = downloads.until(lambda event: event.done_bytes > 0 and event.phase is DownloadPhase.TRANSFERRING)
        downloads.until(lambda event: event.done_bytes >= begun.done_bytes + 2 * limit)
        flowing = [event for event in downloads.events if event.phase is DownloadPhase.TRANSFERRING]
        # Four a second are one for each quarter of what a second may bring; half of them may be late.
        assert len(flowing) >= 2 * 4 / 2
        downloads.service.set_manners(Manners())
        assert same_bytes(Path(downloads.ended().folder), source)
    finally:
        downloads.service.close()
