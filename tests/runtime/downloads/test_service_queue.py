"""The order of the queue, and how jobs that only wait let others pass."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from runtime.downloads.book import JobBook
from runtime.downloads.patience import Patience
from runtime.downloads.records import JobRecord
from runtime.downloads.vain import VainTurns
from runtime.events import DownloadChanged, DownloadPhase
from runtime.paths import Paths
from runtime.requests import DownloadRequest
from tests.hub import Fault, Kind, LoopbackHub, Place
from tests.runtime.downloads.kit import IMPATIENT, NAME, same_bytes
from tests.runtime.downloads.watched import Downloads, World, until_true, workers

SECOND, THIRD, FOURTH = "maker/second", "maker/third", "maker/fourth"


@pytest.fixture
def hub(hub: LoopbackHub, source: Path) -> LoopbackHub:
    for name in (SECOND, THIRD, FOURTH):
        hub.add_repository(name, source)
    return hub


def at_place(place: int) -> Callable[[DownloadChanged], bool]:
    return lambda event: event.place == place


def test_the_order_is_told_can_be_changed_and_outlives_a_restart(paths: Paths, hub: LoopbackHub) -> None:
    hub.faults.add(Fault(Kind.STALL, Place.API, times=None))
    first = Downloads(paths, hub)
    try:
        for name in (NAME, SECOND, THIRD, FOURTH):
            first.service.start(DownloadRequest(name))
        assert first.until(lambda event: event.phase is DownloadPhase.LISTING).place == 0
        first.until(at_place(3), FOURTH)
        first.service.move(FOURTH, 1)
        for name, place in ((FOURTH, 1), (SECOND, 2), (THIRD, 3)):
            first.until(at_place(place), name)
        until_true(lambda: first.order() == [NAME, FOURTH, SECOND, THIRD])
        first.service.move(SECOND, 99)
        first.service.pause(FOURTH)
        assert first.ended(FOURTH).place == -1
        until_true(lambda: first.order() == [NAME, THIRD, SECOND, FOURTH])
        assert [job.place for job in first.service.jobs()] == [0, 1, 2, -1]
    finally:
        first.service.close()
    second = Downloads(paths, hub)
    try:
        second.service.restore()
        second.until(lambda event: event.phase is DownloadPhase.LISTING)
        assert second.order() == [NAME, THIRD, SECOND, FOURTH]
    finally:
        second.service.close()


def test_begin_now_sends_the_one_in_work_back_with_its_bytes(
    downloads: Downloads, hub: LoopbackHub, source: Path
) -> None:
    hub.rate_bytes_per_s = 3_000_000
    for name in (NAME, SECOND):
        downloads.service.start(DownloadRequest(name))
    downloads.until(lambda event: event.done_bytes > 1_000_000)
    downloads.service.move(SECOND, 0)
    back = downloads.until(lambda event: event.phase is DownloadPhase.QUEUED and event.done_bytes > 1_000_000)
    assert back.place == 1
    hub.rate_bytes_per_s = None
    asked = len(hub.asked("store"))
    for name in (NAME, SECOND):
        assert downloads.ended(name).phase is DownloadPhase.DONE
    done = [event.repository for event in downloads.events if event.phase is DownloadPhase.DONE]
    assert done == [SECOND, NAME]
    assert same_bytes(Path(downloads.ended().folder), source)
    assert any(
        request.headers.get("range", "bytes=0").split("=")[1][0] != "0" for request in hub.asked("store")[asked:]
    )


def test_the_one_in_work_can_be_put_behind_others(downloads: Downloads, hub: LoopbackHub) -> None:
    hub.faults.add(Fault(Kind.STALL, Place.API, times=None))
    for name in (NAME, SECOND, THIRD):
        downloads.service.start(DownloadRequest(name))
    downloads.until(at_place(2), THIRD)
    downloads.service.move(NAME, 1)
    downloads.until(at_place(0), SECOND)
    until_true(lambda: downloads.order() == [SECOND, NAME, THIRD])
    downloads.service.move("maker/unknown", 0)
    downloads.service.move(SECOND, 0)
    downloads.service.pause(THIRD)
    assert downloads.ended(THIRD).place == -1
    assert downloads.order() == [SECOND, NAME, THIRD]


def test_a_job_that_waits_lets_the_others_pass(paths: Paths, hub: LoopbackHub) -> None:
    hub.faults.add(Fault(Kind.STATUS, Place.API, path=f"*/{NAME}/*", times=None))
    downloads = Downloads(paths, hub, surroundings=World().surroundings(give_way_s=0.2))
    try:
        downloads.service.start(DownloadRequest(NAME))
        waiting = downloads.until(lambda event: event.phase is DownloadPhase.WAITING)
        assert waiting.place == 0
        downloads.service.start(DownloadRequest(SECOND))
        assert downloads.ended(SECOND).phase is DownloadPhase.DONE
        passed = downloads.until(
            lambda event: event.phase is DownloadPhase.QUEUED, since=downloads.events.index(waiting)
        )
        assert passed.problem is None
        hub.faults.clear()
        assert downloads.ended().phase is DownloadPhase.DONE
    finally:
        downloads.service.close()


def test_alone_a_job_that_waits_keeps_its_turn(paths: Paths, hub: LoopbackHub) -> None:
    hub.faults.add(Fault(Kind.STATUS, Place.API, times=None))
    downloads = Downloads(paths, hub, surroundings=World().surroundings(give_way_s=0.0))
    try:
        downloads.service.start(DownloadRequest(NAME))
        downloads.until(lambda event: event.phase is DownloadPhase.WAITING)
        (worker,) = workers()
        asked = len(hub.asked("hub"))
        until_true(lambda: len(hub.asked("hub")) > asked + 5)
        assert workers() == [worker]
    finally:
        downloads.service.close()


def test_where_all_wait_they_take_turns_and_ask_less_often(paths: Paths, hub: LoopbackHub) -> None:
    hub.faults.add(Fault(Kind.STATUS, Place.API, times=None))
    patience = Patience(quiet_tries=2, first_delay_s=0.01, longest_delay_s=3600.0)
    downloads = Downloads(paths, hub, patience=patience, surroundings=World().surroundings(give_way_s=0.1))
    try:
        for name in (NAME, SECOND):
            downloads.service.start(DownloadRequest(name))
        again = [
            downloads.until(lambda event: event.retry_in_s is not None and event.retry_in_s > 1000, name)
            for name in (NAME, SECOND)
        ]
        assert [event.problem.code for event in again if event.problem] == ["download.hub_refused"] * 2
    finally:
        downloads.service.close()


def test_turns_in_vain_grow_longer_and_are_forgotten_with_progress() -> None:
    vain = VainTurns()
    assert vain.give_way_after_s(["a/new"], 60) == 60
    for turn in range(1, 6):
        vain.note("a/b", 1_000)
        assert vain.of("a/b") == turn
        assert vain.give_way_after_s(["a/b"], 60) == 60 * 2 ** min(turn, 3)
        assert vain.give_way_after_s(["a/b", "a/new"], 60) == 60
    assert vain.patience_of("a/new", IMPATIENT) == IMPATIENT
    slow = vain.patience_of("a/b", IMPATIENT)
    assert (slow.quiet_tries, slow.first_delay_s) == (0, IMPATIENT.longest_delay_s)
    vain.note("a/b", 1_000_000)
    assert vain.of("a/b") == 1
    vain.forget("a/b")
    assert vain.of("a/b") == 0


def test_places_are_found_also_where_there_is_no_room(tmp_path: Path) -> None:
    """Records of before have neighbouring numbers."""
    book = JobBook(tmp_path, lambda _: None)
    names = [f"maker/m{number}" for number in range(6)]
    for number, name in enumerate(names):
        book.announce(DownloadRequest(name))
        book.keep(JobRecord(DownloadRequest(name), number))
    wanted = list(names)
    for name, index in (("maker/m5", 0), ("maker/m0", 3), ("maker/m2", 1), ("maker/m2", 1), ("maker/m4", 99)):
        record = book.record(name)
        assert record is not None
        book.put(record, index)
        wanted.remove(name)
        wanted.insert(index, name)
        assert [job.repository for job in book.line()] == wanted
    again = JobBook(tmp_path, lambda _: None)
    again.restore()
    assert [job.repository for job in again.line()] == wanted
