"""Whether a folder holds a model to the byte, and whether anything beside it changed."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path


def same_model(folder: Path, source: Path) -> bool:
    """True when ``folder`` holds exactly what may be fetched of ``source`` (and the manifest), to the byte."""
    names = fetched_names(source)
    if {path.name for path in folder.iterdir()} != {*names, "hearth-manifest.json"}:
        return False
    return all(
        (folder / name).is_file()
        and not (folder / name).is_symlink()
        and _digest(folder / name) == _digest(source / name)
        for name in names
    )


def fetched_names(source: Path) -> tuple[str, ...]:
    """The files that are not code."""
    return tuple(sorted(path.name for path in source.iterdir() if path.suffix not in (".py", ".bin")))


def snapshot(folder: Path, but: Path) -> dict[str, str]:
    """Kind and content of everything below ``folder`` except ``but``."""
    found = {}
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if Path(parent, name) != but]
        for path in (Path(parent, name) for name in folders + files if Path(parent, name) != but):
            found[str(path.relative_to(folder))] = _state(path)
    return found


def _state(path: Path) -> str:
    if path.is_symlink():
        return f"link to {os.readlink(path)}"
    return _digest(path) if path.is_file() else "folder"


_digests: dict[tuple[int, int, int, int], str] = {}


def _digest(path: Path) -> str:
    """The content's hash; the sources' are worked out once."""
    found = path.stat()
    key = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
    if "source-" not in path.parent.name:
        return _hash(path)
    if key not in _digests:
        _digests[key] = _hash(path)
    return _digests[key]


def _hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
