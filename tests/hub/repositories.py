"""Folders on disk as the hub lists them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LFS_FROM_BYTES = 1024 * 1024


@dataclass(frozen=True)
class HubFile:
    """One file of a repository. ``sha256`` is set for large files alone."""

    path: str
    source: Path
    size_bytes: int
    blob_id: str
    sha256: str = ""

    @property
    def tree_entry(self) -> dict[str, Any]:
        """As the tree page shows it."""
        entry: dict[str, Any] = {"type": "file", "oid": self.blob_id, "size": self.size_bytes, "path": self.path}
        if self.sha256:
            entry["lfs"] = {"oid": self.sha256, "size": self.size_bytes, "pointerSize": 135}
        return entry


@dataclass
class Repository:
    """One model at one commit."""

    name: str
    commit: str
    files: dict[str, HubFile]
    gated: bool = False
    extra_entries: list[dict[str, Any]] = field(default_factory=list)

    @property
    def size_bytes(self) -> int:
        """All files together."""
        return sum(file.size_bytes for file in self.files.values())

    def entries(self, folder: str, *, recursive: bool) -> list[dict[str, Any]]:
        """The tree page of one folder ("" is the top)."""
        prefix = f"{folder}/" if folder else ""
        found: list[dict[str, Any]] = []
        folders: set[str] = set()
        for path, file in sorted(self.files.items()):
            if not path.startswith(prefix):
                continue
            below = path.removeprefix(prefix)
            if "/" in below and not recursive:
                folders.add(prefix + below.split("/")[0])
            else:
                found.append(file.tree_entry)
        found += [{"type": "directory", "oid": "0" * 40, "size": 0, "path": path} for path in sorted(folders)]
        return found + (self.extra_entries if not folder else [])


def read_repository(name: str, folder: Path, *, gated: bool) -> Repository:
    """Hash all files below ``folder``."""
    files = {}
    for source in sorted(path for path in folder.rglob("*") if path.is_file()):
        path = source.relative_to(folder).as_posix()
        files[path] = _hub_file(path, source)
    summary = "".join(f"{file.path} {file.blob_id} {file.sha256}\n" for file in files.values())
    commit = hashlib.sha1(f"{name}\n{summary}".encode(), usedforsecurity=False).hexdigest()
    return Repository(name, commit, files, gated)


def _hub_file(path: str, source: Path) -> HubFile:
    size = source.stat().st_size
    large = path.endswith(".safetensors") or size >= LFS_FROM_BYTES
    blob = hashlib.sha1(f"blob {size}\0".encode(), usedforsecurity=False)
    sha256 = hashlib.sha256()
    with source.open("rb") as stream:
        while data := stream.read(1024 * 1024):
            blob.update(data)
            sha256.update(data)
    return HubFile(path, source, size, blob.hexdigest(), sha256.hexdigest() if large else "")
