"""One listed file, with the listed hash, under its name in the staging folder: by whatever costs the fewest bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Protocol

from runtime.cancel import CancelToken
from runtime.downloads.crew import Crew, Work
from runtime.downloads.part import Part
from runtime.downloads.pieces import piece_count, piece_length, recorded_pieces
from runtime.downloads.second_look import SMALL_PIECES, second_look
from runtime.downloads.stage import Stage
from runtime.downloads.transfer import Transfer
from runtime.downloads.tuning import Tuning
from runtime.downloads.whole_hash import WholeHash
from runtime.errors import ContentMismatch, DownloadError
from runtime.events import DownloadPhase
from runtime.storage.manifest import READ_BYTES, ManifestFile, file_agrees

TRIES_PER_CONTENT = 3


class Progress(Protocol):
    """Who is told how it goes, and who waits."""

    def move_to(self, phase: DownloadPhase) -> None:
        """Another phase begins."""

    def count(self, file: ManifestFile, size_bytes: int) -> None:
        """So much of a file is on the disk."""

    def arrived(self, file: ManifestFile, count_bytes: int) -> None:
        """So much more of a file is on the disk. Any thread."""

    def checked(self, count_bytes: int) -> None:
        """So much more was hashed again. Any thread."""

    def tell(self) -> None:
        """Send the state as it is now."""

    def retry_later(self, error: DownloadError) -> None:
        """Wait as after a failure."""

    def require_room_for(self, file: ManifestFile) -> None:
        """What is missing of a file must fit."""


class Obtaining:
    """Gets the files of one model, one after the other. One thread; its connections have threads of their own."""

    def __init__(self, progress: Progress, stage: Stage, transfer: Transfer, cancel: CancelToken) -> None:
        self._progress = progress
        self._stage = stage
        self._transfer = transfer
        self._cancel = cancel
        self._tuning = Tuning()

    def obtain(self, file: ManifestFile) -> tuple[str, ...]:
        """Have the file in the staging folder; the sha256 of its pieces.

        Raises:
            ContentMismatch: the hub goes on sending something else than it lists.
            DownloadError: another leaf that waiting can't mend. OSError, Cancelled.
        """
        finished = self._stage.finished_path(file)
        if finished.exists():
            self._progress.move_to(DownloadPhase.VERIFYING)
            if file_agrees(file, finished, self._cancel, self._progress.checked):
                return self._pieces_of(file, finished)
            finished.unlink()
            self._progress.count(file, 0)
        self._begin_from_installed(file)
        self._progress.require_room_for(file)
        for left in reversed(range(TRIES_PER_CONTENT)):
            try:
                pieces = self._fetch(file)
                break
            except ContentMismatch as error:
                if not left:
                    raise
                self._progress.retry_later(error)
        if pieces is None:
            raise ContentMismatch(self._transfer.source.repository, file.path)
        return pieces

    def _pieces_of(self, file: ManifestFile, finished: Path) -> tuple[str, ...]:
        """The pieces of a file whose hash is right: from the map, the installed manifest, or the file itself."""
        known = recorded_pieces(self._stage.map_path(file), file) or self._stage.installed_pieces(file)
        return known or pieces_of(file, finished, self._cancel, self._progress.checked)

    def _begin_from_installed(self, file: ManifestFile) -> None:
        """The installed file is damaged, but its manifest knows which pieces are right: copy those."""
        pieces = self._stage.installed_pieces(file)
        if not pieces or self._stage.part_bytes(file):
            return
        source = self._stage.target / file.path
        if not source.is_file() or source.is_symlink():
            return
        self._progress.move_to(DownloadPhase.VERIFYING)
        self._progress.require_room_for(file)
        with self._open_part(file) as part:
            part.take_from(source, pieces, self._cancel, self._progress.checked)

    def _open_part(self, file: ManifestFile) -> Part:
        return Part(file, self._stage.part_path(file), self._stage.map_path(file))

    def _fetch(self, file: ManifestFile) -> tuple[str, ...] | None:
        """Complete the part of one file, mend it if its hash is wrong, and name it; None if it can't be mended."""
        with self._open_part(file) as part:
            if part.size_bytes:
                self._progress.move_to(DownloadPhase.VERIFYING)
                part.check(self._cancel, self._progress.checked)
            self._progress.count(file, part.size_bytes)
            whole = WholeHash(part)
            try:
                self._fill_part(part)
                self._progress.move_to(DownloadPhase.VERIFYING)
                if not whole.agrees(self._cancel) and not self._mend(part, whole):
                    return None
            finally:
                whole.close()
            part.finish(self._stage.finished_path(file))
            return part.digests

    def _fill_part(self, part: Part) -> None:
        if not part.complete:
            self._progress.move_to(DownloadPhase.TRANSFERRING)
            self._fill(part, partial(self._progress.arrived, part.file), fresh=False)

    def _fill(self, work: Work, on_bytes: Callable[[int], None], *, fresh: bool) -> None:
        Crew(work, self._transfer, self._tuning, self._cancel, on_bytes, self._progress.tell, fresh=fresh).run()

    def _mend(self, part: Part, whole: WholeHash) -> bool:
        """Find what came wrong. A second round only where the first changed something, or costs little."""
        mismatch = ContentMismatch(self._transfer.source.repository, part.file.path)
        for _ in range(TRIES_PER_CONTENT - 1):
            self._progress.retry_later(mismatch)
            self._progress.move_to(DownloadPhase.TRANSFERRING)
            fill = partial(self._fill, on_bytes=lambda _: None, fresh=True)
            right, changed = second_look(part, whole, fill, self._cancel)
            if right:
                return True
            if not changed and part.count > SMALL_PIECES:
                break
        part.restart()
        self._progress.count(part.file, 0)
        return False


def pieces_of(
    file: ManifestFile, path: Path, cancel: CancelToken, on_checked: Callable[[int], None]
) -> tuple[str, ...]:
    """The sha256 of each piece of a file. Raises OSError, Cancelled."""
    pieces = []
    with path.open("rb") as stream:
        for piece in range(piece_count(file.size_bytes)):
            hashed = hashlib.sha256()
            left = piece_length(file.size_bytes, piece)
            while left and (data := stream.read(min(READ_BYTES, left))):
                cancel.check()
                hashed.update(data)
                on_checked(len(data))
                left -= len(data)
            pieces.append(hashed.hexdigest())
    return tuple(pieces)
