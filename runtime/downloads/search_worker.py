"""The search process: ``python -m runtime.downloads.search_worker IDLE_S``. It answers orders until nobody asks.

It may be killed at any moment: it keeps nothing. End of stdin (the app is gone) means exit, and so does a silence of
``IDLE_S`` seconds with no order at work.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Iterator

from runtime.cancel import Cancelled, CancelToken
from runtime.downloads.search_asking import Hub
from runtime.downloads.search_finding import Finder
from runtime.downloads.search_messages import (
    CODEC,
    TOO_MUCH_EXIT_CODE,
    FindModels,
    Found,
    LookCloser,
    NotFound,
    Order,
    StopAsking,
)
from runtime.downloads.worker import ENVIRONMENT
from runtime.errors import problem_of
from runtime.wire import PROTOCOL_VERSION, ChildEnd, Hello

# An ordinary search stays below 100 MB. The library that lists a model's files reads answers of any length, bombs too.
MOST_MEMORY_BYTES = 500_000_000
_MEMORY_CHECK_S = 0.05


class Answering:
    """Runs each order on a thread of its own, so that a hub that is silent for one holds up no other."""

    def __init__(self, end: ChildEnd) -> None:
        self._end = end
        self._lock = threading.Lock()
        self._at_work: dict[str, CancelToken] = {}
        self._finders: dict[str, Finder] = {}

    @property
    def busy(self) -> bool:
        """True while an order is at work."""
        with self._lock:
            return bool(self._at_work)

    def begin(self, order: Order) -> None:
        """Answer ``order``, sooner or later."""
        cancel = CancelToken()
        with self._lock:
            self._at_work[order.request_id] = cancel
            finder = self._finders.get(order.endpoint)
            if finder is None:
                finder = self._finders[order.endpoint] = Finder(Hub(order.endpoint, order.patience))
        threading.Thread(target=self._answer, args=(order, finder, cancel), name="answer", daemon=True).start()

    def stop(self, request_id: str) -> None:
        """Nobody waits for this one any more."""
        with self._lock:
            cancel = self._at_work.get(request_id)
        if cancel is not None:
            cancel.cancel()

    def _answer(self, order: Order, finder: Finder, cancel: CancelToken) -> None:
        outcome: Found | NotFound
        try:
            if isinstance(order, FindModels):
                models = finder.find(order, cancel)
            else:
                models = (finder.look_closer(order, cancel),)
            outcome = Found(order.request_id, models)
        except Cancelled:
            outcome = NotFound(order.request_id)
        except BaseException as error:  # the edge of the process: everything leaves as data
            outcome = NotFound(order.request_id, problem_of(error))
        with self._lock:
            self._at_work.pop(order.request_id, None)
        self._end.send(outcome)


def main() -> None:
    """Listen, answer, and end when nobody asks any more."""
    idle_s = float(sys.argv[1])
    end = ChildEnd(CODEC)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in a terminal reaches us too; the parent decides
    os.environ.update(ENVIRONMENT)
    end.send(Hello(PROTOCOL_VERSION, "search"))
    threading.Thread(target=_watch_memory, name="memory", daemon=True).start()
    answering = Answering(end)
    for message in _messages(end, idle_s, answering):
        if isinstance(message, FindModels | LookCloser):
            answering.begin(message)
        elif isinstance(message, StopAsking):
            answering.stop(message.request_id)
    os._exit(0)


def _watch_memory() -> None:
    """End the process before the hub's answers fill the computer."""
    import psutil

    ours = psutil.Process()
    while ours.memory_info().rss < MOST_MEMORY_BYTES:
        time.sleep(_MEMORY_CHECK_S)
    os._exit(TOO_MUCH_EXIT_CODE)


def _messages(end: ChildEnd, idle_s: float, answering: Answering) -> Iterator[object]:
    """What the parent says, until it is gone or has been silent for ``idle_s``."""
    said: queue.Queue[object] = queue.Queue()

    def listen() -> None:
        for message in end.receive():
            said.put(message)
        os._exit(0)

    threading.Thread(target=listen, name="listen", daemon=True).start()
    while True:
        try:
            yield said.get(timeout=idle_s)
        except queue.Empty:
            if not answering.busy:
                return


if __name__ == "__main__":
    main()
