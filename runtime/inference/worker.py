"""``python -m runtime.inference.worker``: the child process in which models run, and may die without harm.

The main thread imports, loads, generates and unloads; one thread reads requests; one sends a heartbeat.
"""

from __future__ import annotations

import os
import sys
import threading

from runtime.inference.choosing import ChoosingBackend
from runtime.inference.loop import CODEC, WorkLoop
from runtime.wire import ChildEnd, WireError, be_the_first_to_go

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
    be_the_first_to_go()

    loop = WorkLoop(ChoosingBackend, end.send)
    threading.Thread(target=_read, args=(end, loop), name="requests", daemon=True).start()
    end.beat()
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


if __name__ == "__main__":
    sys.exit(main())
