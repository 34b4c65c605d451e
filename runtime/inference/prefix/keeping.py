"""What was read is kept after an answer, and the longest beginning of the next prompt is taken from it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from runtime.inference.limits import MlxMemory
from runtime.inference.prefix.boundaries import ends_worth_marking
from runtime.inference.prefix.chain import PAGE_TOKENS
from runtime.inference.prefix.disk import Disk
from runtime.inference.prefix.leaves import is_paged, leaves
from runtime.inference.prefix.reading import Reading
from runtime.inference.prefix.room import MlxRoom
from runtime.inference.prefix.sheet import Sheet
from runtime.inference.prefix.store import Kept
from runtime.requests import Generate, LoadModel, Priority, PromptKeeping

log = logging.getLogger(__name__)

# So many conversations at most wait to be written; each is offered again until it is.
MOST_OFFERED = 4
# Files are read if they hold so much more of a prompt than memory does.
WORTH_READING_TOKENS = PAGE_TOKENS // 2


class PromptCaches:
    """The caches of one loaded model: those kept between answers, in memory and on disk, and the one under way. Lives
    on the thread that owns MLX. ``computed_as`` tells in what numbers it computes."""

    def __init__(
        self, model: Any, tokenizer: Any, request: LoadModel, memory: MlxMemory, computed_as: str = ""
    ) -> None:
        keeping = request.keeping or PromptKeeping()
        self._model = model
        self._tokenizer = tokenizer
        self._kept = Kept(keeping.memory_bytes)
        self._room = MlxRoom(memory, request.budget_bytes, self._kept)
        self._disk: Disk | None = None
        fresh = self._fresh()
        self._all_paged = all(is_paged(leaf) for leaf in leaves(fresh))
        if keeping.folder and keeping.disk_bytes:
            try:
                self._disk = Disk(request, keeping, fresh, computed_as)
            except (OSError, ValueError, ImportError) as error:
                log.warning("nothing that is read is kept on disk: %s", type(error).__name__)
        self._keeps = bool(keeping.memory_bytes or self._disk)
        self._reading: Reading | None = None

    @property
    def kept_bytes(self) -> int:
        """What is held beside the conversation under way."""
        return self._kept.held_bytes

    def begin(self, request: Generate, tokens: Sequence[int]) -> Reading:
        """The prompt, with all of it that was read before."""
        self._reading = None
        urgent = request.priority is Priority.PERSON
        if self._disk is not None:
            self._disk.saver.pause()
        if self._room.is_short():
            self._kept.clear()
        sheet = self._from_disk(tokens) if self._disk is not None and urgent else None
        if sheet is None:
            sheet = self._kept.take(tokens, urgent=urgent, has_room=self._room.has)
        sheet = sheet or Sheet([], self._fresh())
        # All that is left of it are words of this request.
        sheet.urgent, sheet.saved, sheet.private = sheet.urgent or urgent, False, request.private
        self._reading = Reading(tokens, sheet)
        return self._reading

    def _from_disk(self, tokens: Sequence[int]) -> Sheet | None:
        assert self._disk is not None
        try:
            if self._disk.was_forgotten():
                self._kept.clear()
        except OSError as error:
            log.warning("nothing that is read is kept on disk: %s", type(error).__name__)
            self._disk.saver.close()
            self._disk = None
            return None
        least = self._kept.reach(tokens) + WORTH_READING_TOKENS
        return self._disk.longest(tokens, least, self._fresh(), self._room)

    def ends(self, request: Generate, tokens: Sequence[int], chunk: int) -> dict[int, bool]:
        """Where the reading of a prompt is to be marked; nowhere if this model's caches can go back by themselves."""
        if self._all_paged or not self._keeps:
            return {}
        return ends_worth_marking(self._tokenizer, request, tokens, chunk)

    def release(self, need_bytes: int) -> int:
        """Give up what is kept of others, until so many bytes are free; where that is not enough, also the points to
        which the conversation under way could go back. Returns what the others gave."""
        freed_bytes = self._room.release(need_bytes)
        if freed_bytes < need_bytes and self._reading is not None:
            self._reading.sheet.marks = []
            self._room.tidy()
        return freed_bytes

    def end(self, reading: Reading) -> None:
        """The answer has ended in good order or was stopped; what was read of it is kept."""
        self._reading = None
        if not self._keeps:
            return
        sheet = reading.end()
        if sheet is None:
            log.warning("what was read is not certain and was not kept")
        elif not self._room.is_short():
            self._kept.put(sheet)
            self._save(sheet)

    def leave(self) -> None:
        """Whatever became of the answer, it is not under way any more; what was not kept by :meth:`end` is gone."""
        self._reading = None

    def _save(self, last: Sheet) -> None:
        if self._disk is None:
            return
        try:
            unsaved = [sheet for sheet in reversed(self._kept.sheets) if not sheet.saved and sheet is not last]
            for sheet in [last, *unsaved][:MOST_OFFERED]:
                if sheet.urgent and not sheet.private:
                    self._disk.saver.offer(sheet)
        except TypeError as error:
            log.warning("nothing that this model reads is kept on disk: %s", error)
            self._disk.saver.close()
            self._disk = None

    def wait_saved(self) -> None:
        """Block until what is kept on disk is written."""
        if self._disk is not None:
            self._disk.saver.wait()

    def close(self) -> None:
        """Keep nothing in memory any more, and write nothing."""
        if self._disk is not None:
            self._disk.saver.close()
            self._disk = None
        self._kept.clear()

    def _fresh(self) -> list[Any]:
        from mlx_lm.models.cache import make_prompt_cache

        made: list[Any] = make_prompt_cache(self._model)
        return made
