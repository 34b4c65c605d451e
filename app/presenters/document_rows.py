"""Documents as the engine knows them, as lines of the page."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from app import wording
from app.documents.shown import Act, CollectionRows, DocumentRow, Group
from app.sentences import documents as sentences
from runtime.api import Collection, DocumentView, DocumentViewState

State = DocumentViewState
OTHERS = "Added one by one"
GROUPS = {
    State.WAITING: Group.COMING,
    State.READING: Group.COMING,
    State.RECOGNISING: Group.COMING,
    State.READY: Group.READY,
    State.LEARNING: Group.READY,
    State.PICTURES_ONLY: Group.ASKING,
    State.NEEDS_PASSWORD: Group.ASKING,
}
LOOKS = {
    State.WAITING: ("clock", "text3"),
    State.READING: ("hourglass", "accent"),
    State.RECOGNISING: ("scan-text", "accent"),
    State.READY: ("circle-check", "ok"),
    State.LEARNING: ("brain", "accent"),
    State.PICTURES_ONLY: ("image", "warn"),
    State.NEEDS_PASSWORD: ("lock", "warn"),
    State.GONE: ("unplug", "text3"),
    State.EMPTY: ("file-text", "text3"),
}
TROUBLE = ("triangle-alert", "warn")
WAYS = {
    State.PICTURES_ONLY: (Act.RECOGNISE, "Read the pictures"),
    State.NEEDS_PASSWORD: (Act.PASSWORD, "Enter password…"),
    State.DAMAGED: (Act.AGAIN, "Try again"),
    State.TOO_LARGE: (Act.SHOW_FILE, "Show the file"),
    State.UNSUPPORTED: (Act.SHOW_FILE, "Show the file"),
    State.EMPTY: (Act.SHOW_FILE, "Show the file"),
    State.UNREADABLE: (Act.AGAIN, "Try again"),
    State.GONE: (Act.FORGET, "Forget…"),
}
_HOPELESS = (
    (State.NEEDS_PASSWORD, "unopenable"),
    (State.PICTURES_ONLY, "recognition"),
    (State.PICTURES_ONLY, "no_text"),
)
OPENABLE = (State.READY, State.LEARNING, State.RECOGNISING)


def row_of(view: DocumentView) -> DocumentRow:
    """One document's line."""
    icon, token = LOOKS.get(view.state, TROUBLE)
    act, label = _way(view)
    return DocumentRow(
        view.id,
        view.name,
        shown_path(view.folder),
        sentences.line_of(view),
        icon,
        token,
        GROUPS.get(view.state, Group.UNREAD),
        act,
        label,
        _share(view),
        _acts(view, act),
        wording.details({"Path": view.path, "Size": wording.size(view.size_bytes), "Format": view.format}),
    )


def _way(view: DocumentView) -> tuple[Act, str]:
    if view.state in (State.READY, State.LEARNING) and view.parameters.get("parts_locked"):
        return WAYS[State.NEEDS_PASSWORD]
    if view.state is State.READY and view.pages_without_text and view.parameters.get("pictures_left") != 0:
        return Act.RECOGNISE, "Read the pictures"
    if (view.state, view.reason) in _HOPELESS:
        return Act.SHOW_FILE, "Show the file"
    return WAYS.get(view.state, (Act.OPEN, ""))


def _acts(view: DocumentView, act: Act) -> tuple[Act, ...]:
    first = (Act.OPEN, Act.ASK) if openable(view) else ()
    own = (act,) if act not in (Act.OPEN, Act.AGAIN, Act.SHOW_FILE, Act.FORGET) else ()
    again = () if view.state in (State.WAITING, State.READING, State.RECOGNISING, State.GONE) else (Act.AGAIN,)
    file = () if view.state is State.GONE else (Act.SHOW_FILE,)
    return (*first, *own, *again, *file, Act.FORGET)


def openable(view: DocumentView) -> bool:
    """Whether there is a page to look at."""
    return view.state in OPENABLE or bool(view.pages_read)


def _share(view: DocumentView) -> float | None:
    if view.state is State.LEARNING:
        return view.meaning
    if view.state in (State.READING, State.RECOGNISING) and view.pages:
        return min(view.pages_read / view.pages, 1.0)
    return None


def grouped(
    views: Iterable[DocumentView], collections: Iterable[Collection], rows: dict[int, DocumentRow]
) -> tuple[CollectionRows, ...]:
    """Every document under each of its collections, by name; those in none come last."""
    lists: dict[int, list[DocumentView]] = {}
    for view in sorted(views, key=lambda one: one.name.casefold()):
        for collection in view.collections or (0,):
            lists.setdefault(collection, []).append(view)
    named = [
        CollectionRows(each.id, each.name, shown_path(each.folder or ""), _lines(lists.pop(each.id, []), rows))
        for each in collections
    ]
    rest = list({view.id: view for views_of in lists.values() for view in views_of}.values())
    if rest:
        named.append(CollectionRows(0, OTHERS if named else "All documents", "", _lines(rest, rows)))
    return tuple(each for each in named if each.rows or each.follows)


def _lines(views: list[DocumentView], rows: dict[int, DocumentRow]) -> tuple[DocumentRow, ...]:
    return tuple(rows[view.id] for view in views)


def counts(rows: Iterable[DocumentRow]) -> dict[Group, int]:
    """How many documents are in each group; the groups add up to ALL."""
    found = dict.fromkeys(Group, 0)
    for row in rows:
        found[row.group] += 1
        found[Group.ALL] += 1
    return found


def shown_path(folder: str) -> str:
    """ "~/Documents/Contracts": as people write it."""
    home = str(Path.home())
    return f"~{folder[len(home) :]}" if folder == home or folder.startswith(f"{home}/") else folder
