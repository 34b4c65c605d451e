"""The hash of a whole file while it streams: a thread follows the pieces that are whole, in their order."""

from __future__ import annotations

import threading
from typing import Protocol, cast

from runtime.cancel import CancelToken
from runtime.downloads.part import Part
from runtime.storage.manifest import PIECE_BYTES, READ_BYTES, Hash, agrees, hash_for

LOOK_EVERY_S = 0.02


class _CopyableHash(Hash, Protocol):
    def copy(self) -> _CopyableHash:
        """The same state once more."""


class WholeHash:
    """Reads back each piece as soon as all before it are whole (it is in the system's cache then) and hashes it.

    The state before each piece is kept (some hundred bytes), so that after a piece was replaced only what comes from
    there on is hashed again. Its thread ends with :meth:`close`.
    """

    def __init__(self, part: Part) -> None:
        self._part = part
        self._states: list[_CopyableHash] = [cast(_CopyableHash, hash_for(part.file.digest, part.file.size_bytes))]
        self._error: OSError | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._follow, name="whole-hash", daemon=True)
        self._thread.start()

    def agrees(self, cancel: CancelToken) -> bool:
        """Wait for the hash of the part, which is complete, and compare. Raises OSError, Cancelled."""
        with self._part.changed:
            while len(self._states) <= self._part.count and self._error is None:
                cancel.check()
                self._part.changed.wait(LOOK_EVERY_S)
            if self._error is not None:
                raise self._error
            return agrees(self._part.file.digest, self._states[-1])

    def rewind(self, piece: int) -> None:
        """A piece was replaced: hash again from there on. Only while the part is complete and all is hashed."""
        with self._part.changed:
            del self._states[piece + 1 :]
            self._part.changed.notify_all()

    def close(self) -> None:
        """End the thread."""
        self._closed = True
        self._part.changed_now()
        self._thread.join()

    def _follow(self) -> None:
        try:
            while (piece := self._next_piece()) is not None:
                state = self._hashed(piece)
                if state is None:
                    return
                self._part.start_writing_out(piece)
                with self._part.changed:
                    self._states.append(state)
                    self._part.changed.notify_all()
        except OSError as error:
            self._error = error
            self._part.changed_now()

    def _next_piece(self) -> int | None:
        with self._part.changed:
            while not self._closed:
                piece = len(self._states) - 1
                if piece < min(self._part.frontier, self._part.count):
                    return piece
                self._part.changed.wait()
        return None

    def _hashed(self, piece: int) -> _CopyableHash | None:
        """The state after a piece; None when the work was closed meanwhile."""
        state = self._states[piece].copy()
        at, end = piece * PIECE_BYTES, piece * PIECE_BYTES + self._part.length(piece)
        while at < end:
            if self._closed:
                return None
            data = self._part.read_at(at, min(READ_BYTES, end - at))
            if not data:
                raise OSError("the part became shorter")
            state.update(data)
            at += len(data)
        return state
