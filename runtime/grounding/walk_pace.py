"""How long a walk through all pages still takes: learnt from the tokens read and written while it goes on."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from runtime.grounding.pace import Pace

# What a step's prompt holds beside pages or notes: the rules, the task and the template.
TOKENS_A_STEP = 190
# Of the longest that notes may be, before any are written; it counts as one step's among those that were.
EXPECTED_SHARE = 0.5
# The computer may do other things by now than at the beginning.
STEPS_THAT_TELL = 12
# From so much of a first step on, its own pace says more than that of earlier answers.
TELLING_SHARE = 0.25
MOST_JOININGS = 3


@dataclass(frozen=True)
class Ahead:
    """What is left of a walk. ``steps``: about how many tokens of pages or notes each of them reads; each writes up to
    ``most_tokens``. ``notes_tokens`` were noted so far; an answer reads ``room_tokens`` of notes, and joining them
    reads ``join_tokens`` at a time. ``expected_tokens``: what each writes, where that is not to be learnt."""

    steps: tuple[int, ...]
    most_tokens: int
    notes_tokens: int
    room_tokens: int
    join_tokens: int
    expected_tokens: int = 0


@dataclass
class _Step:
    """``cost_tokens`` by estimate; ``read`` of ``prompt`` tokens and ``written`` as the engine counts them."""

    cost_tokens: int
    began_s: float
    read: int = 0
    prompt: int = 0
    written: int = 0
    read_s: float = 0.0
    ended_s: float = 0.0
    waits: bool = False

    @property
    def reading_s(self) -> float:
        """The time up to its last token read; all of it, where the engine told nothing."""
        return (self.read_s or self.ended_s) - self.began_s

    @property
    def writing_s(self) -> float:
        """The time from there on."""
        return self.ended_s - (self.read_s or self.ended_s)


class WalkPace:
    """Any thread: the engine's tells what it does, the walk's own asks. ``before``: how fast this model read and wrote
    in earlier answers. ``clock`` in seconds."""

    def __init__(self, before: Pace | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._before = before
        self._clock = clock
        self._lock = threading.Lock()
        self._ended: list[_Step] = []
        self._step: _Step | None = None

    def begin(self, tokens: int) -> None:
        """A step begins that reads about so many tokens of pages or notes."""
        with self._lock:
            self._step = _Step(tokens + TOKENS_A_STEP, self._clock())

    def hear(self, read_tokens: int, prompt_tokens: int, written_tokens: int) -> None:
        """What the engine did of this step so far. All 0: it waits for its turn, and is begun anew then."""
        with self._lock:
            step = self._step
            if step is None:
                return
            if not (read_tokens or prompt_tokens or written_tokens):
                self._step = _Step(step.cost_tokens, self._clock(), waits=True)
                return
            if step.waits:
                step.began_s, step.waits = self._clock(), False
            step.read, step.prompt, step.written = read_tokens, prompt_tokens, written_tokens
            if not step.read_s and (written_tokens or read_tokens >= prompt_tokens > 0):
                step.read_s = self._clock()

    def end(self, *, counts: bool = True) -> None:
        """The step is over; with ``counts`` it tells of the pace."""
        with self._lock:
            if self._step is not None and counts:
                self._step.ended_s = self._clock()
                self._ended.append(self._step)
            self._step = None

    @property
    def share_read(self) -> float:
        """How much of the step's prompt is read, 0 to 1, without what stands above its pages."""
        with self._lock:
            step = self._step
            if step is None or not step.prompt:
                return 0.0
            above = TOKENS_A_STEP / step.cost_tokens
            return max(0.0, (step.read / step.prompt - above) / max(0.01, 1 - above))

    def seconds_left(self, ahead: Ahead) -> float | None:
        """Up to the first word of the answer; None while no pace is known."""
        with self._lock:
            reading, writing = self._reading(), self._writing()
            if reading is None or writing is None:
                return None
            notes = ahead.expected_tokens or self._notes(ahead.most_tokens)
            left = self._step_left(reading, writing, notes)
            left += (sum(ahead.steps) + TOKENS_A_STEP * len(ahead.steps)) * reading
            left += len(ahead.steps) * notes * writing
            count = len(ahead.steps) + (self._step is not None)
            # Of what is written, lines that say nothing or say it again are not kept.
            kept = (ahead.most_tokens * EXPECTED_SHARE + ahead.notes_tokens) / (len(self._ended) + 1)
            each = ahead.expected_tokens or min(notes, kept)
            return left + _ending(ahead, ahead.notes_tokens + count * each, reading, writing)

    # --- inside, under the lock -------------------------------------------------------------------------------------

    def _told(self) -> list[_Step]:
        # The first step may wait for weights that are not in memory yet.
        return (self._ended[1:] if len(self._ended) > 2 else self._ended)[-STEPS_THAT_TELL:]

    def _reading(self) -> float | None:
        """Seconds for each token of a prompt, by its estimate."""
        told = self._told()
        if told:
            return sum(one.reading_s for one in told) / sum(one.cost_tokens for one in told)
        step = self._step
        share = step.read / step.prompt if step is not None and step.prompt else 0.0
        if step is not None and (share >= TELLING_SHARE or (share > 0 and not self._before)):
            return ((step.read_s or self._clock()) - step.began_s) / (step.cost_tokens * share)
        return 1 / self._before.reading_tokens_per_s if self._before and self._before.reading_tokens_per_s else None

    def _writing(self) -> float | None:
        """Seconds for each token written."""
        told = self._told()
        written = sum(one.written for one in told)
        if written:
            return sum(one.writing_s for one in told) / written
        if told:
            return 0.0
        step = self._step
        if step is not None and step.written > 2:
            return (self._clock() - step.read_s) / step.written
        return 1 / self._before.writing_tokens_per_s if self._before and self._before.writing_tokens_per_s else None

    def _notes(self, most_tokens: int) -> float:
        """Tokens that one step writes."""
        if any(one.prompt for one in self._ended) or not self._ended:
            return (most_tokens * EXPECTED_SHARE + sum(one.written for one in self._ended)) / (len(self._ended) + 1)
        # An engine that tells nothing: what it writes is part of its reading.
        return 0.0

    def _step_left(self, reading: float, writing: float, notes: float) -> float:
        step = self._step
        if step is None:
            return 0.0
        if step.read_s:
            return max(0.0, notes - step.written) * writing
        left = step.cost_tokens * (1 - step.read / step.prompt if step.prompt else 1.0) * reading
        if not step.prompt and not step.waits:
            left -= self._clock() - step.began_s
        return max(0.0, left) + notes * writing


def walk_seconds(steps: Sequence[int], most_tokens: int, room_tokens: int, pace: Pace | None) -> float | None:
    """About how long a walk takes that has not begun; None where no pace is known. Pure."""
    return WalkPace(pace).seconds_left(Ahead(tuple(steps), most_tokens, 0, room_tokens, room_tokens))


def _ending(ahead: Ahead, notes_tokens: float, reading: float, writing: float) -> float:
    """Seconds for joining notes that do not fit, and for reading what is left of them for the answer."""
    seconds = 0.0
    for _ in range(MOST_JOININGS):
        if notes_tokens <= ahead.room_tokens:
            break
        groups = math.ceil(notes_tokens / max(1, ahead.join_tokens))
        joined = min(notes_tokens, groups * ahead.most_tokens)
        seconds += (notes_tokens + groups * TOKENS_A_STEP) * reading + joined * writing
        notes_tokens = joined
    return seconds + (min(notes_tokens, ahead.room_tokens) + TOKENS_A_STEP) * reading
