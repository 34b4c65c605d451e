"""Every state that a download can be in: it says what it is, and it can be cancelled there."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.sentences import downloads as sentences
from runtime.errors import HubRefused, HubUnreachable, Problem
from runtime.events import DownloadChanged, DownloadPhase, Hold
from runtime.paths import Paths
from runtime.requests import DownloadRequest, Manners
from tests.faults.models import Model, make_models
from tests.hub import Fault, Kind, LoopbackHub, Place
from tests.runtime.downloads.kit import NAME, paths_below
from tests.runtime.downloads.watched import Downloads, World, files_below, until_true, workers

WEIGHTS = "model.safetensors"
OTHER = "maker/other"
PROBLEMS = (None, HubUnreachable("hub.example").problem(), HubRefused("hub.example", 429).problem())


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Model]:
    return make_models(tmp_path_factory.mktemp("models"))


@pytest.fixture
def hub(models: dict[str, Model]) -> Iterator[LoopbackHub]:
    with LoopbackHub() as hub:
        hub.repositories[NAME] = models["pieces"].repository()
        yield hub


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return paths_below(tmp_path)


@pytest.fixture
def downloads(paths: Paths, hub: LoopbackHub) -> Iterator[Downloads]:
    downloads = Downloads(paths, hub)
    yield downloads
    downloads.service.close()


# --- cancelling -------------------------------------------------------------------------------------------------------


def _is(*phases: DownloadPhase, **fields: object) -> Callable[[DownloadChanged], bool]:
    return lambda event: event.phase in phases and all(getattr(event, name) == is_ for name, is_ in fields.items())


def _queued(downloads: Downloads, hub: LoopbackHub) -> None:
    hub.repositories[OTHER] = hub.repositories[NAME]
    hub.faults.add(Fault(Kind.STALL, Place.API, path="*other*", times=None))
    downloads.service.start(DownloadRequest(OTHER))
    downloads.service.start(DownloadRequest(NAME))
    downloads.until(_is(DownloadPhase.QUEUED))


def _listing(downloads: Downloads, hub: LoopbackHub) -> None:
    hub.faults.add(Fault(Kind.STALL, Place.API, times=None))
    downloads.service.start(DownloadRequest(NAME))
    until_true(lambda: hub.faults.struck > 0)


def _redirecting(downloads: Downloads, hub: LoopbackHub) -> None:
    hub.faults.add(Fault(Kind.STALL, Place.RESOLVE, times=None))
    downloads.service.start(DownloadRequest(NAME))
    until_true(lambda: hub.faults.struck > 0)


def _transferring(downloads: Downloads, hub: LoopbackHub) -> None:
    hub.total_rate_bytes_per_s = 10e6
    downloads.service.start(DownloadRequest(NAME))
    downloads.until(lambda event: event.done_bytes > 1_000_000)


def _silent(downloads: Downloads, hub: LoopbackHub) -> None:
    hub.faults.add(Fault(Kind.STALL, path=WEIGHTS, times=None, after_bytes=100_000))
    downloads.service.start(DownloadRequest(NAME))
    downloads.until(lambda event: event.done_bytes >= 100_000)


def _waiting(downloads: Downloads, hub: LoopbackHub) -> None:
    hub.faults.add(Fault(Kind.STATUS, Place.API, times=None))
    downloads.service.start(DownloadRequest(NAME))
    downloads.until(_is(DownloadPhase.WAITING))


def _verifying(downloads: Downloads, hub: LoopbackHub) -> None:
    _paused(downloads, hub)
    seen = len(downloads.events)
    downloads.service.resume(NAME)
    downloads.until(_is(DownloadPhase.VERIFYING), since=seen)


def _paused(downloads: Downloads, hub: LoopbackHub) -> None:
    _transferring(downloads, hub)
    downloads.service.pause(NAME)
    assert downloads.ended().phase is DownloadPhase.PAUSED


def _failed(downloads: Downloads, hub: LoopbackHub) -> None:
    hub.faults.add(Fault(Kind.ZEROS, path=WEIGHTS, times=None))
    downloads.service.start(DownloadRequest(NAME))
    assert downloads.ended().phase is DownloadPhase.FAILED


STATES = [_queued, _listing, _redirecting, _transferring, _silent, _waiting, _verifying, _paused, _failed]


def _cancelled(downloads: Downloads, paths: Paths) -> None:
    """Cancel, and see that nothing is left of it."""
    downloads.service.cancel(NAME)
    downloads.until(_is(DownloadPhase.CANCELLED))
    assert NAME not in downloads.order()
    # Large parts are deleted beside the answer.
    until_true(lambda: not [path for path in files_below(paths.models) if "other" not in str(path)])
    downloads.service.cancel(OTHER)
    until_true(lambda: not downloads.order())
    assert workers() == []
    assert files_below(paths.downloads) == []


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__.strip("_"))
def test_cancel_while(
    state: Callable[[Downloads, LoopbackHub], None], downloads: Downloads, hub: LoopbackHub, paths: Paths
) -> None:
    state(downloads, hub)
    _cancelled(downloads, paths)


def test_cancel_while_held(hub: LoopbackHub, paths: Paths) -> None:
    downloads = Downloads(paths, hub, manners=Manners(only_at_night=True), surroundings=World(12).surroundings())
    try:
        downloads.service.start(DownloadRequest(NAME))
        downloads.until(_is(DownloadPhase.HELD, hold=Hold.NIGHT))
        _cancelled(downloads, paths)
    finally:
        downloads.service.close()


def test_cancelled_at_any_moment_nothing_is_left(downloads: Downloads, hub: LoopbackHub, paths: Paths) -> None:
    """Also while it installs: either the whole model is there, or nothing."""
    for events_before in range(1, 12, 2):
        seen, left = len(downloads.events), iter(range(events_before))
        downloads.service.start(DownloadRequest(NAME))
        downloads.until(lambda _, left=left: next(left, None) is None or False, since=seen)  # type: ignore[misc]
        downloads.service.cancel(NAME)
        assert downloads.ended().phase in (DownloadPhase.CANCELLED, DownloadPhase.DONE)
        incoming = paths.models / ".incoming"
        assert [path for path in files_below(incoming) if path.suffix != ".lock"] == []


# --- what is said -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("phase", list(DownloadPhase))
def test_no_state_is_without_a_sentence(phase: DownloadPhase) -> None:
    """Whatever else is known or not: there is a sentence, and it is more than an amount that stands still."""
    flags = itertools.product(
        PROBLEMS, (None, *Hold), (False, True), (None, 0.0, 1e6), (None, 3.0), ((0, 0), (0, 9), (4, 9), (9, 9))
    )
    for problem, hold, stalled, rate, seconds, (done, total) in flags:
        event = DownloadChanged(
            NAME, phase, "A model", "main", done, total, rate, seconds, stalled, seconds, "", problem, hold
        )
        words = sentences.download_words(event)
        assert words.strip(), event
        assert words != sentences.download_amount(event), event
        assert sentences.download_line(event, "A model").strip(), event


def test_a_run_through_trouble_is_told_all_along(
    downloads: Downloads, hub: LoopbackHub, models: dict[str, Model]
) -> None:
    """The events of a real run with all sorts of trouble: often enough, each with words, never going back unsaid."""
    hub.repositories[NAME] = models["small"].repository()
    hub.total_rate_bytes_per_s = 1e6
    hub.faults.add(
        Fault(Kind.STATUS, Place.API, times=5),
        Fault(Kind.STALL, Place.RESOLVE, times=1),
        Fault(Kind.CUT, path=WEIGHTS, times=2, after_bytes=500_000),
        Fault(Kind.STALL, path=WEIGHTS, times=1, after_bytes=500_000),
        Fault(Kind.STATUS, path=WEIGHTS, times=6, status=429, retry_after="1"),
    )
    downloads.service.start(DownloadRequest(NAME))
    assert downloads.ended().phase is DownloadPhase.DONE
    assert all(sentences.download_words(event).strip() for event in downloads.events)
    waits = [event for event in downloads.events if event.phase is DownloadPhase.WAITING]
    assert {_code(event.problem) for event in waits} == {"download.hub_refused"}
    # Three million bytes at a million a second take three seconds, in which it speaks four times a second.
    assert len([event for event in downloads.events if event.phase is DownloadPhase.TRANSFERRING]) >= 3 * 4
    done = [event.done_bytes for event in downloads.events if event.phase is DownloadPhase.TRANSFERRING]
    assert done == sorted(done)
    assert all(event.done_bytes <= event.total_bytes for event in downloads.events if event.total_bytes)


def _code(problem: Problem | None) -> str:
    return problem.code if problem else ""
