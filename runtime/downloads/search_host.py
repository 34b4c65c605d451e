"""The parent's end of one search process."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from runtime.child import ChildProcess, python_child, signal_name
from runtime.downloads.search_messages import CODEC, TOO_MUCH_EXIT_CODE, Found, NotFound, Order, Outcome, StopAsking
from runtime.errors import Problem, UnexpectedError

_CLOSE_GRACE_S = 0.5


@dataclass(eq=False)
class Question:
    """One order on its way. ``settled`` is set once, when ``outcome`` is there or the process is gone without it."""

    order: Order
    settled: threading.Event = field(default_factory=threading.Event)
    outcome: Outcome | None = None


class SearchHost:
    """Owns one search process and the questions that it was asked. Methods may be called from any thread."""

    def __init__(self, idle_s: float) -> None:
        self._lock = threading.Lock()
        self._questions: dict[str, Question] = {}
        self._lingering: set[str] = set()
        self._exit_code: int | None = None
        self._child = ChildProcess(
            python_child("runtime.downloads.search_worker", str(idle_s)),
            CODEC,
            self._receive,
            self._gone,
            name="search-worker",
        )

    @property
    def pid(self) -> int:
        """The process id."""
        return self._child.pid

    @property
    def alive(self) -> bool:
        """False once the process has ended, by itself or otherwise."""
        return self._child.alive

    @property
    def waited_for(self) -> bool:
        """True while somebody waits for an answer."""
        with self._lock:
            return bool(self._questions)

    @property
    def lingering(self) -> int:
        """Orders that nobody waits for and that have not ended: held up by a silent hub, or by DNS."""
        with self._lock:
            return len(self._lingering)

    def ask(self, question: Question) -> None:
        """Send the order; ``question.settled`` tells when it is over, also when the process is gone already."""
        with self._lock:
            gone = self._exit_code is not None
            if not gone:
                self._questions[question.order.request_id] = question
        if gone:
            question.settled.set()
        else:
            # Into a pipe that just broke: the process's end settles the question.
            self._child.send(question.order)

    def drop(self, question: Question) -> None:
        """Nobody waits for this one any more."""
        request_id = question.order.request_id
        with self._lock:
            if self._questions.pop(request_id, None) is None:
                return
            self._lingering.add(request_id)
        self._child.send(StopAsking(request_id))

    def retire(self) -> None:
        """End the process now and join its readers; whoever waits is told."""
        self._child.kill()
        self._child.close(_CLOSE_GRACE_S)

    @property
    def had_too_much(self) -> bool:
        """True when the process ended itself because the hub's answers would have filled the memory."""
        return self._exit_code == TOO_MUCH_EXIT_CODE

    def problem(self) -> Problem:
        """That the process died, for a report."""
        code = self._exit_code or 0
        how = signal_name(code) or f"exit code {code}"
        return UnexpectedError(f"the search process ended ({how})", self._child.last_words).problem()

    def _receive(self, message: object) -> None:
        if not isinstance(message, Found | NotFound):
            return
        with self._lock:
            self._lingering.discard(message.request_id)
            question = self._questions.pop(message.request_id, None)
        if question is not None:
            question.outcome = message
            question.settled.set()

    def _gone(self, exit_code: int) -> None:
        with self._lock:
            self._exit_code = exit_code
            questions = list(self._questions.values())
            self._questions.clear()
        for question in questions:
            question.settled.set()
