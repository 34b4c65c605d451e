"""What the library tells of one model, and how a folder is described."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from runtime.errors import HearthError, ModelDamaged, Problem
from runtime.storage.engines import EngineKind
from runtime.storage.manifest import MANIFEST_NAME, Manifest, read_manifest
from runtime.storage.model_folder import (
    Facts,
    engine_of,
    inspect_files,
    is_weights,
    read_facts,
    telling_files,
    weight_files,
)
from runtime.storage.model_shape import ModelShape
from runtime.storage.unchanged import Unchanged, stamp

_CARD_BYTES = 16 * 1024
# Makers name what a repository holds; it is no part of the model's name.
_KIND_OF_FILE = re.compile(r"[-_. ]gguf$", re.IGNORECASE)
_LICENCE = re.compile(rb"^licen[sc]e(?:_name)?:[ \t]*[\"']?([\w.+-]{1,60})", re.MULTILINE)

_manifests: Unchanged[Manifest | None] = Unchanged()
_facts: Unchanged[Facts] = Unchanged()
_licences: Unchanged[str] = Unchanged()


class Owner(StrEnum):
    """Whose a model is. Only OURS and BY_HAND are ever moved or deleted."""

    OURS = "ours"
    HUGGING_FACE = "hugging_face"
    LM_STUDIO = "lm_studio"
    NAMED = "named"
    BY_HAND = "by_hand"


class CheckKind(StrEnum):
    """How a model was verified: every byte by its hash, or only that its files hold together."""

    HASHES = "hashes"
    STRUCTURE = "structure"


@dataclass(frozen=True)
class InstalledModel:
    """One model folder. ``ours``: Hearth fetched it. ``verified``: every byte was right when it was installed.

    ``commit`` and ``downloaded_at`` (UTC, ISO 8601) are "" for folders that are not ours. ``problem`` says why the
    model can't be used now. ``licence`` and ``origin`` (the hub's address) are "" where unknown; ``last_used_at`` and
    ``verified_at`` (UTC, ISO 8601) where never. ``tokens_per_s`` was measured here. ``shape`` is what its fit is
    judged from.
    """

    name: str
    repository: str
    folder: str
    size_bytes: int
    commit: str = ""
    architecture: str = ""
    context_tokens: int | None = None
    verified: bool = False
    ours: bool = False
    downloaded_at: str = ""
    problem: Problem | None = None
    licence: str = ""
    origin: str = ""
    owner: Owner = Owner.BY_HAND
    last_used_at: str = ""
    tokens_per_s: float | None = None
    verified_at: str = ""
    verified_by: CheckKind | None = None
    shape: ModelShape | None = None


@dataclass(frozen=True)
class Found:
    """A folder that may be a model, and what its place says of it. ``insist``: also told of when it is broken. Of
    several with one ``group`` only the first that can be used is told of."""

    folder: Path
    owner: Owner
    repository: str = ""
    commit: str = ""
    insist: bool = False
    group: str = ""


def describe_in_ours(folder: Path) -> InstalledModel | None:
    """A folder of our models folder, looking at sizes and small files; None for one that holds no model at all."""
    owner = Owner.NAMED if folder.is_symlink() else Owner.OURS
    try:
        manifest = manifest_of(folder)
    except HearthError as error:
        return replace(_plain(Found(folder, owner), Facts("", None)), problem=error.problem())
    if manifest is None and engine_of(folder) is None:
        return None
    problem: Problem | None = None
    facts = Facts("", None)
    try:
        facts = _quick_facts(folder)
        if manifest is not None:
            _check_sizes(folder, manifest)
    except HearthError as error:
        problem = error.problem()
    if manifest is not None:
        model = _listed(Found(folder, owner), manifest, facts)
    else:
        model = _plain(Found(folder, owner if owner is Owner.NAMED else Owner.BY_HAND), facts)
    return replace(model, problem=problem, verified=model.verified and problem is None)


def describe_elsewhere(found: Found) -> InstalledModel | None:
    """A folder that is not in our models folder, checked to the length of every tensor (remembered while nothing
    changes); None for what can't be used and was not asked for by name."""
    try:
        return inspect(found)
    except HearthError as error:
        if not found.insist:
            return None
        return replace(_plain(found, Facts("", None)), problem=error.problem())


def inspect(found: Found) -> InstalledModel:
    """A folder anywhere, checked without running anything of it.

    Raises:
        ModelFolderMissing, ModelDamaged, ModelUnsafe, ModelUnsupported, ModelEngineMissing.
    """
    facts = _checked_facts(found.folder)
    manifest = manifest_of(found.folder)
    return _plain(found, facts) if manifest is None else _listed(found, manifest, facts)


def manifest_of(folder: Path) -> Manifest | None:
    """As read_manifest, remembered while the file stays as it is."""
    return _manifests.get(folder, stamp([folder / MANIFEST_NAME]), lambda: read_manifest(folder))


def weight_stamp(folder: Path) -> str:
    """A short text that changes when one of the weight files does."""
    names = weight_files(folder)
    sizes = [entry and entry[1:] for entry in stamp(names)]
    return ";".join(f"{path.name}:{size}" for path, size in zip(names, sizes, strict=True))


def _quick_facts(folder: Path) -> Facts:
    if engine_of(folder) is EngineKind.LLAMA_CPP:
        return _checked_facts(folder)
    files = [folder / "config.json", folder / "tokenizer_config.json"]
    return _facts.get(folder / "config.json", stamp(files), lambda: read_facts(folder))


def _checked_facts(folder: Path) -> Facts:
    return _facts.get(folder, stamp(telling_files(folder)), lambda: inspect_files(folder))


def _check_sizes(folder: Path, manifest: Manifest) -> None:
    for file in manifest.files:
        try:
            size = os.stat(f"{folder}/{file.path}").st_size
        except OSError as error:
            raise ModelDamaged(file.path, "missing") from error
        if size != file.size_bytes:
            raise ModelDamaged(file.path, f"{size} bytes, {file.size_bytes} when it was fetched")


def _listed(found: Found, manifest: Manifest, facts: Facts) -> InstalledModel:
    """A model by its manifest."""
    weight_bytes = sum(file.size_bytes for file in manifest.files if is_weights(file.path))
    return InstalledModel(
        name=manifest.title or _last_part(manifest.repository),
        repository=manifest.repository,
        folder=str(found.folder),
        size_bytes=manifest.size_bytes,
        commit=manifest.commit,
        architecture=facts.architecture,
        context_tokens=facts.context_tokens,
        verified=True,
        ours=found.owner is Owner.OURS,
        downloaded_at=manifest.downloaded_at,
        licence=manifest.licence or _licence(found.folder),
        origin=manifest.origin,
        owner=found.owner,
        verified_at=manifest.downloaded_at,
        verified_by=CheckKind.HASHES,
        shape=facts.shape and replace(facts.shape, weight_bytes=weight_bytes),
    )


def _plain(found: Found, facts: Facts) -> InstalledModel:
    """A model without a manifest, by its files."""
    size_bytes = sum(entry[1] for entry in stamp(weight_files(found.folder)) if entry)
    return InstalledModel(
        name=_last_part(found.repository) or _last_part(found.folder.name) or str(found.folder),
        repository=found.repository,
        folder=str(found.folder),
        size_bytes=size_bytes,
        commit=found.commit,
        architecture=facts.architecture,
        context_tokens=facts.context_tokens,
        licence=_licence(found.folder),
        owner=found.owner,
        shape=facts.shape and replace(facts.shape, weight_bytes=size_bytes),
    )


def _last_part(repository: str) -> str:
    return _KIND_OF_FILE.sub("", repository.rpartition("/")[2])


def _licence(folder: Path) -> str:
    """What the model's card says in its head; "" when it says nothing or there is no card."""
    card = folder / "README.md"
    now = stamp([card])
    return _licences.get(card, now, lambda: _read_licence(card)) if now[0] else ""


def _read_licence(card: Path) -> str:
    try:
        with card.open("rb") as stream:
            head = stream.read(_CARD_BYTES)
    except OSError:
        return ""
    if not head.startswith(b"---"):
        return ""
    named = [match[1].decode() for match in _LICENCE.finditer(head.split(b"\n---", 1)[0])]
    # "other" is followed by the name of the maker's own licence.
    return next((name for name in named if name != "other"), named[0] if named else "")
