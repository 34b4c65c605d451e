"""A short answer that belongs to no conversation: asked while nobody waits, given up as soon as somebody does."""

from __future__ import annotations

import threading
from collections.abc import Callable

from runtime.events import AnswerDelta, AnswerFinished, Channel, Event, FinishReason


class Aside:
    """Gathers the text of one answer. ``on_done`` gets it on the engine's thread, or None if it was not finished.

    ``over`` is set once the engine is free again, and ``finished`` then says how it ended.
    """

    def __init__(self, request_id: str, on_done: Callable[[str | None], None]) -> None:
        self.request_id = request_id
        self.over = threading.Event()
        self.finished: AnswerFinished | None = None
        self._on_done = on_done
        self._pieces: list[str] = []

    def owns(self, event: Event) -> bool:
        """Whether an event is about this answer."""
        return getattr(event, "request_id", "") == self.request_id

    def take(self, event: Event) -> None:
        """Keep what was said."""
        if isinstance(event, AnswerDelta) and event.channel is Channel.ANSWER:
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
