"""What is kept of one model on disk: found and read when it saves reading, written between answers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from runtime.inference.prefix.identity import room_names
from runtime.inference.prefix.restoring import Restorer
from runtime.inference.prefix.room import MlxRoom
from runtime.inference.prefix.saving import Saver
from runtime.inference.prefix.sealing import Seal
from runtime.inference.prefix.sheet import Sheet
from runtime.inference.prefix.shelf import Shelf
from runtime.requests import LoadModel, PromptKeeping

# Numbers take half the room on disk where they are of 32 bits.
UNFOLDED = 2


class Disk:
    """Owns what is kept of one model on disk. Lives on the thread that owns MLX; writes on one of its own.

    Raises:
        OSError, ValueError, ImportError: nothing can be kept there, or not with this key.
    """

    def __init__(self, request: LoadModel, keeping: PromptKeeping, fresh: Sequence[Any], computed_as: str) -> None:
        seal = Seal(keeping.key_hex)
        model, state = room_names(Path(request.folder), computed_as, seal)
        self._shelf = Shelf(Path(keeping.folder), model, state, seal, keeping.disk_bytes)
        self._restorer = Restorer(self._shelf, fresh)
        self.saver = Saver(self._shelf)

    def was_forgotten(self) -> bool:
        """Whether the files were taken away since the last time; the room is made anew then."""
        if not self._shelf.is_gone:
            return False
        self._shelf.open()
        return True

    def longest(self, tokens: Sequence[int], least: int, fresh: list[Any], room: MlxRoom) -> Sheet | None:
        """A sheet from files with at least so many of ``tokens``, if there is room for it."""
        while (found := self._restorer.find(tokens)) is not None and found.tokens >= least:
            if not room.make(self._shelf.size_bytes(found.names) * UNFOLDED):
                return None
            sheet = self._restorer.restore(found, tokens, fresh)
            if sheet is not None:
                return sheet
        return None
