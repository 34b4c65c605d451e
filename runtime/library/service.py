"""The models on this computer: those that Hearth fetched, other programs', and folders that the person named."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from runtime.cancel import CancelToken
from runtime.errors import ModelDamaged, ModelFolderMissing, ModelNotFound, ModelNotOurs, ModelsDiskMissing, Problem
from runtime.library.bin import KEPT_S, Bin, RemovedModel
from runtime.library.elsewhere import found_at, found_elsewhere
from runtime.library.installed import (
    CheckKind,
    Found,
    InstalledModel,
    Owner,
    describe_elsewhere,
    describe_in_ours,
    inspect,
    manifest_of,
    weight_stamp,
)
from runtime.library.notes import LEAST_ANSWER_TOKENS, Note, Notes
from runtime.library.places import Places
from runtime.library.verifying import VerifyReport, verify_by_manifest, verify_cached, verify_structure
from runtime.paths import Paths
from runtime.storage.manifest import MANIFEST_NAME
from runtime.storage.model_folder import weight_files
from runtime.storage.models_layout import BIN
from runtime.storage.unchanged import stamp

__all__ = ["BIN", "CheckKind", "InstalledModel", "LibraryService", "Owner", "Places", "RemovedModel", "VerifyReport"]


class LibraryService:
    """Looks at folders anew each time it is asked. Any thread; quick unless it says otherwise.

    ``places`` tells, each time, where else to look and which folder the person chose for our models; without it there
    is only the usual folder. ``apart`` are repositories of models that are no good for a chat: they can be verified and
    removed as any other, and are not among :meth:`models`.
    """

    def __init__(
        self, paths: Paths, places: Callable[[], Places] | None = None, *, apart: frozenset[str] = frozenset()
    ) -> None:
        self._paths = paths
        self._apart = apart
        self._places = places or Places
        self._notes = Notes(paths.home)

    @property
    def folder(self) -> Path:
        """Where our models are now. It need not exist."""
        return self._places().models or self._paths.models

    @property
    def problem(self) -> Problem | None:
        """ModelsDiskMissing while a folder that the person chose is not there."""
        folder = self.folder
        if folder == self._paths.home / "models" or folder.is_dir():
            return None
        return ModelsDiskMissing(str(folder)).problem()

    def models(self) -> tuple[InstalledModel, ...]:
        """All models for chats, by name, each once: of several ways to the same files ours comes first. Looks at sizes
        and small files, at the heads of others' weights when they changed; never hashes."""
        return tuple(model for model in self._every() if model.repository not in self._apart)

    def apart(self) -> tuple[InstalledModel, ...]:
        """The models that are for something else, as :meth:`models`."""
        return tuple(model for model in self._every() if model.repository in self._apart)

    def _every(self) -> tuple[InstalledModel, ...]:
        notes = self._notes.all()
        found = (_noted(model, notes) for model in self._unlike(self._all()))
        return tuple(sorted(found, key=lambda model: model.name.casefold()))

    def find(self, name_or_folder: str) -> InstalledModel:
        """A model by folder path, repository, title, or the last part of the repository; case does not matter. Of
        several ours comes first.

        Raises:
            ModelNotFound: no model here has that name.
            ModelFolderMissing: it is a path, and nothing is there.
            ModelDamaged, ModelUnsafe, ModelUnsupported: it is a folder that can't be used.
        """
        wanted = name_or_folder.strip().casefold()
        if not wanted:
            raise ModelNotFound(name_or_folder)
        models = sorted(self._every(), key=lambda model: not model.ours)
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
        found = found_at(folder, self._places())
        if folder.parent == self.folder and not folder.is_symlink():
            found = Found(folder, Owner.BY_HAND if manifest_of(folder) is None else Owner.OURS)
        return _noted(inspect(found), self._notes.all())

    # --- what was learnt ------------------------------------------------------------------------------------------

    def note_used(self, folder: str | Path) -> None:
        """This model answers now. Writes one small file; never raises."""
        self._notes.used(self._note_name(Path(folder)))

    def note_speed(self, folder: str | Path, tokens_per_s: float, answer_tokens: int = LEAST_ANSWER_TOKENS) -> None:
        """This model wrote an answer of ``answer_tokens`` at this rate; short ones tell nothing and are left out.
        Writes one small file; never raises."""
        if answer_tokens >= LEAST_ANSWER_TOKENS:
            self._notes.speed(self._note_name(Path(folder)), tokens_per_s)

    def note_answer(self, folder: str | Path, tokens_per_s: float, answer_tokens: int) -> None:
        """This model has just answered: what both notes above tell, in one write. Never raises."""
        if answer_tokens >= LEAST_ANSWER_TOKENS and tokens_per_s > 0:
            self.note_speed(folder, tokens_per_s, answer_tokens)
        else:
            self.note_used(folder)

    def note_verified(self, folder: str | Path, wrong_files: tuple[str, ...], by: CheckKind = CheckKind.HASHES) -> None:
        """Every file of this model was looked at just now, and these were wrong: it counts as damaged until it is
        fetched anew, its files change, or a later look finds nothing. Writes one small file; never raises."""
        path = Path(folder)
        self._notes.verified(self._note_name(path), wrong_files, by, _state_of(path))

    # --- verify ---------------------------------------------------------------------------------------------------

    def verify(
        self,
        folder_or_repository: str,
        cancel: CancelToken | None = None,
        on_progress: Callable[[int, int], None] = lambda _done, _total: None,
    ) -> VerifyReport:
        """Look at a whole model: ours by the hashes it was fetched with, the hub cache's by the names of its blobs,
        others by their structure. The outcome is noted.

        Slow (about a second a gigabyte). ``on_progress`` gets bytes done and in all.

        Raises:
            ModelNotFound, ModelFolderMissing; ModelDamaged: no readable manifest; ModelUnsafe, ModelUnsupported: not
            ours and not to be used at all; Cancelled: nothing is noted.
        """
        folder = Path(self._known(folder_or_repository).folder)
        token = cancel or CancelToken()
        state = _state_of(folder)
        manifest = manifest_of(folder)
        if manifest is not None:
            report = verify_by_manifest(folder, manifest, token, on_progress)
        elif folder.parent.name == "snapshots":
            report = verify_cached(folder, token, on_progress)
        else:
            report = verify_structure(folder, token, on_progress)
        self._notes.verified(self._note_name(folder), report.wrong_files, report.by, state)
        return report

    # --- delete ---------------------------------------------------------------------------------------------------

    def remove(self, folder_or_repository: str) -> RemovedModel:
        """Move one of our models into the bin, in one step.

        Raises:
            ModelNotFound: there is no such model.
            ModelNotOurs: another program's, a link, or a folder that is not in our models folder.
            HomeNotWritable: the models folder refuses.
        """
        model = self._known(folder_or_repository)
        folder = Path(model.folder)
        if model.owner not in (Owner.OURS, Owner.BY_HAND) or folder.parent != self.folder or folder.is_symlink():
            raise ModelNotOurs(str(folder))
        return Bin(self.folder).put(model)

    def bring_back(self, removed_id: str) -> InstalledModel:
        """Undo :meth:`remove`.

        Raises:
            ModelNotFound: it is not in the bin any more.
            ModelsFolderRefused: detail "taken": a model fetched meanwhile has its place; both stay as they are.
            HomeNotWritable: the disk refuses.
        """
        folder = Bin(self.folder).bring_back(removed_id)
        model = describe_in_ours(folder)
        if model is None:
            raise ModelDamaged("config.json", "missing")
        return _noted(model, self._notes.all())

    def removed(self) -> tuple[RemovedModel, ...]:
        """What can be brought back, the newest first."""
        return Bin(self.folder).removed()

    def empty_bin(self, removed_id: str = "") -> None:
        """Delete the removed models for good, or the one with this id. Slow for large ones. Raises ModelNotFound."""
        Bin(self.folder).empty(removed_id)

    def delete(self, folder_or_repository: str) -> None:
        """Remove one of our models from the disk at once, without undo. Raises as :meth:`remove`."""
        self.empty_bin(self.remove(folder_or_repository).id)

    def sweep(self, older_than_s: float = KEPT_S) -> None:
        """Delete for good what was removed long ago, and what an interrupted deletion left behind. Slow."""
        Bin(self.folder).sweep(older_than_s)

    # --- looking --------------------------------------------------------------------------------------------------

    def _all(self) -> Iterator[tuple[InstalledModel, str]]:
        """Every model with the group it is the first usable one of; ours first."""
        try:
            folders = [entry for entry in self.folder.iterdir() if entry.is_dir() and not entry.name.startswith(".")]
        except OSError:
            folders = []
        for folder in sorted(folders):
            model = describe_in_ours(folder)
            if model is not None:
                yield model, ""
        taken: set[str] = set()
        for found in found_elsewhere(self._places()):
            model = None if found.group in taken else describe_elsewhere(found)
            if model is not None:
                taken |= {found.group} - {""}
                yield model, found.group

    def _unlike(self, models: Iterator[tuple[InstalledModel, str]]) -> Iterator[InstalledModel]:
        """Leave out what leads to files that were met before."""
        seen: set[str] = set()
        for model, _group in models:
            folder = Path(model.folder)
            ways = {os.path.realpath(path) for path in (folder, *weight_files(folder)[:1])}
            if not ways & seen:
                yield model
            seen |= ways

    def _known(self, folder_or_repository: str) -> InstalledModel:
        """A model by its folder or its repository, ours first.

        Raises:
            ModelNotFound.
        """
        wanted = folder_or_repository.strip()
        models = sorted(self._every(), key=lambda model: not model.ours)
        for model in models:
            if wanted and str(Path(wanted)) == model.folder:
                return model
        for model in models:
            if wanted and wanted.casefold() == model.repository.casefold():
                return model
        raise ModelNotFound(folder_or_repository)

    def _note_name(self, folder: Path) -> str:
        """Ours are known by repository, so that notes outlive a move; all others by the real folder."""
        if folder.parent == self.folder and not folder.is_symlink():
            try:
                manifest = manifest_of(folder)
            except (ModelDamaged, ModelFolderMissing):
                manifest = None
            if manifest is not None and manifest.repository:
                return manifest.repository
        return os.path.realpath(folder)


def _noted(model: InstalledModel, notes: dict[str, Note]) -> InstalledModel:
    """A model with what was learnt of it."""
    note = notes.get((model.ours and model.repository) or os.path.realpath(model.folder))
    if note is None:
        return model
    model = replace(model, last_used_at=note.last_used_at, tokens_per_s=note.tokens_per_s)
    if not note.verified_at or note.looked_at != _state_of(Path(model.folder)):
        return model
    model = replace(model, verified_at=note.verified_at, verified_by=note.verified_by)
    if note.wrong_files and model.problem is None:
        problem = ModelDamaged(note.wrong_files[0], "verified").problem()
        return replace(model, problem=problem, verified=False)
    return model


def _state_of(folder: Path) -> str:
    """What a verdict speaks of: for a model with a manifest that download, else the files as they are."""
    try:
        manifest = manifest_of(folder)
    except (ModelDamaged, ModelFolderMissing):
        return ""
    if manifest is None:
        return weight_stamp(folder)
    # The time has whole seconds only; a small model may be fetched again within one.
    return f"fetched {manifest.downloaded_at} {stamp([folder / MANIFEST_NAME])}"


def _full_names(model: InstalledModel) -> set[str]:
    folder = Path(model.folder)
    return {model.repository.casefold(), model.name.casefold(), folder.name.casefold(), str(folder).casefold()}


def _last_part(model: InstalledModel) -> set[str]:
    return {model.repository.rpartition("/")[2].casefold()}
