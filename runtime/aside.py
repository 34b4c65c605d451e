"""Short answers that belong to no conversation: the engine takes them in their turn, and nobody else hears of them."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator

from runtime.chats.ids import new_id
from runtime.events import AnswerDelta, AnswerFinished, AnswerWaits, Channel, EngineState, Event, FinishReason
from runtime.inference.engine import Engine
from runtime.requests import ChatMessage, Generate, Priority

log = logging.getLogger(__name__)


def aside_id() -> str:
    """A new request's id."""
    return f"aside-{new_id()}"


class Aside:
    """Gathers the text of one answer. ``on_done`` gets it on the engine's thread, or None if it was not finished.

    ``over`` is set once the engine is done with it, and ``finished`` then says how it ended. An answer that made way
    for another is gathered anew.
    """

    def __init__(self, request_id: str, on_done: Callable[[str | None], None]) -> None:
        self.request_id = request_id
        self.over = threading.Event()
        self.finished: AnswerFinished | None = None
        self._on_done = on_done
        self._pieces: list[str] = []

    def take(self, event: Event) -> None:
        """Keep what was said."""
        if isinstance(event, AnswerWaits):
            self._pieces.clear()
        elif isinstance(event, AnswerDelta) and event.channel is Channel.ANSWER:
            self._pieces.append(event.text)

    @property
    def text(self) -> str:
        """What was said so far."""
        return "".join(self._pieces)

    def end(self, finished: AnswerFinished) -> None:
        """Let go whoever waits, then hand the answer over."""
        self.finished = finished
        self.over.set()
        whole = finished.reason in (FinishReason.COMPLETE, FinishReason.LENGTH)
        self._on_done(self.text if whole else None)


class Asides:
    """Owns what is asked aside of one engine and keeps its events from everybody else. Any thread."""

    def __init__(self) -> None:
        self._asides: dict[str, Aside] = {}
        self._lock = threading.Lock()

    def ask(
        self,
        engine: Engine,
        messages: tuple[ChatMessage, ...],
        max_tokens: int,
        on_done: Callable[[str | None], None],
        *,
        private: bool,
    ) -> bool:
        """Ask behind everything else. False, and nothing happens, unless a model is ready: none is loaded for it.

        ``private``: its words are of a private conversation. ``on_done`` gets the answer on the engine's thread; None
        if it was stopped or failed.
        """
        if engine.state is not EngineState.READY:
            return False
        aside = Aside(aside_id(), on_done)
        request = Generate(
            aside.request_id,
            messages,
            max_tokens=max_tokens,
            thinking=False,
            priority=Priority.ASIDE,
            private=private,
        )
        self._add(aside)
        try:
            engine.generate(request)
        except Exception:
            log.exception("the engine did not take an aside")
            self._remove(aside.request_id)
            return False
        return True

    @contextlib.contextmanager
    def heard(self, aside: Aside) -> Iterator[None]:
        """While the block lasts, ``aside`` hears what is told of it."""
        self._add(aside)
        try:
            yield
        finally:
            self._remove(aside.request_id)

    def hear(self, event: Event) -> bool:
        """Whether an event was about one of these. On the engine's thread."""
        with self._lock:
            aside = self._asides.get(getattr(event, "request_id", ""))
        if aside is None:
            return False
        aside.take(event)
        if isinstance(event, AnswerFinished):
            # First, so that whoever is told that it is over may ask another.
            self._remove(aside.request_id)
            aside.end(event)
        return True

    def _add(self, aside: Aside) -> None:
        with self._lock:
            self._asides[aside.request_id] = aside

    def _remove(self, request_id: str) -> None:
        with self._lock:
            self._asides.pop(request_id, None)
