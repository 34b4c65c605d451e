"""All of some documents read for one question, however long: part by part, with notes, then the notes together."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from runtime.documents.context import TOKENS_A_SOURCE
from runtime.documents.weight import token_estimate
from runtime.grounding.budgets import Budgets, budgets
from runtime.grounding.fencing import joining_turns, new_tag, notes_turns
from runtime.grounding.noting import NUMBERS, ordered
from runtime.grounding.pace import Pace
from runtime.grounding.walk_pace import MOST_JOININGS, Ahead, WalkPace, walk_seconds
from runtime.requests import ChatMessage
from runtime.sources import Source

SMALLEST_PART_TOKENS = 64
# Many parts, so that little is lost of each and that the time it takes is known soon; few rules to read for each.
FEWEST_PARTS, SMALL_PART_TOKENS = 16, 1_000
# Of a part, what is written down of it; and so much of the smallest.
NOTES_OF_PART, FEWEST_NOTES_TOKENS = 0.15, 96
TELL_EVERY_S = 1.0


class TooLongForModel(Exception):
    """The model says that a prompt is longer than what it can read: ``share`` of it would fit."""

    def __init__(self, share: float) -> None:
        super().__init__(share)
        self.share = share


# Hears how many tokens of a prompt are read, of how many, and how many are written. On the engine's thread.
Listen = Callable[[int, int, int], None]
Ask = Callable[[tuple[ChatMessage, ...], int, Listen | None], str]


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
        found = (int(digits) for marks in NUMBERS.findall(self.text) for digits in marks.split(","))
        return tuple(dict.fromkeys(found))


def step_sizes(tokens: int, budgets: Budgets) -> tuple[int, int]:
    """Tokens that one step of a walk through so many reads, and what it may write. Pure."""
    part = min(budgets.part, max(SMALL_PART_TOKENS, tokens // FEWEST_PARTS))
    return part, min(budgets.notes, max(FEWEST_NOTES_TOKENS, int(part * NOTES_OF_PART)))


def estimated_walk(pages: int, tokens: int, context_tokens: int, pace: Pace | None) -> float | None:
    """About how many seconds a walk through so many pages, of so many tokens together, takes before the answer's first
    word; None where no pace is known. Pure."""
    if pace is None or not pages:
        return None
    sizes = budgets(context_tokens, pace, patient=True)
    costs = [tokens // pages + TOKENS_A_SOURCE] * pages
    part, notes = step_sizes(sum(costs), sizes)
    return walk_seconds(_steps(costs, part), notes, sizes.part, pace)


class ReadAll:
    """Walks once. ``ask`` blocks until the model has answered, and raises Cancelled or :class:`TooLongForModel`;
    ``progress`` gets pages done and the seconds that are left up to the answer's first word, on the caller's thread and
    the engine's, never at once. ``before``: how fast this model read and wrote in earlier answers."""

    def __init__(
        self,
        pages: Sequence[Source],
        task: str,
        budgets: Budgets,
        ask: Ask,
        progress: Callable[[int, float | None], None],
        before: Pace | None = None,
    ) -> None:
        self.walk = Walk(len(pages))
        self.pace = WalkPace(before)
        self._pages = pages
        self._task = task
        self._ask = ask
        self._progress = progress
        self._join_tokens, self._most_notes = budgets.part, budgets.notes
        self._part_tokens, self._notes_tokens = step_sizes(sum(map(_cost, pages)), budgets)
        self._costs: dict[tuple[int, int, int], int] = {}
        self._part: list[tuple[int, Source, bool]] = []
        self._ahead = Ahead((), self._notes_tokens, 0, budgets.part, budgets.part)
        # Of the part that is being read: what each of its pieces costs, and whether a page ends with it.
        self._ends: list[tuple[int, bool]] = []
        self._told_pages, self._told_s = 0, 0.0

    def read(self) -> Walk:
        """Read every page, in order; each letter of each reaches a prompt. Raises as ``ask`` does."""
        waiting = deque(enumerate(self._pages))
        done = [False] * len(self._pages)
        self._look_ahead(waiting)
        self._tell(0)
        while waiting:
            self._part = self._next_part(waiting)
            self._look_ahead(waiting)
            pages = [page for _, page, _ in self._part]
            self._ends = [(_cost(page), is_last) for _, page, is_last in self._part]
            self.pace.begin(sum(cost for cost, _ in self._ends))
            try:
                said = self._ask(notes_turns(pages, self._task, new_tag()), self._notes_tokens, self._hear)
            except TooLongForModel as error:
                self.pace.end(counts=False)
                self._put_back(waiting, error.share)
                continue
            self.pace.end()
            notes = ordered(said, pages)
            if notes:
                self.walk.notes.append(notes)
            for at, _, is_last in self._part:
                done[at] = done[at] or is_last
            self.walk.pages_done = sum(done)
            self._part, self._ends = [], []
            self._look_ahead(waiting)
            self._tell(self.walk.pages_done)
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

    def _cost(self, page: Source) -> int:
        """The same pages are weighed again after each step."""
        key = (page.number, page.start, page.stop)
        if key not in self._costs:
            self._costs[key] = _cost(page)
        return self._costs[key]

    def _hear(self, read: int, prompt: int, written: int) -> None:
        """The engine is so far with this step."""
        self.pace.hear(read, prompt, written)
        pages = self.walk.pages_done + self._pages_read_of_part()
        if pages > self._told_pages or time.monotonic() - self._told_s >= TELL_EVERY_S:
            self._tell(pages)

    def _pages_read_of_part(self) -> int:
        left = self.pace.share_read * sum(cost for cost, _ in self._ends)
        whole = 0
        for cost, is_last in self._ends:
            left -= cost
            whole += is_last and left >= 0
        return whole

    def _tell(self, pages: int) -> None:
        self._told_pages, self._told_s = max(pages, self._told_pages), time.monotonic()
        self._progress(self._told_pages, self.pace.seconds_left(self._ahead))

    def _look_ahead(self, waiting: deque[tuple[int, Source]]) -> None:
        """What comes after the step that is under way."""
        steps = _steps((self._cost(page) for _, page in waiting), self._part_tokens)
        self._ahead = replace(
            self._ahead, steps=steps, notes_tokens=_length(self.walk.notes), join_tokens=self._join_tokens
        )

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

    def _put_back(self, waiting: deque[tuple[int, Source]], share: float) -> None:
        if self._part_tokens <= SMALLEST_PART_TOKENS:
            raise TooLongForModel(share)
        self._part_tokens = max(SMALLEST_PART_TOKENS, int(self._part_tokens * min(0.7, share * 0.9)))
        self._join_tokens = min(self._join_tokens, self._part_tokens)
        for at, page, is_last in reversed(self._part):
            if not is_last and waiting and waiting[0][0] == at:
                # The halves of a page become one again.
                rest = waiting.popleft()[1]
                page = replace(page, text=page.text + rest.text, stop=rest.stop)
            waiting.appendleft((at, page))
        self._part, self._ends = [], []

    def _joined_once(self, notes: list[str]) -> list[str]:
        groups: list[list[str]] = [[]]
        for note in notes:
            if groups[-1] and _length([*groups[-1], note]) > self._join_tokens:
                groups.append([])
            groups[-1].append(note)
        joined: list[str] = []
        for at, group in enumerate(groups):
            self._ahead = replace(
                self._ahead,
                steps=tuple(map(_length, groups[at + 1 :])),
                most_tokens=self._most_notes,
                notes_tokens=_length(joined),
                expected_tokens=min(self._most_notes, _length(group)),
            )
            joined.append(self._shorter("\n".join(group)))
        return [note for note in joined if note]

    def _shorter(self, notes: str) -> str:
        self.pace.begin(token_estimate(notes))
        self._tell(self.walk.pages_done)
        try:
            said = self._ask(joining_turns(notes, self._task, new_tag()), self._most_notes, self._hear).strip()
        except TooLongForModel as error:
            self.pace.end(counts=False)
            return notes[: int(len(notes) * error.share * 0.9)]
        self.pace.end(counts=False)
        return said or notes


def _steps(costs: Iterable[int], part_tokens: int) -> tuple[int, ...]:
    steps: list[int] = []
    for cost in costs:
        if steps and steps[-1] + cost <= part_tokens:
            steps[-1] += cost
        else:
            whole, rest = divmod(cost, part_tokens)
            steps += [part_tokens] * whole + [rest] * (rest > 0)
    return tuple(steps)


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
