"""What makes a model folder ours: ``hearth-manifest.json``, written last, with every file's size and hash.

The downloader writes it, the library reads it, and both hash files by it. Digests are the hub's own: ``sha256:<hex>``
for large files, ``git-sha1:<hex>`` (a git blob id) for small ones.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

import msgspec

from runtime.cancel import CancelToken
from runtime.errors import ModelDamaged, ModelFolderMissing
from runtime.storage.files import replace_file

MANIFEST_NAME = "hearth-manifest.json"
MANIFEST_VERSION = 1
MANIFEST_LIMIT_BYTES = 4 * 1024 * 1024
READ_BYTES = 1024 * 1024
PIECE_BYTES = 16 * 1024 * 1024
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|git-sha1:[0-9a-f]{40}")


class Hash(Protocol):
    """What hashlib's objects offer and we use."""

    def update(self, data: bytes | memoryview, /) -> None:
        """Add bytes."""

    def hexdigest(self) -> str:
        """The digest so far, in hexadecimal."""


@dataclass(frozen=True)
class ManifestFile:
    """One file of a model: its path below the folder, its size and the digest that its bytes must have.

    ``pieces`` are the sha256 (hex) of each PIECE_BYTES of it, the last one shorter: they tell which part of a damaged
    file must be fetched again. Empty where they are not known.
    """

    path: str
    size_bytes: int
    digest: str
    pieces: tuple[str, ...] = ()


@dataclass(frozen=True)
class Manifest:
    """One installed model. ``downloaded_at`` is UTC in ISO 8601; ``commit`` is the hub's 40 hex digits; ``origin`` is
    the hub's address; ``licence`` as the hub names it. "" where unknown."""

    repository: str
    commit: str
    title: str
    downloaded_at: str
    files: tuple[ManifestFile, ...]
    version: int = MANIFEST_VERSION
    origin: str = ""
    licence: str = ""

    @property
    def size_bytes(self) -> int:
        """All files together."""
        return sum(file.size_bytes for file in self.files)


def is_safe_path(path: str) -> bool:
    """True for a relative path that stays below its folder on every system."""
    parts = path.split("/")
    return (
        bool(path)
        and not any(character in path for character in '\\:*?"<>|')
        and all(character.isprintable() for character in path)
        and all(part not in ("", ".", "..") and part == part.strip() and len(part) <= 200 for part in parts)
        and not PurePosixPath(path).is_absolute()
    )


def is_digest(digest: str) -> bool:
    """True for a digest of one of the two kinds."""
    return _DIGEST.fullmatch(digest) is not None


def hash_for(digest: str, size_bytes: int) -> Hash:
    """A fresh hash of the kind that ``digest`` names, for a file of ``size_bytes``."""
    if digest.startswith("sha256:"):
        return hashlib.sha256()
    blob = hashlib.sha1(usedforsecurity=False)
    blob.update(f"blob {size_bytes}\0".encode())
    return blob


def agrees(digest: str, hashed: Hash) -> bool:
    """True when ``hashed`` has come to ``digest``."""
    return digest.partition(":")[2] == hashed.hexdigest()


def file_agrees(
    file: ManifestFile,
    path: Path,
    cancel: CancelToken | None = None,
    on_bytes: Callable[[int], None] | None = None,
) -> bool:
    """True when the file at ``path`` has the size and digest of ``file``; False also when it is gone.

    ``on_bytes`` is told each count of bytes read. Raises Cancelled.
    """
    try:
        if path.is_symlink() or path.stat().st_size != file.size_bytes:
            return False
        hashed = hash_for(file.digest, file.size_bytes)
        with path.open("rb") as stream:
            while block := stream.read(READ_BYTES):
                if cancel is not None:
                    cancel.check()
                hashed.update(block)
                if on_bytes is not None:
                    on_bytes(len(block))
    except OSError:
        return False
    return agrees(file.digest, hashed)


def wrong_pieces(
    file: ManifestFile,
    path: Path,
    cancel: CancelToken | None = None,
    on_bytes: Callable[[int], None] | None = None,
) -> tuple[int, ...] | None:
    """The numbers of the pieces of ``path`` that are not as ``file`` lists them; None when that can't be told: no
    pieces are known, or the file is gone or unreadable. A file of another length has its odd pieces named. Raises
    Cancelled.
    """
    count = -(-file.size_bytes // PIECE_BYTES)
    if len(file.pieces) != count or path.is_symlink():
        return None
    wrong = []
    try:
        with path.open("rb") as stream:
            for number, digest in enumerate(file.pieces):
                hashed = hashlib.sha256()
                left = min(PIECE_BYTES, file.size_bytes - number * PIECE_BYTES)
                while left and (block := stream.read(min(READ_BYTES, left))):
                    if cancel is not None:
                        cancel.check()
                    hashed.update(block)
                    left -= len(block)
                    if on_bytes is not None:
                        on_bytes(len(block))
                if left or hashed.hexdigest() != digest:
                    wrong.append(number)
    except OSError:
        return None
    return tuple(wrong)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest of ``folder`` in one step. Raises OSError."""
    replace_file(folder / MANIFEST_NAME, msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n")


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of ``folder``, or None when it has none.

    Raises:
        ModelFolderMissing: there is no such folder.
        ModelDamaged: the manifest is unreadable, of a newer version, or names files outside the folder.
    """
    path = folder / MANIFEST_NAME
    try:
        with path.open("rb") as stream:
            data = stream.read(MANIFEST_LIMIT_BYTES + 1)
        if len(data) > MANIFEST_LIMIT_BYTES:
            raise ModelDamaged(MANIFEST_NAME, "too large")
        manifest = msgspec.json.decode(data, type=Manifest)
    except (FileNotFoundError, NotADirectoryError) as error:
        if not folder.is_dir():
            raise ModelFolderMissing(str(folder)) from error
        return None
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ModelDamaged(MANIFEST_NAME, str(error)) from error
    if manifest.version > MANIFEST_VERSION:
        raise ModelDamaged(MANIFEST_NAME, f"version {manifest.version}")
    if not all(is_safe_path(f.path) and is_digest(f.digest) and f.size_bytes >= 0 for f in manifest.files):
        raise ModelDamaged(MANIFEST_NAME, "a file's name or digest")
    return manifest
