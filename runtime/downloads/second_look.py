"""A file whose hash is wrong although each piece is as it was received: find the piece that came wrong.

The hub lists a hash of the whole file alone. So the pieces are fetched a second time, one by one, those that came in
several answers first; one that comes otherwise now is replaced, and the hash of the whole file tried again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from runtime.cancel import CancelToken
from runtime.downloads.crew import Work
from runtime.downloads.part import Part, Sink
from runtime.downloads.whole_hash import WholeHash
from runtime.storage.manifest import PIECE_BYTES, ManifestFile

# So small a file is looked at again even if the first look changed nothing.
SMALL_PIECES = 1


class PieceInMemory:
    """One piece, gathered in memory. It is both the work and the stretch, of one thread at a time."""

    def __init__(self, part: Part, piece: int) -> None:
        self._file = part.file
        self._start = piece * PIECE_BYTES
        self._end = self._start + part.length(piece)
        self._taken = False
        self.data = bytearray()

    @property
    def file(self) -> ManifestFile:
        """The file that it is a piece of."""
        return self._file

    @property
    def position(self) -> int:
        """The place in the file of the next byte that is wanted."""
        return self._start + len(self.data)

    @property
    def end(self) -> int:
        """The place after the last byte."""
        return self._end

    @property
    def complete(self) -> bool:
        """True once all bytes are there."""
        return self.position >= self._end

    @property
    def open_count(self) -> int:
        """1 until it is complete."""
        return 0 if self.complete else 1

    def write(self, data: memoryview) -> int:
        """Take bytes for ``position``; how many."""
        view = data[: self._end - self.position]
        self.data += view
        return len(view)

    def claim(self, from_position: int = 0) -> Sink | None:
        """Itself, if it is open and nobody fills it."""
        if self._taken or self.complete or from_position > self._start:
            return None
        self._taken = True
        return self

    def release(self, _: Sink) -> None:
        """Nobody fills it now."""
        self._taken = False


def second_look(part: Part, whole: WholeHash, fill: Callable[[Work], None], cancel: CancelToken) -> tuple[bool, bool]:
    """Fetch pieces of a complete part again until its hash is right, each at most once.

    ``fill`` fetches a work over a fresh connection. Returns whether the hash is right now, and whether a piece came
    otherwise than before. Raises what ``fill`` raises, OSError, Cancelled.
    """
    changed = False
    doubtful = part.doubtful
    for piece in sorted(range(part.count), key=lambda piece: (piece not in doubtful, piece)):
        cancel.check()
        again = PieceInMemory(part, piece)
        fill(again)
        if hashlib.sha256(again.data).hexdigest() == part.digests[piece]:
            continue
        changed = True
        part.replace(piece, bytes(again.data))
        whole.rewind(piece)
        if whole.agrees(cancel):
            return True, True
    return False, changed
