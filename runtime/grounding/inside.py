"""Asking the model something in the middle of preparing an answer: a few words that belong to no conversation."""

from __future__ import annotations

from collections.abc import Callable

from runtime.aside import Aside, Asides, aside_id
from runtime.cancel import Cancelled, CancelToken
from runtime.errors import EngineNotResponding
from runtime.events import AnswerDelta, AnswerStatistics, AnswerWaits, Event, FinishReason, PromptProgress
from runtime.grounding.preparing import ModelGaveUp
from runtime.grounding.reading_all import Listen
from runtime.inference.engine import Engine
from runtime.requests import ChatMessage, Generate, Priority

LOOK_EVERY_S = 0.05
# A model stops within a token, or within a piece of the prompt.
ENDS_WITHIN_S = 10.0


class Inside(Aside):
    """An aside that is listened to while it is made, on the engine's thread."""

    def __init__(self, request_id: str, listen: Listen | None) -> None:
        super().__init__(request_id, lambda _text: None)
        self._listen = listen
        self._read = self._prompt = self._written = 0

    def take(self, event: Event) -> None:
        """Keep what was said, and tell how far it is: nothing read of nothing while it waits for its turn."""
        super().take(event)
        if isinstance(event, PromptProgress):
            self._read, self._prompt = event.done_tokens, event.total_tokens
        elif isinstance(event, AnswerDelta):
            # A piece for each token, or nearly.
            self._written += 1
        elif isinstance(event, AnswerWaits):
            self._read = self._prompt = self._written = 0
        else:
            return
        if self._listen is not None:
            self._listen(self._read, self._prompt, self._written)


def ask_inside(
    engine: Engine,
    asides: Asides,
    messages: tuple[ChatMessage, ...],
    max_tokens: int,
    cancel: CancelToken,
    listen: Listen | None = None,
    measured: Callable[[AnswerStatistics], None] = lambda _figures: None,
    *,
    private: bool = False,
) -> str:
    """What the model says; blocks until then. ``private``: its words are of a private conversation. ``listen`` is told
    how far it is (on the engine's thread), ``measured`` what it cost. Only a step of a walk through many pages is
    listened to: it makes way for what persons ask, and is taken again by the engine itself; a question that is put in
    other words belongs to what a person asked.

    Raises: Cancelled, ModelGaveUp.
    """
    cancel.check()
    inside = Inside(aside_id(), listen)
    request = Generate(
        inside.request_id,
        messages,
        max_tokens=max_tokens,
        thinking=False,
        priority=Priority.PERSON if listen is None else Priority.DOCUMENTS,
        private=private,
    )
    with asides.heard(inside):
        engine.generate(request)
        while not inside.over.wait(LOOK_EVERY_S):
            if cancel.cancelled:
                engine.stop(inside.request_id)
                inside.over.wait(ENDS_WITHIN_S)
                break
    finished = inside.finished
    if finished is None or finished.reason is FinishReason.STOPPED or cancel.cancelled:
        raise Cancelled
    if finished.reason is FinishReason.FAILED:
        raise ModelGaveUp(finished.problem or EngineNotResponding(ENDS_WITHIN_S).problem())
    measured(finished.statistics)
    return inside.text
