"""Slow work on its own thread: one at a time, told often, stopped at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest

from runtime.cancel import CancelToken
from runtime.errors import CopyDamaged
from runtime.events import Event, WorkChanged, WorkKind, WorkState
from runtime.library.pace import FIRST_FORECAST_AFTER_S, Pace
from runtime.library.work import LibraryWork, Progress, WorkResult

PATIENCE_S = 10.0


class Told:
    """What a listener has heard, and waiting for it."""

    def __init__(self) -> None:
        self.events: list[WorkChanged] = []
        self._arrived = threading.Condition()

    def __call__(self, event: Event) -> None:
        assert isinstance(event, WorkChanged)
        with self._arrived:
            self.events.append(event)
            self._arrived.notify_all()

    def wait(self, found: Callable[[list[WorkChanged]], bool]) -> None:
        with self._arrived:
            assert self._arrived.wait_for(lambda: found(self.events), PATIENCE_S), self.events

    def end_of(self, work_id: str) -> WorkChanged:
        ends = (WorkState.DONE, WorkState.STOPPED, WorkState.FAILED)
        self.wait(lambda events: any(e.id == work_id and e.state in ends for e in events))
        return next(e for e in self.events if e.id == work_id and e.state in ends)

    def states(self, work_id: str) -> list[WorkState]:
        states = [e.state for e in self.events if e.id == work_id]
        return [state for number, state in enumerate(states) if number == 0 or state is not states[number - 1]]


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def work(told: Told) -> Iterator[LibraryWork]:
    work = LibraryWork(told)
    yield work
    work.close()


def until_stopped(cancel: CancelToken, _on_progress: Progress) -> WorkResult:
    assert cancel.wait(PATIENCE_S)
    cancel.check()
    return WorkResult()


def test_work_is_told_from_waiting_to_done(work: LibraryWork, told: Told) -> None:
    def job(_cancel: CancelToken, on_progress: Progress) -> WorkResult:
        on_progress(30, 100)
        return WorkResult("/shelf/model", ("config.json",))

    work_id = work.start(WorkKind.SHELVE, "/models/m", job, "/shelf")
    end = told.end_of(work_id)
    assert told.states(work_id) == [WorkState.WAITING, WorkState.RUNNING, WorkState.DONE]
    assert (end.kind, end.subject, end.target) == (WorkKind.SHELVE, "/models/m", "/shelf")
    assert (end.folder, end.wrong_files, end.problem) == ("/shelf/model", ("config.json",), None)
    assert (end.done_bytes, end.total_bytes) == (100, 100)
    assert work.works() == ()


def test_failures_are_problems_and_the_next_work_is_done(work: LibraryWork, told: Told) -> None:
    def damaged(_cancel: CancelToken, _on_progress: Progress) -> WorkResult:
        raise CopyDamaged("/shelf/model", "config.json")

    def ours(_cancel: CancelToken, _on_progress: Progress) -> WorkResult:
        raise SystemExit(3)

    first, second = work.start(WorkKind.BRING_BACK, "a", damaged), work.start(WorkKind.VERIFY, "b", ours)
    third = work.start(WorkKind.VERIFY, "c", lambda _cancel, _progress: WorkResult())
    problem = told.end_of(first).problem
    assert problem is not None
    assert (problem.code, problem.parameters["file"]) == ("model.copy_damaged", "config.json")
    problem = told.end_of(second).problem
    assert problem is not None
    assert problem.code == "unexpected"
    assert told.end_of(third).state is WorkState.DONE


def test_one_at_a_time_in_order_and_a_waiting_one_stops_at_once(work: LibraryWork, told: Told) -> None:
    ids = [work.start(WorkKind.VERIFY, name, until_stopped) for name in "abc"]
    told.wait(lambda events: any(e.state is WorkState.RUNNING for e in events))
    assert [(state.subject, state.state) for state in work.works()] == [
        ("a", WorkState.RUNNING),
        ("b", WorkState.WAITING),
        ("c", WorkState.WAITING),
    ]
    work.stop(ids[1])
    assert told.end_of(ids[1]).state is WorkState.STOPPED
    assert told.states(ids[1]) == [WorkState.WAITING, WorkState.STOPPED]
    assert [state.subject for state in work.works()] == ["a", "c"]
    work.stop(ids[0])
    assert told.end_of(ids[0]).state is WorkState.STOPPED
    told.wait(lambda events: any(e.id == ids[2] and e.state is WorkState.RUNNING for e in events))
    work.stop("unknown")
    work.stop(ids[2])
    told.end_of(ids[2])


def test_it_is_told_often_also_when_a_disk_keeps_it_waiting(work: LibraryWork, told: Told) -> None:
    def job(cancel: CancelToken, on_progress: Progress) -> WorkResult:
        on_progress(1, 10)
        return until_stopped(cancel, on_progress)

    work_id = work.start(WorkKind.MOVE, "models", job)
    told.wait(lambda events: sum(e.state is WorkState.RUNNING and e.done_bytes == 1 for e in events) >= 8)
    work.stop(work_id)
    assert told.end_of(work_id).done_bytes == 1


def test_a_listener_that_fails_does_no_harm() -> None:
    heard = threading.Event()
    both = Told()

    def listener(event: Event) -> None:
        both(event)
        heard.set()
        raise RuntimeError("a listener's mistake")

    work = LibraryWork(listener)
    for _ in range(2):
        end = both.end_of(work.start(WorkKind.VERIFY, "m", lambda _cancel, _progress: WorkResult("done")))
        assert end.state is WorkState.DONE
    work.close()


def test_a_listener_may_call_back(told: Told) -> None:
    stopped = threading.Event()
    works: list[LibraryWork] = []

    def listener(event: Event) -> None:
        told(event)
        assert isinstance(event, WorkChanged)
        if event.state is WorkState.RUNNING and not stopped.is_set():
            stopped.set()
            assert works[0].works()[0].id == event.id
            works[0].stop(event.id)

    works.append(LibraryWork(listener))
    work = works[0]
    assert told.end_of(work.start(WorkKind.VERIFY, "m", until_stopped)).state is WorkState.STOPPED
    work.close()


def test_closing_stops_all_and_tells_it(told: Told) -> None:
    work = LibraryWork(told)
    ids = [work.start(WorkKind.VERIFY, name, until_stopped) for name in "ab"]
    told.wait(lambda events: any(e.state is WorkState.RUNNING for e in events))
    work.close()
    assert [told.end_of(work_id).state for work_id in ids] == [WorkState.STOPPED, WorkState.STOPPED]
    assert work.works() == ()
    work.close()
    count = len(told.events)
    work.start(WorkKind.VERIFY, "late", until_stopped)
    assert len(told.events) == count
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("library-work")]


def test_closing_what_never_worked_is_fine(told: Told) -> None:
    LibraryWork(told).close()
    assert told.events == []


def test_the_forecast_is_smooth_and_honest() -> None:
    now = 0.0
    pace = Pace(lambda: now)
    forecasts = []
    done = 0
    for tick in range(200):
        now = tick * 0.2
        # A file is written at 10 MB/s, then read back at 100 MB/s, one after the other.
        done += 2_000_000 if tick % 11 else 20_000_000
        forecasts.append(pace.seconds_left(done, 2_000_000_000))
    early = [forecast for tick, forecast in enumerate(forecasts) if tick * 0.2 < FIRST_FORECAST_AFTER_S]
    assert set(early) == {None}
    late = [forecast for forecast in forecasts[100:] if forecast is not None]
    assert len(late) == 100
    assert all(abs(after - before) < 0.05 * before for before, after in pairwise(late))
    true_rate = done / now
    assert late[-1] == pytest.approx((2_000_000_000 - done) / true_rate, rel=0.1)


def test_nothing_is_forecast_while_nothing_moves() -> None:
    now = 0.0
    pace = Pace(lambda: now)
    for tick in range(400):
        now = tick * 0.2
        last = pace.seconds_left(500, 1000)
    assert last is None
