"""Jobs that hold still for the person's sake, begin by themselves, and can be told to go on anyway."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runtime.downloads.patience import Patience
from runtime.events import DownloadChanged, DownloadPhase, Hold
from runtime.paths import Paths
from runtime.requests import DownloadRequest, Manners, Network
from tests.hub import Fault, Kind, LoopbackHub, Place
from tests.runtime.downloads.kit import NAME, same_bytes
from tests.runtime.downloads.watched import Downloads, World, files_below, until_true, workers

SECOND = "maker/second"
Make = Callable[..., Downloads]


@pytest.fixture
def world() -> World:
    return World(hour=12)


@pytest.fixture
def make(paths: Paths, hub: LoopbackHub, source: Path, world: World) -> Iterator[Make]:
    """Makes services in the test's world, and closes them."""
    made: list[Downloads] = []
    hub.add_repository(SECOND, source)

    def make(manners: Manners | None = None, **more: object) -> Downloads:
        made.append(Downloads(paths, hub, manners=manners, surroundings=world.surroundings(), **more))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for downloads in made:
        downloads.service.close()


def held(hold: Hold) -> Callable[[DownloadChanged], bool]:
    return lambda event: event.phase is DownloadPhase.HELD and event.hold is hold


def test_by_night_alone(make: Make, hub: LoopbackHub, world: World, source: Path) -> None:
    downloads = make(Manners(only_at_night=True))
    downloads.service.start(DownloadRequest(NAME))
    downloads.service.start(DownloadRequest(SECOND))
    assert downloads.until(held(Hold.NIGHT)).place == 1
    assert downloads.until(held(Hold.NIGHT), SECOND).place == 2
    assert not hub.requests
    hub.rate_bytes_per_s = 3_000_000
    world.hour = 23
    begun = downloads.until(lambda event: event.done_bytes > 1_000_000)
    assert (begun.hold, begun.place) == (None, 0)
    world.hour = 7
    morning = downloads.until(lambda event: event.phase is DownloadPhase.HELD and event.done_bytes > 1_000_000)
    assert (morning.hold, morning.place) == (Hold.NIGHT, 1)
    assert not workers()
    hub.rate_bytes_per_s = None
    world.hour = 2
    assert same_bytes(Path(downloads.ended().folder), source)
    assert downloads.ended(SECOND).phase is DownloadPhase.DONE
    assert hub.sent_bytes < 2 * 4_000_000 + 1_000_000, "the bytes of the first night were fetched again"


def test_anyway_is_for_one_job_and_outlives_a_restart(make: Make, hub: LoopbackHub) -> None:
    hub.faults.add(Fault(Kind.STALL, times=1, path="*.safetensors", after_bytes=1_000_000))
    downloads = make(Manners(only_at_night=True), patience=Patience(stall_s=600))
    downloads.service.start(DownloadRequest(SECOND))
    downloads.service.start(DownloadRequest(NAME))
    downloads.until(held(Hold.NIGHT))
    downloads.service.resume(NAME)
    downloads.until(lambda event: event.done_bytes >= 1_000_000)
    assert downloads.order() == [NAME, SECOND]
    assert downloads.service.jobs()[1].hold is Hold.NIGHT
    downloads.service.close()

    again = make(Manners(only_at_night=True))
    again.service.restore()
    assert again.until(lambda event: event.phase is DownloadPhase.DONE)
    assert [(job.repository, job.hold) for job in again.service.jobs()] == [(SECOND, Hold.NIGHT)]
    # Once it is done, the same model is nothing special any more.
    again.service.start(DownloadRequest(NAME))
    again.until(held(Hold.NIGHT))


def test_a_held_job_can_be_paused_moved_and_cancelled(make: Make, hub: LoopbackHub, paths: Paths) -> None:
    downloads = make(Manners(only_at_night=True))
    downloads.service.start(DownloadRequest(NAME))
    downloads.service.start(DownloadRequest(SECOND))
    downloads.until(held(Hold.NIGHT), SECOND)
    downloads.service.move(SECOND, 0)
    downloads.until(lambda event: event.place == 1, SECOND)
    assert downloads.order() == [SECOND, NAME]
    downloads.service.pause(NAME)
    assert downloads.ended().hold is None
    seen = len(downloads.events)
    downloads.service.resume(NAME)
    downloads.until(held(Hold.NIGHT), since=seen)
    downloads.service.cancel(SECOND)
    assert downloads.ended(SECOND).phase is DownloadPhase.CANCELLED
    assert not hub.requests
    downloads.service.set_manners(Manners())
    assert downloads.ended().phase is DownloadPhase.DONE
    until_true(lambda: not files_below(paths.downloads))


def test_on_the_mains_again_it_goes_on_by_itself(make: Make, hub: LoopbackHub, world: World) -> None:
    hub.rate_bytes_per_s = 3_000_000
    downloads = make(Manners(on_battery=False))
    downloads.service.start(DownloadRequest(NAME))
    downloads.until(lambda event: event.done_bytes > 500_000)
    world.on_battery = True
    assert downloads.until(held(Hold.BATTERY)).done_bytes > 500_000
    assert not workers()
    hub.rate_bytes_per_s = None
    world.on_battery = False
    assert downloads.ended().phase is DownloadPhase.DONE


def test_a_line_that_costs_money(make: Make, hub: LoopbackHub) -> None:
    hub.rate_bytes_per_s = 3_000_000
    downloads = make()
    downloads.service.start(DownloadRequest(NAME))
    downloads.until(lambda event: event.done_bytes > 500_000)
    downloads.service.set_network(Network(online=True, metered=True))
    downloads.until(held(Hold.METERED))
    downloads.service.set_network(Network(online=True, metered=False))
    seen = len(downloads.events)
    downloads.until(lambda event: event.phase is DownloadPhase.TRANSFERRING, since=seen)
    hub.rate_bytes_per_s = None
    assert downloads.ended().phase is DownloadPhase.DONE


def test_back_online_a_job_that_waits_tries_at_once(make: Make, hub: LoopbackHub) -> None:
    hub.faults.add(Fault(Kind.STATUS, Place.API, times=None, status=503))
    downloads = make(patience=Patience(quiet_tries=0, first_delay_s=3600, longest_delay_s=3600))
    downloads.service.start(DownloadRequest(NAME))
    downloads.until(lambda event: event.phase is DownloadPhase.WAITING)
    asked = len(hub.asked("hub"))
    downloads.service.set_network(Network(online=True))
    downloads.service.set_network(Network(online=False))
    hub.faults.clear()
    assert len(hub.asked("hub")) == asked
    downloads.service.set_network(Network(online=True))
    assert downloads.ended().phase is DownloadPhase.DONE


def test_no_network_does_no_harm_to_a_job_that_has_one(make: Make, hub: LoopbackHub) -> None:
    hub.rate_bytes_per_s = 4_000_000
    downloads = make()
    downloads.service.set_network(Network(online=False))
    downloads.service.start(DownloadRequest(NAME))
    downloads.until(lambda event: event.done_bytes > 500_000)
    downloads.service.set_network(Network(online=True))
    assert downloads.ended().phase is DownloadPhase.DONE
    assert len(hub.asked("hub", "/tree/")) == 1, "it was begun anew"
