"""The figures that a person sees while bytes flow."""

from __future__ import annotations

import pytest

from runtime.downloads.meter import RateMeter, Reading

MB = 1_000_000


class Clock:
    """Seconds that tests let pass."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def flow(meter: RateMeter, clock: Clock, from_bytes: int, rate: float, for_s: float, total: int) -> Reading:
    """Readings five times a second; the last one."""
    reading = Reading()
    steps = round(for_s * 5)
    for step in range(1, steps + 1):
        clock.now += 0.2
        reading = meter.read(from_bytes + round(rate * step / 5), total)
    return reading


def test_nothing_is_said_before_it_is_known(clock: Clock) -> None:
    meter = RateMeter(clock)
    assert meter.read(50 * MB, 100 * MB) == Reading()
    assert flow(meter, clock, 50 * MB, MB, 0.8, 100 * MB) == Reading()
    early = flow(meter, clock, round(50.8 * MB), MB, 0.4, 100 * MB)
    assert early.bytes_per_s == pytest.approx(MB, rel=0.01)
    assert early.seconds_left is None
    later = flow(meter, clock, round(51.2 * MB), MB, 1.8, 100 * MB)
    assert later.bytes_per_s == pytest.approx(MB, rel=0.01)
    assert later.seconds_left == pytest.approx(47, rel=0.01)
    assert not later.stalled


def test_a_hiccup_moves_the_rate_but_hardly_the_time_left(clock: Clock) -> None:
    meter = RateMeter(clock)
    meter.read(0, 1000 * MB)
    before = flow(meter, clock, 0, MB, 28, 1000 * MB)
    after = flow(meter, clock, 28 * MB, MB / 4, 2, 1000 * MB)
    assert before.bytes_per_s is not None
    assert after.bytes_per_s is not None
    assert after.bytes_per_s < 0.8 * before.bytes_per_s
    assert before.seconds_left is not None
    assert after.seconds_left is not None
    assert after.seconds_left == pytest.approx(before.seconds_left, rel=0.07)


def test_silence_is_told_after_ten_seconds_and_forgotten_with_the_next_byte(clock: Clock) -> None:
    meter = RateMeter(clock)
    meter.read(0, 100 * MB)
    flow(meter, clock, 0, MB, 10, 100 * MB)
    quiet = flow(meter, clock, 10 * MB, 0, 9, 100 * MB)
    assert (quiet.bytes_per_s, quiet.seconds_left, quiet.stalled) == (0, None, False)
    assert flow(meter, clock, 10 * MB, 0, 1.2, 100 * MB).stalled
    assert not flow(meter, clock, 10 * MB, MB, 0.2, 100 * MB).stalled


@pytest.mark.parametrize("gap_s", [30.0, 8 * 3600.0])
@pytest.mark.parametrize("jump_bytes", [0, 40 * MB])
def test_a_night_of_sleep_makes_no_nonsense(clock: Clock, gap_s: float, jump_bytes: int) -> None:
    meter = RateMeter(clock)
    meter.read(0, 100 * MB)
    flow(meter, clock, 0, MB, 10, 100 * MB)
    clock.now += gap_s
    assert meter.read(10 * MB + jump_bytes, 100 * MB) == Reading()
    awake = flow(meter, clock, 10 * MB + jump_bytes, MB, 3, 100 * MB)
    assert awake.bytes_per_s == pytest.approx(MB, rel=0.01)
    assert not awake.stalled


def test_bytes_that_go_away_begin_a_new_reckoning(clock: Clock) -> None:
    meter = RateMeter(clock)
    meter.read(0, 100 * MB)
    flow(meter, clock, 0, MB, 10, 100 * MB)
    clock.now += 0.2
    assert meter.read(0, 100 * MB) == Reading()
