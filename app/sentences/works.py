"""The slow things done with models on disk: checking, moving, the shelf."""

from __future__ import annotations

from app import texts, wording
from runtime.api import WorkChanged, WorkKind, WorkState

TITLES = {
    WorkKind.VERIFY: "Checking {name}",
    WorkKind.MOVE: "Moving your models",
    WorkKind.SHELVE: "Putting {name} on the shelf",
    WorkKind.CHECK_COPY: "Checking the copy of {name}",
    WorkKind.BRING_BACK: "Bringing {name} back",
}
RIGHT = {
    WorkKind.VERIFY: "Every byte is right.",
    WorkKind.MOVE: "Your models are in {folder} now.",
    WorkKind.SHELVE: "It is on the shelf, in {folder}. Every byte was read back and is right.",
    WorkKind.CHECK_COPY: "Every byte of the copy is right.",
    WorkKind.BRING_BACK: "It is here again, and every byte is right.",
}
STOPPED = {
    WorkKind.VERIFY: "Stopped. Nothing was changed.",
    WorkKind.MOVE: "Stopped. Your models stay where they were.",
    WorkKind.SHELVE: "Stopped. The model here is untouched.",
    WorkKind.CHECK_COPY: "Stopped. Nothing was changed.",
    WorkKind.BRING_BACK: "Stopped. The copy on the shelf is untouched.",
}
LOOKED_OVER = "Its files hold together. Nobody has published what their bytes should be, so no more can be checked."
UNHEARD = "It did not work. Nothing was changed."


def work_title(event: WorkChanged, name: str) -> str:
    """ "Checking Everyday helper", "Moving your models"."""
    return TITLES[event.kind].format(name=name)


def work_line(event: WorkChanged, *, mend_bytes: int | None = None, freed_bytes: int = 0, by_bytes: bool = True) -> str:
    """Where it stands: "1.2 of 4.4 GB · about 2 minutes left", what it waits for, or how it ended. Never empty."""
    match event.state:
        case WorkState.WAITING:
            return "Waits until the work before it is done."
        case WorkState.RUNNING:
            return _running(event)
        case WorkState.DONE:
            return work_done(event, mend_bytes=mend_bytes, freed_bytes=freed_bytes, by_bytes=by_bytes)
        case WorkState.STOPPED:
            return STOPPED[event.kind]
        case WorkState.FAILED:
            return texts.explain(event.problem).sentence if event.problem is not None else UNHEARD


def _running(event: WorkChanged) -> str:
    if not event.total_bytes:
        return "Looking what there is to do …"
    if event.done_bytes >= event.total_bytes:
        return "Almost done …"
    if event.kind not in (WorkKind.VERIFY, WorkKind.CHECK_COPY):
        # What is written is read back: twice the bytes of the model, a figure that would puzzle.
        done = f"{round(100 * event.done_bytes / event.total_bytes)} %"
    else:
        done = wording.part_of(event.done_bytes, event.total_bytes)
    left = f"{wording.duration(event.seconds_left)} left" if event.seconds_left is not None else ""
    return " · ".join(part for part in (done, left) if part)


def work_done(event: WorkChanged, *, mend_bytes: int | None = None, freed_bytes: int = 0, by_bytes: bool = True) -> str:
    """How it ended well, or what it found.

    ``mend_bytes`` is what mending a damaged model would fetch, None where that is not known; ``freed_bytes`` what
    taking a shelved model off this computer gave back. Without ``by_bytes`` a check could only look at the structure.
    """
    if not event.wrong_files:
        if event.kind is WorkKind.VERIFY and not by_bytes:
            return LOOKED_OVER
        freed = f" {wording.size(freed_bytes)} are free again on this computer." if freed_bytes else ""
        return RIGHT[event.kind].format(folder=event.folder or event.target or "its place") + freed
    if event.kind is WorkKind.MOVE:
        return f"{RIGHT[event.kind].format(folder=event.folder)} What is no model of Hearth's stayed where it was."
    many = wording.count(len(event.wrong_files), "file is", "files are")
    if event.kind is not WorkKind.VERIFY:
        return f"{many} damaged in the copy. Put the model on the shelf again while you have it."
    if mend_bytes is None:
        return f"{many} damaged. Mending fetches only what is wrong."
    return f"{many} damaged. Mending fetches {wording.size(mend_bytes)} again."


def work_fraction(event: WorkChanged) -> float | None:
    """0 to 1, or None while the size is not known."""
    return min(event.done_bytes / event.total_bytes, 1.0) if event.total_bytes else None
