"""``python -m runtime.inference.worker``: the child process in which models run, and may die without harm.

The main thread imports, loads, generates and unloads; one thread reads requests; one sends a heartbeat.
"""

from __future__ import annotations

import os
import sys
import threading

from runtime.inference.backend import ChatBackend
from runtime.inference.loop import CODEC, WorkLoop
from runtime.wire import ChildEnd, Heartbeat, WireError

HEARTBEAT_S = 1.0
# No look-ups, no questions, no advertisements: this process speaks to its parent and to nobody else.
ENVIRONMENT = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "TRANSFORMERS_VERBOSITY": "error",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "TOKENIZERS_PARALLELISM": "false",
}


def main() -> int:
    """Work until the parent closes the pipe."""
    end = ChildEnd(CODEC)
    os.environ.update(ENVIRONMENT)
    os.environ.pop("HF_TOKEN", None)
    _be_the_first_to_go()

    def make_backend() -> ChatBackend:
        from runtime.inference.mlx_backend import MlxBackend

        return MlxBackend()

    loop = WorkLoop(make_backend, end.send)
    threading.Thread(target=_read, args=(end, loop), name="requests", daemon=True).start()
    threading.Thread(target=_beat, args=(end,), name="heartbeat", daemon=True).start()
    loop.run()
    return 0


def _read(end: ChildEnd, loop: WorkLoop) -> None:
    try:
        for request in end.receive():
            loop.take(request)
    except WireError as error:
        print(error, file=sys.stderr)  # noqa: T201 - the parent keeps the last lines for its report
    # The parent is gone or wants us gone: nothing here is worth a slow goodbye.
    os._exit(0)


def _beat(end: ChildEnd) -> None:
    pause = threading.Event()
    while not pause.wait(HEARTBEAT_S):
        end.send(Heartbeat())


def _be_the_first_to_go() -> None:
    """When memory runs out, the system should take this process and not the person's other programs."""
    try:
        with open("/proc/self/oom_score_adj", "w", encoding="ascii") as score:
            score.write("1000")
    except OSError:
        pass


if __name__ == "__main__":
    sys.exit(main())
