"""Whose turn it is: one line of requests, the one under way, and what becomes of each.

The more urgent goes first (:class:`~runtime.requests.Priority`), among equals the one that came first; nobody is
refused because something is under way. A less urgent answer under way makes way at once: it is stopped at its next
token or piece of the prompt, goes back to its place in line, and begins anew later under the same id. Who asked is told
of that with :class:`~runtime.inference.line.AnswerWaits`, and need do nothing but drop what was said so far. What is
urgent ends some day, as persons do not ask for ever; so everybody's turn comes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import Enum, auto

from runtime.errors import Problem
from runtime.events import AnswerFinished, AnswerWaits, Event, FinishReason
from runtime.inference.line import Line, Place
from runtime.requests import Generate


class Ending(Enum):
    """Why the answer under way was asked to stop."""

    ASKED = auto()
    MAKES_WAY = auto()
    MEMORY = auto()


class Turns:
    """Owns the line and the answer under way; each request that was added has exactly one AnswerFinished told, once.

    Lives on the engine's one thread. ``begin`` gives a request to the worker, ``ask_to_stop`` asks it for the end of
    one (``Ending`` says why, and so how patiently), ``ended`` is called when none is under way any more.
    """

    def __init__(
        self,
        tell: Callable[[Event], None],
        begin: Callable[[Generate], None],
        ask_to_stop: Callable[[str, Ending], None],
        ended: Callable[[], None],
    ) -> None:
        self._tell = tell
        self._begin = begin
        self._ask_to_stop = ask_to_stop
        self._ended = ended
        self._line = Line()
        self._active: Place | None = None
        self._short: Problem | None = None  # with Ending.MEMORY
        self.ending: Ending | None = None

    @property
    def active_id(self) -> str:
        """The request under way, "" when there is none."""
        return self._active.request.request_id if self._active is not None else ""

    @property
    def idle(self) -> bool:
        """Whether nothing is under way and nothing waits."""
        return self._active is None and not self._line

    def add(self, request: Generate, *, ready: bool) -> None:
        """A request comes. ``ready``: as in :meth:`go_on`."""
        self._line.add(request)
        self.go_on(ready=ready)
        if self._active is not None and self._active.request is not request:
            self._tell(AnswerWaits(request.request_id))

    def go_on(self, *, ready: bool) -> None:
        """Begin the first in line if nothing is under way and the model is ``ready``, or let what is make way."""
        first = self._line.first
        if first is None:
            return
        if self._active is None:
            if ready:
                self._active = self._line.take()
                self._begin(self._active.request)
        elif first.priority < self._active.priority and self.ending is None:
            self.ending = Ending.MAKES_WAY
            self._ask_to_stop(self.active_id, Ending.MAKES_WAY)

    def stop(self, request_id: str) -> None:
        """Who asked wants it no more; unknown ids are ignored."""
        if self._line.remove(request_id):
            self._tell(AnswerFinished(request_id, FinishReason.STOPPED))
        elif request_id and request_id == self.active_id:
            if self.ending is not Ending.MEMORY:
                self.ending = Ending.ASKED
            self._ask_to_stop(request_id, Ending.ASKED)

    def stop_for(self, short: Problem) -> None:
        """Memory is short: the answer under way fails with this, and so does all that waits."""
        if self._active is not None and self.ending in (None, Ending.MAKES_WAY):
            self.ending, self._short = Ending.MEMORY, short
            self._ask_to_stop(self.active_id, Ending.MEMORY)

    def finish(self, finished: AnswerFinished) -> None:
        """The answer under way is over, one way or another: it goes back into the line, or its end is told."""
        place, ending, short = self._active, self.ending, self._short
        if place is None:
            return
        self._active = self.ending = self._short = None
        self._ended()
        if ending is Ending.MAKES_WAY and finished.reason is FinishReason.STOPPED:
            self._line.put_back(place)
            self._tell(AnswerWaits(finished.request_id))
            return
        if short is not None and finished.reason is FinishReason.STOPPED:
            finished = replace(finished, reason=FinishReason.FAILED, problem=short)
        elif short is None and ending is Ending.ASKED:
            finished = replace(finished, reason=FinishReason.STOPPED, problem=None, length_limit=None)
        self._tell(finished)
        if short is not None:
            # The next one would take the same memory.
            self._end_waiting(FinishReason.FAILED, short)

    def end_active(self) -> None:
        """The worker is gone in the middle of it, as it was asked to stop."""
        self.finish(AnswerFinished(self.active_id, FinishReason.STOPPED))

    def end_all(self, reason: FinishReason, problem: Problem | None = None) -> None:
        """Whatever is under way or waits ends so; what was asked to stop ends as such."""
        if self.ending is Ending.MAKES_WAY:
            self.ending = None
        self.finish(AnswerFinished(self.active_id, reason, problem=problem))
        self._end_waiting(reason, problem)

    @property
    def short(self) -> Problem | None:
        """The want of memory for which the answer under way is being stopped."""
        return self._short

    def _end_waiting(self, reason: FinishReason, problem: Problem | None) -> None:
        for request in self._line.clear():
            self._tell(AnswerFinished(request.request_id, reason, problem=problem))
