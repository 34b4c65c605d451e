"""What belongs to a model that is to be copied to a shelf: which files, where they really are, where it came from."""

from __future__ import annotations

import contextlib
import os
import re
import stat
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from runtime.errors import ModelDamaged, ModelEngineMissing, ModelFolderMissing, ModelUnsupported
from runtime.library.copy_manifest import OUR_NAMES, check_names, is_copyable_path, is_inside
from runtime.storage.manifest import Manifest, read_manifest
from runtime.storage.model_folder import inspect_files, is_gguf, weight_files

NOT_FROM_US = "another program's folder"
# The data that an engine reads (GGUF only where it is the model itself), and the papers that go with it. Never code,
# never a format that can hold code.
_MODEL_FILES = ("*.json", "*.jinja", "*.tiktoken", "*.model", "vocab.txt", "merges.txt", "*.safetensors")
_PAPERS = ("README*", "LICENSE*", "LICENCE*", "NOTICE*", "USE_POLICY*")
_PROGRAMS = (".py", ".pyc", ".so", ".dylib", ".dll", ".exe", ".sh", ".bat", ".cmd", ".command", ".lnk", ".desktop")
_MAY_HOLD_CODE = (".bin", ".pt", ".pth", ".pkl", ".ckpt", ".npz", ".npy", ".zip")
_HUB_CACHE = re.compile(r"models--(?P<maker>[A-Za-z0-9][A-Za-z0-9._-]*?)--(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)")
_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class SourceFile:
    """One file: its path below the model's folder, where its bytes really are, and their digest, "" if unknown."""

    path: str
    place: Path
    size_bytes: int
    digest: str = ""


@dataclass(frozen=True)
class SourceModel:
    """A model that may be copied. Texts are "" where unknown."""

    folder: Path
    title: str
    repository: str
    origin: str
    commit: str
    licence: str
    downloaded_at: str
    files: tuple[SourceFile, ...]

    @property
    def size_bytes(self) -> int:
        """All files together."""
        return sum(file.size_bytes for file in self.files)


def read_source(folder: Path) -> SourceModel:
    """Look at a model's folder: ours by its manifest, another program's by what an engine would read of it.

    Raises:
        ModelFolderMissing, ModelDamaged, ModelUnsafe. A kind of model that is not known yet may be kept all the same.
    """
    folder = folder.expanduser().absolute()
    with contextlib.suppress(ModelUnsupported, ModelEngineMissing):
        inspect_files(folder)
    manifest = read_manifest(folder)
    model = _foreign(folder) if manifest is None else _ours(folder, manifest)
    try:
        check_names([file.path for file in model.files])
    except ValueError as error:
        raise ModelDamaged(str(error), "two files of one name") from error
    return model


def _ours(folder: Path, manifest: Manifest) -> SourceModel:
    files = []
    for file in manifest.files:
        if not is_copyable_path(file.path):
            raise ModelDamaged(file.path, "its name")
        if not is_inside(folder, file.path):
            raise ModelDamaged(file.path, "a link")
        size_bytes = _size_of(folder / file.path, file.path)
        if size_bytes != file.size_bytes:
            raise ModelDamaged(file.path, f"{size_bytes} bytes, {file.size_bytes} when it was fetched")
        files.append(SourceFile(file.path, folder / file.path, size_bytes, file.digest))
    return SourceModel(
        folder,
        manifest.title,
        manifest.repository,
        manifest.origin,
        manifest.commit,
        manifest.licence,
        manifest.downloaded_at,
        tuple(files),
    )


def _foreign(folder: Path) -> SourceModel:
    repository, commit, reach = _told_by_place(folder)
    weights = {path.name for path in weight_files(folder)}
    files = []
    try:
        names = sorted(entry.name for entry in os.scandir(folder))
    except OSError as error:
        raise ModelFolderMissing(str(folder)) from error
    for name in names:
        if not _belongs(name, weights) or (folder / name).is_dir():
            continue
        # The hub's cache keeps its files elsewhere and links to them: such a link is followed, others are not.
        place = Path(os.path.realpath(folder / name))
        if not place.is_relative_to(os.path.realpath(reach)):
            raise ModelDamaged(name, "a link that leads out of the model's folder")
        files.append(SourceFile(name, place, _size_of(place, name)))
    return SourceModel(folder, "", repository, NOT_FROM_US, commit, "", "", tuple(files))


def _belongs(name: str, weights: set[str]) -> bool:
    if name.startswith(".") or not is_copyable_path(name) or name.casefold() in OUR_NAMES or is_code(name):
        return False
    if name.endswith(".safetensors") or is_gguf(name):
        return name in weights
    return any(fnmatchcase(name, pattern) for pattern in (*_MODEL_FILES, *_PAPERS))


def is_code(name: str) -> bool:
    """True for a file that is, or may hold, something to be run."""
    return name.lower().endswith((*_PROGRAMS, *_MAY_HOLD_CODE))


def _told_by_place(folder: Path) -> tuple[str, str, Path]:
    """Repository and commit where the folder's place tells them, and the folder that links may lead into."""
    found = _HUB_CACHE.fullmatch(folder.parent.parent.name)
    if folder.parent.name != "snapshots" or found is None:
        return "", "", folder
    commit = folder.name if _COMMIT.fullmatch(folder.name) else ""
    return f"{found['maker']}/{found['name']}", commit, folder.parents[2]


def _size_of(place: Path, path: str) -> int:
    try:
        status = place.lstat()
    except OSError as error:
        raise ModelDamaged(path, "missing") from error
    if not stat.S_ISREG(status.st_mode):
        raise ModelDamaged(path, "not a file")
    return status.st_size
