"""The models on this computer: those that Hearth fetched and folders that the person already had."""

from __future__ import annotations

import logging
import os
import shutil
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from runtime.cancel import CancelToken
from runtime.errors import HearthError, HomeNotWritable, ModelDamaged, ModelFolderMissing, ModelNotFound, Problem
from runtime.paths import Paths
from runtime.storage.manifest import Manifest, file_agrees, read_manifest
from runtime.storage.model_folder import Facts, inspect_files, read_facts, weight_files

_log = logging.getLogger(__name__)
BIN = ".deleted"


@dataclass(frozen=True)
class InstalledModel:
    """One model folder. ``ours``: Hearth fetched it. ``verified``: every byte was right when it was installed.

    ``commit`` and ``downloaded_at`` (UTC, ISO 8601) are "" for folders that are not ours. ``problem`` says why the
    model can't be used now.
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


class LibraryService:
    """Looks at folders anew each time it is asked; keeps no state. Any thread; quick unless it says otherwise."""

    def __init__(self, paths: Paths) -> None:
        self._models = paths.models

    def models(self) -> tuple[InstalledModel, ...]:
        """All models in the models folder, by name. Looks at sizes and small files only."""
        try:
            folders = [entry for entry in self._models.iterdir() if entry.is_dir() and not entry.name.startswith(".")]
        except OSError:
            return ()
        found = (self._describe(folder) for folder in folders)
        return tuple(sorted((model for model in found if model), key=lambda model: model.name.casefold()))

    def find(self, name_or_folder: str) -> InstalledModel:
        """A model by folder path, repository, title, or the last part of the repository; case does not matter.

        Raises:
            ModelNotFound: no model here has that name.
            ModelFolderMissing: it is a path, and nothing is there.
            ModelDamaged, ModelUnsafe, ModelUnsupported: it is a folder that can't be used.
        """
        wanted = name_or_folder.strip().casefold()
        if not wanted:
            raise ModelNotFound(name_or_folder)
        models = self.models()
        for names in (_full_names, _last_part):
            for model in models:
                if wanted in names(model):
                    return model
        path = Path(name_or_folder).expanduser()
        if path.is_dir():
            return self.inspect_folder(path)
        if path.is_absolute() or name_or_folder.startswith((".", "~")):
            raise ModelFolderMissing(str(path))
        raise ModelNotFound(name_or_folder)

    def inspect_folder(self, path: Path) -> InstalledModel:
        """A model that the person already has, checked without running anything of it.

        Raises:
            ModelFolderMissing, ModelDamaged, ModelUnsafe, ModelUnsupported.
        """
        folder = path.expanduser().absolute()
        facts = inspect_files(folder)
        manifest = read_manifest(folder)
        if manifest is not None:
            return _ours(folder, manifest, facts)
        return _foreign(folder, facts)

    def verify(
        self,
        repository: str,
        cancel: CancelToken | None = None,
        on_progress: Callable[[int, int], None] = lambda _done, _total: None,
    ) -> tuple[str, ...]:
        """Hash every file of one of our models; the names of those that are not as they were fetched.

        Slow (about a second a gigabyte). ``on_progress`` gets bytes done and in all. Raises ModelNotFound,
        ModelFolderMissing, ModelDamaged (no readable manifest), Cancelled.
        """
        folder = Path(self._our_model(repository).folder)
        manifest = read_manifest(folder)
        if manifest is None:
            raise ModelDamaged(folder.name, "no manifest")
        done_bytes = 0
        total_bytes = manifest.size_bytes

        def count(count_bytes: int) -> None:
            nonlocal done_bytes
            done_bytes += count_bytes
            on_progress(done_bytes, total_bytes)

        return tuple(f.path for f in manifest.files if not file_agrees(f, folder / f.path, cancel, count))

    def delete(self, repository: str) -> None:
        """Remove one of our models from the disk: moved aside in one step, then deleted.

        Raises:
            ModelNotFound: no such model of ours.
            HomeNotWritable: the models folder refuses.
        """
        folder = Path(self._our_model(repository).folder)
        if folder.parent != self._models or folder.is_symlink():
            raise ModelNotFound(repository)
        aside = self._models / BIN / f"{folder.name}-{uuid.uuid4().hex[:8]}"
        try:
            aside.parent.mkdir(mode=0o700, exist_ok=True)
            os.replace(folder, aside)
        except OSError as error:
            raise HomeNotWritable(str(self._models)) from error
        self.sweep()

    def sweep(self) -> None:
        """Delete what an interrupted :meth:`delete` left behind."""
        shutil.rmtree(self._models / BIN, ignore_errors=True)

    def _our_model(self, repository: str) -> InstalledModel:
        wanted = repository.casefold()
        for model in self.models():
            if model.ours and model.repository.casefold() == wanted:
                return model
        raise ModelNotFound(repository)

    def _describe(self, folder: Path) -> InstalledModel | None:
        """One entry of the list; None for a folder that holds no model at all."""
        try:
            manifest = read_manifest(folder)
        except HearthError as error:
            return replace(_foreign(folder, Facts("", None)), problem=error.problem())
        if manifest is None and not (folder / "config.json").is_file():
            return None
        problem: Problem | None = None
        facts = Facts("", None)
        try:
            facts = read_facts(folder)
            if manifest is not None:
                _check_sizes(folder, manifest)
        except HearthError as error:
            problem = error.problem()
        model = _foreign(folder, facts) if manifest is None else _ours(folder, manifest, facts)
        return replace(model, problem=problem, verified=model.verified and problem is None)


def _full_names(model: InstalledModel) -> set[str]:
    folder = Path(model.folder)
    return {model.repository.casefold(), model.name.casefold(), folder.name.casefold(), str(folder).casefold()}


def _last_part(model: InstalledModel) -> set[str]:
    return {model.repository.rpartition("/")[2].casefold()}


def _check_sizes(folder: Path, manifest: Manifest) -> None:
    for file in manifest.files:
        try:
            size = (folder / file.path).stat().st_size
        except OSError as error:
            raise ModelDamaged(file.path, "missing") from error
        if size != file.size_bytes:
            raise ModelDamaged(file.path, f"{size} bytes, {file.size_bytes} when it was fetched")


def _ours(folder: Path, manifest: Manifest, facts: Facts) -> InstalledModel:
    return InstalledModel(
        name=manifest.title or manifest.repository.rpartition("/")[2],
        repository=manifest.repository,
        folder=str(folder),
        size_bytes=manifest.size_bytes,
        commit=manifest.commit,
        architecture=facts.architecture,
        context_tokens=facts.context_tokens,
        verified=True,
        ours=True,
        downloaded_at=manifest.downloaded_at,
    )


def _foreign(folder: Path, facts: Facts) -> InstalledModel:
    size_bytes = 0
    for path in weight_files(folder):
        try:
            size_bytes += path.stat().st_size
        except OSError:
            continue
    return InstalledModel(
        name=folder.name,
        repository="",
        folder=str(folder),
        size_bytes=size_bytes,
        architecture=facts.architecture,
        context_tokens=facts.context_tokens,
    )
