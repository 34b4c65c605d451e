"""When downloads hold still for the rest of a person's life: by day, on battery, on a line that costs money."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from runtime.events import Hold
from runtime.requests import Manners, Network


def runs_on_battery() -> bool:
    """True while this computer lives from its battery; False where there is none or the system does not say."""
    import psutil

    try:
        battery = psutil.sensors_battery()
    except Exception:  # not on every system, and what drivers answer is not always what psutil expects
        return False
    return battery is not None and battery.power_plugged is False


@dataclass(frozen=True)
class Surroundings:
    """What the service knows of the world around it. Read on its thread; tests put their own world here.

    ``now`` is local time. Every ``look_every_s`` seconds the clock and the battery are read again while a job could
    run. A job that waits in vain for ``give_way_s`` gives up its turn when another wants it.
    """

    now: Callable[[], datetime] = datetime.now
    on_battery: Callable[[], bool] = runs_on_battery
    look_every_s: float = 15.0
    give_way_s: float = 60.0


def is_night(hour: int, night: tuple[int, int]) -> bool:
    """True when ``hour`` lies in the night, which may cross midnight. From an hour to the same one is a whole day."""
    first, end = night
    if first == end:
        return True
    return first <= hour < end if first < end else hour >= first or hour < end


def may_change_by_itself(manners: Manners) -> bool:
    """True when a hold may come or go without a word from anybody: the clock and the battery must be looked at."""
    return manners.only_at_night or not manners.on_battery


def hold_now(manners: Manners, network: Network, surroundings: Surroundings) -> Hold | None:
    """Why downloads should hold still now, or None. Of several reasons the one that is likely to last longest."""
    if manners.only_at_night and not is_night(surroundings.now().hour, manners.night):
        return Hold.NIGHT
    if not manners.on_battery and surroundings.on_battery():
        return Hold.BATTERY
    if not manners.on_metered and network.metered:
        return Hold.METERED
    return None
