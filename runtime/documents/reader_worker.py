"""The reading process: ``python -m runtime.documents.reader_worker MEMORY_BYTES NICENESS``.

It opens strangers' files, so it has given up writing and the network before the first one, and may be killed at any
moment: it keeps nothing. End of stdin (the app is gone) means exit.
"""

from __future__ import annotations

import gc
import os
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from functools import partial

from runtime.documents.reader_messages import (
    CODEC,
    AnyOrder,
    PrepareFile,
    Reply,
)
from runtime.documents.readers.orders import OrderWork
from runtime.documents.readers.recognising import end_programs
from runtime.documents.readers.sandbox import allow_seconds, lock_down, strip_environment
from runtime.wire import PROTOCOL_VERSION, ChildEnd, Hello

OUT_OF_MEMORY_EXIT_CODE = 86
# What a program needs to find itself, its libraries and its language; nothing that could be a secret.
ENVIRONMENT_KEPT = (
    "PATH", "PYTHONPATH", "PYTHONHOME", "PYTHONUTF8", "PYTHONWARNINGS", "LANG", "LC_", "TESSDATA_PREFIX",
    "LD_LIBRARY_PATH", "DYLD_", "_PYI", "_MEI",
)  # fmt: skip
_MEMORY_CHECK_S = 0.05


def main() -> None:
    """Lock down, then work order by order."""
    memory_bytes, niceness = int(sys.argv[1]), int(sys.argv[2])
    end = ChildEnd(CODEC)
    strip_environment(ENVIRONMENT_KEPT)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in a terminal reaches us too; the parent decides
    if niceness:
        os.nice(niceness)
    held = lock_down(memory_bytes)
    # Deep nesting must end as an error of Python, never as a broken stack.
    sys.setrecursionlimit(1_000)
    # Pages come and go by the thousand and hold no circles.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    end.send(Hello(PROTOCOL_VERSION, "reader", details={"locks": " ".join(held)}))
    threading.Thread(target=_watch_memory, args=(memory_bytes,), name="memory", daemon=True).start()
    for order in _orders(end):
        allow_seconds(2 * order.limits.base_s)
        try:
            OrderWork(order, _replies(order, partial(_send, end, order.limits.base_s))).run()
        except MemoryError:
            os._exit(OUT_OF_MEMORY_EXIT_CODE)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    os._exit(0)


def _send(end: ChildEnd, seconds: float, reply: Reply) -> None:
    """Each sign of progress allows some more computing."""
    end.send(reply)
    allow_seconds(2 * seconds)


def _replies(order: AnyOrder, send: Callable[[Reply], None]) -> Callable[[Reply], None]:
    """Where what comes of an order goes. Only what makes pages ready for the index loads what that takes."""
    if not isinstance(order, PrepareFile):
        return send
    from runtime.documents.reader_preparing import Preparing

    return Preparing(order, send)


def _orders(end: ChildEnd) -> Iterator[AnyOrder]:
    """What the parent asks for, one after the other; the process ends when the parent is gone, also amid an order."""
    said: queue.Queue[AnyOrder] = queue.Queue()

    def listen() -> None:
        try:
            for message in end.receive():
                if isinstance(message, AnyOrder):
                    said.put(message)
        finally:
            end_programs()
            os._exit(0)

    threading.Thread(target=listen, name="listen", daemon=True).start()
    while True:
        yield said.get()


def _watch_memory(most_bytes: int) -> None:
    """End the process before a file fills the computer, where the system's own limit does not."""
    import psutil

    ours = psutil.Process()
    while ours.memory_info().rss < most_bytes:
        time.sleep(_MEMORY_CHECK_S)
    os._exit(OUT_OF_MEMORY_EXIT_CODE)


if __name__ == "__main__":
    main()
