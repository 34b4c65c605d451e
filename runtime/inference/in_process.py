"""The engine without a child process: the same host over the same loop, on a thread."""

from __future__ import annotations

from collections.abc import Callable

from runtime.events import Event
from runtime.inference.host import EngineHost
from runtime.inference.transport import ThreadTransport


class InProcessEngine(EngineHost):
    """For debugging, and as proof that the seam is right: it passes the same contract suite."""

    def __init__(self, on_event: Callable[[Event], None]) -> None:
        super().__init__(on_event, start=ThreadTransport)
