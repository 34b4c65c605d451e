"""Slow work with the models on disk: checking, moving, keeping copies for good. One piece at a time, one thread.

Joins what the services below do not know of each other: after a check the library remembers its outcome, before a
move downloads rest and the model in use gives its files free, a copy carries what the catalogue says of the model.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from runtime.cancel import CancelToken
from runtime.catalogue.entries import Catalogue
from runtime.downloads.service import DownloadService
from runtime.events import Event, WorkChanged, WorkKind
from runtime.library.bin import Bin
from runtime.library.copies import ShelfCard, bring_back, check_copy, shelve
from runtime.library.moving import move_library, staying_behind, unfinished_move
from runtime.library.service import InstalledModel, LibraryService
from runtime.library.work import LibraryWork, Progress, WorkResult
from runtime.paths import Paths
from runtime.storage.manifest import MANIFEST_NAME, read_manifest


class Housekeeping:
    """Starts slow work and returns its id at once; WorkChanged events follow on its thread. Any thread may call it.

    ``library`` and ``downloads`` give the services in use now; ``card`` says what a copy on a shelf tells of its
    model; ``release`` unloads a model whose files are about to go; ``moved`` is told the new models folder once
    everything is there, and puts it in use.
    """

    def __init__(
        self,
        paths: Callable[[], Paths],
        library: Callable[[], LibraryService],
        downloads: Callable[[], DownloadService],
        on_event: Callable[[Event], None],
        *,
        card: Callable[[InstalledModel], ShelfCard],
        release: Callable[[str], None],
        moved: Callable[[Path], None],
    ) -> None:
        self._paths = paths
        self._library = library
        self._downloads = downloads
        self._card = card
        self._release = release
        self._moved = moved
        self._work = LibraryWork(on_event)

    def works(self) -> tuple[WorkChanged, ...]:
        """The last state of every piece of work that is not over."""
        return self._work.works()

    def stop(self, work_id: str) -> None:
        """End a piece of work early; nothing half done is left under a final name. Unknown ids are ignored."""
        self._work.stop(work_id)

    def close(self) -> None:
        """Stop what runs and join the thread."""
        self._work.close()

    def verify(self, folder: str) -> str:
        """Read every byte of a model and compare it with what its maker published."""

        def work(cancel: CancelToken, on_progress: Progress) -> WorkResult:
            report = self._library().verify(folder, cancel, on_progress)
            return WorkResult(folder, report.wrong_files)

        return self._work.start(WorkKind.VERIFY, folder, work)

    def shelve(self, folder: str, shelf: str, *, free_after: bool = False) -> str:
        """Copy a model to a folder on another disk, checked by reading it back; ``free_after``: then remove it here.

        The model is removed for good, not into the bin: the copy has just proved whole, and the space is wanted.
        """

        def work(cancel: CancelToken, on_progress: Progress) -> WorkResult:
            model = self._library().inspect_folder(Path(folder))
            copy = shelve(Path(folder), Path(shelf), self._card(model), cancel, on_progress)
            if free_after:
                self._release(folder)
                self._free(folder)
            return WorkResult(str(copy))

        return self._work.start(WorkKind.SHELVE, folder, work, shelf)

    def finish_move(self) -> str:
        """Go on with a move that was cut off in an earlier run; the id of the work, "" when there is none."""
        target = unfinished_move(self._paths().models)
        return self.move(str(target)) if target is not None else ""

    def _free(self, folder: str) -> None:
        """Remove a model that was copied: for good, unless a person put more into its folder than was copied."""
        manifest = read_manifest(Path(folder))
        copied = {file.path for file in manifest.files} if manifest else set()
        more = [name for name in os.listdir(folder) if manifest and name not in copied | {MANIFEST_NAME}]
        removed = self._library().remove(folder)
        if not more:
            self._library().empty_bin(removed.id)

    def check_copy(self, folder: str) -> str:
        """Read every byte of a copy on a shelf."""
        return self._work.start(
            WorkKind.CHECK_COPY,
            folder,
            lambda cancel, on_progress: WorkResult(folder, check_copy(Path(folder), cancel, on_progress)),
        )

    def bring_back(self, folder: str) -> str:
        """Make a copy on a shelf a model of this computer again, without any network."""

        def work(cancel: CancelToken, on_progress: Progress) -> WorkResult:
            return WorkResult(str(bring_back(Path(folder), self._paths().models, cancel, on_progress)))

        return self._work.start(WorkKind.BRING_BACK, folder, work)

    def move(self, target: str) -> str:
        """Move all models to another folder, and keep new ones there from then on. Downloads rest meanwhile.

        ``wrong_files`` of its end are the names of what stayed behind: nothing of ours, or not to be moved safely.
        """

        def work(cancel: CancelToken, on_progress: Progress) -> WorkResult:
            self._downloads().close()
            old = new = self._paths().models
            try:
                new = move_library(old, Path(target), cancel, on_progress)
            finally:
                self._moved(new)
            if new == old or not old.is_dir():
                return WorkResult(str(new))
            Bin(old).empty()
            return WorkResult(str(new), staying_behind(old))

        return self._work.start(WorkKind.MOVE, str(self._paths().models), work, target)


def shelf_card(catalogue: Catalogue, model: InstalledModel) -> ShelfCard:
    """What a copy on a shelf tells of its model: the catalogue's words if it is one of ours, else its name."""
    found = catalogue.find(model.repository) if model.repository else None
    if found is None:
        return ShelfCard(model.name, licence=model.licence, size_bytes=model.size_bytes)
    entry, edition = found
    return ShelfCard(
        name=entry.name,
        role=entry.role,
        maker=entry.maker,
        sentence=entry.sentence,
        good_at=entry.good_at,
        licence=entry.licence,
        size_bytes=model.size_bytes,
        context_tokens=edition.context_tokens,
        sampling=edition.sampling,
    )
