"""The seam between Hearth and whatever computes answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from runtime.cancel import CancelToken
from runtime.events import AnswerFinished, Event, ModelLoaded
from runtime.requests import Generate, LoadModel


class ChatBackend(Protocol):
    """Loads one model at a time and answers with it. Everything happens on the one thread that made it.

    Errors are raised as leaves of :mod:`runtime.errors`; :class:`runtime.cancel.Cancelled` when the token was set
    before the first word.
    """

    @property
    def device(self) -> str:
        """ "cpu" or "gpu"."""

    def load(self, request: LoadModel) -> ModelLoaded:
        """Make a model ready, giving the memory of the one before back first."""

    def generate(self, request: Generate, emit: Callable[[Event], None], cancel: CancelToken) -> AnswerFinished:
        """Answer: ``emit`` receives PromptProgress and AnswerDelta as they come; the end is returned."""

    def unload(self) -> None:
        """Give all memory of the model back."""
