"""What callers hold: an engine that takes requests at once and answers with events."""

from __future__ import annotations

from typing import Protocol

from runtime.events import EngineState, ModelLoaded
from runtime.requests import Generate, LoadModel


class Engine(Protocol):
    """Every method returns at once and may be called from any thread, also from inside ``on_event``.

    Events come on one internal thread, in order. Each ``generate`` is followed by exactly one AnswerFinished with
    its request id, in every case: complete, stopped, failed, worker death, close. What is asked waits in one line, the
    more urgent first; a less urgent answer under way makes way for it, and begins anew later.
    """

    @property
    def state(self) -> EngineState:
        """Where the engine stands."""

    @property
    def loaded(self) -> ModelLoaded | None:
        """The model that is ready, if one is."""

    def load(self, request: LoadModel) -> None:
        """Make a model ready: EngineChanged (starting, loading), then ModelLoaded and READY, or FAILED."""

    def unload(self) -> None:
        """Give the model's memory back: EngineChanged STOPPED."""

    def rest(self) -> None:
        """Give the memory of an idle model back until somebody asks: EngineChanged STOPPED, naming its folder."""

    def generate(self, request: Generate) -> None:
        """Answer with the loaded model, or with the last one once it is loaded again."""

    def stop(self, request_id: str) -> None:
        """End an answer early, by force if it must be. Unknown ids are ignored."""

    def close(self) -> None:
        """End all threads and processes; running answers end first. Not to be called from ``on_event``."""
