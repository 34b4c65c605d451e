"""What the embedding process does with its messages: one thread for passages, one for all that must be quick."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable
from functools import partial

from runtime.cancel import Cancelled
from runtime.documents.embeddings.local import LocalEmbedder
from runtime.documents.embeddings.low_priority import give_way
from runtime.documents.embeddings.messages import (
    AskSpeaks,
    CountTokens,
    EmbedderReady,
    EmbedPassages,
    EmbedQuestion,
    Reply,
    RequestFailed,
    SetManners,
    SpeaksAnswered,
    StartEmbedding,
    StopEmbedding,
    TokensCounted,
    VectorsMade,
)
from runtime.documents.embeddings.turnstile import Turnstile
from runtime.errors import EngineOutOfMemory, problem_of

THREADS, THREADS_ON_BATTERY = 2, 1
Quick = EmbedQuestion | CountTokens | AskSpeaks


class EmbeddingWork:
    """Loads a model and answers. Made and run on the main thread; ``take`` is for the thread that reads.

    Raises what :class:`LocalEmbedder` raises.
    """

    def __init__(self, order: StartEmbedding, send: Callable[[object], None]) -> None:
        self._send = send
        self._threads = order.threads
        self._turnstile = Turnstile()
        self._passages: queue.SimpleQueue[EmbedPassages] = queue.SimpleQueue()
        self._quick: queue.SimpleQueue[Quick] = queue.SimpleQueue()
        self._embedder = LocalEmbedder(order.model, order.computing, on_thread=give_way)

    def take(self, message: object) -> None:
        """One message of the parent's."""
        if isinstance(message, EmbedPassages):
            self._passages.put(message)
        elif isinstance(message, Quick):
            if isinstance(message, EmbedQuestion):
                self._turnstile.question_came()
            self._quick.put(message)
        elif isinstance(message, StopEmbedding):
            self._turnstile.stop(message.request_id)
        elif isinstance(message, SetManners):
            self._threads = message.threads
            self._turnstile.set_paused(message.paused)

    def run(self) -> None:
        """Work without end; the process ends around it."""
        self._send(EmbedderReady(self._embedder.max_tokens, self._embedder.computing))
        threading.Thread(target=self._answer_quickly, name="quick", daemon=True).start()
        give_way()
        while True:
            order = self._passages.get()
            try:
                self._answer(order.request_id, partial(self._embed, order))
            except Cancelled:
                pass
            self._turnstile.forget(order.request_id)

    def _answer_quickly(self) -> None:
        while True:
            asked = self._quick.get()
            self._answer(asked.request_id, partial(self._reply_to, asked))
            if isinstance(asked, EmbedQuestion):
                self._turnstile.question_went()

    def _answer(self, request_id: str, work: Callable[[], Reply]) -> None:
        try:
            reply = work()
        except MemoryError:
            reply = RequestFailed(request_id, EngineOutOfMemory().problem())
        except Cancelled:
            raise
        except Exception as error:  # the edge of the process: everything leaves as data
            reply = RequestFailed(request_id, problem_of(error))
        self._send(reply)

    def _embed(self, order: EmbedPassages) -> Reply:
        self._embedder.set_threads(self._threads or threads_now())
        rows = self._embedder.embed_behind(order.texts, partial(self._turnstile.pass_through, order.request_id))
        return VectorsMade(order.request_id, len(rows), rows.tobytes())

    def _reply_to(self, asked: Quick) -> Reply:
        if isinstance(asked, EmbedQuestion):
            return VectorsMade(asked.request_id, 1, self._embedder.embed_query(asked.text).tobytes())
        if isinstance(asked, CountTokens):
            return TokensCounted(asked.request_id, tuple(self._embedder.token_counts(asked.texts)))
        return SpeaksAnswered(asked.request_id, self._embedder.speaks(asked.text))


def threads_now() -> int:
    """Two threads, one while the computer lives from its battery, and never more than it has cores."""
    import psutil

    try:
        battery = psutil.sensors_battery()
    except (AttributeError, OSError, RuntimeError, psutil.Error):
        battery = None
    wished = THREADS_ON_BATTERY if battery is not None and battery.power_plugged is False else THREADS
    return min(wished, os.cpu_count() or 1)
