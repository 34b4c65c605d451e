"""One embedding process that runs, and what it was asked: it ends with an answer or a death for each."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from runtime.child import ChildProcess, python_child
from runtime.documents.embeddings.messages import (
    CODEC,
    EmbedderFailed,
    Reply,
    RequestFailed,
    SpeaksAnswered,
    StartEmbedding,
    TokensCounted,
    VectorsMade,
)
from runtime.errors import EngineUnavailable, Problem
from runtime.wire import Hello


@dataclass(frozen=True)
class Died:
    """The process ended before its answer. ``problem`` is what it said of its end, if it said something."""

    exit_code: int
    last_words: str
    problem: Problem | None = None


class _Answer:
    """One request's answer, once it is there."""

    def __init__(self) -> None:
        self._come = threading.Event()
        self._reply: Reply | Died | None = None

    def give(self, reply: Reply | Died) -> None:
        self._reply = reply
        self._come.set()

    def take(self, timeout_s: float) -> Reply | Died | None:
        self._come.wait(timeout_s)
        return self._reply


class RunningChild:
    """Owns one child process, from its start to its end. Methods are for any thread."""

    def __init__(self, order: StartEmbedding, protocol: int) -> None:
        self._protocol = protocol
        self._lock = threading.Lock()
        self._waiting: dict[str, _Answer] = {}
        self._died: Died | None = None
        self._problem: Problem | None = None
        self._last_sign_s = time.monotonic()
        self._child = ChildProcess(
            python_child("runtime.documents.embeddings.worker"), CODEC, self._receive, self._end, name="embedder"
        )
        self._child.send(order)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._child.pid

    @property
    def ended(self) -> bool:
        """True once the process has ended."""
        return self._died is not None

    @property
    def busy(self) -> bool:
        """True while somebody waits for an answer."""
        return bool(self._waiting)

    @property
    def silent_s(self) -> float:
        """Seconds since its last sign of life."""
        return time.monotonic() - self._last_sign_s

    def ask(self, number: str, request: object) -> Callable[[float], Reply | Died | None]:
        """Send a request. What comes back waits up to so many seconds for the answer; None while there is none."""
        answer = _Answer()
        with self._lock:
            if self._died is not None:
                answer.give(self._died)
                return answer.take
            self._waiting[number] = answer
        self._child.send(request)
        return answer.take

    def forget(self, number: str) -> None:
        """Nobody waits for this answer any more."""
        with self._lock:
            self._waiting.pop(number, None)

    def send(self, message: object) -> None:
        """Say something that has no answer."""
        self._child.send(message)

    def kill(self) -> None:
        """End it now; who waits is told of its death."""
        self._child.kill()

    def close(self, grace_s: float) -> None:
        """End it politely, then not; join its readers."""
        self._child.close(grace_s)

    def _receive(self, message: object) -> None:
        self._last_sign_s = time.monotonic()
        if isinstance(message, Hello) and message.protocol != self._protocol:
            self._problem = EngineUnavailable(f"protocol {message.protocol}").problem()
            self._child.kill()
        elif isinstance(message, EmbedderFailed):
            self._problem = message.problem
        elif isinstance(message, VectorsMade | TokensCounted | SpeaksAnswered | RequestFailed):
            with self._lock:
                answer = self._waiting.pop(message.request_id, None)
            if answer is not None:
                answer.give(message)

    def _end(self, exit_code: int) -> None:
        died = Died(exit_code, self._child.last_words, self._problem)
        with self._lock:
            self._died = died
            waiting, self._waiting = self._waiting, {}
        for answer in waiting.values():
            answer.give(died)
