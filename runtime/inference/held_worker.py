"""The engine's worker as its host holds it: begun, listened to, and ended by force when it hears nothing any more."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from runtime.errors import EngineNotResponding, Problem
from runtime.inference.transport import StartTransport, Transport
from runtime.requests import StopGenerating

log = logging.getLogger(__name__)

REPORT_CHARACTERS = 2000


@dataclass(frozen=True)
class Limits:
    """Patience in seconds. ``silence_s`` is how long a worker may go without a heartbeat: loading a tokenizer holds
    Python's lock for up to a second, and a computer short of memory for more. A stop that a person asked for is heard
    within ``stop_s`` or made by force; an answer that only makes way has ``way_s``, as a slow computer reads one piece
    of a prompt for some seconds and loading the model anew takes longer. ``reading_s`` is the time between two looks
    at the computer's memory while a model loads or answers."""

    start_s: float = 60.0
    silence_s: float = 20.0
    stop_s: float = 2.0
    terminate_s: float = 2.0
    way_s: float = 30.0
    reading_s: float = 1.0


@dataclass(frozen=True)
class Gone:
    """A worker ended without being asked to. ``killed_for``: we ended it ourselves, as it gave no sign of life;
    ``forced``: as it did not hear a stop."""

    exit_code: int
    last_words: str
    greeted: bool
    killed_for: Problem | None
    forced: bool


class HeldWorker:
    """Owns the transport while there is one. All methods belong to the engine's one thread; what the transport tells
    on threads of its own is handed to ``post``, which runs it on that thread. Messages of an earlier worker are not
    heard."""

    def __init__(
        self,
        start: StartTransport,
        limits: Limits,
        post: Callable[[Callable[[], None]], None],
        heard: Callable[[object], None],
        gone: Callable[[Gone], None],
    ) -> None:
        self._start = start
        self._limits = limits
        self._post = post
        self._heard = heard
        self._gone = gone
        self._key = object()
        self._last_sign_s = 0.0
        self._stop_asked_s: float | None = None
        self._stop_within_s = 0.0
        self._terminated = self._forced = False
        self._killed_for: Problem | None = None
        self.transport: Transport | None = None
        self.greeted = False

    @property
    def running(self) -> bool:
        """Whether there is a worker."""
        return self.transport is not None

    def begin(self) -> None:
        """Start one. Raises OSError when the system does not let us."""
        key = self._key = object()
        self.greeted = False
        self._killed_for = None
        self._last_sign_s = time.monotonic()
        self.stop_heard()
        self.transport = self._start(
            lambda message: self._post(partial(self._on_message, key, message)),
            lambda code: self._post(partial(self._on_exit, key, code)),
        )

    def send(self, message: object) -> None:
        """Hand over a request. A worker that is gone tells so itself."""
        if self.transport is not None:
            self.transport.send(message)

    def stop(self, request_id: str, within_s: float) -> None:
        """Ask for the end of an answer; what is not heard in time is made by force. Asked again, the time begins anew
        only if it is shorter."""
        if self._stop_asked_s is None or within_s < self._stop_within_s:
            self._stop_asked_s, self._stop_within_s = time.monotonic(), within_s
        self.send(StopGenerating(request_id))

    def stop_heard(self) -> None:
        """The answer has ended."""
        self._stop_asked_s, self._terminated, self._forced = None, False, False

    def kill(self) -> None:
        """End it now, in the middle of whatever it does."""
        if self.transport is not None:
            self.transport.kill()

    def end(self) -> None:
        """End it in good order and wait until it is gone; nothing of it is heard any more."""
        transport, self.transport = self.transport, None
        self._key, self.greeted = object(), False
        self.stop_heard()
        if transport is not None:
            transport.close()

    def watch(self) -> None:
        """Patience ends: a stop that is not heard, a worker that gives no sign of life."""
        transport, now = self.transport, time.monotonic()
        if transport is None or not transport.killable:
            return
        if self._stop_asked_s is not None:
            waited_s = now - self._stop_asked_s
            if waited_s > self._stop_within_s + self._limits.terminate_s:
                transport.kill()
            elif waited_s > self._stop_within_s and not self._terminated:
                self._terminated = self._forced = True
                transport.terminate()
        limit_s = self._limits.silence_s if self.greeted else self._limits.start_s
        if now - self._last_sign_s > limit_s and self._killed_for is None:
            self._killed_for = EngineNotResponding(limit_s).problem()
            transport.kill()

    def _on_message(self, key: object, message: object) -> None:
        if key is self._key:
            self._last_sign_s = time.monotonic()
            self._heard(message)

    def _on_exit(self, key: object, exit_code: int) -> None:
        if key is not self._key or self.transport is None:
            return
        last_words = self.transport.last_words[-REPORT_CHARACTERS:]
        gone = Gone(exit_code, last_words, self.greeted, self._killed_for, self._forced)
        self.end()
        self._gone(gone)
