"""What a download is doing, in every state that it can be in."""

from __future__ import annotations

from app import texts, wording
from app.texts import Way
from runtime.api import DownloadChanged, DownloadPhase, Hold, Manners

NIGHT = Manners().night
UNHEARD = "It did not work. What is here is kept."


def held(hold: Hold | None, night: tuple[int, int] = NIGHT) -> str:
    """Why a job waits although it could run. ``night`` are the first hour and the one that it ends before."""
    match hold:
        case Hold.NIGHT:
            return f"Waits for the night. It begins at {wording.hour(night[0])}."
        case Hold.BATTERY:
            return "Waits until the computer is plugged in."
        case Hold.METERED:
            return "Waits: this connection costs by the amount."
        case _:
            return "Waits, as the settings ask for it."


def download_phase(event: DownloadChanged, *, next_try: bool = True, night: tuple[int, int] = NIGHT) -> str:
    """What a download is doing, when bytes are not simply flowing. Empty while they are.

    ``next_try`` False leaves out when the next try is, for whoever counts it down.
    """
    if event.phase in (DownloadPhase.WAITING, DownloadPhase.FAILED):
        return _trouble(event, next_try=next_try)
    if event.phase is DownloadPhase.TRANSFERRING:
        return _transferring(event)
    if event.phase is DownloadPhase.VERIFYING:
        return _checking(event)
    if event.phase is DownloadPhase.HELD:
        return held(event.hold, night)
    if event.phase is DownloadPhase.QUEUED:
        return wording.place_in_line(event.place) if event.place > 0 else "Waiting for its turn"
    if event.phase is DownloadPhase.LISTING and event.stalled:
        return "The model library has not answered yet. Trying again …"
    return RESTING[event.phase]


RESTING = {
    DownloadPhase.LISTING: "Asking what to fetch …",
    DownloadPhase.PAUSED: "Paused. What is here is kept.",
    DownloadPhase.DONE: "Everything is here, and every byte is right.",
    DownloadPhase.CANCELLED: "Cancelled. Nothing of it was kept.",
}


def _transferring(event: DownloadChanged) -> str:
    if event.stalled:
        return "Nothing is arriving just now. Trying again …"
    return "" if event.bytes_per_s else "The first bytes are on their way …"


def _checking(event: DownloadChanged) -> str:
    here = event.done_bytes if event.done_bytes >= event.checked_bytes else event.total_bytes
    if not event.checked_bytes or here < event.checked_bytes:
        return "Checking every byte …"
    return f"Checking what is already here: {wording.part_of(event.checked_bytes, here)}"


def _trouble(event: DownloadChanged, *, next_try: bool) -> str:
    waiting = event.phase is DownloadPhase.WAITING
    if event.problem is not None:
        words = texts.explain(event.problem).sentence
    else:
        words = "Waiting for the internet. It goes on by itself." if waiting else UNHEARD
    return " ".join(
        part for part in (words, download_next_try(event.retry_in_s) if waiting and next_try else "") if part
    )


def download_next_try(retry_in_s: float | None) -> str:
    """ "Next try in about 20 seconds."; empty when nobody knows."""
    return f"Next try in {wording.duration(retry_in_s)}." if retry_in_s is not None else ""


def download_amount(event: DownloadChanged) -> str:
    """ "1.8 of 4.9 GB"."""
    return wording.part_of(event.done_bytes, event.total_bytes) if event.total_bytes else ""


def download_rate(event: DownloadChanged) -> str:
    """ "22 MB a second · about 2 minutes left"."""
    if event.phase is not DownloadPhase.TRANSFERRING or event.stalled or not event.bytes_per_s:
        return ""
    left = f"{wording.duration(event.seconds_left)} left" if event.seconds_left is not None else ""
    return " · ".join(part for part in (wording.rate(event.bytes_per_s), left) if part)


def download_fraction(event: DownloadChanged) -> float | None:
    """0 to 1, or None while the size is not known."""
    return min(event.done_bytes / event.total_bytes, 1.0) if event.total_bytes else None


def download_words(event: DownloadChanged, *, night: tuple[int, int] = NIGHT) -> str:
    """All of it in one line: how much, how fast, how long, or what it waits for. Never empty, whatever the state."""
    parts = (download_amount(event), download_rate(event), download_phase(event, night=night))
    return " · ".join(part for part in parts if part)


def download_line(event: DownloadChanged, title: str) -> str:
    """ "Everyday helper is on its way: 1.8 of 4.9 GB · about 2 minutes left", or "Everyday helper: " and what holds
    it up."""
    words = download_phase(event)
    if words and event.phase is not DownloadPhase.LISTING and not _flowing(event):
        return f"{title}: {words}"
    news = " · ".join(part for part in (download_amount(event), download_rate(event)) if part)
    return f"{title} is on its way: {news if _flowing(event) and news else words}"


def _flowing(event: DownloadChanged) -> bool:
    return event.phase is DownloadPhase.TRANSFERRING and not event.stalled


def download_ways(event: DownloadChanged) -> tuple[Way, ...]:
    """What a person can do about a download that failed, the likeliest first. Never empty for one that did."""
    if event.phase is not DownloadPhase.FAILED:
        return ()
    ways = texts.explain(event.problem).ways if event.problem is not None else (Way.TRY_AGAIN,)
    return tuple(way for way in ways if way is not Way.NOTHING) or (Way.TRY_AGAIN,)
