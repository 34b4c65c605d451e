"""Models in other programs' folders, found without writing, copying or opening anything large."""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from runtime.library.installed import Found, Owner
from runtime.library.places import Places
from runtime.storage.model_folder import looks_like_model, weight_files

_log = logging.getLogger(__name__)
MOST_ENTRIES = 20_000
MOST_S = 2.0
MOST_MODELS = 500
DEPTH = 3
_COMMIT = re.compile(r"[0-9a-f]{40}")
_CACHED = "models--"


@dataclass
class Walk:
    """How much of a walk is left: a disk that answers slowly or a folder with a million files must not hold up the
    list of models."""

    entries_left: int = MOST_ENTRIES
    left_s: float = MOST_S

    def folders(self, folder: Path) -> list[Path]:
        """The folders in ``folder``, links to folders too, by name; hidden ones left out. Empty when it can't be
        read or nothing is left."""
        found = []
        began = time.monotonic()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    self.entries_left -= 1
                    if self.entries_left < 0 or time.monotonic() - began > self.left_s:
                        _log.info("too much to look through in %s", folder)
                        break
                    if not entry.name.startswith(".") and entry.is_dir():
                        found.append(Path(entry.path))
        except OSError:
            return []
        finally:
            self.left_s -= time.monotonic() - began
        return sorted(found)


def found_elsewhere(places: Places) -> Iterator[Found]:
    """Folders that look like models, as they are met: the hub's cache, LM Studio's, then those the person named. What
    is broken is for the caller to leave out; one model may come twice."""
    yield from islice(_all(places, Walk()), MOST_MODELS)


def found_at(folder: Path, places: Places) -> Found:
    """One folder by itself, and what its place says of it."""
    owner = Owner.NAMED
    for kind, others in ((Owner.HUGGING_FACE, places.hugging_face), (Owner.LM_STUDIO, places.lm_studio)):
        if any(folder.is_relative_to(other) for other in others):
            owner = kind
    if folder.parent.name == "snapshots" and _is_cached_model(folder.parent.parent):
        return _snapshot(folder, owner)
    return Found(folder, owner, f"{folder.parent.name}/{folder.name}" if owner is Owner.LM_STUDIO else "")


def _all(places: Places, walk: Walk) -> Iterator[Found]:
    for cache in places.hugging_face:
        yield from _in_cache(cache, walk)
    for folder in places.lm_studio:
        yield from _below(folder, Owner.LM_STUDIO, walk)
    for folder in places.named:
        if looks_like_model(folder) or _is_cached_model(folder):
            yield from _at(folder, Owner.NAMED, insist=True)
        else:
            yield from _below(folder, Owner.NAMED, walk)


def _in_cache(cache: Path, walk: Walk) -> Iterator[Found]:
    for folder in walk.folders(cache):
        if folder.name.startswith(_CACHED):
            yield from snapshots(folder, Owner.HUGGING_FACE)


def _is_cached_model(folder: Path) -> bool:
    return folder.name.startswith(_CACHED) and (folder / "snapshots").is_dir()


def snapshots(folder: Path, owner: Owner) -> Iterator[Found]:
    """The snapshots of one cached repository that look whole: first the one that ``refs/main`` names, then from the
    newest on. The first that can be used is the model."""
    try:
        commits = {entry.name: entry.stat().st_mtime_ns for entry in os.scandir(folder / "snapshots") if entry.is_dir()}
    except OSError:
        return
    try:
        main = (folder / "refs" / "main").read_bytes()[:200].decode("ascii", "replace").strip()
    except OSError:
        main = ""
    for commit in sorted(commits, key=lambda name: (name == main, commits[name]), reverse=True):
        snapshot = folder / "snapshots" / commit
        if looks_like_model(snapshot) and weight_files(snapshot):
            yield _snapshot(snapshot, owner)


def _snapshot(snapshot: Path, owner: Owner) -> Found:
    cached = snapshot.parent.parent
    repository = cached.name.removeprefix(_CACHED).replace("--", "/", 1)
    commit = snapshot.name if _COMMIT.fullmatch(snapshot.name) else ""
    return Found(snapshot, owner, repository, commit, group=os.path.realpath(cached))


def _at(folder: Path, owner: Owner, insist: bool = False) -> Iterator[Found]:
    if _is_cached_model(folder):
        yield from snapshots(folder, owner)
    elif looks_like_model(folder):
        # There a model lies in a folder of its name, in one of its maker's name.
        repository = f"{folder.parent.name}/{folder.name}" if owner is Owner.LM_STUDIO else ""
        yield Found(folder, owner, repository, insist=insist)


def _below(folder: Path, owner: Owner, walk: Walk, depth: int = DEPTH) -> Iterator[Found]:
    """Models at most ``depth`` levels below; nothing is looked for inside a model."""
    for inner in walk.folders(folder):
        if _is_cached_model(inner) or looks_like_model(inner):
            yield from _at(inner, owner)
        elif depth > 1:
            yield from _below(inner, owner, walk, depth - 1)
