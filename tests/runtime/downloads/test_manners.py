"""When downloads hold still: the rules alone, and what this computer says of its battery."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace

import psutil
import pytest

from runtime.downloads.manners import Surroundings, hold_now, is_night, may_change_by_itself, runs_on_battery
from runtime.events import Hold
from runtime.requests import Manners, Network


@pytest.mark.parametrize(
    ("night", "hours"),
    [
        ((23, 7), {23, 0, 1, 2, 3, 4, 5, 6}),
        ((1, 5), {1, 2, 3, 4}),
        ((22, 0), {22, 23}),
        ((0, 6), {0, 1, 2, 3, 4, 5}),
        ((6, 6), set(range(24))),
    ],
)
def test_the_hours_of_the_night(night: tuple[int, int], hours: set[int]) -> None:
    assert {hour for hour in range(24) if is_night(hour, night)} == hours


DAY, NIGHT = 12, 2


@pytest.mark.parametrize(
    ("manners", "hour", "on_battery", "metered", "hold"),
    [
        (Manners(), DAY, True, None, None),
        (Manners(), DAY, False, False, None),
        (Manners(), NIGHT, False, True, Hold.METERED),
        (Manners(on_metered=True), DAY, True, True, None),
        (Manners(on_battery=False), DAY, True, False, Hold.BATTERY),
        (Manners(on_battery=False), DAY, False, False, None),
        (Manners(only_at_night=True), DAY, False, None, Hold.NIGHT),
        (Manners(only_at_night=True), NIGHT, True, None, None),
        (Manners(only_at_night=True, on_battery=False), DAY, True, True, Hold.NIGHT),
        (Manners(only_at_night=True, on_battery=False), NIGHT, True, True, Hold.BATTERY),
        (Manners(only_at_night=True, on_battery=False), NIGHT, False, True, Hold.METERED),
    ],
)
def test_the_reason_to_hold(
    manners: Manners, hour: int, on_battery: bool, metered: bool | None, hold: Hold | None
) -> None:
    surroundings = Surroundings(lambda: datetime(2026, 1, 1, hour), lambda: on_battery)
    assert hold_now(manners, Network(metered=metered), surroundings) is hold


def test_only_the_clock_and_the_battery_must_be_looked_at() -> None:
    assert not may_change_by_itself(Manners(limit_bytes_per_s=5))
    assert may_change_by_itself(Manners(only_at_night=True))
    assert may_change_by_itself(Manners(on_battery=False))


@pytest.mark.parametrize(
    ("battery", "expected"),
    [
        (None, False),
        (SimpleNamespace(percent=50, power_plugged=True), False),
        (SimpleNamespace(percent=50, power_plugged=None), False),
        (SimpleNamespace(percent=50, power_plugged=False), True),
    ],
)
def test_the_battery(monkeypatch: pytest.MonkeyPatch, battery: object, expected: bool) -> None:
    monkeypatch.setattr(psutil, "sensors_battery", lambda: battery, raising=False)
    assert runs_on_battery() is expected


def test_a_battery_that_can_not_be_read_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise FileNotFoundError("/sys/class/power_supply")

    monkeypatch.setattr(psutil, "sensors_battery", broken, raising=False)
    assert runs_on_battery() is False
    monkeypatch.delattr(psutil, "sensors_battery")
    assert runs_on_battery() is False
