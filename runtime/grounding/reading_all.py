"""All of some documents read for one question, however long: part by part, with notes, then the notes together."""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from runtime.documents.context import TOKENS_A_SOURCE
from runtime.documents.weight import token_estimate
from runtime.grounding.budgets import Budgets
from runtime.grounding.fencing import joining_turns, new_tag, notes_turns
from runtime.requests import ChatMessage
from runtime.sources import Source

_NUMBERS = re.compile(r"\[(\d{1,6}(?:\s*,\s*\d{1,6})*)\]")
_NOTHING = re.compile(r"\W*(?:none|nothing|n/?a)?\W*", re.IGNORECASE)
# Notes that do not get shorter are cut; a small model may copy instead of joining.
MOST_JOININGS = 3
SMALLEST_PART_TOKENS = 64
PARTS_THAT_TELL = 12


class TooLongForModel(Exception):
    """The model says that a prompt is longer than what it can read: ``share`` of it would fit."""

    def __init__(self, share: float) -> None:
        super().__init__(share)
        self.share = share


Ask = Callable[[tuple[ChatMessage, ...], int], str]


@dataclass
class Walk:
    """What was read so far, to be looked at from any thread. ``pages_done`` of ``pages`` reached the model."""

    pages: int
    pages_done: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The notes so far, in the order of the pages."""
        return "\n".join(self.notes)

    @property
    def cited(self) -> tuple[int, ...]:
        """The pages that notes name, by number, in the order they are named first."""
        found = (int(digits) for marks in _NUMBERS.findall(self.text) for digits in marks.split(","))
        return tuple(dict.fromkeys(found))


class ReadAll:
    """Walks once. ``ask`` blocks until the model has answered, and raises Cancelled or :class:`TooLongForModel`;
    ``progress`` gets pages done and the seconds that are left, on the caller's thread."""

    def __init__(
        self,
        pages: Sequence[Source],
        task: str,
        budgets: Budgets,
        ask: Ask,
        progress: Callable[[int, float | None], None],
    ) -> None:
        self.walk = Walk(len(pages))
        self._pages = pages
        self._task = task
        self._budgets = budgets
        self._ask = ask
        self._progress = progress
        self._part_tokens = budgets.part

    def read(self) -> Walk:
        """Read every page, in order; each letter of each reaches a prompt. Raises as ``ask`` does."""
        waiting = deque(enumerate(self._pages))
        done = [False] * len(self._pages)
        rest = sum(map(_cost, self._pages))
        paces: list[tuple[int, float]] = []
        self._progress(0, None)
        while waiting:
            part = self._next_part(waiting)
            turns = notes_turns([page for _, page, _ in part], self._task, new_tag())
            began = time.monotonic()
            try:
                notes = self._ask(turns, self._budgets.notes)
            except TooLongForModel as error:
                self._put_back(waiting, part, error.share)
                continue
            if not _NOTHING.fullmatch(notes):
                self.walk.notes.append(notes.strip())
            for at, _, is_last in part:
                done[at] = done[at] or is_last
            read = sum(_cost(page) for _, page, _ in part)
            rest = max(0, rest - read)
            paces.append((read, time.monotonic() - began))
            self.walk.pages_done = sum(done)
            self._progress(self.walk.pages_done, _seconds_left(paces, rest) if waiting else 0.0)
        return self.walk

    def joined_notes(self, room_tokens: int) -> str:
        """The notes so that they fit into a prompt, made shorter by the model where they do not. Raises as ``ask``."""
        notes = list(self.walk.notes)
        for _ in range(MOST_JOININGS):
            if _length(notes) <= room_tokens or len(notes) < 2:
                break
            notes = self._joined_once(notes)
        # What a model can not make shorter is cut evenly: no part of the documents goes unheard.
        over = _length(notes) / max(1, room_tokens)
        return "\n".join(note if over <= 1 else note[: int(len(note) / over)] for note in notes)

    # --- inside -----------------------------------------------------------------------------------------------------

    def _next_part(self, waiting: deque[tuple[int, Source]]) -> list[tuple[int, Source, bool]]:
        """Pages that fit together, taken from those that wait; the beginning of one that is longer than a part."""
        part: list[tuple[int, Source, bool]] = []
        left = self._part_tokens
        while waiting:
            at, page = waiting[0]
            if _cost(page) <= left:
                waiting.popleft()
                part.append((at, page, True))
                left -= _cost(page)
            elif not part:
                waiting.popleft()
                first, rest = _split(page, self._part_tokens)
                part.append((at, first, not rest.text))
                if rest.text:
                    waiting.appendleft((at, rest))
                return part
            else:
                return part
        return part

    def _put_back(self, waiting: deque[tuple[int, Source]], part: list[tuple[int, Source, bool]], share: float) -> None:
        if self._part_tokens <= SMALLEST_PART_TOKENS:
            raise TooLongForModel(share)
        self._part_tokens = max(SMALLEST_PART_TOKENS, int(self._part_tokens * min(0.7, share * 0.9)))
        for at, page, is_last in reversed(part):
            if not is_last and waiting and waiting[0][0] == at:
                # The halves of a page become one again.
                rest = waiting.popleft()[1]
                page = replace(page, text=page.text + rest.text, stop=rest.stop)
            waiting.appendleft((at, page))

    def _joined_once(self, notes: list[str]) -> list[str]:
        joined: list[str] = []
        group: list[str] = []
        for note in [*notes, ""]:
            if group and (not note or _length([*group, note]) > self._part_tokens):
                joined.append(self._shorter("\n".join(group)))
                group = []
            group.append(note)
        return [note for note in joined if note]

    def _shorter(self, notes: str) -> str:
        try:
            shorter = self._ask(joining_turns(notes, self._task, new_tag()), self._budgets.notes).strip()
        except TooLongForModel as error:
            return notes[: int(len(notes) * error.share * 0.9)]
        return shorter or notes


def _seconds_left(paces: Sequence[tuple[int, float]], rest_tokens: int) -> float:
    """From the tokens and seconds of the last parts: the first is slower, and the computer may do other things now."""
    told = (paces[1:] or paces)[-PARTS_THAT_TELL:]
    return sum(took for _, took in told) / max(1, sum(tokens for tokens, _ in told)) * rest_tokens


def _cost(page: Source) -> int:
    return token_estimate(page.text) + TOKENS_A_SOURCE


def _length(notes: Sequence[str]) -> int:
    return sum(token_estimate(note) for note in notes)


def _split(page: Source, room_tokens: int) -> tuple[Source, Source]:
    """The beginning of a page that fits, cut at a space where there is one, and the rest of it."""
    at = max(1, int(len(page.text) * (room_tokens - TOKENS_A_SOURCE) / max(1, _cost(page))))
    space = page.text.rfind(" ", at // 2, at)
    at = space + 1 if space > 0 else at
    first = replace(page, text=page.text[:at], stop=page.start + at)
    return first, replace(page, text=page.text[at:], start=page.start + at)
