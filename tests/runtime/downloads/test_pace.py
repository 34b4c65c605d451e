"""How fast, over how many connections, and how long is waited: the limit, the tuning, the setbacks."""

from __future__ import annotations

import pytest

from runtime.downloads.limiter import BURST_S, Limiter
from runtime.downloads.patience import Patience, Setbacks, Transient
from runtime.downloads.tuning import FIRST_CONNECTIONS, MOST_CONNECTIONS, Tuning
from runtime.errors import HubUnreachable


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_bytes_beyond_the_limit_are_waited_for() -> None:
    clock = Clock()
    limiter = Limiter(1000, clock)
    assert limiter.owed_s() == 0
    limiter.pay(500)
    assert limiter.owed_s() == pytest.approx(0.5)
    clock.now += 0.5
    assert limiter.owed_s() == 0
    clock.now += 3600
    limiter.pay(1000)
    assert limiter.owed_s() == pytest.approx(1 - BURST_S), "an idle hour is not saved up"


def test_another_limit_counts_at_once_for_who_waits() -> None:
    clock = Clock()
    limiter = Limiter(1000, clock)
    limiter.pay(10_000)
    limiter.set(10_000)
    assert limiter.owed_s() == pytest.approx(1.0)
    limiter.set(0)
    assert limiter.owed_s() == 0
    limiter.pay(10**9)
    assert limiter.owed_s() == 0


def run(tuning: Tuning, throughput_of: dict[int, float], seconds: int, now: float = 0.0) -> list[int]:
    """Let a line carry so much with so many connections; how many were used in each second."""
    arrived, used = 0, []
    for second in range(seconds * 10):
        count = tuning.wanted()
        tuning.observe(now + second / 10, arrived, count)
        arrived += int(throughput_of[count] / 10)
        if second % 10 == 9:
            used.append(count)
    return used


def test_connections_are_added_as_long_as_they_help() -> None:
    each_helps = {count: 10e6 * count for count in range(1, MOST_CONNECTIONS + 1)}
    used = run(Tuning(), each_helps, 30)
    assert used[0] == FIRST_CONNECTIONS
    assert used[-1] == MOST_CONNECTIONS


def test_one_that_does_not_help_goes_again() -> None:
    full = {count: 10e6 for count in range(1, MOST_CONNECTIONS + 1)}
    used = run(Tuning(), full, 25)
    assert max(used) == FIRST_CONNECTIONS + 1
    assert used[-1] == FIRST_CONNECTIONS


def test_a_hub_that_says_too_much_gets_fewer() -> None:
    tuning = Tuning()
    each_helps = {count: 10e6 * count for count in range(1, MOST_CONNECTIONS + 1)}
    run(tuning, each_helps, 30)
    tuning.overwhelmed(30.0)
    assert tuning.wanted() == MOST_CONNECTIONS // 2
    assert set(run(tuning, each_helps, 50, 30.0)) == {MOST_CONNECTIONS // 2}, "careful for a minute"
    for _ in range(9):
        tuning.overwhelmed(90.0)
    assert tuning.wanted() == 1


def test_a_limited_line_gets_no_crowd() -> None:
    assert Tuning().wanted(100_000) == 1
    assert Tuning().wanted(10**9) == FIRST_CONNECTIONS


UNREACHABLE = Transient(HubUnreachable("hub"))


def test_connections_that_break_together_count_once() -> None:
    clock = Clock()
    setbacks = Setbacks(Patience(first_delay_s=1.0, quiet_tries=1), Clock(), clock)
    begun_at = clock.now
    clock.now += 1
    assert not any(setbacks.failed(UNREACHABLE, begun_at) for _ in range(8))
    assert 0.75 <= setbacks.hold_s() <= 1.25
    clock.now += 2
    assert setbacks.failed(UNREACHABLE, clock.now)
    assert _code(setbacks) == "download.hub_unreachable"
    setbacks.progressed(1)
    assert _code(setbacks) is None


def _code(setbacks: Setbacks) -> str | None:
    waiting = setbacks.waiting
    return waiting[0].code if waiting else None


def test_no_wait_goes_on_after_the_computer_slept() -> None:
    wall, monotonic = Clock(), Clock()
    setbacks = Setbacks(Patience(), wall, monotonic)
    setbacks.failed(Transient(HubUnreachable("hub"), retry_after_s=100.0), monotonic.now)
    assert setbacks.hold_s() == 100
    for clock in (wall, monotonic):
        clock.now += 10
    assert not setbacks.woke(), "time that passed on both clocks is no sleep"
    assert setbacks.hold_s() == 90
    wall.now += 3600
    assert setbacks.woke()
    assert setbacks.hold_s() == 0
    assert not setbacks.woke(), "once for each sleep"
    wall.now -= 7200
    assert not setbacks.woke(), "a clock set back is no sleep"
