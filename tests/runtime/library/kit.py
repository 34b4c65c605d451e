"""Models on disk as a download, another program or a person leaves them."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from runtime.paths import Paths
from runtime.storage.manifest import PIECE_BYTES, Manifest, ManifestFile, write_manifest
from tests.hub.models import CONFIG, make_model_folder
from tests.hub.repositories import read_repository

COMMIT = "c" * 40


def pieces_of(data: bytes) -> tuple[str, ...]:
    return tuple(hashlib.sha256(data[i : i + PIECE_BYTES]).hexdigest() for i in range(0, len(data), PIECE_BYTES))


def listed_files(folder: Path, repository: str, pieces: bool = False) -> tuple[ManifestFile, ...]:
    """The files of a folder as the hub lists them, with the sums of their pieces if asked for."""
    return tuple(
        ManifestFile(
            f.path,
            f.size_bytes,
            f"sha256:{f.sha256}" if f.sha256 else f"git-sha1:{f.blob_id}",
            pieces_of((folder / f.path).read_bytes()) if pieces else (),
        )
        for f in read_repository(repository, folder, gated=False).files.values()
    )


def install(
    paths: Paths, repository: str, title: str = "", shards: int = 1, weight_bytes: int = 300_000, pieces: bool = False
) -> Path:
    """A model folder as a finished download leaves it."""
    folder = make_model_folder(paths.models / repository.replace("/", "--"), weight_bytes, shards)
    (folder / "modeling_evil.py").unlink()
    (folder / "pytorch_model.bin").unlink()
    files = listed_files(folder, repository, pieces)
    write_manifest(folder, Manifest(repository, COMMIT, title, "2026-11-21T04:00:00+00:00", files))
    return folder


def cache(hub: Path, repository: str, commit: str = COMMIT, main: bool = True, weight_bytes: int = 300_000) -> Path:
    """A snapshot as huggingface_hub leaves it: links to blobs that are named by their hashes."""
    store = hub / ("models--" + repository.replace("/", "--"))
    snapshot = store / "snapshots" / commit
    made = make_model_folder(hub / "tmp-made", weight_bytes)
    (store / "blobs").mkdir(parents=True, exist_ok=True)
    (store / "refs").mkdir(exist_ok=True)
    snapshot.mkdir(parents=True)
    for file in listed_files(made, repository):
        blob = store / "blobs" / file.digest.partition(":")[2]
        os.replace(made / file.path, blob)
        (snapshot / file.path).symlink_to(Path("../../blobs") / blob.name)
    for rest in made.iterdir():
        rest.unlink()
    made.rmdir()
    if main:
        (store / "refs" / "main").write_text(commit)
    return snapshot


def set_config(folder: Path, **changes: Any) -> None:
    (folder / "config.json").write_text(json.dumps({**CONFIG, **changes}))


def rewrite(path: Path, change: Callable[[bytes], bytes]) -> None:
    path.write_bytes(change(path.read_bytes()))


def flip(path: Path, offset: int) -> None:
    data = bytearray(path.read_bytes())
    data[offset] ^= 1
    path.write_bytes(data)


def tree(folder: Path) -> dict[str, tuple[int, int, str]]:
    """Everything below a folder, to tell whether anything was touched: mode, time, content or target of a link."""
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        if path.is_symlink():
            content = os.readlink(path)
        else:
            content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
        found[path.relative_to(folder).as_posix()] = (status.st_mode, status.st_mtime_ns, content)
    return found
