"""What is on its way, as the strip above the page "Models" shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from app import sentences, texts, wording
from app.models.shown import WayOn, WayRow, WayState
from runtime.api import DownloadChanged, DownloadPhase, Hold, WorkChanged, WorkState

WORK = "work:"
ANYWAY = "anyway"
NOW = "now"
STATES = {
    DownloadPhase.QUEUED: WayState.QUEUED,
    DownloadPhase.LISTING: WayState.LISTING,
    DownloadPhase.TRANSFERRING: WayState.MOVING,
    DownloadPhase.WAITING: WayState.WAITING,
    DownloadPhase.VERIFYING: WayState.CHECKING,
    DownloadPhase.HELD: WayState.HELD,
    DownloadPhase.PAUSED: WayState.PAUSED,
    DownloadPhase.FAILED: WayState.FAILED,
}
HOLD_ICONS = {Hold.NIGHT: "moon", Hold.BATTERY: "battery-low", Hold.METERED: "wifi-off"}
MOST_WAYS = 3


def rows(
    jobs: Iterable[DownloadChanged],
    works: Iterable[WorkChanged],
    name: Callable[[str], str],
    here: frozenset[str] = frozenset(),
) -> tuple[WayRow, ...]:
    """Work first, then downloads in the order of their queue. ``name`` words a repository or a folder; ``here`` are
    the repositories that are on this computer and thus being mended."""
    jobs = sorted(jobs, key=lambda job: (job.place < 0, job.place))
    last = max((job.place for job in jobs), default=-1)
    return (*(_work(work, name(work.subject)) for work in works), *(_job(job, name, last, here) for job in jobs))


def _job(job: DownloadChanged, name: Callable[[str], str], last_place: int, here: frozenset[str]) -> WayRow:
    title = job.title or name(job.repository)
    state = STATES[job.phase]
    if state is WayState.MOVING and job.stalled:
        state = WayState.STALLED
    checking = state is WayState.CHECKING and job.checked_bytes and job.total_bytes
    fraction = job.checked_bytes / job.total_bytes if checking else sentences.download_fraction(job)
    there = (
        sentences.download_amount(job) if job.done_bytes else wording.size(job.total_bytes) if job.total_bytes else ""
    )
    amount = " · ".join(part for part in (there, sentences.download_rate(job)) if part)
    return WayRow(
        id=job.repository,
        title=f"Mending {title}" if job.repository in here else title,
        state=state,
        fraction=min(fraction, 1.0) if fraction is not None else None,
        amount=amount,
        sentence=sentences.download_phase(job),
        place=max(job.place, 0),
        earlier=job.place > 1,
        later=1 <= job.place < last_place,
        hold=HOLD_ICONS.get(job.hold, "") if job.hold else "",
        done=wording.size(job.done_bytes),
        done_bytes=job.done_bytes,
        ways=_ways(job),
    )


def _ways(job: DownloadChanged) -> tuple[WayOn, ...]:
    if job.phase is DownloadPhase.HELD:
        return (WayOn(ANYWAY, "Download anyway"),)
    if job.phase is DownloadPhase.WAITING:
        return (WayOn(NOW, "Try now"),)
    return tuple(WayOn(way, texts.LABELS[way]) for way in sentences.download_ways(job)[:MOST_WAYS])


def _work(work: WorkChanged, name: str) -> WayRow:
    states = {WorkState.WAITING: WayState.QUEUED, WorkState.FAILED: WayState.FAILED}
    state = states.get(work.state, WayState.MOVING)
    line = sentences.work_line(work)
    return WayRow(
        id=WORK + work.id,
        title=sentences.work_title(work, name),
        state=state,
        work=True,
        fraction=sentences.work_fraction(work),
        amount=line if state is WayState.MOVING else "",
        sentence="" if state is WayState.MOVING else line,
        can_pause=False,
    )
