"""Looking at every byte of a model again, as far as something tells what the bytes should be."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from runtime.cancel import CancelToken
from runtime.errors import ModelDamaged
from runtime.library.installed import CheckKind
from runtime.storage.manifest import PIECE_BYTES, Manifest, ManifestFile, file_agrees, wrong_pieces
from runtime.storage.model_folder import check_weight_file, inspect_files, weight_files

_BLOB = re.compile(r"[0-9a-f]{64}|[0-9a-f]{40}")
_MOST_FILES = 10_000


@dataclass(frozen=True)
class VerifyReport:
    """What a look at a whole model found. ``wrong_bytes`` is how much would have to be fetched to make it right.

    ``wrong_pieces`` has for each of ``wrong_files`` the numbers of its wrong pieces (of PIECE_BYTES), or nothing where
    the file must be fetched whole.
    """

    by: CheckKind
    wrong_files: tuple[str, ...] = ()
    wrong_bytes: int = 0
    wrong_pieces: tuple[tuple[int, ...], ...] = ()


class Counter:
    """Bytes looked at of all there are, told on; at the end of each file it is right even if the file was not read."""

    def __init__(self, total_bytes: int, on_progress: Callable[[int, int], None]) -> None:
        self._total_bytes = total_bytes
        self._on_progress = on_progress
        self._files_bytes = 0
        self._within_bytes = 0

    def count(self, count_bytes: int) -> None:
        """More bytes of this file."""
        self._within_bytes += count_bytes
        self._tell(self._files_bytes + self._within_bytes)

    def ended(self, size_bytes: int) -> None:
        """This file of ``size_bytes`` is done."""
        self._files_bytes += size_bytes
        self._within_bytes = 0
        self._tell(self._files_bytes)

    def _tell(self, done_bytes: int) -> None:
        self._on_progress(min(done_bytes, self._total_bytes), self._total_bytes)


def verify_by_manifest(
    folder: Path, manifest: Manifest, cancel: CancelToken, on_progress: Callable[[int, int], None]
) -> VerifyReport:
    """Hash each file that the manifest lists; damaged ones are read once more for the pieces. About a second a
    gigabyte. Raises Cancelled."""
    return _report(manifest.files, lambda file: folder / file.path, cancel, on_progress)


def verify_cached(folder: Path, cancel: CancelToken, on_progress: Callable[[int, int], None]) -> VerifyReport:
    """A snapshot in the hub's cache: each of its files is a link to one that is named by its own hash. Files that are
    no such links are looked at as in :func:`verify_structure`. Raises Cancelled, ModelUnsafe, ModelUnsupported,
    ModelFolderMissing."""
    named = [entry for path in _files(folder) if (entry := _named_by_hash(folder, path)) is not None]
    if not {path.name for path in weight_files(folder)} <= {file.path for file in named}:
        return verify_structure(folder, cancel, on_progress)
    report = _report(named, lambda file: folder / file.path, cancel, on_progress, follow=True)
    return report if report.wrong_files else verify_structure(folder, cancel, by=CheckKind.HASHES)


def verify_structure(
    folder: Path,
    cancel: CancelToken,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
    by: CheckKind = CheckKind.STRUCTURE,
) -> VerifyReport:
    """Whether config, tokenizer and weights hold together, each weight file to the byte of its length.

    Raises:
        Cancelled; ModelUnsafe, ModelUnsupported, ModelFolderMissing: it can't be used whatever its bytes are.
    """
    wrong: dict[str, int] = {}
    files = weight_files(folder)
    counter = Counter(sum(_size(path) for path in files), on_progress)
    for path in files:
        cancel.check()
        try:
            check_weight_file(path)
        except ModelDamaged:
            wrong[path.name] = _size(path)
        counter.ended(_size(path))
    try:
        inspect_files(folder)
    except ModelDamaged as error:
        wrong.setdefault(error.file, _size(folder / error.file))
    return VerifyReport(by, tuple(wrong), sum(wrong.values()), tuple(() for _ in wrong))


def _report(
    files: tuple[ManifestFile, ...] | list[ManifestFile],
    place: Callable[[ManifestFile], Path],
    cancel: CancelToken,
    on_progress: Callable[[int, int], None],
    follow: bool = False,
) -> VerifyReport:
    counter = Counter(sum(file.size_bytes for file in files), on_progress)
    names: list[str] = []
    pieces: list[tuple[int, ...]] = []
    wrong_bytes = 0
    for file in files:
        cancel.check()
        path = Path(os.path.realpath(place(file))) if follow else place(file)
        if not file_agrees(file, path, cancel, counter.count):
            found = wrong_pieces(file, path, cancel) if path.is_file() else None
            names.append(file.path)
            pieces.append(found or ())
            wrong_bytes += file.size_bytes if found is None else _pieces_bytes(file, found)
        counter.ended(file.size_bytes)
    return VerifyReport(CheckKind.HASHES, tuple(names), wrong_bytes, tuple(pieces))


def _pieces_bytes(file: ManifestFile, numbers: tuple[int, ...]) -> int:
    return sum(min(PIECE_BYTES, file.size_bytes - number * PIECE_BYTES) for number in numbers)


def _files(folder: Path) -> Iterator[Path]:
    """The files of a snapshot, folders inside it included."""
    left = _MOST_FILES
    for place, _folders, names in os.walk(folder):
        for name in sorted(names):
            left -= 1
            if left < 0:
                return
            yield Path(place) / name


def _named_by_hash(folder: Path, path: Path) -> ManifestFile | None:
    """What a link in a snapshot says of the bytes behind it: sha256 of large files, git's id of small ones. The blob
    may itself be a link into a store with other names, so only the first step counts."""
    if not path.is_symlink():
        return None
    blob = Path(os.path.normpath(path.parent / os.readlink(path)))
    if blob.parent.name != "blobs" or not _BLOB.fullmatch(blob.name):
        return None
    kind = "sha256" if len(blob.name) == 64 else "git-sha1"
    return ManifestFile(path.relative_to(folder).as_posix(), _size(path), f"{kind}:{blob.name}")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
