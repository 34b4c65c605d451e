"""What a copy on a shelf says of itself: ``hearth-model.json`` and ``SHA256SUMS``, and what of it may be believed.

The folder may come from anywhere and be years old, so everything read here is checked before it is used.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from dataclasses import dataclass, field, fields, replace
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

import msgspec

from runtime.errors import CopyDamaged, CopyNotFound, CopyTooNew
from runtime.requests import Sampling
from runtime.storage.manifest import MANIFEST_NAME, is_digest, is_safe_path

MODEL_NAME = "hearth-model.json"
SUMS_NAME = "SHA256SUMS"
READ_ME_NAME = "READ ME.txt"
INCOMPLETE = ".incomplete"
MARK_NAME = ".hearth-incomplete"
PART_NAME = ".hearth-part"
FORMAT = "hearth-model"
VERSION = 1
LIMIT_BYTES = 4 * 1024 * 1024
LARGEST_FILE_BYTES = 2**46
OUR_NAMES = frozenset(
    name.casefold() for name in (MODEL_NAME, SUMS_NAME, READ_ME_NAME, MARK_NAME, PART_NAME, MANIFEST_NAME)
)
_SHA256 = re.compile(r"[0-9a-f]{64}")
_COMMIT = re.compile(r"[0-9a-f]{40}|")
_REPOSITORY = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9._-]{0,95}/)?[A-Za-z0-9][A-Za-z0-9._-]{0,95}|")
_NO_SEAL = "0" * 64
_SEAL = re.compile(rb'"seal": "([0-9a-f]{64})"')
_LONGEST_TEXT = 300


@dataclass(frozen=True)
class ShelfCard:
    """What our catalogue says of a model, so that the copy still tells it when no catalogue does.

    ``name`` is the model's name on screen; ``good_at`` are the catalogue's words; sizes in bytes and tokens. Empty or
    None where unknown.
    """

    name: str = ""
    role: str = ""
    maker: str = ""
    sentence: str = ""
    good_at: tuple[str, ...] = ()
    licence: str = ""
    size_bytes: int = 0
    context_tokens: int | None = None
    sampling: Sampling = field(default_factory=Sampling)


@dataclass(frozen=True)
class CopiedFile:
    """One file of a copy. ``digest`` is the one that the hub lists, "" where the copy was not made of a download."""

    path: str
    size_bytes: int
    sha256: str
    digest: str = ""


@dataclass(frozen=True)
class CopyManifest:
    """The whole of ``hearth-model.json``. Moments are UTC in ISO 8601. ``title`` is the download's own. ``seal`` is the
    sha256 of the file with 64 zeros in this place: a flipped bit in it is noticed."""

    format: str
    version: int
    name: str
    title: str
    repository: str
    origin: str
    commit: str
    licence: str
    downloaded_at: str
    shelved_at: str
    hearth_version: str
    read_me_sha256: str
    files: tuple[CopiedFile, ...]
    card: ShelfCard = field(default_factory=ShelfCard)
    seal: str = _NO_SEAL

    @property
    def size_bytes(self) -> int:
        """The model's files together."""
        return sum(file.size_bytes for file in self.files)


class _Head(msgspec.Struct):
    format: str
    version: int


def encode_manifest(manifest: CopyManifest) -> bytes:
    """The bytes of ``hearth-model.json``, sealed."""
    plain = msgspec.json.format(msgspec.json.encode(replace(manifest, seal=_NO_SEAL)), indent=1) + b"\n"
    seal = hashlib.sha256(plain).hexdigest()
    head, mark, tail = plain.rpartition(f'"seal": "{_NO_SEAL}"'.encode())
    return head + mark.replace(_NO_SEAL.encode(), seal.encode()) + tail


def encode_sums(manifest: CopyManifest, manifest_data: bytes) -> bytes:
    """The bytes of ``SHA256SUMS``, as ``sha256sum -c`` reads them: every file of the copy but this one."""
    sums = [(file.sha256, file.path) for file in manifest.files]
    sums += [(manifest.read_me_sha256, READ_ME_NAME), (hashlib.sha256(manifest_data).hexdigest(), MODEL_NAME)]
    return "".join(f"{sha256}  {path}\n" for sha256, path in sums).encode()


def read_copy_manifest(folder: Path) -> tuple[CopyManifest, bytes]:
    """The manifest of a copy, checked, and its bytes. Quick: looks at no other file.

    Raises:
        CopyNotFound: no such folder, or nothing that we put on a shelf, or an unfinished copy.
        CopyDamaged: the manifest can't be read or believed.
        CopyTooNew: a later Hearth wrote it.
    """
    try:
        data = _read_manifest_file(folder)
        manifest = _decode(folder, data)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise CopyNotFound(str(folder)) from error
    # Errors of decoding are ValueErrors.
    except (OSError, ValueError, RecursionError, MemoryError) as error:
        raise CopyDamaged(str(folder), MODEL_NAME) from error
    return manifest, data


def wrong_at_a_glance(folder: Path, manifest: CopyManifest) -> str:
    """The first listed file that is missing, a link, or has another length; "" when there is none. Reads nothing."""
    return next((file.path for file in manifest.files if not _has_its_size(folder, file)), "")


def is_inside(folder: Path, path: str) -> bool:
    """True when no part of ``path`` below ``folder`` is a link."""
    return os.path.realpath(folder / path) == os.path.join(os.path.realpath(folder), *path.split("/"))


def _has_its_size(folder: Path, file: CopiedFile) -> bool:
    try:
        status = (folder / file.path).lstat()
    except OSError:
        return False
    return stat.S_ISREG(status.st_mode) and status.st_size == file.size_bytes and is_inside(folder, file.path)


def _read_manifest_file(folder: Path) -> bytes:
    if folder.name.endswith(INCOMPLETE):
        raise FileNotFoundError(folder)
    descriptor = os.open(folder / MODEL_NAME, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("not a file")
        data = stream.read(LIMIT_BYTES + 1)
    if len(data) > LIMIT_BYTES:
        raise ValueError("too large")
    return data


def _decode(folder: Path, data: bytes) -> CopyManifest:
    head = msgspec.json.decode(data, type=_Head)
    if head.format != FORMAT:
        raise ValueError("another program's file")
    if head.version > VERSION:
        raise CopyTooNew(str(folder), head.version)
    seals = _SEAL.findall(data)
    if not seals or hashlib.sha256(_unsealed(data, seals[-1])).hexdigest().encode() != seals[-1]:
        raise ValueError("the seal")
    manifest = msgspec.json.decode(data, type=CopyManifest)
    _check(manifest)
    return _with_short_texts(manifest)


def _unsealed(data: bytes, seal: bytes) -> bytes:
    head, mark, tail = data.rpartition(b'"seal": "' + seal + b'"')
    return head + mark.replace(seal, _NO_SEAL.encode()) + tail


def _check(manifest: CopyManifest) -> None:
    """Raise ValueError for what the types don't refuse."""
    if _REPOSITORY.fullmatch(manifest.repository) is None or _COMMIT.fullmatch(manifest.commit) is None:
        raise ValueError("repository or commit")
    if _SHA256.fullmatch(manifest.read_me_sha256) is None or not manifest.files:
        raise ValueError("files")
    for file in manifest.files:
        if not is_copyable_path(file.path) or not 0 <= file.size_bytes <= LARGEST_FILE_BYTES:
            raise ValueError("a file's name or size")
        if _SHA256.fullmatch(file.sha256) is None or (file.digest and not is_digest(file.digest)):
            raise ValueError("a file's digest")
    check_names([file.path for file in manifest.files])


def is_copyable_path(path: str) -> bool:
    """True for a file's path below a copy that every disk takes and that is not one of our own names."""
    return (
        is_safe_path(path)
        and len(path) <= 500
        and path.casefold() not in OUR_NAMES
        and not any(part.endswith(".") for part in path.split("/"))
    )


def check_names(paths: list[str]) -> None:
    """Raise ValueError naming a path that is another one's folder, or another one on a disk that ignores case."""
    seen: set[str] = set()
    folders = {str(parent).casefold() for path in paths for parent in PurePosixPath(path).parents}
    for path in paths:
        if path.casefold() in seen or path.casefold() in folders:
            raise ValueError(path)
        seen.add(path.casefold())


def _with_short_texts(manifest: CopyManifest) -> CopyManifest:
    """The texts as they can be shown: one line each, and no more of it than fits."""
    card = replace(manifest.card, good_at=tuple(short_text(word) for word in manifest.card.good_at[:20]))
    return replace(_shortened(manifest), card=_shortened(card))


_T = TypeVar("_T", CopyManifest, ShelfCard)


def _shortened(thing: _T) -> _T:
    texts = {part.name: getattr(thing, part.name) for part in fields(thing)}
    changes: dict[str, Any] = {name: short_text(text) for name, text in texts.items() if isinstance(text, str)}
    return replace(thing, **changes)


def short_text(text: str) -> str:
    """One printable line of at most some hundred characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text[: 4 * _LONGEST_TEXT]).split())[:_LONGEST_TEXT]
