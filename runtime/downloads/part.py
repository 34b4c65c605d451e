"""A file on its way: its pieces are written as they come, hashed as they are written, and remembered in a map."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

from runtime.cancel import CancelToken
from runtime.downloads.pieces import PieceMap, piece_count, piece_length
from runtime.downloads.shared_file import SharedFile
from runtime.storage.files import sync, sync_folder
from runtime.storage.manifest import PIECE_BYTES, READ_BYTES, Hash, ManifestFile

CHECKING_THREADS = 4


class Sink(Protocol):
    """Where one answer's bytes go: a stretch of a file that is filled from its start. One thread."""

    @property
    def file(self) -> ManifestFile:
        """The file that the stretch belongs to."""

    @property
    def position(self) -> int:
        """The place in the file of the next byte that is wanted."""

    @property
    def end(self) -> int:
        """The place after the last byte that is wanted."""

    def write(self, data: memoryview) -> int:
        """Take bytes for ``position``; how many, never more than up to ``end``."""


class Part:
    """Owns the ``.part`` file of one listed file and its map. Pieces are handed out to threads one by one.

    Nothing that an earlier run left is believed before :meth:`check` has read it, which comes first. Raises OSError.
    """

    def __init__(self, file: ManifestFile, path: Path, map_path: Path) -> None:
        self.file = file
        self.changed = threading.Condition()
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        mapped = map_path.exists()
        self._map = PieceMap(map_path, file)
        try:
            self._file = SharedFile(path)
            size_bytes = self._file.size_bytes
            if size_bytes > file.size_bytes or (mapped and self._map.unfit):
                self._file.truncate(0)
                self._map.clear()
            elif not mapped:
                self._presume(size_bytes)
        except BaseException:
            self._map.close()
            raise
        self._hashes: dict[int, Hash] = {}
        self._taken: set[int] = set()
        self._first_open = 0

    def _presume(self, size_bytes: int) -> None:
        """A part without a map is one of an earlier Hearth, which wrote from the start on."""
        for piece in range(self.count):
            there = min(max(0, size_bytes - piece * PIECE_BYTES), self.length(piece))
            if there:
                self._map.doubtful.add(piece)
                self._map.record(piece, there)

    # --- what is there --------------------------------------------------------------------------------------------

    @property
    def count(self) -> int:
        """How many pieces the file has."""
        return piece_count(self.file.size_bytes)

    def length(self, piece: int) -> int:
        """Bytes of one piece."""
        return piece_length(self.file.size_bytes, piece)

    @property
    def size_bytes(self) -> int:
        """Bytes that are on the disk."""
        return sum(self._map.counts)

    @property
    def complete(self) -> bool:
        """True once all bytes are there, right or wrong."""
        return all(self._map.digests)

    @property
    def open_count(self) -> int:
        """How many pieces are not whole yet."""
        return self._map.digests.count("")

    @property
    def frontier(self) -> int:
        """The first piece that is not whole; what is before it may be hashed."""
        return self._first_open

    @property
    def digests(self) -> tuple[str, ...]:
        """The sha256 (hex) of each piece, "" for those that are not whole."""
        return tuple(self._map.digests)

    @property
    def doubtful(self) -> frozenset[int]:
        """The pieces that came in more than one answer: where something is wrong, it is most likely there."""
        return frozenset(self._map.doubtful)

    def check(self, cancel: CancelToken, on_checked: Callable[[int], None]) -> None:
        """Hash what an earlier run left; pieces that are not as they were received are emptied.

        ``on_checked`` is told counts of bytes, on threads of its own. Raises Cancelled.
        """
        found = [piece for piece in range(self.count) if self._map.counts[piece]]
        if not found:
            return
        with ThreadPoolExecutor(min(CHECKING_THREADS, len(found)), "check") as threads:
            for checked in [threads.submit(self._check_piece, piece, cancel, on_checked) for piece in found]:
                checked.result()
        self._move_frontier()

    def _check_piece(self, piece: int, cancel: CancelToken, on_checked: Callable[[int], None]) -> None:
        hashed = hashlib.sha256()
        there = self._map.counts[piece]
        at = 0
        while at < there:
            cancel.check()
            data = self._file.read_at(piece * PIECE_BYTES + at, min(READ_BYTES, there - at))
            if not data:
                break
            hashed.update(data)
            at += len(data)
            on_checked(len(data))
        digest = hashed.hexdigest()
        if at < there or (self._map.digests[piece] and self._map.digests[piece] != digest):
            self._map.record(piece, 0)
        elif not self._map.digests[piece]:
            self._map.doubtful.add(piece)
            self._map.record(piece, there, digest if there == self.length(piece) else "")
            self._hashes[piece] = hashed

    # --- filling it -----------------------------------------------------------------------------------------------

    def claim(self, from_position: int = 0) -> PieceSink | None:
        """The first piece at or after a place that is not whole and that nobody fills, for the caller alone."""
        with self.changed:
            for piece in range(max(self._first_open, -(-from_position // PIECE_BYTES)), self.count):
                if piece not in self._taken and not self._map.digests[piece]:
                    self._taken.add(piece)
                    return PieceSink(self, piece)
        return None

    def release(self, sink: Sink) -> None:
        """Give a piece back, whole or not."""
        assert isinstance(sink, PieceSink)
        with self.changed:
            self._taken.discard(sink.piece)
            if 0 < self._map.counts[sink.piece] < self.length(sink.piece):
                self._map.doubtful.add(sink.piece)
            self._move_frontier()

    def filled(self, piece: int) -> int:
        """Bytes of a piece that are there."""
        return self._map.counts[piece]

    def write(self, piece: int, data: memoryview) -> int:
        """Append to a piece; how many bytes were taken, never more than the piece has. By who claimed it."""
        there = self._map.counts[piece]
        view = data[: self.length(piece) - there]
        self._file.write_at(piece * PIECE_BYTES + there, view)
        hashed = self._hashes.setdefault(piece, hashlib.sha256())
        hashed.update(view)
        there += len(view)
        whole = there == self.length(piece)
        self._map.record(piece, there, hashed.hexdigest() if whole else "")
        if whole:
            self._hashes.pop(piece, None)
            with self.changed:
                self._move_frontier()
        return len(view)

    def replace(self, piece: int, data: bytes) -> None:
        """Put other bytes in the place of a whole piece."""
        self._map.record(piece, 0)
        self._file.write_at(piece * PIECE_BYTES, data)
        self._map.record(piece, len(data), hashlib.sha256(data).hexdigest())

    def take_from(
        self, source: Path, pieces: tuple[str, ...], cancel: CancelToken, on_checked: Callable[[int], None]
    ) -> None:
        """Copy from another file what is as ``pieces`` (sha256) list it; the rest stays missing. Raises Cancelled."""
        with source.open("rb", buffering=0) as stream:
            for piece, digest in enumerate(pieces):
                hashed = hashlib.sha256()
                left, at = self.length(piece), piece * PIECE_BYTES
                stream.seek(at)
                while left and (data := stream.read(min(READ_BYTES, left))):
                    cancel.check()
                    self._file.write_at(at, data)
                    hashed.update(data)
                    left, at = left - len(data), at + len(data)
                    on_checked(len(data))
                if not left and hashed.hexdigest() == digest:
                    self._map.record(piece, self.length(piece), digest)
        self._move_frontier()

    def _move_frontier(self) -> None:
        while self._first_open < self.count and self._map.digests[self._first_open]:
            self._first_open += 1
        self.changed_now()

    def changed_now(self) -> None:
        """Wake who waits for :attr:`changed`. Any thread."""
        with self.changed:
            self.changed.notify_all()

    # --- its end --------------------------------------------------------------------------------------------------

    def start_writing_out(self, piece: int) -> None:
        """Have the system begin to put a piece on the disk."""
        self._file.start_writing_out(piece * PIECE_BYTES, self.length(piece))

    def read_at(self, offset: int, count_bytes: int) -> bytes:
        """Bytes as they are on the disk."""
        return self._file.read_at(offset, count_bytes)

    def finish(self, target: Path) -> None:
        """Give the file its name: its hash was found right. The map stays, for the manifest."""
        with self._file.descriptor() as descriptor:
            sync(descriptor)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.replace(self._path, target)
        sync_folder(target.parent)

    def restart(self) -> None:
        """Throw all bytes away: they were wrong."""
        self._file.truncate(0)
        self._map.clear()
        self._hashes.clear()
        self._first_open = 0

    def close(self) -> None:
        """Keep what is there for the next run."""
        self._file.close()
        self._map.close()

    def __enter__(self) -> Part:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class PieceSink:
    """One piece of a part, in the hands of one thread."""

    def __init__(self, part: Part, piece: int) -> None:
        self._part = part
        self.piece = piece
        self.end = piece * PIECE_BYTES + part.length(piece)

    @property
    def file(self) -> ManifestFile:
        """The file that the piece belongs to."""
        return self._part.file

    @property
    def position(self) -> int:
        """The place in the file of the next byte that is wanted."""
        return self.piece * PIECE_BYTES + self._part.filled(self.piece)

    def write(self, data: memoryview) -> int:
        """Take bytes for ``position``; how many."""
        return self._part.write(self.piece, data)
