"""The work of the engine, whatever carries its messages: requests in, one at a time; events out."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import replace

from runtime.cancel import Cancelled, CancelToken
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
from runtime.inference.backend import ChatBackend
from runtime.inference.repeating import Repeating
from runtime.inference.translate import answer_problem, load_problem
from runtime.requests import Generate, LoadModel, StopGenerating, UnloadModel
from runtime.wire import PROTOCOL_VERSION, Codec, Heartbeat, Hello

log = logging.getLogger(__name__)

CODEC = Codec(
    LoadModel,
    UnloadModel,
    Generate,
    StopGenerating,
    Hello,
    Heartbeat,
    EngineChanged,
    ModelLoaded,
    PromptProgress,
    AnswerDelta,
    AnswerFinished,
)


class WorkLoop:
    """Runs requests one after the other on the thread that calls :meth:`run`, which alone touches the backend.

    ``take`` may be called from any thread: a stop overtakes everything else.
    """

    def __init__(self, make_backend: Callable[[], ChatBackend], send: Callable[[object], None]) -> None:
        self._make_backend = make_backend
        self._send = send
        self._requests: queue.SimpleQueue[object | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._cancels: dict[str, CancelToken] = {}

    def take(self, request: object) -> None:
        """Queue a request; a StopGenerating acts at once, also on an answer that still waits."""
        if isinstance(request, StopGenerating):
            with self._lock:
                token = self._cancels.get(request.request_id)
            if token is not None:
                token.cancel()
            return
        if isinstance(request, Generate):
            with self._lock:
                self._cancels[request.request_id] = CancelToken()
        self._requests.put(request)

    def end(self) -> None:
        """Stop every answer and leave :meth:`run`."""
        with self._lock:
            for token in self._cancels.values():
                token.cancel()
        self._requests.put(None)

    def run(self) -> None:
        """Make the backend, greet, and work until :meth:`end`."""
        backend = self._make_backend()
        self._send(Hello(PROTOCOL_VERSION, "engine", backend.device))
        while (request := self._requests.get()) is not None:
            match request:
                case LoadModel():
                    self._load(backend, request)
                case UnloadModel():
                    backend.unload()
                    self._send(EngineChanged(EngineState.STOPPED))
                case Generate():
                    self._answer(backend, request)
                case _:
                    log.warning("unknown request %s", type(request).__name__)
        backend.unload()

    def _load(self, backend: ChatBackend, request: LoadModel) -> None:
        try:
            loaded = backend.load(request)
        except BaseException as error:
            self._send(EngineChanged(EngineState.FAILED, request.folder, load_problem(error, "", request.folder)))
            if isinstance(error, KeyboardInterrupt | SystemExit):
                raise
        else:
            self._send(loaded)

    def _answer(self, backend: ChatBackend, request: Generate) -> None:
        with self._lock:
            cancel = self._cancels[request.request_id]
        repeating = Repeating()

        def say(event: Event) -> None:
            self._send(event)
            if isinstance(event, AnswerDelta) and repeating.hears(event.text):
                cancel.cancel()

        try:
            cancel.check()
            finished = backend.generate(request, say, cancel)
            if repeating.noticed and finished.reason is FinishReason.STOPPED:
                finished = replace(finished, reason=FinishReason.REPEATED)
        except Cancelled:
            finished = AnswerFinished(request.request_id, FinishReason.STOPPED)
        except Exception as error:
            finished = AnswerFinished(request.request_id, FinishReason.FAILED, problem=answer_problem(error))
        with self._lock:
            del self._cancels[request.request_id]
        self._send(finished)
