"""The shelves as the page "Models" shows them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from app import sentences, texts, wording
from app.controllers.shelves import Shelf as KnownShelf
from app.models.shown import Copy, CopyState, Shelf
from app.presenters.model_offers import LICENCES
from runtime.api import ShelvedModel, WorkChanged, WorkKind, licence_of

BUSY = {WorkKind.CHECK_COPY: "being checked", WorkKind.BRING_BACK: "being brought back"}


def shelf(
    known: KnownShelf,
    here: frozenset[str],
    works: Mapping[str, WorkChanged],
    checked: Mapping[str, tuple[datetime, bool]],
    now: datetime,
) -> Shelf:
    """One shelf. ``here`` are the repositories on this computer; ``checked`` says when a copy was read in this run and
    whether it was whole."""
    folder = Path(known.folder)
    return Shelf(
        folder=known.folder,
        name=folder.name or known.folder,
        room=f"{wording.size(known.free_bytes)} free" if known.free_bytes else "",
        connected=known.connected,
        sentence="" if known.connected else f"Connect the disk with {known.folder}, then its copies are here again.",
        copies=tuple(_copy(copy, here, works, checked.get(copy.folder), now) for copy in known.copies),
    )


def _copy(
    copy: ShelvedModel,
    here: frozenset[str],
    works: Mapping[str, WorkChanged],
    checked: tuple[datetime, bool] | None,
    now: datetime,
) -> Copy:
    shelved_at = wording.moment(copy.shelved_at)
    damaged = copy.problem is not None or (checked is not None and not checked[1])
    state = CopyState.DAMAGED if damaged else CopyState.HERE if copy.repository in here else CopyState.READY
    trouble = texts.explain(copy.problem).sentence if copy.problem is not None else ""
    busy = next((BUSY[work.kind] for work in works.values() if work.subject == copy.folder and work.kind in BUSY), "")
    return Copy(
        id=copy.folder,
        title=copy.card.role or copy.name,
        name=copy.card.name if copy.card.role else "",
        size=wording.size(copy.size_bytes),
        copied=f"put here {_when(now, shelved_at)}" if shelved_at else "",
        licence=LICENCES[licence_of(copy.licence).kind],
        checked=f"every byte checked {_when(now, checked[0])}" if checked and checked[1] else "",
        state=state,
        busy=busy,
        trouble=trouble or ("Some of its bytes are not as they were written." if damaged else ""),
        details=_details(copy),
    )


def _when(now: datetime, then: datetime) -> str:
    ago = wording.days_ago(now, then)
    return ago if ago in ("today", "yesterday") else f"on {wording.day(now, then)}"


def _details(copy: ShelvedModel) -> str:
    licence = licence_of(copy.licence)
    rows = {
        "Repository": copy.repository,
        "Commit": copy.commit,
        "Licence": sentences.licence(licence.kind, licence.name) if copy.licence else "",
        "From": copy.origin,
        "Folder": copy.folder,
    }
    return wording.details(rows)
