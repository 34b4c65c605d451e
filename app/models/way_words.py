"""The states of what is on its way, as icon and words."""

from __future__ import annotations

from app.models.face import in_one_line
from app.models.shown import WayRow, WayState

ICONS: dict[WayState, tuple[str, str]] = {
    WayState.QUEUED: ("clock", "text3"),
    WayState.LISTING: ("download", "accent"),
    WayState.MOVING: ("download", "accent"),
    WayState.STALLED: ("hourglass", "warn"),
    WayState.WAITING: ("wifi-off", "warn"),
    WayState.HELD: ("clock", "text3"),
    WayState.CHECKING: ("shield-check", "accent"),
    WayState.PAUSED: ("pause", "text3"),
    WayState.FAILED: ("triangle-alert", "warn"),
}
STATES: dict[WayState, str] = {
    WayState.QUEUED: "In the queue",
    WayState.LISTING: "Asking what to fetch …",
    WayState.MOVING: "",
    WayState.STALLED: "Nothing is arriving just now. Trying again …",
    WayState.WAITING: "Waiting for the internet. It goes on by itself.",
    WayState.HELD: "Waiting, as you wished.",
    WayState.CHECKING: "Checking every byte",
    WayState.PAUSED: "Paused. What is here is kept.",
    WayState.FAILED: "It could not go on. What is here is kept.",
}
SPOKEN: dict[WayState, str] = {
    **STATES,
    WayState.MOVING: "On its way",
    WayState.PAUSED: "Paused",
    WayState.STALLED: "Nothing is arriving",
    WayState.FAILED: "Stopped",
}
WORK_QUEUED = "Waiting for its turn"
# Nothing moves here, and what the person reads stands on a line of its own.
LOUD = (WayState.STALLED, WayState.WAITING, WayState.HELD, WayState.FAILED)
STILL = (WayState.QUEUED, WayState.STALLED, WayState.WAITING, WayState.HELD, WayState.PAUSED, WayState.FAILED)


def icon(row: WayRow) -> tuple[str, str]:
    """Icon and token."""
    name, token = ICONS[row.state]
    if row.state is WayState.HELD and row.hold:
        return row.hold, token
    if row.work and row.state is WayState.MOVING:
        return "hard-drive", token
    return name, token


def state(row: WayRow) -> str:
    """The given sentence, or the state's own words."""
    if row.sentence:
        return row.sentence
    if row.state is WayState.QUEUED:
        if row.work:
            return WORK_QUEUED
        return f"In the queue, place {row.place}" if row.place > 0 else STATES[WayState.QUEUED]
    if row.work and row.state is WayState.MOVING:
        return ""
    return STATES[row.state]


def line(row: WayRow) -> str:
    """The figures, and of a quiet state its words too."""
    return row.amount if row.state in LOUD else in_one_line(state(row), row.amount)


def loud(row: WayRow) -> str:
    """What stands on a line of its own."""
    return state(row) if row.state in LOUD else ""


def has_bar(row: WayRow) -> bool:
    """A bar only where there is something to see: not while the size is unknown, nor where nothing came yet."""
    return row.fraction is not None and not (row.state in STILL and row.fraction == 0)


def spoken(row: WayRow) -> str:
    """What a screen reader calls the row; the figures are its description, as they change all the time."""
    words = state(row) if row.state is WayState.QUEUED or row.work else SPOKEN[row.state]
    return f"{row.title}. {words}".rstrip(" .…") + "."
