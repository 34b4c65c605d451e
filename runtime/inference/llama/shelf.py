"""Conversations that a model has read and that are not under way: copies of their states, under a limit of bytes."""

from __future__ import annotations

from collections.abc import Sequence

import psutil

from runtime.inference.llama.disk import Disk
from runtime.inference.llama.kept_state import KeptState
from runtime.inference.llama.window import Window

# To read again what is less than this costs less than to keep it.
LEAST_TOKENS = 64
# What would be lost of the conversation under way is worth a copy from this share of what stays.
BRANCH_SHARE = 0.25
# With less than this share of the computer's memory available, what is kept goes: the computer needs it more.
SHORT_SHARE = 0.1


class Shelf:
    """Owns the kept states of one window; what was not used for the longest time goes first, a person's own
    conversations last. ``private``: what the window holds is never written to disk. Lives on the window's thread.
    ``limit_bytes`` 0 keeps nothing in memory; ``disk`` is where more of them may be found."""

    def __init__(self, window: Window, limit_bytes: int, disk: Disk | None = None) -> None:
        self._window = window
        self._limit_bytes = limit_bytes
        self._disk = disk
        self._urgent = False
        self.private = False
        self._states: list[KeptState] = []

    @property
    def bytes(self) -> int:
        """What is held."""
        return sum(len(kept.state) for kept in self._states)

    @property
    def latest(self) -> KeptState | None:
        """What was put aside or used last, of what may be written to disk."""
        return next((kept for kept in reversed(self._states) if not kept.private), None)

    def begin(self, tokens: Sequence[int], *, urgent: bool = True, private: bool = False) -> int:
        """Make the window know the longest beginning of ``tokens`` that was ever read and is kept, and nothing else.
        Returns its length. ``urgent``: a person waits for the answer, ``private``: in a private conversation."""
        self._forget_if_asked()
        window = self._window
        freely = window.forgets_freely
        usable = window.usable(tokens)
        best, spared = self._best(tokens, usable)
        if best is not None and spared > usable + LEAST_TOKENS:
            self._put_aside()
            # One that the window can come back to by forgetting would only be held twice.
            self._states = [kept for kept in self._states if kept is not best]
            if not freely and len(best.state) <= self._limit_bytes:
                self._add(best)
            usable = window.usable(tokens) if window.restore(best.tokens, best.state) else 0
        elif len(window.tokens) - usable >= max(LEAST_TOKENS, BRANCH_SHARE * usable):
            self._put_aside()
        window.keep(usable)
        self._urgent, self.private = urgent, private
        return len(window.tokens)

    def mark(self) -> None:
        """Keep this very point, where the window could not come back to it by forgetting."""
        if not self._window.forgets_freely:
            self._put_aside()

    def clear(self) -> None:
        """Keep nothing any more."""
        self._states.clear()

    def _forget_if_asked(self) -> None:
        if self._disk is not None and self._disk.was_forgotten():
            self._states.clear()
            self._window.keep(0)
        now = psutil.virtual_memory()
        if now.available < SHORT_SHARE * now.total:
            self._states.clear()

    def _best(self, tokens: Sequence[int], usable: int) -> tuple[KeptState | None, int]:
        freely, most = self._window.forgets_freely, self._window.limit_tokens
        best = max(reversed(self._states), key=lambda kept: kept.usable(tokens, freely=freely), default=None)
        spared = best.usable(tokens, freely=freely) if best is not None else 0
        if self._disk is not None:
            found = self._disk.longest(tokens, max(usable, spared) + LEAST_TOKENS, most, freely=freely)
            if found is not None:
                return found, found.usable(tokens, freely=freely)
        return best, spared

    def _put_aside(self) -> None:
        window = self._window
        if len(window.tokens) < LEAST_TOKENS or window.state_bytes() > self._limit_bytes:
            return
        kept = KeptState(list(window.tokens), window.state(), self._urgent, self.private)
        freely = window.forgets_freely
        ended = [*kept.tokens, -1]
        # What the new one can stand for goes; nothing is kept twice.
        self._states = [old for old in self._states if kept.usable([*old.tokens, -1], freely=freely) < len(old.tokens)]
        if not any(old.usable(ended, freely=freely) == len(kept.tokens) for old in self._states):
            self._add(kept)

    def _add(self, kept: KeptState) -> None:
        self._states.append(kept)
        while self.bytes > self._limit_bytes:
            aside = [old for old in self._states[:-1] if not old.urgent]
            self._states.remove((aside or self._states)[0])
