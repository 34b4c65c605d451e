"""Asking the model something in the middle of preparing an answer: a few words that belong to no conversation."""

from __future__ import annotations

from collections.abc import Callable

from runtime.aside import Aside
from runtime.cancel import Cancelled, CancelToken
from runtime.chats.ids import new_id
from runtime.errors import EngineNotResponding
from runtime.events import FinishReason
from runtime.grounding.preparing import ModelGaveUp
from runtime.inference.engine import Engine
from runtime.requests import ChatMessage, Generate

LOOK_EVERY_S = 0.05
# A model stops within a token, or within a piece of the prompt.
ENDS_WITHIN_S = 10.0


def ask_inside(
    engine: Engine,
    messages: tuple[ChatMessage, ...],
    max_tokens: int,
    cancel: CancelToken,
    note: Callable[[Aside | None], None],
) -> str:
    """What the model says; blocks until then. ``note`` is told which aside the engine works for now.

    Raises: Cancelled, ModelGaveUp.
    """
    cancel.check()
    inside = Aside(f"aside-{new_id()}", lambda _text: None)
    note(inside)
    try:
        engine.generate(Generate(inside.request_id, messages, max_tokens=max_tokens, thinking=False))
        while not inside.over.wait(LOOK_EVERY_S):
            if cancel.cancelled:
                engine.stop(inside.request_id)
                inside.over.wait(ENDS_WITHIN_S)
                break
    finally:
        note(None)
    finished = inside.finished
    if finished is None or finished.reason is FinishReason.STOPPED or cancel.cancelled:
        raise Cancelled
    if finished.reason is FinishReason.FAILED:
        raise ModelGaveUp(finished.problem or EngineNotResponding(ENDS_WITHIN_S).problem())
    return inside.text
