"""The engine as callers hold it: owner of the worker, its restarts and its ends, and of the one line of requests."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from runtime.errors import (
    EngineDied,
    EngineOutOfMemory,
    EngineUnavailable,
    ModelNotFound,
    Problem,
    PutAwayForMemory,
    StoppedForMemory,
)
from runtime.events import (
    AnswerDelta,
    AnswerFinished,
    EngineChanged,
    EngineState,
    Event,
    FinishReason,
    ModelLoaded,
    PromptProgress,
)
from runtime.inference.held_worker import Gone, HeldWorker
from runtime.inference.held_worker import Limits as Limits
from runtime.inference.pressure import MemoryGuard, MemoryReading, ReadMemory, Step, Work
from runtime.inference.translate import is_out_of_memory
from runtime.inference.transport import ProcessTransport, StartTransport, Transport
from runtime.inference.turns import Ending, Turns
from runtime.requests import Generate, LoadModel
from runtime.wire import Hello

log = logging.getLogger(__name__)

TICK_S = 0.1


class EngineHost:
    """An :class:`~runtime.inference.engine.Engine` whose loop runs behind a transport, by default a child process.

    One internal thread owns all state; public methods and the worker's messages are wishes in its inbox.
    ``on_event`` is called on that thread and may call back in. With ``read_memory`` (a cheap look at the computer's
    memory, called on a second thread) answers and then the worker end before the computer runs out of it.
    """

    def __init__(
        self,
        on_event: Callable[[Event], None],
        *,
        limits: Limits | None = None,
        start: StartTransport = ProcessTransport,
        read_memory: ReadMemory | None = None,
    ) -> None:
        self._on_event = on_event
        self._limits = limits or Limits()
        self._inbox: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._state = EngineState.STOPPED
        self._loaded: ModelLoaded | None = None
        self._worker = HeldWorker(start, self._limits, self._inbox.put, self._heard, self._gone)
        self._watched_s = 0.0
        self._wanted: LoadModel | None = None
        self._turns = Turns(self._tell, self._worker.send, self._ask_to_stop, self._worker.stop_heard)
        self._closed = threading.Event()
        self._guard = MemoryGuard(
            read_memory,
            lambda reading: self._inbox.put(partial(self._read, reading)),
            every_s=self._limits.reading_s,
        )
        self._thread = threading.Thread(target=self._work, name="engine-host", daemon=True)
        self._thread.start()

    # --- what callers ask -----------------------------------------------------------------------------------------

    @property
    def state(self) -> EngineState:
        """Where the engine stands."""
        return self._state

    @property
    def loaded(self) -> ModelLoaded | None:
        """The model that is ready, if one is."""
        return self._loaded

    @property
    def worker(self) -> Transport | None:
        """The running worker, for tests and the doctor."""
        return self._worker.transport

    def load(self, request: LoadModel) -> None:
        """Make a model ready; an answer of the one before is stopped. What waits is answered by the new one."""
        self._inbox.put(partial(self._load, request))

    def unload(self) -> None:
        """Give the model's memory back, whole: the worker ends, and with it all that was asked."""
        self._inbox.put(self._unload)

    def rest(self) -> None:
        """Give the model's memory back, whole, until somebody asks; then it is loaded again as it was. Nothing happens
        unless a model is ready and nothing is asked of it."""
        self._inbox.put(self._rest)

    def generate(self, request: Generate) -> None:
        """Answer, as soon as a model is ready and nothing more urgent waits."""
        self._inbox.put(partial(self._generate, request))

    def stop(self, request_id: str) -> None:
        """End an answer early, also one that waits."""
        self._inbox.put(partial(self._turns.stop, request_id))

    def close(self) -> None:
        """End the worker and the thread. Answers in the middle, and those that wait, end as stopped."""
        if not self._closed.is_set():
            self._closed.set()
            self._inbox.put(None)
        self._thread.join()
        self._guard.close()

    # --- the one thread -------------------------------------------------------------------------------------------

    def _work(self) -> None:
        while True:
            if time.monotonic() - self._watched_s >= TICK_S:
                self._watched_s = time.monotonic()
                self._worker.watch()
            self._guard.watch(self._work_now())
            try:
                action = self._inbox.get(timeout=TICK_S)
            except queue.Empty:
                continue
            if action is None:
                break
            try:
                action()
            except Exception:
                log.exception("an engine step went wrong")
        self._worker.end()
        self._turns.end_all(FinishReason.STOPPED)

    def _tell(self, event: Event) -> None:
        try:
            self._on_event(event)
        except Exception:
            log.exception("a listener went wrong")

    def _change(self, state: EngineState, problem: Problem | None = None) -> None:
        self._state = state
        if state is not EngineState.READY:
            self._loaded = None
        self._tell(EngineChanged(state, self._wanted.folder if self._wanted else "", problem))

    # --- what is asked ----------------------------------------------------------------------------------------------

    @property
    def _is_ready(self) -> bool:
        return self._state is EngineState.READY

    def _load(self, request: LoadModel) -> None:
        self._wanted = request
        self._turns.stop(self._turns.active_id)
        if not self._worker.running:
            self._start_worker()
        elif self._worker.greeted:
            self._send_load(request)

    def _send_load(self, request: LoadModel) -> None:
        self._change(EngineState.LOADING)
        self._worker.send(request)

    def _unload(self) -> None:
        self._wanted = None
        self._worker.end()
        self._turns.end_all(FinishReason.STOPPED)
        self._change(EngineState.STOPPED)

    def _rest(self) -> None:
        if self._is_ready and self._turns.idle:
            self._worker.end()
            self._change(EngineState.STOPPED)

    def _generate(self, request: Generate) -> None:
        if self._closed.is_set():
            self._tell(AnswerFinished(request.request_id, FinishReason.STOPPED))
        elif self._wanted is None:
            self._tell(AnswerFinished(request.request_id, FinishReason.FAILED, problem=ModelNotFound("").problem()))
        else:
            self._turns.add(request, ready=self._is_ready)
            if not self._worker.running:
                self._start_worker()
            elif self._state is EngineState.FAILED:
                self._send_load(self._wanted)

    def _ask_to_stop(self, request_id: str, ending: Ending) -> None:
        patience_s = self._limits.way_s if ending is Ending.MAKES_WAY else self._limits.stop_s
        self._worker.stop(request_id, patience_s)

    def _fail_all(self, problem: Problem) -> None:
        self._turns.end_all(FinishReason.FAILED, problem)
        self._change(EngineState.FAILED, problem)

    # --- the worker -----------------------------------------------------------------------------------------------

    def _start_worker(self) -> None:
        self._guard.engine_started()
        self._change(EngineState.STARTING)
        try:
            self._worker.begin()
        except OSError as error:
            self._fail_all(EngineUnavailable(str(error)).problem())

    def _heard(self, message: object) -> None:
        match message:
            case Hello():
                self._worker.greeted = True
                if self._wanted is not None:
                    self._send_load(self._wanted)
            case ModelLoaded() if self._wanted is not None and message.folder == self._wanted.folder:
                self._loaded = message
                self._tell(message)
                self._change(EngineState.READY)
                self._turns.go_on(ready=True)
            case EngineChanged() if message.state is EngineState.FAILED and message.problem is not None:
                if self._wanted is not None and message.folder == self._wanted.folder:
                    self._fail_all(message.problem)
            case PromptProgress() | AnswerDelta() if message.request_id == self._turns.active_id:
                self._tell(message)
            case AnswerFinished() if message.request_id == self._turns.active_id:
                self._turns.finish(message)
                self._turns.go_on(ready=self._is_ready)
            case _:
                pass

    def _gone(self, gone: Gone) -> None:
        """The worker ended without being asked to: an ordinary event."""
        starved = self._guard.died_of_memory(gone.exit_code)
        turns, short = self._turns, self._turns.short
        if short is not None:
            turns.end_active()
            self._change(EngineState.FAILED, replace(short, code=PutAwayForMemory.code))
        elif turns.active_id and (turns.ending is Ending.ASKED or gone.forced):
            # Somebody only wanted this answer to end, or to wait: what waits is answered all the same.
            turns.end_active()
            self._start_worker()
        else:
            problem = gone.killed_for or _death(gone, starved=starved)
            log.warning("the engine worker ended with %d: %s", gone.exit_code, problem.code)
            self._fail_all(problem)

    # --- memory -----------------------------------------------------------------------------------------------------

    def _work_now(self) -> Work:
        if self._turns.active_id:
            return Work.ANSWERING
        return Work.LOADING if self._state is EngineState.LOADING else Work.NOTHING

    def _read(self, reading: MemoryReading) -> None:
        """The computer's memory was looked at: end the answer, or the worker, before anybody suffers."""
        match self._guard.judge(reading, self._work_now()):
            case Step.STOP_ANSWER:
                log.warning("memory is short (%s): the answer is stopped", reading)
                self._turns.stop_for(StoppedForMemory(reading.available_bytes).problem())
            case Step.END_ENGINE if self._worker.running:
                log.warning("memory is still short (%s): the engine ends", reading)
                self._worker.kill()
                self._worker.end()
                if self._turns.short is not None:
                    self._turns.end_active()
                self._fail_all(PutAwayForMemory(reading.available_bytes).problem())
            case _:
                pass


def _death(gone: Gone, *, starved: bool) -> Problem:
    if starved or is_out_of_memory(gone.last_words):
        return EngineOutOfMemory().problem()
    if not gone.greeted and gone.exit_code > 0:
        return EngineUnavailable(gone.last_words).problem()
    return EngineDied(gone.exit_code, gone.last_words).problem()
